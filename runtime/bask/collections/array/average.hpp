// average.hpp: weighted means, norms, and whether arrays are close; several reductions make each of these.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: as in reductions.hpp.
#pragma once

#include <bask/collections/array/statistics.hpp>

#include <limits>
#include <vector>

namespace bask {

/// Σ x w / Σ w over `axes`. The weights are broadcast to x; weights of one axis lie along the axis that
/// `axes` names, when it names one. A task fails where the weights add up to 0.
template <Element E, Element W>
auto average(const Array<E>& x, const Array<W>& weights, const Axes& axes,
             const ReduceOptions& options = {}) {
  using R = floating_t<promoted<mean_t<E>, W>>;
  const UserCall call("average");
  Array<W> spread = weights;
  if (weights.ndim() == 1 && x.ndim() != 1 && axes.list().size() == 1) {
    const std::size_t axis = normal_axis(axes.list()[0], x.shape(), "array::average");
    std::vector<Index> indices(x.ndim(), Index(newaxis));
    indices[axis] = Index(Slice{});
    spread = weights.at(indices);
  }
  const Array<R> whole(
      lazy::cast(lazy::broadcast_to(spread.node(), x.shape(), "array::average"), dtype_of<R>()));
  const Array<R> divisor(lazy::without_zero(whole.sum(axes, options).node(), "array::average",
                                            "the weights add up to 0", "give weights that do not"));
  return (x.template astype<R>() * whole).sum(axes, options) / divisor;
}
template <Element E, Element W>
auto average(const Array<E>& x, const Array<W>& weights, const ReduceOptions& options = {}) {
  return average(x, weights, Axes(), options);
}
/// Without weights: the mean.
template <Element E>
auto average(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.mean(axes, options);
}
template <Element E>
auto average(const Array<E>& x, const ReduceOptions& options = {}) {
  return x.mean(options);
}

/// (Σ |x|^order)^(1/order). Order infinity gives the largest |x|, -infinity the least, and 0 the number of
/// elements that are not 0. Integers are computed in float64.
template <Element E>
Array<real_t<mean_t<E>>> norm(const Array<E>& x, double order, const Axes& axes,
                              const ReduceOptions& options = {}) {
  using R = real_t<mean_t<E>>;
  const UserCall call("norm");
  const Array<R> size = abs(x.template astype<mean_t<E>>());
  if (order == 2) return sqrt(square(size).sum(axes, options));
  if (order == 1) return size.sum(axes, options);
  if (order == 0) return count_nonzero(x, axes, options).template astype<R>();
  if (order == std::numeric_limits<double>::infinity()) return size.max(axes, options);
  if (order == -std::numeric_limits<double>::infinity()) return size.min(axes, options);
  return power(power(size, order).sum(axes, options), 1 / order);
}
template <Element E>
Array<real_t<mean_t<E>>> norm(const Array<E>& x, double order, const ReduceOptions& options = {}) {
  return norm(x, order, Axes(), options);
}
template <Element E>
Array<real_t<mean_t<E>>> norm(const Array<E>& x, const ReduceOptions& options = {}) {
  return norm(x, 2, Axes(), options);
}

/// |a − b| <= absolute + relative * |b|, or equal; NaNs are close to each other when `equal_nan`.
template <class A, class B>
requires elementwise::Operands<A, B> Array<bool> isclose(const A& a, const B& b, double relative = 1e-5,
                                                         double absolute = 1e-8, bool equal_nan = false) {
  using C = floating_t<elementwise::common_t<A, B>>;
  constexpr DType kType = dtype_of<C>();
  const UserCall call("isclose");
  const Array<C> x(lazy::cast(elementwise::operand(a).as(kType, "array::isclose"), kType));
  const Array<C> y(lazy::cast(elementwise::operand(b).as(kType, "array::isclose"), kType));
  const Array<bool> near = abs(x - y) <= absolute + relative * abs(y);
  const Array<bool> close = (near & isfinite(y)) | (x == y);
  return equal_nan ? close | (isnan(x) & isnan(y)) : close;
}
template <class A, class B>
requires elementwise::Operands<A, B> Array<bool> allclose(const A& a, const B& b, double relative = 1e-5,
                                                          double absolute = 1e-8, bool equal_nan = false) {
  const UserCall call("allclose");
  return isclose(a, b, relative, absolute, equal_nan).all();
}

}  // namespace bask
