// strips.hpp: the loops of all element operations over short, contiguous strips, for the CPU that runs them.
// Runs on: every rank. Threads: any; the tables never change.
// Invariants: (1) an element's result depends on the element alone, not on where in a strip it lies, how
//                 long the strip is or, with AVX2 and AVX-512, on the vectors' width; on older CPUs the
//                 functions of analysis may differ in the last place;
//             (2) a loop reads and writes `count` elements and nothing beyond them;
//             (3) the output may be an operand whose elements are as large, else it does not overlap them.
#pragma once

#include <bask/collections/array/block/dtype.hpp>
#include <bask/collections/array/kernels/opcode.hpp>

#include <cstddef>
#include <cstdint>

namespace bask::strips {

/// out[i] = f(in[0][i], in[1][i], in[2][i]) for i < count. No alignment is asked for beyond the element's.
using Loop = void (*)(std::size_t count, void* out, const void* const* in);

/// The loop of an operation. Null where `is_defined` is false, and for kCast and kMap.
Loop loop(Opcode opcode, DType operand);
/// The loop of astype, as C++ converts; complex to real drops the imaginary part; NaN to bool is true. A
/// floating value that does not fit an integer, and NaN, give what x86 gives: the least int32 (for int32 and
/// narrower, whose last bits are kept) or the least int64; negative ones wrap in unsigned types.
Loop cast(DType from, DType to);

/// out[i] = from[i * stride] for i < count; stride in elements of `element_bytes` (1, 2, 4, 8 or 16), any
/// sign.
void gather(std::size_t count, std::size_t element_bytes, void* out, const void* from, std::int64_t stride);
/// out[i] = *value for i < count.
void fill(std::size_t count, std::size_t element_bytes, void* out, const void* value);
/// out[i] = start + i * step, of the integer type int64.
void iota(std::size_t count, std::int64_t* out, std::int64_t start, std::int64_t step);

/// The compiled variants, each with all that the ones before it need.
enum class InstructionSet : int { kBaseline, kAvx2, kAvx512 };

/// The greatest that this CPU and this build have.
InstructionSet best_instruction_set();
/// From now on the greatest of those up to `most`: the ranks of a job agree on the smallest of theirs. For
/// before loops run. Default: the best.
void use_instruction_set(InstructionSet most);
InstructionSet instruction_set_in_use();
/// "avx512", "avx2" or "baseline": the one in use.
const char* instruction_set();
/// Whether that one has fused multiply-add, on which the last bits of functions of analysis depend.
bool has_fused_multiply_add();

}  // namespace bask::strips
