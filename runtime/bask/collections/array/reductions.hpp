// reductions.hpp: sums, means, extrema and their kin over axes, with NumPy's names and meaning.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: one task per block, which computes the block's elements as well, and a tree of tasks that combine
// eight partial results each (`split_every`).
// Sources: sums in lanes and pairwise (Higham 1993);
//          variances from merged moments (Chan, Golub, LeVeque 1979).
#pragma once

#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask {

namespace reductions {

template <class R, class E>
Array<R> folded(const Array<E>& x, strips::Fold fold, const Axes& axes, const ReduceOptions& options,
                std::string_view name) {
  ReduceRules rules;
  rules.fold = fold;
  rules.values = rules.result = dtype_of<R>();
  return Array<R>(lazy::reduce(x.node(), axes, rules, options.keepdims, options.split_every, name));
}

template <class R, class E>
Array<R> from_moments(const Array<E>& x, Finish finish, bool skip_nan, int ddof, const Axes& axes,
                      const ReduceOptions& options, std::string_view name) {
  ReduceRules rules;
  rules.reduction = Reduction::kMoments;
  rules.finish = finish;
  rules.skip_nan = skip_nan;
  rules.divisor = ddof;
  rules.result = dtype_of<R>();
  return Array<R>(lazy::reduce(x.node(), axes, rules, options.keepdims, options.split_every, name));
}

template <class E>
Array<std::int64_t> place(const Array<E>& x, Reduction reduction, bool skip_nan,
                          std::optional<std::int64_t> axis, const ReduceOptions& options,
                          std::string_view name) {
  ReduceRules rules;
  rules.reduction = reduction;
  rules.finish = Finish::kIndex;
  rules.skip_nan = skip_nan;
  rules.values = dtype_of<E>();
  rules.result = DType::kInt64;
  return Array<std::int64_t>(lazy::reduce(x.node(), axis ? Axes(*axis) : Axes(), rules, options.keepdims,
                                          options.split_every, name));
}

/// Along one axis, or over ravel() when no axis is given.
template <class E>
Array<sum_t<E>> cumulated(const Array<E>& x, std::optional<std::int64_t> axis, strips::Fold fold,
                          std::string_view name) {
  const UserCall call(name);
  const ArrayPtr from = axis ? x.node() : lazy::reshape(x.node(), {-1});
  return Array<sum_t<E>>(lazy::cumulate(from, axis.value_or(0), fold, dtype_of<sum_t<E>>(), name));
}

template <class E>
Array<E> extremum_so_far(const Array<E>& x, std::optional<std::int64_t> axis, strips::Fold fold,
                         std::string_view name) {
  require_order<E>();
  const UserCall call(name);
  const ArrayPtr from = axis ? x.node() : lazy::reshape(x.node(), {-1});
  return Array<E>(lazy::cumulate(from, axis.value_or(0), fold, dtype_of<E>(), name));
}

template <class E>
inline constexpr bool is_complex_element = !std::is_arithmetic_v<E>;

template <class E>
inline constexpr E kNan = std::numeric_limits<E>::quiet_NaN();
template <class R>
inline constexpr std::complex<R> kNan<std::complex<R>>{kNan<R>, kNan<R>};

/// x with `instead` in place of NaN; integers have none.
template <class E>
Array<E> without_nan(const Array<E>& x, E instead) {
  if constexpr (std::is_integral_v<E>) {
    return x;
  } else {
    return where(isnan(x), instead, x);
  }
}

/// The variance of real numbers, from their moments; for complex numbers the sum of the variances of both
/// parts. Where NaNs are left out, a complex number with one NaN part is left out of both.
template <class E>
auto variance(const Array<E>& x, bool skip_nan, const Axes& axes, const VarianceOptions& options,
              std::string_view name) {
  const ReduceOptions rest{.keepdims = options.keepdims, .split_every = options.split_every};
  if constexpr (is_complex_element<E>) {
    const UserCall call(name);
    const Array<E> both = skip_nan ? without_nan(x, kNan<E>) : x;
    return variance(bask::real(both), skip_nan, axes, options, name) +
           variance(bask::imag(both), skip_nan, axes, options, name);
  } else {
    return from_moments<mean_t<E>>(x, Finish::kVariance, skip_nan, options.ddof, axes, rest, name);
  }
}
template <class E>
auto deviation(const Array<E>& x, bool skip_nan, const Axes& axes, const VarianceOptions& options,
               std::string_view name) {
  const ReduceOptions rest{.keepdims = options.keepdims, .split_every = options.split_every};
  if constexpr (is_complex_element<E>) {
    const UserCall call(name);
    return sqrt(variance(x, skip_nan, axes, options, name));
  } else {
    return from_moments<mean_t<E>>(x, Finish::kDeviation, skip_nan, options.ddof, axes, rest, name);
  }
}

}  // namespace reductions

template <class E>
Array<sum_t<E>> Array<E>::sum(const Axes& axes, const ReduceOptions& options) const {
  return reductions::folded<sum_t<E>>(*this, strips::Fold::kSum, axes, options, "sum");
}
template <class E>
Array<sum_t<E>> Array<E>::prod(const Axes& axes, const ReduceOptions& options) const {
  return reductions::folded<sum_t<E>>(*this, strips::Fold::kProduct, axes, options, "prod");
}
template <class E>
Array<mean_t<E>> Array<E>::mean(const Axes& axes, const ReduceOptions& options) const {
  return Array<mean_t<E>>(lazy::mean(node(), axes, false, dtype_of<mean_t<E>>(), options, "mean"));
}
template <class E>
Array<real_t<mean_t<E>>> Array<E>::var(const Axes& axes, const VarianceOptions& options) const {
  return reductions::variance(*this, false, axes, options, "var");
}
template <class E>
Array<real_t<mean_t<E>>> Array<E>::std(const Axes& axes, const VarianceOptions& options) const {
  return reductions::deviation(*this, false, axes, options, "std");
}
template <class E>
Array<E> Array<E>::min(const Axes& axes, const ReduceOptions& options) const {
  require_order<E>();
  return reductions::folded<E>(*this, strips::Fold::kMinimum, axes, options, "min");
}
template <class E>
Array<E> Array<E>::max(const Axes& axes, const ReduceOptions& options) const {
  require_order<E>();
  return reductions::folded<E>(*this, strips::Fold::kMaximum, axes, options, "max");
}
template <class E>
Array<E> Array<E>::ptp(const Axes& axes, const ReduceOptions& options) const {
  return max(axes, options) - min(axes, options);
}
template <class E>
Array<bool> Array<E>::any(const Axes& axes, const ReduceOptions& options) const {
  return reductions::folded<bool>(*this, strips::Fold::kSum, axes, options, "any");
}
template <class E>
Array<bool> Array<E>::all(const Axes& axes, const ReduceOptions& options) const {
  return reductions::folded<bool>(*this, strips::Fold::kProduct, axes, options, "all");
}
template <class E>
Array<std::int64_t> Array<E>::argmin(std::optional<std::int64_t> axis, const ReduceOptions& options) const {
  require_order<E>();
  return reductions::place(*this, Reduction::kArgMinimum, false, axis, options, "argmin");
}
template <class E>
Array<std::int64_t> Array<E>::argmax(std::optional<std::int64_t> axis, const ReduceOptions& options) const {
  require_order<E>();
  return reductions::place(*this, Reduction::kArgMaximum, false, axis, options, "argmax");
}
template <class E>
Array<sum_t<E>> Array<E>::cumsum(std::optional<std::int64_t> axis) const {
  return reductions::cumulated(*this, axis, strips::Fold::kSum, "cumsum");
}
template <class E>
Array<sum_t<E>> Array<E>::cumprod(std::optional<std::int64_t> axis) const {
  return reductions::cumulated(*this, axis, strips::Fold::kProduct, "cumprod");
}

}  // namespace bask
