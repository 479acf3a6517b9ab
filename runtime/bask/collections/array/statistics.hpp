// statistics.hpp: reductions by their function names, the versions that leave NaN out, and what is made of
// reductions.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: as in reductions.hpp.
#pragma once

#include <bask/collections/array/reductions.hpp>

#include <limits>
#include <vector>

namespace bask {

template <Element E>
auto sum(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.sum(axes, options);
}
template <Element E>
auto prod(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.prod(axes, options);
}
template <Element E>
auto mean(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.mean(axes, options);
}
template <Element E>
auto min(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.min(axes, options);
}
template <Element E>
auto max(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.max(axes, options);
}
template <Element E>
auto ptp(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.ptp(axes, options);
}
template <Element E>
auto any(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.any(axes, options);
}
template <Element E>
auto all(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return x.all(axes, options);
}
template <Element E>
auto var(const Array<E>& x, const Axes& axes = {}, const VarianceOptions& options = {}) {
  return x.var(axes, options);
}
template <Element E>
Array<std::int64_t> argmin(const Array<E>& x, std::optional<std::int64_t> axis = {},
                           const ReduceOptions& options = {}) {
  return x.argmin(axis, options);
}
template <Element E>
Array<std::int64_t> argmax(const Array<E>& x, std::optional<std::int64_t> axis = {},
                           const ReduceOptions& options = {}) {
  return x.argmax(axis, options);
}
template <Element E>
auto cumsum(const Array<E>& x, std::int64_t axis) {
  return x.cumsum(axis);
}
template <Element E>
auto cumprod(const Array<E>& x, std::int64_t axis) {
  return x.cumprod(axis);
}
/// How many elements are not 0.
template <Element E>
Array<std::int64_t> count_nonzero(const Array<E>& x, const Axes& axes = {},
                                  const ReduceOptions& options = {}) {
  return reductions::folded<std::int64_t>(x.template astype<bool>(), strips::Fold::kSum, axes, options,
                                          "count_nonzero");
}

// Those that leave NaN out. Of nothing but NaN, sums are 0, products 1, the others NaN; places are an Error.
template <Element E>
auto nansum(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return reductions::without_nan(x, E(0)).sum(axes, options);
}
template <Element E>
auto nanprod(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return reductions::without_nan(x, E(1)).prod(axes, options);
}
template <Element E>
auto nancumsum(const Array<E>& x, std::int64_t axis) {
  return reductions::without_nan(x, E(0)).cumsum(axis);
}
template <Element E>
auto nancumprod(const Array<E>& x, std::int64_t axis) {
  return reductions::without_nan(x, E(1)).cumprod(axis);
}
template <Element E>
Array<mean_t<E>> nanmean(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return reductions::from_moments<mean_t<E>>(x, Finish::kMean, true, 0, axes, options, "nanmean");
}
template <Element E>
Array<mean_t<E>> nanvar(const Array<E>& x, const Axes& axes = {}, const VarianceOptions& options = {}) {
  return reductions::from_moments<mean_t<E>>(x, Finish::kVariance, true, options.ddof, axes,
                                             {options.keepdims, options.split_every}, "nanvar");
}
template <Element E>
Array<mean_t<E>> nanstd(const Array<E>& x, const Axes& axes = {}, const VarianceOptions& options = {}) {
  return reductions::from_moments<mean_t<E>>(x, Finish::kDeviation, true, options.ddof, axes,
                                             {options.keepdims, options.split_every}, "nanstd");
}
template <Element E>
Array<E> nanmin(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return reductions::folded<E>(x, strips::Fold::kFmin, axes, options, "nanmin");
}
template <Element E>
Array<E> nanmax(const Array<E>& x, const Axes& axes = {}, const ReduceOptions& options = {}) {
  return reductions::folded<E>(x, strips::Fold::kFmax, axes, options, "nanmax");
}
template <Element E>
Array<std::int64_t> nanargmin(const Array<E>& x, std::optional<std::int64_t> axis = {},
                              const ReduceOptions& options = {}) {
  return reductions::place(x, Reduction::kArgMinimum, true, axis, options, "nanargmin");
}
template <Element E>
Array<std::int64_t> nanargmax(const Array<E>& x, std::optional<std::int64_t> axis = {},
                              const ReduceOptions& options = {}) {
  return reductions::place(x, Reduction::kArgMaximum, true, axis, options, "nanargmax");
}

/// Σ x w / Σ w. The weights are broadcast to x; of one axis, they are those of `axes`, when that is one.
template <Element E, Element W>
auto average(const Array<E>& x, const Array<W>& weights, const Axes& axes = {},
             const ReduceOptions& options = {}) {
  using R = floating_t<promoted<mean_t<E>, W>>;
  Array<W> spread = weights;
  if (weights.ndim() == 1 && x.ndim() != 1 && axes.list().size() == 1) {
    const std::size_t axis = normal_axis(axes.list()[0], x.shape(), "array::average");
    std::vector<Index> indices(x.ndim(), Index(newaxis));
    indices[axis] = Index(Slice{});
    spread = weights.at(indices);
  }
  const Array<R> whole(
      lazy::cast(lazy::broadcast_to(spread.node(), x.shape(), "array::average"), dtype_of<R>()));
  return (x.template astype<R>() * whole).sum(axes, options) / whole.sum(axes, options);
}

/// (Σ |x|^order)^(1/order); order infinity is the largest |x|, 0 counts what is not 0.
template <Element E>
Array<real_t<floating_t<E>>> norm(const Array<E>& x, double order = 2, const Axes& axes = {},
                                  const ReduceOptions& options = {}) {
  using R = real_t<floating_t<E>>;
  const Array<R> size = abs(x).template astype<R>();
  if (order == 2) return sqrt(square(size).sum(axes, options));
  if (order == 1) return size.sum(axes, options);
  if (order == 0) return count_nonzero(x, axes, options).template astype<R>();
  if (order == std::numeric_limits<double>::infinity()) return size.max(axes, options);
  if (order == -std::numeric_limits<double>::infinity()) return size.min(axes, options);
  return power(power(size, order).sum(axes, options), 1 / order);
}

template <class A, class B>
requires elementwise::Operands<A, B> Array<bool> allclose(const A& a, const B& b, double relative = 1e-5,
                                                          double absolute = 1e-8, bool equal_nan = false) {
  return isclose(a, b, relative, absolute, equal_nan).all();
}

struct Histogram {
  Array<std::int64_t> counts;
  std::vector<double> edges;
};
/// How many elements lie between the edges; the last bin has both of its own.
template <Element E>
Histogram histogram(const Array<E>& x, const std::vector<double>& edges) {
  return {Array<std::int64_t>(lazy::histogram(x.node(), edges)), edges};
}
/// In so many bins of one width from low to high.
template <Element E>
Histogram histogram(const Array<E>& x, int bins, double low, double high) {
  if (bins < 1)
    throw Error("array::histogram", std::to_string(bins) + " bins are asked for", "use 1 or more");
  std::vector<double> edges;
  const double step = (high - low) / bins;
  for (int k = 0; k < bins; ++k) edges.push_back(low + step * k);
  edges.push_back(high);
  return histogram(x, edges);
}
/// How often each of 0, 1, … occurs, up to the largest or `least_length` - 1. The length is known once it is
/// computed.
template <Element E>
requires std::is_integral_v<E> Array<std::int64_t> bincount(const Array<E>& x,
                                                            std::int64_t least_length = 0) {
  return Array<std::int64_t>(lazy::bincount(x.node(), least_length));
}

}  // namespace bask
