// calculus.hpp: differences, gradients and coarser grids, with NumPy's and Dask's names and meaning.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/block/axes.hpp>
#include <bask/collections/array/reductions.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace bask {

/// Along an axis: the distance from each element to the next, or the coordinates of all elements.
class Spacing {
 public:
  Spacing(double step = 1) : step_(step) {}
  Spacing(std::vector<double> coordinates) : coordinates_(std::move(coordinates)) {}
  double step() const { return step_; }
  const std::vector<double>& coordinates() const { return coordinates_; }

 private:
  double step_ = 1;
  std::vector<double> coordinates_;
};

struct CoarsenAxis {
  std::int64_t axis;
  std::int64_t factor;
};
enum class Coarsen : std::uint8_t { kSum, kMean, kMin, kMax };

namespace lazy {

ArrayPtr diff(const ArrayPtr& node, std::int64_t n, std::int64_t axis);
/// `node` is floating or complex.
ArrayPtr gradient(const ArrayPtr& node, const Spacing& spacing, std::int64_t axis, int edge_order);
ArrayPtr coarsen(const ArrayPtr& node, const std::vector<CoarsenAxis>& axes, Coarsen how, DType values,
                 DType result, bool trim_excess);
ArrayPtr trapz(const ArrayPtr& node, const Spacing& spacing, std::int64_t axis, DType result);
/// The axes in the order given; all when none is. Throws: Error as normal_axes does.
std::vector<std::size_t> gradient_axes(const Axes& axes, const Shape& shape);
/// One spacing for each of so many axes: a single one is repeated.
/// Throws: Error when there is neither one spacing nor one for each axis.
std::vector<Spacing> spacings_for(std::size_t axes, std::vector<Spacing> spacings);

}  // namespace lazy

/// x[i + 1] - x[i] along `axis`, n times over; for bool, whether the two differ.
/// Shape: shorter by n along the axis. Cost: no tasks of its own; whatever reads the result computes it.
/// Throws: Error when n is negative.
template <class E>
Array<E> diff(const Array<E>& x, std::int64_t n = 1, std::int64_t axis = -1) {
  return Array<E>(lazy::diff(x.node(), n, axis));
}

/// The derivative along an axis: inside of second order, from the two neighbours; at both ends of order
/// `edge_order`, 1 or 2. Shape and chunks: those of x.
/// Cost: no tasks of its own; whatever reads the result computes it.
/// Throws: Error when the axis has no more than `edge_order` elements, when there are not as many coordinates
/// as elements, or when `edge_order` is neither 1 nor 2.
/// Source: numpy.gradient (Fornberg 1988).
template <class E, AxisNumber N>
Array<mean_t<E>> gradient(const Array<E>& x, N axis, const Spacing& spacing = 1, int edge_order = 1) {
  return Array<mean_t<E>>(lazy::gradient(lazy::cast(x.node(), dtype_of<mean_t<E>>()), spacing,
                                         static_cast<std::int64_t>(axis), edge_order));
}
/// One gradient for each of the axes, in the order given, or for all of them. `spacings`: one for all axes,
/// or one for each, in the same order. A whole number alone is an axis, as above.
template <class E>
std::vector<Array<mean_t<E>>> gradient(const Array<E>& x, const Several<Spacing>& spacings = 1.0,
                                       const Axes& axes = {}, int edge_order = 1) {
  const std::vector<std::size_t> along = lazy::gradient_axes(axes, x.shape());
  const std::vector<Spacing> each = lazy::spacings_for(along.size(), spacings.list());
  std::vector<Array<mean_t<E>>> gradients;
  for (std::size_t k = 0; k < along.size(); ++k)
    gradients.push_back(gradient(x, along[k], each[k], edge_order));
  return gradients;
}

/// The integral along an axis, by trapezia between the elements. Shape: without the axis.
/// `spacing`: the distance of the elements, or the coordinate of each.
/// Throws: Error when there are not as many coordinates as elements.
template <class E>
Array<mean_t<E>> trapz(const Array<E>& y, const Spacing& spacing = 1, std::int64_t axis = -1) {
  return Array<mean_t<E>>(lazy::trapz(y.node(), spacing, axis, dtype_of<mean_t<E>>()));
}
template <class E>
Array<mean_t<E>> trapezoid(const Array<E>& y, const Spacing& spacing = 1, std::int64_t axis = -1) {
  return trapz(y, spacing, axis);
}

/// Makes one element of every box of `factor` elements along each of `axes`:
/// coarsen<Coarsen::kMean>(x, {{0, 4}, {1, 2}}).
/// Shape: lengths divided by the factors. Blocks: those of x, their ends rounded down to whole boxes.
/// Cost: one task per block, which computes the block's elements as well.
/// Throws: Error when a length is no multiple of its factor, unless `trim_excess` leaves the rest out.
template <Coarsen How, class E>
auto coarsen(const Array<E>& x, const std::vector<CoarsenAxis>& axes, bool trim_excess = false) {
  constexpr bool kComplex = !std::is_arithmetic_v<E>;
  if constexpr (How == Coarsen::kMin || How == Coarsen::kMax) require_order<E>();
  if constexpr (How == Coarsen::kMean) {
    constexpr DType kValues = kComplex ? DType::kComplex128 : DType::kFloat64;
    return Array<mean_t<E>>(lazy::coarsen(x.node(), axes, How, kValues, dtype_of<mean_t<E>>(), trim_excess));
  } else {
    using R = std::conditional_t<How == Coarsen::kSum, sum_t<E>, E>;
    return Array<R>(lazy::coarsen(x.node(), axes, How, dtype_of<R>(), dtype_of<R>(), trim_excess));
  }
}

}  // namespace bask
