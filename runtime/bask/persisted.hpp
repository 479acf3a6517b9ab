// persisted.hpp: handles to results that stay while the handles live, here or on the ranks that made them.
// Runs on: rank 0. Threads: the thread that computes; the handles may go on any.
#pragma once

#include <bask/graph/runtime.hpp>
#include <bask/graph/task_graph.hpp>

#include <memory>
#include <span>
#include <vector>

namespace bask {

class HeldDrops;

/// One handle for each target, which takes its value from `results`; a target that was no task stays as it
/// is, and equal ones have one handle.
std::vector<TaskRef> hold_results(std::span<const TaskRef* const> targets, Results& results);

/// The same where ranks hold the results, of each target at `places`: when the last copy of a handle goes,
/// `drops` is told.
std::vector<TaskRef> hold_places(std::span<const TaskRef* const> targets, std::span<const Constant> places,
                                 const std::shared_ptr<HeldDrops>& drops);

}  // namespace bask
