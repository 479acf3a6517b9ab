// assignment.hpp: x.set(index, value), the array that x would be after NumPy's x[index] = value.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
//
//   x.set("1:3, ::2", 0)                        // a part
//   x.set({slice(1, n), ellipsis, 0}, y)        // of variables
//   x.set(x < 0.0, 0.0)                         // a mask
//   x.set(rows, y)                              // an index array; of equal positions the last one counts
//
// Shape, type and chunks: those of x. Values are cast as astype does; a floating number for an integer array
// loses its fraction, as in NumPy.
// Cost: slices of step 1 or -1, integers and masks add no tasks. Others are as `take` of the whole axis; two
// or more index arrays also as two reshapes, and 8 bytes on rank 0 for each point of their axes.
#pragma once

#include <bask/collections/array/elementwise.hpp>

namespace bask {

namespace lazy {

/// Throws: Error as getitem does, or when the value does not fit the type or the part.
ArrayPtr set(const ArrayPtr& node, const std::vector<Index>& indices, const Operand& value);
/// Throws: Error when the mask has another shape than the first axes of `node`, or the value differs along
/// these.
ArrayPtr set_masked(const ArrayPtr& node, const ArrayPtr& mask, const Operand& value);

}  // namespace lazy

namespace arrays {

/// The value, where it may go into an array of E.
template <class E, class V>
lazy::Operand assigned(const V& value) {
  if constexpr (elementwise::is_array<V>) {
    constexpr bool kReal = std::is_arithmetic_v<E> && !std::is_arithmetic_v<typename V::value_type>;
    static_assert(!kReal,
                  "bask: complex numbers cannot go into an array of real ones: take real(y), imag(y) or "
                  "abs(y), or convert the array first");
  }
  return elementwise::operand(value);
}

}  // namespace arrays

template <class E>
template <class S, class V>
requires std::convertible_to<const S&, std::string_view> Array<E> Array<E>::set(const S& indices,
                                                                                const V& value)
const {
  return Array(lazy::set(node(), parse_indices(indices), arrays::assigned<E>(value)));
}
template <class E>
template <class V>
Array<E> Array<E>::set(const Several<Index>& indices, const V& value) const {
  return Array(lazy::set(node(), indices.list(), arrays::assigned<E>(value)));
}
template <class E>
template <class M, class V>
requires std::same_as<M, Array<bool>> Array<E> Array<E>::set(const M& mask, const V& value)
const {
  return Array(lazy::set_masked(node(), mask.node(), arrays::assigned<E>(value)));
}

}  // namespace bask
