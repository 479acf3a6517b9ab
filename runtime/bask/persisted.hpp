// persisted.hpp: handles to results that stay while the handles live, here or on the ranks that made them.
// Runs on: rank 0. Threads: the thread that computes; any thread may destroy the handles.
#pragma once

#include <bask/graph/runtime.hpp>
#include <bask/graph/task_graph.hpp>

#include <memory>
#include <span>
#include <vector>

namespace bask {

class HeldDrops;

/// One handle for each target, of results that this process keeps. Where it keeps none, the target was no
/// task and stays as it is. Targets with one result share one handle.
std::vector<TaskRef> hold_results(std::span<const TaskRef* const> targets,
                                  std::span<const std::shared_ptr<Value>> persisted);

/// The same where ranks hold the results; `places` says which rank, for each target. When the last copy of a
/// handle is destroyed, it tells `drops`.
std::vector<TaskRef> hold_places(std::span<const TaskRef* const> targets, std::span<const Constant> places,
                                 const std::shared_ptr<HeldDrops>& drops);

}  // namespace bask
