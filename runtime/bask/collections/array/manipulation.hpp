// manipulation.hpp: the same elements in other shapes and orders.
// Cost: reshape (and functions of the ravelled array), take and repeat make new blocks. All others add no
// tasks: whatever uses the result reads the elements from where they are.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/lazy/numbers.hpp>

#include <initializer_list>
#include <optional>
#include <vector>

namespace bask {

/// How pad fills what it adds, as numpy.pad. kLinearRamp goes from the edge to the value; kMean, kMinimum and
/// kMaximum are those of each line along the axis, which takes a reduction.
enum class PadMode : std::uint8_t {
  kConstant,
  kEdge,
  kReflect,
  kSymmetric,
  kWrap,
  kMean,
  kLinearRamp,
  kMinimum,
  kMaximum
};

/// How many elements pad adds along an axis: {2} on both sides, {1, 2} before and after, or {.before = 1}.
struct PadWidth {
  std::optional<std::int64_t> first{}, second{};  ///< given without names; `first` alone is for both sides
  std::int64_t before = 0, after = 0;
};

namespace lazy {

ArrayPtr transpose(const ArrayPtr& node, const std::vector<std::int64_t>& axes);
ArrayPtr swapaxes(const ArrayPtr& node, std::int64_t a, std::int64_t b);
ArrayPtr moveaxis(const ArrayPtr& node, std::vector<std::int64_t> from, std::vector<std::int64_t> to);
ArrayPtr squeeze(const ArrayPtr& node, const Axes& axes);
ArrayPtr expand_dims(const ArrayPtr& node, const Axes& axes);
ArrayPtr flip(const ArrayPtr& node, const Axes& axes);
ArrayPtr roll(const ArrayPtr& node, std::int64_t shift, const Axes& axes);
ArrayPtr roll_each(const ArrayPtr& node, const std::vector<std::int64_t>& shifts, const Axes& axes);
ArrayPtr join(const std::vector<ArrayPtr>& parts, std::int64_t axis, std::string_view where);
ArrayPtr stack(const std::vector<ArrayPtr>& parts, std::int64_t axis);
ArrayPtr block(const std::vector<std::vector<ArrayPtr>>& rows);
ArrayPtr pad(const ArrayPtr& node, const std::vector<PadWidth>& widths, PadMode mode,
             const ElementBytes& value);
ArrayPtr rot90(const ArrayPtr& node, std::int64_t times, const Axes& axes);
ArrayPtr sliding_window_view(const ArrayPtr& node, const std::vector<std::int64_t>& window, const Axes& axes);
ArrayPtr repeat(const ArrayPtr& node, std::int64_t times, std::int64_t axis);
ArrayPtr tile(const ArrayPtr& node, std::vector<std::int64_t> times);
ArrayPtr diagonal(const ArrayPtr& node, std::int64_t offset, std::int64_t axis_a = 0,
                  std::int64_t axis_b = 1);
ArrayPtr rechunked(const ArrayPtr& node, const ChunkSpec& chunks);
ArrayPtr take_along(const ArrayPtr& node, const Index::Positions& positions, std::int64_t axis);

template <class E>
std::vector<ArrayPtr> nodes_of(const std::vector<Array<E>>& arrays) {
  std::vector<ArrayPtr> nodes;
  for (const Array<E>& array : arrays) nodes.push_back(array.node());
  return nodes;
}

}  // namespace lazy

template <class E>
Array<E> Array<E>::reshape(const Shape& shape) const {
  return Array(lazy::reshape(node(), shape));
}
template <class E>
Array<E> Array<E>::T() const {
  return Array(lazy::transpose(node(), std::vector<std::int64_t>()));
}
template <class E>
Array<E> Array<E>::transpose(const Axes& axes) const {
  return Array(lazy::transpose(node(), axes.list()));
}
template <class E>
Array<E> Array<E>::swapaxes(std::int64_t a, std::int64_t b) const {
  return Array(lazy::swapaxes(node(), a, b));
}
template <class E>
Array<E> Array<E>::squeeze(const Axes& axes) const {
  return Array(lazy::squeeze(node(), axes));
}
template <class E>
Array<E> Array<E>::rechunk(const ChunkSpec& chunks) const {
  return Array(lazy::rechunked(node(), chunks));
}
template <class E>
Array<E> Array<E>::repeat(std::int64_t times, std::optional<std::int64_t> axis) const {
  const UserCall call("repeat");
  const Array from = axis ? *this : ravel();
  return Array(lazy::repeat(from.node(), times, axis.value_or(0)));
}
template <class E>
Array<E> Array<E>::take(const Index::Positions& positions, std::optional<std::int64_t> axis) const {
  const UserCall call("take");
  const Array from = axis ? *this : ravel();
  return Array(lazy::take_along(from.node(), positions, axis.value_or(0)));
}

template <class E>
Array<E> reshape(const Array<E>& x, const Shape& shape) {
  return x.reshape(shape);
}
template <class E>
Array<E> ravel(const Array<E>& x) {
  return x.ravel();
}
/// Axis k of the result is axis axes[k] of x; all axes are reversed when none is given.
template <class E>
Array<E> transpose(const Array<E>& x, const Axes& axes = {}) {
  return x.transpose(axes);
}
template <class E>
Array<E> swapaxes(const Array<E>& x, std::int64_t a, std::int64_t b) {
  return x.swapaxes(a, b);
}
/// Moves the axes `from` to the places `to`; the others keep their order.
template <class E>
Array<E> moveaxis(const Array<E>& x, const Axes& from, const Axes& to) {
  return Array<E>(lazy::moveaxis(x.node(), from.list(), to.list()));
}
template <class E>
Array<E> moveaxis(const Array<E>& x, std::int64_t from, std::int64_t to) {
  return Array<E>(lazy::moveaxis(x.node(), {from}, {to}));
}
/// Takes away `axes`, or all axes of length 1 when none is given. Throws: Error when one of `axes` is longer.
template <class E>
Array<E> squeeze(const Array<E>& x, const Axes& axes = {}) {
  return x.squeeze(axes);
}
/// Adds axes of length 1; `axes` are their numbers in the result.
template <class E>
Array<E> expand_dims(const Array<E>& x, const Axes& axes) {
  return Array<E>(lazy::expand_dims(x.node(), axes));
}
template <class E>
Array<E> flip(const Array<E>& x, const Axes& axes = {}) {
  return Array<E>(lazy::flip(x.node(), axes));
}
/// Turns the plane of two axes by `times` quarters of a circle, from the first axis towards the second.
template <class E>
Array<E> rot90(const Array<E>& x, std::int64_t times = 1, const Axes& axes = {0, 1}) {
  return Array<E>(lazy::rot90(x.node(), times, axes));
}
/// All windows of this shape, along `axes` or all of them. Shape: the places of the window along each axis,
/// then the window. Cost: none of its own, but planning grows with the extents: for small windows.
template <class E>
Array<E> sliding_window_view(const Array<E>& x, const Several<std::int64_t>& window, const Axes& axes = {}) {
  return Array<E>(lazy::sliding_window_view(x.node(), window.list(), axes));
}
/// Shifts the elements along the axes, or along the ravelled array when none is given. Elements that leave at
/// one end come in at the other.
template <class E>
Array<E> roll(const Array<E>& x, std::int64_t shift, const Axes& axes = {}) {
  return Array<E>(lazy::roll(x.node(), shift, axes));
}
/// The same with one shift for each of the axes. Along a single axis or the ravelled array, shifts add up.
template <class E>
Array<E> roll(const Array<E>& x, const Several<std::int64_t>& shifts, const Axes& axes = {}) {
  return Array<E>(lazy::roll_each(x.node(), shifts.list(), axes));
}
template <class E>
Array<E> concatenate(const std::vector<Array<E>>& parts, std::int64_t axis = 0) {
  return Array<E>(lazy::join(lazy::nodes_of(parts), axis, "array::concatenate"));
}
template <class E>
Array<E> concatenate(std::initializer_list<Array<E>> parts, std::int64_t axis = 0) {
  return concatenate(std::vector<Array<E>>(parts), axis);
}
template <class E>
Array<E> stack(const std::vector<Array<E>>& parts, std::int64_t axis = 0) {
  return Array<E>(lazy::stack(lazy::nodes_of(parts), axis));
}
template <class E>
Array<E> stack(std::initializer_list<Array<E>> parts, std::int64_t axis = 0) {
  return stack(std::vector<Array<E>>(parts), axis);
}
/// Joins the arrays of each row along the last axis, then the rows along the axis before it.
template <class E>
Array<E> block(const std::vector<std::vector<Array<E>>>& rows) {
  std::vector<std::vector<ArrayPtr>> nodes;
  for (const auto& row : rows) nodes.push_back(lazy::nodes_of(row));
  return Array<E>(lazy::block(nodes));
}
template <class E>
Array<E> block(std::initializer_list<std::initializer_list<Array<E>>> rows) {
  return block(std::vector<std::vector<Array<E>>>(rows.begin(), rows.end()));
}
template <class E>
Array<E> broadcast_to(const Array<E>& x, const Shape& shape) {
  return Array<E>(lazy::broadcast_to(x.node(), shape, "array::broadcast_to"));
}
/// Adds elements at both ends of each axis, with one width for all axes or one each: pad(x, 2),
/// pad(x, {{1, 2}}), pad(x, {{1, 2}, {0, 3}}).
/// Throws: Error when the value does not fit the array's type.
template <class E>
Array<E> pad(const Array<E>& x, const std::vector<PadWidth>& widths, PadMode mode = PadMode::kConstant,
             const Number& value = 0) {
  return Array<E>(lazy::pad(x.node(), widths, mode, lazy::element_of(value, dtype_of<E>(), "array::pad")));
}
template <class E>
Array<E> pad(const Array<E>& x, std::int64_t width, PadMode mode = PadMode::kConstant,
             const Number& value = 0) {
  return pad(x, std::vector<PadWidth>{{width, width}}, mode, value);
}
template <class E>
Array<E> rechunk(const Array<E>& x, const ChunkSpec& chunks) {
  return x.rechunk(chunks);
}
/// Repeats every element `times` times in place, along `axis` or in the ravelled array when no axis is given.
template <class E>
Array<E> repeat(const Array<E>& x, std::int64_t times, std::optional<std::int64_t> axis = {}) {
  return x.repeat(times, axis);
}
/// Repeats the whole array: `times` times along the last axis, or times[k] times along axis k.
template <class E>
Array<E> tile(const Array<E>& x, std::int64_t times) {
  return Array<E>(lazy::tile(x.node(), {times}));
}
template <class E>
Array<E> tile(const Array<E>& x, const Several<std::int64_t>& times) {
  return Array<E>(lazy::tile(x.node(), times.list()));
}
/// The elements x[i, i + offset] of a matrix, or of each matrix that two axes span: these become one axis,
/// the last.
template <class E>
Array<E> diagonal(const Array<E>& x, std::int64_t offset = 0, std::int64_t axis1 = 0,
                  std::int64_t axis2 = 1) {
  return Array<E>(lazy::diagonal(x.node(), offset, axis1, axis2));
}
/// The elements at `positions` along `axis`, or of the ravelled array when no axis is given.
template <class E>
Array<E> take(const Array<E>& x, const Index::Positions& positions, std::optional<std::int64_t> axis = {}) {
  return x.take(positions, axis);
}

}  // namespace bask
