// drawing_input.hpp: the data from which the picture of a graph is made.
// Runs on: rank 0. Threads: any; it refers to data of the caller.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>

namespace bask {

struct DrawingInput {
  const TaskGraph& graph;
  std::span<const TaskId> targets;
  std::span<const std::uint32_t> uses;  ///< by task, from `cull`; 0: the task is not needed and not drawn

  bool is_needed(TaskId task) const { return uses[task.index] != 0; }
};

}  // namespace bask
