// task_watch.hpp: looks now and then at what the threads of a run do: names tasks that take much longer than
// others of their group, and fails those that have passed their timeout.
// Runs on: every rank. Threads: one at a time: the one that waits for the run in one process, on ranks
// whichever holds the exchange's lock. That is also when the plan grows.
// Invariants: (1) watching costs tasks nothing: how long a task has run is the time since it was seen first,
//             and the time of a group is that between looks, given to the tasks that are then seen; (2) each
//             task is named once, and a rank names kMostNamed in a run.
#pragma once

#include <bask/execution/plan_store.hpp>
#include <bask/execution/run_progress.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/execution/task_executor.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

class TaskWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Time = std::chrono::nanoseconds;
  static constexpr std::chrono::milliseconds kInterval{50};
  static constexpr std::chrono::seconds kLeastSlow{5};
  static constexpr int kMostNamed = 20;
  /// After a timeout: for tasks that run to end, and so that the run ends in order.
  static constexpr std::chrono::milliseconds kTimeToLeave{500};

  /// `plan`, `executor` and `progress` must outlive this.
  TaskWatch(const PlanStore& plan, const TaskExecutor& executor, RunProgress& progress,
            const RunnerOptions& options);

  /// To be called every kInterval or so; calls in between do nothing.
  void look(TimePoint now);
  /// Where the calling thread runs the tasks itself: the task at `position` has ended.
  void ended(std::uint32_t position, Time taken);
  /// Whether a task has passed its timeout, and threads have had the time to leave the run since.
  bool is_overdue(TimePoint now) const { return timed_out_at_ && now - *timed_out_at_ > kTimeToLeave; }

 private:
  /// What a thread was doing at the last look.
  struct Seen {
    ThreadTask::Call call;
    TimePoint first;
    Time busy{0};
    bool is_named = false;
  };
  /// A task to be judged.
  struct Judged {
    TaskId task;
    std::uint32_t position;  // for RunProgress
    std::uint32_t group;
    const Annotations* notes;  // null: none
    bool is_isolated = false;
  };
  void look_at(unsigned thread, Time since, TimePoint now);
  Judged judged(const ThreadTask& of, std::uint32_t position) const;
  Time timeout_of(const Judged& task) const;
  bool has_passed(const Judged& task, Time taken) const;
  void fail(const Judged& task, Time taken);
  bool is_slow(const Judged& task, Time taken, Time& mean);
  Key key_of(std::uint32_t position) const;
  void name(const Judged& task, Time taken, Time mean, const char* verb);

  const PlanStore& plan_;
  const TaskExecutor& executor_;
  RunProgress& progress_;
  const double slow_factor_;
  const Time timeout_;
  const DescribeTask describe_;
  Time least_;  // nothing is to be said of tasks that take less
  std::vector<Seen> seen_;
  std::vector<Time> ended_by_group_;          // of tasks that have ended
  std::vector<std::uint64_t> done_by_group_;  // as of this look; empty: not asked for yet
  std::optional<TimePoint> looked_at_, timed_out_at_;
  int named_ = 0;
};

}  // namespace bask
