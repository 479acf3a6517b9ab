// drawing_input.hpp: what a picture of a graph is made from.
// Runs on: rank 0. Threads: any; it refers to what the caller holds.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>

namespace bask {

struct DrawingInput {
  const TaskGraph& graph;
  std::span<const TaskId> targets;
  std::span<const std::uint32_t> uses;  ///< per task, as `cull` tells; 0: not needed, and so left out

  bool is_needed(TaskId task) const { return uses[task.index] != 0; }
};

}  // namespace bask
