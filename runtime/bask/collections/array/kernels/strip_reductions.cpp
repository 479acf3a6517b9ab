#include <bask/collections/array/kernels/strip_reductions.hpp>

#include <bask/collections/array/kernels/strip_variant.hpp>

#include <cmath>

namespace bask::strips {

FoldStrip fold_strip(Fold fold, DType dtype) {
  return variant().strip_fold(fold, dtype);
}

FoldRows fold_rows(Fold fold, DType dtype) {
  return variant().row_fold(fold, dtype);
}

ArgFold arg_minimum(DType dtype) {
  return variant().arg_least(dtype);
}

ArgFold arg_maximum(DType dtype) {
  return variant().arg_greatest(dtype);
}

std::size_t zero_nans(DType dtype, std::size_t count, const void* in, void* out) {
  return variant().without_nans(dtype, count, in, out);
}

void count_numbers_rows(DType dtype, std::size_t length, const void* in, void* counts) {
  variant().row_numbers(dtype, length, in, counts);
}

Moments moments_of(std::size_t count, const double* in, bool skip_nan) {
  return variant().moments(count, in, skip_nan);
}

void moments_rows(std::size_t length, const double* in, double* count, double* mean, double* m2,
                  bool skip_nan) {
  variant().row_moments(length, in, count, mean, m2, skip_nan);
}

void moments_merge_rows(std::size_t length, const double* other_count, const double* other_mean,
                        const double* other_m2, double* count, double* mean, double* m2) {
  variant().row_moments_merge(length, other_count, other_mean, other_m2, count, mean, m2);
}

Moments merged(const Moments& a, const Moments& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double count = a.count + b.count;
  const double distance = b.mean - a.mean;
  const double part = b.count / count;
  const bool overflows = std::isinf(distance) && std::isfinite(a.mean) && std::isfinite(b.mean);
  const double mean = overflows ? a.mean * (1 - part) + b.mean * part : a.mean + distance * part;
  return {count, mean, a.m2 + b.m2 + distance * distance * (a.count * part)};
}

}  // namespace bask::strips
