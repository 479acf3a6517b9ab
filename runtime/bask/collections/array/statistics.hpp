// statistics.hpp: reductions as functions, and the versions that leave NaN out.
// Options may stand alone: sum(x, {.keepdims = true}).
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: as in reductions.hpp.
#pragma once

#include <bask/collections/array/reductions.hpp>

namespace bask {

template <Element E>
auto sum(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.sum(axes, options);
}
template <Element E>
auto sum(const Array<E>& x, const ReduceOptions& options = {}) {
  return sum(x, Axes(), options);
}
template <Element E>
auto prod(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.prod(axes, options);
}
template <Element E>
auto prod(const Array<E>& x, const ReduceOptions& options = {}) {
  return prod(x, Axes(), options);
}
template <Element E>
auto mean(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.mean(axes, options);
}
template <Element E>
auto mean(const Array<E>& x, const ReduceOptions& options = {}) {
  return mean(x, Axes(), options);
}
template <Element E>
auto min(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.min(axes, options);
}
template <Element E>
auto min(const Array<E>& x, const ReduceOptions& options = {}) {
  return min(x, Axes(), options);
}
template <Element E>
auto max(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.max(axes, options);
}
template <Element E>
auto max(const Array<E>& x, const ReduceOptions& options = {}) {
  return max(x, Axes(), options);
}
template <Element E>
auto ptp(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.ptp(axes, options);
}
template <Element E>
auto ptp(const Array<E>& x, const ReduceOptions& options = {}) {
  return ptp(x, Axes(), options);
}
template <Element E>
auto any(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.any(axes, options);
}
template <Element E>
auto any(const Array<E>& x, const ReduceOptions& options = {}) {
  return any(x, Axes(), options);
}
template <Element E>
auto all(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return x.all(axes, options);
}
template <Element E>
auto all(const Array<E>& x, const ReduceOptions& options = {}) {
  return all(x, Axes(), options);
}
template <Element E>
auto var(const Array<E>& x, const Axes& axes, const VarianceOptions& options = {}) {
  return x.var(axes, options);
}
template <Element E>
auto var(const Array<E>& x, const VarianceOptions& options = {}) {
  return var(x, Axes(), options);
}
template <Element E>
Array<std::int64_t> argmin(const Array<E>& x, std::optional<std::int64_t> axis,
                           const ReduceOptions& options = {}) {
  return x.argmin(axis, options);
}
template <Element E>
Array<std::int64_t> argmin(const Array<E>& x, const ReduceOptions& options = {}) {
  return argmin(x, std::nullopt, options);
}
template <Element E>
Array<std::int64_t> argmax(const Array<E>& x, std::optional<std::int64_t> axis,
                           const ReduceOptions& options = {}) {
  return x.argmax(axis, options);
}
template <Element E>
Array<std::int64_t> argmax(const Array<E>& x, const ReduceOptions& options = {}) {
  return argmax(x, std::nullopt, options);
}
template <Element E>
auto cumsum(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  return x.cumsum(axis);
}
template <Element E>
auto cumprod(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  return x.cumprod(axis);
}
/// The largest element up to each one, along one axis or over ravel(): numpy.maximum.accumulate. From the
/// first NaN on there are NaNs.
template <Element E>
Array<E> cummax(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  return reductions::extremum_so_far(x, axis, strips::Fold::kMaximum, "cummax");
}
/// The least one: numpy.minimum.accumulate.
template <Element E>
Array<E> cummin(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  return reductions::extremum_so_far(x, axis, strips::Fold::kMinimum, "cummin");
}
/// How many elements are not 0.
template <Element E>
Array<std::int64_t> count_nonzero(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  const UserCall call("count_nonzero");
  return reductions::folded<std::int64_t>(x.template astype<bool>(), strips::Fold::kSum, axes, options,
                                          "count_nonzero");
}
template <Element E>
Array<std::int64_t> count_nonzero(const Array<E>& x, const ReduceOptions& options = {}) {
  return count_nonzero(x, Axes(), options);
}

// Reductions that leave NaN out. Where there is nothing but NaN, sums are 0, products 1 and the others NaN;
// the tasks of nanargmin and nanargmax fail.
template <Element E>
auto nansum(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  const UserCall call("nansum");
  return reductions::without_nan(x, E(0)).sum(axes, options);
}
template <Element E>
auto nansum(const Array<E>& x, const ReduceOptions& options = {}) {
  return nansum(x, Axes(), options);
}
template <Element E>
auto nanprod(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  const UserCall call("nanprod");
  return reductions::without_nan(x, E(1)).prod(axes, options);
}
template <Element E>
auto nanprod(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanprod(x, Axes(), options);
}
template <Element E>
auto nancumsum(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  const UserCall call("nancumsum");
  return reductions::without_nan(x, E(0)).cumsum(axis);
}
template <Element E>
auto nancumprod(const Array<E>& x, std::optional<std::int64_t> axis = {}) {
  const UserCall call("nancumprod");
  return reductions::without_nan(x, E(1)).cumprod(axis);
}
template <Element E>
Array<mean_t<E>> nanmean(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  return Array<mean_t<E>>(lazy::mean(x.node(), axes, true, dtype_of<mean_t<E>>(), options, "nanmean"));
}
template <Element E>
Array<mean_t<E>> nanmean(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanmean(x, Axes(), options);
}
template <Element E>
Array<real_t<mean_t<E>>> nanvar(const Array<E>& x, const Axes& axes, const VarianceOptions& options = {}) {
  return reductions::variance(x, true, axes, options, "nanvar");
}
template <Element E>
Array<real_t<mean_t<E>>> nanvar(const Array<E>& x, const VarianceOptions& options = {}) {
  return nanvar(x, Axes(), options);
}
template <Element E>
Array<real_t<mean_t<E>>> nanstd(const Array<E>& x, const Axes& axes, const VarianceOptions& options = {}) {
  return reductions::deviation(x, true, axes, options, "nanstd");
}
template <Element E>
Array<real_t<mean_t<E>>> nanstd(const Array<E>& x, const VarianceOptions& options = {}) {
  return nanstd(x, Axes(), options);
}
template <Element E>
Array<E> nanmin(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  require_order<E>();
  return reductions::folded<E>(x, strips::Fold::kFmin, axes, options, "nanmin");
}
template <Element E>
Array<E> nanmin(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanmin(x, Axes(), options);
}
template <Element E>
Array<E> nanmax(const Array<E>& x, const Axes& axes, const ReduceOptions& options = {}) {
  require_order<E>();
  return reductions::folded<E>(x, strips::Fold::kFmax, axes, options, "nanmax");
}
template <Element E>
Array<E> nanmax(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanmax(x, Axes(), options);
}
template <Element E>
Array<std::int64_t> nanargmin(const Array<E>& x, std::optional<std::int64_t> axis,
                              const ReduceOptions& options = {}) {
  require_order<E>();
  return reductions::place(x, Reduction::kArgMinimum, true, axis, options, "nanargmin");
}
template <Element E>
Array<std::int64_t> nanargmin(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanargmin(x, std::nullopt, options);
}
template <Element E>
Array<std::int64_t> nanargmax(const Array<E>& x, std::optional<std::int64_t> axis,
                              const ReduceOptions& options = {}) {
  require_order<E>();
  return reductions::place(x, Reduction::kArgMaximum, true, axis, options, "nanargmax");
}
template <Element E>
Array<std::int64_t> nanargmax(const Array<E>& x, const ReduceOptions& options = {}) {
  return nanargmax(x, std::nullopt, options);
}

}  // namespace bask
