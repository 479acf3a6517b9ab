// order.hpp: the order in which tasks should start: depth first, so that results are freed early.
// Runs on: rank 0. Threads: any; a pure function.
// Source: of a task's inputs the one whose making needs the most results at once is made first (Sethi and
// Ullman, "The Generation of Optimal Code for Arithmetic Expressions", 1970): optimal on trees of equal
// results, a heuristic elsewhere.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

/// The last task of each needed chain, in the order in which the chains should start; every chain comes after
/// those whose results it reads. A task with a higher priority, and all that it needs, comes before the
/// others. `previous` comes from `fuse`, `uses` from `cull`. Cost: two sweeps over tasks and inputs.
std::vector<TaskId> order(const TaskGraph& graph, std::span<const TaskId> targets,
                          std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses);

}  // namespace bask
