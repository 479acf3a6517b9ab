// reductions.hpp: sums, means, extrema and their kin over axes, with NumPy's names and meaning.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: one task per block, which computes the block's elements as well, and a tree of tasks that combine
// eight each.
// Sources: sums in lanes and pairwise (Higham 1993); variances from merged moments (Chan, Golub, LeVeque
// 1979).
#pragma once

#include <bask/collections/array/reduce.hpp>
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

/// Along one axis, or of the array as ravel() has it.
template <class E>
Array<sum_t<E>> cumulated(const Array<E>& x, std::optional<std::int64_t> axis, strips::Fold fold,
                          std::string_view name) {
  const ArrayPtr from = axis ? x.node() : lazy::reshape(x.node(), {-1});
  return Array<sum_t<E>>(lazy::cumulate(from, axis.value_or(0), fold, dtype_of<sum_t<E>>(), name));
}

template <class E>
inline constexpr bool is_complex_element = !std::is_arithmetic_v<E>;

/// Where a NaN is, `instead`; integers have none.
template <class E>
Array<E> without_nan(const Array<E>& x, E instead) {
  if constexpr (std::is_integral_v<E>) {
    return x;
  } else {
    return where(isnan(x), instead, x);
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
  using M = mean_t<E>;
  for (const std::int64_t extent : shape()) {
    if (extent != kUnknown) continue;
    if constexpr (std::is_floating_point_v<M>) {
      return reductions::from_moments<M>(*this, Finish::kMean, false, 0, axes, options, "mean");
    }
  }
  ReduceRules rules;
  rules.finish = Finish::kDivide;
  rules.divisor = lazy::reduced_count(node(), axes, "mean");
  rules.values = reductions::is_complex_element<M> ? DType::kComplex128 : DType::kFloat64;
  rules.result = dtype_of<M>();
  return Array<M>(lazy::reduce(node(), axes, rules, options.keepdims, options.split_every, "mean"));
}
template <class E>
Array<real_t<mean_t<E>>> Array<E>::var(const Axes& axes, const VarianceOptions& options) const {
  using R = real_t<mean_t<E>>;
  const ReduceOptions rest{.keepdims = options.keepdims, .split_every = options.split_every};
  if constexpr (reductions::is_complex_element<E>) {
    return bask::real(*this).var(axes, options) + bask::imag(*this).var(axes, options);
  } else {
    return reductions::from_moments<R>(*this, Finish::kVariance, false, options.ddof, axes, rest, "var");
  }
}
template <class E>
Array<real_t<mean_t<E>>> Array<E>::std(const Axes& axes, const VarianceOptions& options) const {
  using R = real_t<mean_t<E>>;
  const ReduceOptions rest{.keepdims = options.keepdims, .split_every = options.split_every};
  if constexpr (reductions::is_complex_element<E>) {
    return sqrt(var(axes, options));
  } else {
    return reductions::from_moments<R>(*this, Finish::kDeviation, false, options.ddof, axes, rest, "std");
  }
}
template <class E>
Array<E> Array<E>::min(const Axes& axes, const ReduceOptions& options) const {
  static_assert(!reductions::is_complex_element<E>, "bask: complex numbers have no order");
  return reductions::folded<E>(*this, strips::Fold::kMinimum, axes, options, "min");
}
template <class E>
Array<E> Array<E>::max(const Axes& axes, const ReduceOptions& options) const {
  static_assert(!reductions::is_complex_element<E>, "bask: complex numbers have no order");
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
  static_assert(!reductions::is_complex_element<E>, "bask: complex numbers have no order");
  return reductions::place(*this, Reduction::kArgMinimum, false, axis, options, "argmin");
}
template <class E>
Array<std::int64_t> Array<E>::argmax(std::optional<std::int64_t> axis, const ReduceOptions& options) const {
  static_assert(!reductions::is_complex_element<E>, "bask: complex numbers have no order");
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
