// make_plan.hpp: from a graph and its targets to the plan that a runner follows.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/plan/result_sizes.hpp>

#include <span>

namespace bask {

struct PlanOptions {
  bool fuse = true;   ///< run linear chains as one unit
  bool keys = false;  ///< give units keys, for keeping results; recalled results get none
};

/// Culls, fuses and orders. The plan refers to the graph's arguments; `sizes` are of the graph's results.
/// Throws: Error for more than 2^31 - 1 tasks.
Plan make_plan(const TaskGraph& graph, std::span<const TaskId> targets, const PlanOptions& options,
               const ResultSizes& sizes = {});

}  // namespace bask
