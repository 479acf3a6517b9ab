// result_sizes.hpp: how many bytes each result of a graph has, known or guessed before it is made.
// Runs on: rank 0. Threads: made by one, then read by any.
#pragma once

#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <vector>

namespace bask {

struct ResultSizes {
  std::vector<float> of_group;  ///< where groups say all; both arrays empty: all results count as equal
  std::vector<float> of_task;   ///< else
  std::vector<float> of_constant;

  float of(const TaskGraph& graph, TaskId task) const {
    if (!of_task.empty()) return of_task[task.index];
    return of_group.empty() ? 1.0F : of_group[graph.group[task.index]];
  }
};

/// The size of each task's result is the first of these that is known: what its layer says; the size of its
/// kernel's type, where that holds no memory; `known_of_group`, a number for each group, 0 where it is not
/// known. Else the result counts as large as the largest result that the task reads or, where it reads none,
/// as the largest constant or its arguments. Cost: where groups say all, one look at each group; else one
/// sweep over tasks and inputs.
ResultSizes result_sizes(const TaskGraph& graph, const std::vector<float>& known_of_group);

/// The bytes that the task at `position` reads and makes; `sizes` are the graph's.
float bytes_touched(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes,
                    std::uint32_t position);

}  // namespace bask
