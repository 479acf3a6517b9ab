#include <bask/collections/array/kernels/strip_variant.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <algorithm>
#include <atomic>

namespace bask::strips {

namespace {

const Variant* variant_of(InstructionSet set) {
  if (const Variant* wide = avx512_variant(); wide && set == InstructionSet::kAvx512) return wide;
  if (const Variant* wide = avx2_variant(); wide && set != InstructionSet::kBaseline) return wide;
  return baseline_variant();
}

std::atomic<const Variant*>& in_use() {
  static std::atomic<const Variant*> one{variant_of(best_instruction_set())};
  return one;
}

}  // namespace

InstructionSet best_instruction_set() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl");
  if (has_avx512 && avx512_variant()) return InstructionSet::kAvx512;
  if (has_avx2 && avx2_variant()) return InstructionSet::kAvx2;
#endif
  return InstructionSet::kBaseline;
}

void use_instruction_set(InstructionSet most) {
  in_use().store(variant_of(std::min(most, best_instruction_set())), std::memory_order_relaxed);
}

const Variant& variant() {
  return *in_use().load(std::memory_order_relaxed);
}

InstructionSet instruction_set_in_use() {
  if (&variant() == baseline_variant()) return InstructionSet::kBaseline;
  return &variant() == avx2_variant() ? InstructionSet::kAvx2 : InstructionSet::kAvx512;
}

bool has_fused_multiply_add() {
  return instruction_set_in_use() != InstructionSet::kBaseline;
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
