// points.hpp: the elements at points of several axes together, in two steps: each block that holds points
// gives them, in their order, and each block of the result gathers its own from those. Runs on: rank 0; the
// kernels on every rank. Threads: any.
#pragma once

#include <bask/collections/array/operations/index.hpp>

#include <cstddef>
#include <vector>

namespace bask::lazy {

/// at[k] are the positions along axes[k], from 0 on, as many for each of the axes, which ascend.
/// Shape: (points, the other axes). Chunks: of points, as many as make blocks of the size of the node's, in
/// multiples of `together` if there are so many; of the other axes, the node's.
/// Cost: linear in the points and the blocks that hold any; no other block is computed.
ArrayPtr pick(const ArrayPtr& node, const std::vector<std::size_t>& axes,
              const std::vector<Index::Positions>& at, std::int64_t together);

}  // namespace bask::lazy
