#include <bask/collections/array/kernels/random_tables.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <string_view>

namespace bask::strips {

namespace {

RandomStrip strip_in_use() {
  const std::string_view set = instruction_set();
  if (set == "avx512" && avx512_random_strip() != nullptr) return avx512_random_strip();
  if (set != "baseline" && avx2_random_strip() != nullptr) return avx2_random_strip();
  return baseline_random_strip();
}

}  // namespace

void random_strip(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
                  std::size_t count, void* out) {
  strip_in_use()(numbers, block, first, stride, count, out);
}

}  // namespace bask::strips
