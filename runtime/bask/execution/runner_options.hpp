// runner_options.hpp: what a runner has to run with: threads, limits, and the recorder of its results.
// Runs on: every rank. Threads: any; options do not change once a runner is made.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/events/event_log.hpp>
#include <bask/execution/backoff.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/recorder.hpp>
#include <bask/execution/resource_gate.hpp>
#include <bask/safety/task_error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_set>

namespace bask {

class FailedTasks;

/// Returns the name of a task and what it reads, for messages.
using DescribeTask = std::function<TaskFailure(TaskId)>;

struct RunnerOptions {
  unsigned threads = 1;
  std::shared_ptr<RankMemory> memory = nullptr;  ///< of the rank; null: the run's own, without a limit
  std::uint64_t under_way = 0;  ///< bytes of results that other ranks may send unasked: room is left for them
  bool persists = false;        ///< the targets stay for later runs
  ResourceAmounts resources = {};  ///< what annotated tasks may hold at once
  DescribeTask describe = {};      ///< makes failures TaskErrors; without it they stay what the task threw
  BackoffOptions backoff = {};
  Recorder* recorder = nullptr;  ///< keeps results beyond the run; if set, the plan must have keys
  std::shared_ptr<EventLog> events = nullptr;  ///< of the rank; null: nobody looks at what its threads do
  std::uint32_t number = 0;                    ///< of the computation, for events
  /// Tasks whose unit has one of these keys run in a process of their own; with `isolate_all` every one.
  std::shared_ptr<const std::unordered_set<Key>> isolated = nullptr;
  bool isolate_all = false;
  double slow_task = 0;                                 ///< see Options; 0: no task is named
  std::chrono::nanoseconds task_timeout{0};             ///< see Options
  std::shared_ptr<FailedTasks> failed_tasks = nullptr;  ///< of the process; null: none is kept for a replay
  /// No unit starts that would not end by then, judged by the last units of its group; {}: none is held back.
  std::chrono::steady_clock::time_point end{};
};

}  // namespace bask
