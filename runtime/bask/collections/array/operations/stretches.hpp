// stretches.hpp: where few positions are wanted of an array of which a file, say, gives any part, the
// stretches that hold them.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/collections/array/lazy/node.hpp>
#include <bask/collections/array/operations/index.hpp>

#include <cstddef>
#include <vector>

namespace bask::lazy {

struct Stretches {
  std::vector<ArrayPtr> nodes;  ///< one after the other along the axis; the array itself where that is best
  AxisChunks chunks;            ///< along the axis, of all of them
  Index::Positions positions;   ///< the same elements as these were, in all of them
};

/// `positions`: from the beginning of `axis`, in any order. Cost: without parts, nothing; else a look at the
/// expression of `node` for every two stretches.
Stretches stretches_of(const ArrayPtr& node, Index::Positions positions, std::size_t axis);

}  // namespace bask::lazy
