// sorting.hpp: arrays in order, with NumPy's names and meaning.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>

namespace bask {

namespace lazy {

ArrayPtr sort(const ArrayPtr& node, std::int64_t axis);
ArrayPtr argsort(const ArrayPtr& node, std::int64_t axis);
struct UniqueCounts {
  ArrayPtr values, counts;
};
UniqueCounts unique_counts(const ArrayPtr& node);

}  // namespace lazy

/// The elements along an axis in ascending order, NaN last; complex numbers by their real parts, then by
/// their imaginary ones. Shape: that of x. Chunks: those of x; along `axis` one, where x has more than one
/// axis, and others cut so that blocks do not grow. Cost: an array with one axis and n chunks: each chunk is
/// sorted, then moves once to the chunks of the result; six tasks for each chunk. With more axes: a rechunk,
/// then one task a block. Throws: Error when x has no axes, when there is no such axis, or a length is not
/// known.
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

/// The different elements of x, ravelled, in ascending order; NaN is one of them, at the end. Shape: one
/// axis, whose length is not known before it is computed. Chunks: as many as x ravelled has. Cost: each chunk
/// is sorted; its different elements move once; five tasks for each chunk.
template <class E>
Array<E> unique(const Array<E>& x) {
  return Array<E>(lazy::unique_counts(x.node()).values);
}

/// The same with how often each of them is there.
template <class E>
struct UniqueCounts {
  Array<E> values;
  Array<std::int64_t> counts;
};
template <class E>
UniqueCounts<E> unique_counts(const Array<E>& x) {
  const lazy::UniqueCounts both = lazy::unique_counts(x.node());
  return {Array<E>(both.values), Array<std::int64_t>(both.counts)};
}

}  // namespace bask
