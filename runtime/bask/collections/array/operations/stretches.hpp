// stretches.hpp: finds the stretches of an axis that hold a few wanted positions, for arrays that can be read
// in parts, such as those in files.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/collections/array/lazy/node.hpp>
#include <bask/collections/array/operations/index.hpp>

#include <cstddef>
#include <vector>

namespace bask::lazy {

struct Stretches {
  std::vector<ArrayPtr> nodes;  ///< one after the other along the axis; or the array itself when that is best
  AxisChunks chunks;            ///< of all nodes, along the axis
  Index::Positions positions;   ///< of the wanted elements, counted through all nodes
};

/// `positions` count from the beginning of `axis`, in any order. Cost: nothing when the array has no parts;
/// else a walk over the expression of `node` for each stretch and each pair of neighbouring ones.
Stretches stretches_of(const ArrayPtr& node, Index::Positions positions, std::size_t axis);

}  // namespace bask::lazy
