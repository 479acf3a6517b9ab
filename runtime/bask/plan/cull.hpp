// cull.hpp: which tasks of a graph are needed, and how often each result is read.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

/// How many times each task's result is read: by the tasks that are needed, and once for each time that the
/// task is a target. 0: no target needs the task. Cost: one sweep over tasks and inputs, from the back.
std::vector<std::uint32_t> cull(const TaskGraph& graph, std::span<const TaskId> targets);

}  // namespace bask
