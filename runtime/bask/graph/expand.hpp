// expand.hpp: from the handles a user holds to the flat graph of all that they need.
// Runs on: rank 0. Threads: any, on a graph of its own.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <span>
#include <vector>

namespace bask {

struct Expansion {
  TaskGraph graph;
  std::vector<TaskId> targets;  ///< in the order they were asked for
};

/// All tasks of all layers that `targets` can reach. Some may not be needed: `cull` tells which.
/// Cost: linear in tasks and inputs. Throws: Error for more than 2^32 - 2 tasks or inputs.
Expansion expand(std::span<const TaskRef* const> targets);

}  // namespace bask
