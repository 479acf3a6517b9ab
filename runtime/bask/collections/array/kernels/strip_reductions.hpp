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

/// minimum and maximum give NaN when there is one; fmin and fmax pass over NaN, as in NumPy.
enum class Fold : std::uint8_t { kSum, kProduct, kMinimum, kMaximum, kFmin, kFmax };
inline constexpr std::size_t kFolds = 6;

/// Folds a strip into one value, `out`, an element of `dtype`. count is at least 1. Floating numbers are
/// folded in 16 lanes (complex sums in 8), which are then combined pairwise; integers wrap. For bool, kSum
/// and kMaximum are "or", kProduct and kMinimum "and". Null for the minimum and maximum of complex numbers.
using FoldStrip = void (*)(std::size_t count, const void* in, void* out);
/// accumulators[i] = f(accumulators[i], in[i]) for i < count.
using FoldRows = void (*)(std::size_t count, const void* in, void* accumulators);
FoldStrip fold_strip(Fold fold, DType dtype);
FoldRows fold_rows(Fold fold, DType dtype);

/// out[i] = in[i], or 0 where in[i] is NaN; returns the number of NaNs. dtype: float64 or complex128; a
/// complex number is NaN when one of its parts is.
std::size_t zero_nans(DType dtype, std::size_t count, const void* in, void* out);
/// counts[i] += 1 where in[i] is not NaN; counts are numbers of the same type.
void count_numbers_rows(DType dtype, std::size_t length, const void* in, void* counts);

/// Count, mean, and sum of squared distances from the mean (Welford; Chan et al. 1979).
struct Moments {
  double count = 0;
  double mean = 0;
  double m2 = 0;
};
/// The moments of a strip, in two passes. NaNs are left out when `skip_nan`, else the mean and m2 become NaN.
Moments moments_of(std::size_t count, const double* in, bool skip_nan);
/// The moments of both together (Chan et al.).
Moments merged(const Moments& a, const Moments& b);
/// count[i], mean[i], m2[i] take in[i]; when not `skip_nan`, all counts are equal.
void moments_rows(std::size_t length, const double* in, double* count, double* mean, double* m2,
                  bool skip_nan);
/// count[i], mean[i], m2[i] take the moments other_…[i], element by element.
void moments_merge_rows(std::size_t length, const double* other_count, const double* other_mean,
                        const double* other_m2, double* count, double* mean, double* m2);

/// The place of the first least (greatest) element in a strip of real numbers; that of the first NaN when
/// there is one and not `skip_nan`. -1 when count is 0, or all elements are NaN and `skip_nan`.
using ArgFold = std::int64_t (*)(std::size_t count, const void* in, bool skip_nan);
ArgFold arg_minimum(DType dtype);
ArgFold arg_maximum(DType dtype);

}  // namespace bask::strips
