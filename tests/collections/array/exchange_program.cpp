// exchange_program.cpp: sorts numbers, many of them equal, for tests to run under mpirun, and compares each
// block with its hash in what std::sort makes of them, whatever memory each rank may use.
//
//   mpirun -n 3 exchange_program 2000000 --bask-memory-limit=4MiB      prints "2000000 numbers are in order"
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/sorting.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::int64_t kBlocks = 20;

double number_at(std::int64_t i) {
  const auto mixed = static_cast<std::uint64_t>(i + 1) * 0x9e3779b97f4a7c15u;
  return static_cast<double>((mixed >> 20) % 1'000'003) - 5e5;
}

std::int64_t hash_of(std::span<const double> numbers) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const double number : numbers) {
    std::uint64_t bits;
    std::memcpy(&bits, &number, sizeof(bits));
    hash = (hash ^ bits) * 0x100000001b3u;
  }
  return static_cast<std::int64_t>(hash);
}

bask::NdArray<std::int64_t> hash_block(bask::NdView<const double> x) {
  bask::NdArray<std::int64_t> hash(bask::Shape{1});
  hash[0] = hash_of({x.data, static_cast<std::size_t>(x.shape[0])});
  return hash;
}

void run(const bask::Client& client, std::int64_t count) {
  const std::int64_t block = count / kBlocks;
  const auto x = bask::from_function<number_at>({count}, {block});
  const bask::MapBlocksOptions one_each{.chunks = bask::Chunks{bask::AxisChunks(kBlocks, 1)}};
  const auto found = bask::map_blocks<hash_block>(one_each, bask::sort(x)).compute();
  std::vector<double> plain;
  for (std::int64_t i = 0; i < count; ++i) plain.push_back(number_at(i));
  std::sort(plain.begin(), plain.end());
  std::int64_t wrong = 0;
  for (std::int64_t k = 0; k < kBlocks; ++k)
    wrong += hash_of({plain.data() + k * block, static_cast<std::size_t>(block)}) != found[k] ? 1 : 0;
  std::uint64_t peak = 0;
  for (const bask::MemoryUse& use : client.last_compute().memory) peak = std::max(peak, use.peak);
  std::printf("%lld blocks are wrong, %llu bytes\n%lld numbers are in order\n", static_cast<long long>(wrong),
              static_cast<unsigned long long>(peak), static_cast<long long>(wrong == 0 ? count : 0));
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) { run(client, std::stoll(argv[1])); });
}
