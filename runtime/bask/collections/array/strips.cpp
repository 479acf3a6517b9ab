#include <bask/collections/array/strip_variant.hpp>
#include <bask/collections/array/strips.hpp>

namespace bask::strips {

namespace {

const Variant& choose() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl");
  if (const Variant* best = avx512_variant(); best && has_avx512) return *best;
  if (const Variant* best = avx2_variant(); best && has_avx2) return *best;
#endif
  return *baseline_variant();
}

}  // namespace

const Variant& variant() {
  static const Variant& chosen = choose();
  return chosen;
}

Loop loop(Opcode opcode, DType operand) {
  if (!is_defined(opcode, operand)) return nullptr;
  if (const Loop of_complex = complex_loop(opcode, operand)) return of_complex;
  return variant().loop(opcode, operand);
}

Loop cast(DType from, DType to) {
  return variant().cast(from, to);
}

void gather(std::size_t count, std::size_t element_bytes, void* out, const void* from, std::int64_t stride) {
  variant().gather_elements(count, element_bytes, out, from, stride);
}

void fill(std::size_t count, std::size_t element_bytes, void* out, const void* value) {
  variant().fill_elements(count, element_bytes, out, value);
}

void iota(std::size_t count, std::int64_t* out, std::int64_t start, std::int64_t step) {
  variant().count_up(count, out, start, step);
}

const char* instruction_set() {
  return variant().name;
}

}  // namespace bask::strips
