// strips.hpp: the loops of all element operations over short, contiguous strips, for the CPU that runs them.
// Runs on: every rank. Threads: any; the tables never change.
// Invariants: (1) an element's result depends on the element alone: not on its place in the strip, nor on the
//                 strip's length, nor on the width of vectors (AVX2 or AVX-512); on older CPUs the functions
//                 of analysis may differ in the last place;
//             (2) a loop reads and writes `count` elements and nothing beyond them;
//             (3) the output may be an operand of the same element size; else it overlaps no operand.
#pragma once

#include <bask/collections/array/block/dtype.hpp>
#include <bask/collections/array/kernels/opcode.hpp>

#include <cstddef>
#include <cstdint>

namespace bask::strips {

/// out[i] = f(in[0][i], in[1][i], in[2][i]) for i < count. Memory is aligned as its elements are, not more.
using Loop = void (*)(std::size_t count, void* out, const void* const* in);

/// The loop of an operation. Null where `is_defined` is false, and for kCast and kMap.
Loop loop(Opcode opcode, DType operand);
/// The loop of astype. It converts as C++ does; complex to real drops the imaginary part; NaN to bool is
/// true. NaN and floating values that do not fit an integer give what x86 gives: the least int32 (int32 and
/// narrower types, which keep its last bits) or the least int64; negative values wrap in unsigned types.
Loop cast(DType from, DType to);

/// out[i] = from[i * stride] for i < count. stride: in elements, any sign. element_bytes: 1, 2, 4, 8 or 16.
void gather(std::size_t count, std::size_t element_bytes, void* out, const void* from, std::int64_t stride);
/// out[i] = *value for i < count.
void fill(std::size_t count, std::size_t element_bytes, void* out, const void* value);
/// out[i] = start + i * step.
void iota(std::size_t count, std::int64_t* out, std::int64_t start, std::int64_t step);

/// The compiled variants; a CPU that has one also has those before it.
enum class InstructionSet : int { kBaseline, kAvx2, kAvx512 };

/// The greatest set that this CPU and this build have.
InstructionSet best_instruction_set();
/// Uses the greatest set up to `most` from now on; the ranks of a job agree on the smallest of their best
/// ones. Called before any loop runs. Default: the best set.
void use_instruction_set(InstructionSet most);
InstructionSet instruction_set_in_use();
/// The name of the set in use: "avx512", "avx2" or "baseline".
const char* instruction_set();
/// Whether the set in use has fused multiply-add, on which the last bits of functions of analysis depend.
bool has_fused_multiply_add();

}  // namespace bask::strips
