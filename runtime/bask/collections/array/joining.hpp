// joining.hpp: arrays put together and cut apart by rows, columns and layers; elements added and left out.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: stacking and splitting add no tasks; whatever uses the result reads the elements from where they are.
#pragma once

#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>

#include <initializer_list>
#include <optional>
#include <variant>
#include <vector>

namespace bask {

namespace lazy {

ArrayPtr vstack(const std::vector<ArrayPtr>& parts);
ArrayPtr hstack(const std::vector<ArrayPtr>& parts);
ArrayPtr dstack(const std::vector<ArrayPtr>& parts);
ArrayPtr column_stack(const std::vector<ArrayPtr>& parts);
/// `even`: the length must be a multiple of `sections`.
std::vector<ArrayPtr> split(const ArrayPtr& node, std::int64_t sections, std::int64_t axis, bool even,
                            const char* where);
std::vector<ArrayPtr> split_at(const ArrayPtr& node, const std::vector<std::int64_t>& places,
                               std::int64_t axis, const char* where);
/// The axis along which hsplit, vsplit (0) and dsplit (2) cut. Throws: Error when there are too few axes.
std::int64_t split_axis(const ArrayPtr& node, std::int64_t axis, const char* where);
ArrayPtr append(const ArrayPtr& node, const ArrayPtr& values, std::optional<std::int64_t> axis);
/// One of positions along an axis, several, or a slice; `node` is ravelled when no axis is given.
using Places = std::variant<std::int64_t, std::vector<std::int64_t>, Slice>;
ArrayPtr insert(const ArrayPtr& node, const Places& places, const Operand& values,
                std::optional<std::int64_t> axis);
ArrayPtr remove(const ArrayPtr& node, const Places& places, std::optional<std::int64_t> axis);

}  // namespace lazy

namespace arrays {

template <class E>
std::vector<Array<E>> arrays_of(const std::vector<ArrayPtr>& nodes) {
  std::vector<Array<E>> arrays;
  for (const ArrayPtr& node : nodes) arrays.emplace_back(node);
  return arrays;
}

}  // namespace arrays

/// Joins rows: along the first axis, vectors being rows.
template <class E>
Array<E> vstack(const std::vector<Array<E>>& parts) {
  return Array<E>(lazy::vstack(lazy::nodes_of(parts)));
}
template <class E>
Array<E> vstack(std::initializer_list<Array<E>> parts) {
  return vstack(std::vector<Array<E>>(parts));
}
/// Joins columns: along the second axis; vectors along their only one.
template <class E>
Array<E> hstack(const std::vector<Array<E>>& parts) {
  return Array<E>(lazy::hstack(lazy::nodes_of(parts)));
}
template <class E>
Array<E> hstack(std::initializer_list<Array<E>> parts) {
  return hstack(std::vector<Array<E>>(parts));
}
/// Joins along the third axis, which matrices and vectors get.
template <class E>
Array<E> dstack(const std::vector<Array<E>>& parts) {
  return Array<E>(lazy::dstack(lazy::nodes_of(parts)));
}
template <class E>
Array<E> dstack(std::initializer_list<Array<E>> parts) {
  return dstack(std::vector<Array<E>>(parts));
}
/// Joins along the second axis, vectors being columns.
template <class E>
Array<E> column_stack(const std::vector<Array<E>>& parts) {
  return Array<E>(lazy::column_stack(lazy::nodes_of(parts)));
}
template <class E>
Array<E> column_stack(std::initializer_list<Array<E>> parts) {
  return column_stack(std::vector<Array<E>>(parts));
}

/// So many parts of one length. Throws: Error when the axis is no multiple of `sections`.
template <class E, AxisNumber N>
std::vector<Array<E>> split(const Array<E>& x, N sections, std::int64_t axis = 0) {
  return arrays::arrays_of<E>(
      lazy::split(x.node(), static_cast<std::int64_t>(sections), axis, true, "array::split"));
}
/// The parts before, between and after these places: split(x, {2, 5}) is x[:2], x[2:5], x[5:].
template <class E>
std::vector<Array<E>> split(const Array<E>& x, const Several<std::int64_t>& places, std::int64_t axis = 0) {
  return arrays::arrays_of<E>(lazy::split_at(x.node(), places.list(), axis, "array::split"));
}
/// The same; the first parts may be longer by one.
template <class E, AxisNumber N>
std::vector<Array<E>> array_split(const Array<E>& x, N sections, std::int64_t axis = 0) {
  return arrays::arrays_of<E>(
      lazy::split(x.node(), static_cast<std::int64_t>(sections), axis, false, "array::array_split"));
}
template <class E>
std::vector<Array<E>> array_split(const Array<E>& x, const Several<std::int64_t>& places,
                                  std::int64_t axis = 0) {
  return arrays::arrays_of<E>(lazy::split_at(x.node(), places.list(), axis, "array::array_split"));
}
/// split along the second axis, or the only one; along the first; along the third.
template <class E, class S>
std::vector<Array<E>> hsplit(const Array<E>& x, const S& sections) {
  return split(x, sections, lazy::split_axis(x.node(), 1, "array::hsplit"));
}
template <class E>
std::vector<Array<E>> hsplit(const Array<E>& x, const Several<std::int64_t>& places) {
  return split(x, places, lazy::split_axis(x.node(), 1, "array::hsplit"));
}
template <class E, class S>
std::vector<Array<E>> vsplit(const Array<E>& x, const S& sections) {
  return split(x, sections, lazy::split_axis(x.node(), 0, "array::vsplit"));
}
template <class E>
std::vector<Array<E>> vsplit(const Array<E>& x, const Several<std::int64_t>& places) {
  return split(x, places, lazy::split_axis(x.node(), 0, "array::vsplit"));
}
template <class E, class S>
std::vector<Array<E>> dsplit(const Array<E>& x, const S& sections) {
  return split(x, sections, lazy::split_axis(x.node(), 2, "array::dsplit"));
}
template <class E>
std::vector<Array<E>> dsplit(const Array<E>& x, const Several<std::int64_t>& places) {
  return split(x, places, lazy::split_axis(x.node(), 2, "array::dsplit"));
}

/// x and then the values, an array or a number: along `axis`, or both ravelled when none is given. Types are
/// promoted; a number does not widen an array of its kind.
template <class E, class V>
requires elementwise::Operand<V>
auto append(const Array<E>& x, const V& values, std::optional<std::int64_t> axis = {}) {
  using R = elementwise::common_t<Array<E>, V>;
  constexpr DType kType = dtype_of<R>();
  return Array<R>(lazy::append(lazy::cast(x.node(), kType),
                               elementwise::operand(values).as(kType, "array::append"), axis));
}

/// Puts the values before position `index` along `axis`, or of the ravelled array when none is given.
/// The values are broadcast and cast to the type of x. An index alone: numpy.insert's rule for a scalar, the
/// values' first axis lies along `axis`. Cost: that of `take` for several indices; else none.
template <class E, AxisNumber N, class V>
Array<E> insert(const Array<E>& x, N index, const V& values, std::optional<std::int64_t> axis = {}) {
  return Array<E>(
      lazy::insert(x.node(), static_cast<std::int64_t>(index), elementwise::operand(values), axis));
}
template <class E, class V>
Array<E> insert(const Array<E>& x, const Several<std::int64_t>& indices, const V& values,
                std::optional<std::int64_t> axis = {}) {
  return Array<E>(lazy::insert(x.node(), indices.list(), elementwise::operand(values), axis));
}
template <class E, std::same_as<Slice> S, class V>
Array<E> insert(const Array<E>& x, S slice, const V& values, std::optional<std::int64_t> axis = {}) {
  return Array<E>(lazy::insert(x.node(), slice, elementwise::operand(values), axis));
}

/// numpy.delete (a keyword of C++): x without these positions along `axis`, or of the ravelled array when
/// none is given. Cost: none where few stretches stay, else that of `take`.
template <class E, AxisNumber N>
Array<E> delete_(const Array<E>& x, N index, std::optional<std::int64_t> axis = {}) {
  return Array<E>(lazy::remove(x.node(), static_cast<std::int64_t>(index), axis));
}
template <class E>
Array<E> delete_(const Array<E>& x, const Several<std::int64_t>& indices,
                 std::optional<std::int64_t> axis = {}) {
  return Array<E>(lazy::remove(x.node(), indices.list(), axis));
}
template <class E, std::same_as<Slice> S>
Array<E> delete_(const Array<E>& x, S slice, std::optional<std::int64_t> axis = {}) {
  return Array<E>(lazy::remove(x.node(), slice, axis));
}

}  // namespace bask
