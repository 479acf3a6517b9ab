// order.hpp: the order in which tasks should start: depth first, so that results are freed early.
// Runs on: rank 0. Threads: any; a pure function.
// Source: Liu, "An Application of Generalized Tree Pebbling to Sparse Matrix Factorization", 1987, after
// Sethi and Ullman, 1970. Of a task's inputs, the one whose making frees the most memory again is made first.
// For a tree this is the best depth-first order, for other graphs a heuristic. Where large results have
// several readers, these run as soon as they can if they free about as much as they add (releases.hpp). A
// layer may say which of its tasks had better follow each other (Layer::companions).
#pragma once

#include <bask/graph/task_graph.hpp>
#include <bask/plan/result_sizes.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

/// The last task of each needed chain, in the order in which the chains should start; every chain comes after
/// the chains whose results it reads. A task with a higher priority, and all that it needs, comes before the
/// others. `previous` comes from `fuse`, `uses` from `cull`, `sizes` from `result_sizes`. Cost: two sweeps
/// over tasks and inputs.
std::vector<TaskId> order(const TaskGraph& graph, std::span<const TaskId> targets,
                          std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses,
                          const ResultSizes& sizes = {});

}  // namespace bask
