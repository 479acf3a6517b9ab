// sorting.hpp: arrays in order, with NumPy's names and meaning.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>

namespace bask {

namespace lazy {

ArrayPtr sort(const ArrayPtr& node, std::int64_t axis);
ArrayPtr argsort(const ArrayPtr& node, std::int64_t axis);

}  // namespace lazy

/// The elements along an axis in ascending order, NaN last; complex numbers by their real parts, then by
/// their imaginary ones. Shape: that of x. Chunks: those of x; along `axis` one, where x has more than one
/// axis. Cost: an array with one axis and n chunks: each chunk is sorted, then moves once to the chunks of
/// the result; six tasks for each chunk. With more axes: a rechunk, then one task a block. Throws: Error when
/// x has no axes, when there is no such axis, or a length is not known.
template <class E>
Array<E> sort(const Array<E>& x, std::int64_t axis = -1) {
  return Array<E>(lazy::sort(x.node(), axis));
}

/// The positions along an axis that put it in that order; equal elements keep theirs (kind="stable"). Shape,
/// chunks, cost and errors: those of sort(), of 8 bytes an element more.
template <class E>
Array<std::int64_t> argsort(const Array<E>& x, std::int64_t axis = -1) {
  return Array<std::int64_t>(lazy::argsort(x.node(), axis));
}

}  // namespace bask
