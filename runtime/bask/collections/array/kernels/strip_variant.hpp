// strip_variant.hpp: the functions that the strip loops offer when they are compiled for one instruction set.
// Runs on: every rank. Threads: any; constant data.
// Invariants: (1) a source compiled for more than the baseline defines nothing outside its unnamed namespace
//                 but the one function below: an inline function that the linker merges over the program
//                 would bring its instructions to CPUs that lack them.
//
// Google Highway 1.0.3 gains nothing here: 24 of these loops were written on it and compared (GCC 12, an EPYC
// with AVX-512, strips of 1024 elements, geometric means).
//   Bits: the same numbers, but its a != a is false for NaN on AVX2 and AVX-512, and its scalar cast turns
//     infinity into the greatest float32.
//   Time: 1.20 of this on AVX-512, 1.15 on AVX2 (1.01 and 1.13 with a minimum that has other zeros on ARM).
//     Its SSE4 takes 0.97 of SSE2's; for CPUs without SSSE3 it has no vectors, and takes 1.74.
//   Cost: 320 lines each; 3.7 s of compiling instead of 2.4 s.
//   Functions of analysis: it lacks 7 of 23, errs by 3.7 ULP (SLEEF: 1.0), and its log(infinity) is 710.
//   ARM: GCC uses NEON in 591 of the baseline's 692 loops, wherever it uses SSE2 on x86, with the same bits.
//     Functions of analysis come from the C library there: SLEEF is not asked for NEON's.
#pragma once

#include <bask/collections/array/kernels/strip_reductions.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <cstddef>
#include <cstdint>

namespace bask::strips {

struct Variant {
  const char* name;
  Loop (*loop)(Opcode, DType);  ///< but not complex functions of analysis, which `complex_loop` has
  Loop (*cast)(DType, DType);
  decltype(&gather) gather_elements;
  decltype(&fill) fill_elements;
  decltype(&iota) count_up;
  FoldStrip (*strip_fold)(Fold, DType);
  FoldRows (*row_fold)(Fold, DType);
  ArgFold (*arg_least)(DType);
  ArgFold (*arg_greatest)(DType);
  decltype(&zero_nans) without_nans;
  decltype(&count_numbers_rows) row_numbers;
  decltype(&moments_of) moments;
  decltype(&moments_rows) row_moments;
  decltype(&moments_merge_rows) row_moments_merge;
};

/// Null where the variant was not compiled: on another architecture, or under a sanitizer.
const Variant* avx512_variant();
const Variant* avx2_variant();
const Variant* baseline_variant();

/// The variant in use: see use_instruction_set.
const Variant& variant();

/// The functions of complex numbers that have no vector form, one element at a time.
Loop complex_loop(Opcode opcode, DType operand);

}  // namespace bask::strips
