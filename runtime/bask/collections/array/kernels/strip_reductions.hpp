// strip_reductions.hpp: the loops that reduce strips: a strip to one accumulator, or strips element by
// element into a row of accumulators.
// Runs on: every rank. Threads: any; the functions keep nothing.
// Invariants: (1) the order in which elements are combined depends on `count` alone: not on alignment or the
//                 CPU's vector width.
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <cstddef>
#include <cstdint>

namespace bask::strips {

/// Of minimum and maximum NaN wins, of fmin and fmax it loses, as in NumPy.
enum class Fold : std::uint8_t { kSum, kProduct, kMinimum, kMaximum, kFmin, kFmax };
inline constexpr std::size_t kFolds = 6;

/// Of a strip, one value: floating numbers in 16 lanes (complex sums in 8) which are then combined pairwise;
/// integers wrap. `out` is one element of `dtype`. Null for the minimum and maximum of complex numbers.
/// count is at least 1. bool: kSum is "or", kProduct is "and", kMinimum "and", kMaximum "or".
using FoldStrip = void (*)(std::size_t count, const void* in, void* out);
/// accumulators[i] = f(accumulators[i], in[i]) for i < count.
using FoldRows = void (*)(std::size_t count, const void* in, void* accumulators);
FoldStrip fold_strip(Fold fold, DType dtype);
FoldRows fold_rows(Fold fold, DType dtype);

/// out[i] = in[i], or 0 where that is NaN; returns how many are. Of float64 or complex128; a complex number
/// is NaN when a part of it is.
std::size_t zero_nans(DType dtype, std::size_t count, const void* in, void* out);
/// counts[i] += 1 where in[i] is not NaN; counts are numbers of the same type.
void count_numbers_rows(DType dtype, std::size_t length, const void* in, void* counts);

/// Count, mean and the sum of squared distances from the mean of what has been seen (Welford; Chan et al.
/// 1979).
struct Moments {
  double count = 0;
  double mean = 0;
  double m2 = 0;
};
/// Of a strip of float64: two passes over it. NaNs are left out when `skip_nan`, else they make all NaN.
Moments moments_of(std::size_t count, const double* in, bool skip_nan);
/// Both together (Chan et al.).
Moments merged(const Moments& a, const Moments& b);
/// count[i], mean[i], m2[i] take in[i]; when not `skip_nan`, all counts are equal.
void moments_rows(std::size_t length, const double* in, double* count, double* mean, double* m2,
                  bool skip_nan);
/// count[i], mean[i], m2[i] take the moments other_…[i], element by element.
void moments_merge_rows(std::size_t length, const double* other_count, const double* other_mean,
                        const double* other_m2, double* count, double* mean, double* m2);

/// The first place in a strip of real numbers of the least (greatest) one; the first NaN's, if there is one
/// and not `skip_nan`. -1 when every element is NaN and `skip_nan`, or count is 0.
using ArgFold = std::int64_t (*)(std::size_t count, const void* in, bool skip_nan);
ArgFold arg_minimum(DType dtype);
ArgFold arg_maximum(DType dtype);

}  // namespace bask::strips
