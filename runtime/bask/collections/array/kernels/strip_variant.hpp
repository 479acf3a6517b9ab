// strip_variant.hpp: the functions that the strip loops offer when they are compiled for one instruction set.
// Runs on: every rank. Threads: any; constant data.
// Invariants: (1) a source compiled for more than the baseline defines nothing outside its unnamed namespace
//                 but the one function below: an inline function that the linker merges over the program
//                 would bring its instructions to CPUs that lack them.
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
