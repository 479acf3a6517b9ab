// result_sizes.hpp: how many bytes each result of a graph has, as it is known or guessed before it is made.
// Runs on: rank 0. Threads: made by one, then read by any.
#pragma once

#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <vector>

namespace bask {

struct ResultSizes {
  std::vector<float> of_group;  ///< where the group says it all; both empty: all are taken as equal
  std::vector<float> of_task;   ///< else
  std::vector<float> of_constant;

  float of(const TaskGraph& graph, TaskId task) const {
    if (!of_task.empty()) return of_task[task.index];
    return of_group.empty() ? 1.0F : of_group[graph.group[task.index]];
  }
};

/// Of each task, the first of these that is known: what its layer says; `known_of_group`, a number for each
/// group, 0 where there is none; the size of its kernel's type, where that holds no memory. Else it is taken
/// to be as large as the largest result that it reads, or where it reads none, as the largest constant or its
/// arguments. Cost: nothing for tasks whose groups say it all, else one sweep over tasks and inputs.
ResultSizes result_sizes(const TaskGraph& graph, const std::vector<float>& known_of_group);

}  // namespace bask
