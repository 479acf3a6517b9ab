// run_progress.hpp: how far a run is, and what ends it: all is done, a task has failed, or it was stopped.
// Runs on: every rank. Threads: each worker thread counts under its own number, the feeding thread under the
// one after the last; any thread stops, fails and asks.
// Invariants: (1) once stopping() holds, it stays so; (2) of several failures the first in the plan's order
//             counts; (3) threads that sleep in the parking are woken when the run ends.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/mutex.hpp>
#include <bask/execution/group_meter.hpp>
#include <bask/execution/parking.hpp>
#include <bask/execution/runner_options.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// A task that threw.
struct RunFailure {
  TaskId task;
  std::uint32_t position;
  std::exception_ptr error;
  std::string cause;  ///< type and text of what was thrown
  // See TaskFailure.
  bool timed_out = false;
  std::string replay = {};
};

/// How much there is to count.
struct RunSize {
  std::uint32_t units;
  std::size_t groups;
  unsigned threads;
};

class RunProgress {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// kWhenDone: the run ends once all units are done. kWhenTold: once finish() is called, as units of other
  /// ranks may still be stolen.
  enum class End { kWhenDone, kWhenTold };
  /// `describe`, unless it is empty, makes TaskErrors of what tasks throw.
  RunProgress(const RunSize& size, End end, DescribeTask describe, Parking& parking);

  // Counts.
  void task_done(std::uint32_t group, unsigned thread) {
    std::atomic<std::uint64_t>& done = threads_[thread].done_by_group[group];
    done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// A task of the group has made a result that holds `bytes` of memory.
  void result_made(std::uint32_t group, std::uint64_t bytes, unsigned thread) {
    threads_[thread].meters[group].add_result(bytes);
  }
  /// A unit whose last task is of the group took `taken`.
  void unit_timed(std::uint32_t group, std::chrono::nanoseconds taken, unsigned thread) {
    threads_[thread].meters[group].add_unit(taken.count());
  }
  /// Other threads see it after every 1024th, and after report().
  void unit_done(unsigned thread) {
    constexpr std::uint32_t kReportEvery = 1024;
    if (++threads_[thread].units_done == kReportEvery) report(thread);
  }
  /// Takes the units that the thread has done off units_left().
  void report(unsigned thread);

  // The end.
  /// No further task starts.
  void cancel();
  /// No further unit starts. The last thread out keeps results that are worth it, until `end`.
  void drain(TimePoint end);
  /// All ranks are done.
  void finish();
  /// A task has failed; or the run itself, then `task` is kNoIndex. Cancels the run.
  void fail(RunFailure failure);
  /// The same with the exception that is being handled. `replay`: the command that runs the task again.
  void fail_with_current(std::uint32_t position, TaskId task, std::string replay = {});
  /// The calling thread runs no more units. Returns whether all worker threads have said so.
  bool last_out() { return threads_out_.fetch_add(1, std::memory_order_acq_rel) + 2 == threads_.size(); }

  // Any thread.
  bool has_ended() const {
    return stopping() ||
           (end_ == End::kWhenDone ? units_left() == 0 : finished_.load(std::memory_order_acquire));
  }
  bool stopping() const { return stop_.load(std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  /// The time until which results are kept; none when the run is not drained.
  std::optional<TimePoint> drain_end() const;
  std::uint32_t units_left() const { return units_left_.load(std::memory_order_acquire); }
  std::uint64_t tasks_done() const;
  /// How many tasks of each group are done.
  std::vector<std::uint64_t> done_by_group() const;
  /// Sizes of results and durations of units of each group, as far as they were measured.
  std::vector<GroupMeasure> measured() const;
  /// The failed task that comes first in the plan's order.
  std::optional<RunFailure> failure() const;

 private:
  struct alignas(64) Thread {
    std::uint32_t units_done = 0;  // not yet taken off units_left_
    std::vector<std::atomic<std::uint64_t>> done_by_group;
    std::vector<GroupMeter> meters;  // by group
  };

  const End end_;
  const DescribeTask describe_;
  Parking& parking_;
  std::vector<Thread> threads_;  // and one more, of the feeding thread
  mutable Mutex failure_mutex_;
  std::optional<RunFailure> failure_ BASK_GUARDED_BY(failure_mutex_);
  std::atomic<unsigned> threads_out_{0};
  alignas(64) std::atomic<std::uint32_t> units_left_;
  alignas(64) std::atomic<bool> stop_{false};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> finished_{false};
  std::atomic<std::int64_t> drain_end_ns_{0};  // on the steady clock; 0: the run is not drained
};

}  // namespace bask
