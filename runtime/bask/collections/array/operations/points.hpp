// points.hpp: the elements at points of several axes together, in two steps: a task for each block that holds
// points picks these, in their order; then a task for each block of the result gathers its points.
// Runs on: rank 0; the kernels on every rank. Threads: any.
#pragma once

#include <bask/collections/array/operations/index.hpp>

#include <cstddef>
#include <vector>

namespace bask::lazy {

/// Point i lies at positions at[k][i] along axes[k]. The axes ascend; positions count from 0.
/// Shape: (points, the other axes). Chunks: along the points, as many as make blocks of the node's size, in
/// multiples of `together` if there are so many; along the other axes, the node's.
/// Cost: linear in the points and the blocks that hold any; no other block is computed.
ArrayPtr pick(const ArrayPtr& node, const std::vector<std::size_t>& axes,
              const std::vector<Index::Positions>& at, std::int64_t together);

}  // namespace bask::lazy
