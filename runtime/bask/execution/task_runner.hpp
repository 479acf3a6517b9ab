// task_runner.hpp: runs one plan, or one rank's part of it, on the threads that come to work on it: the
// loop that ties together parts of which each knows one thing about the run.
// Runs on: every rank. Threads: each worker thread calls work() with its own number; one thread at a time,
// the feeding thread, adds parts and results; any thread cancels and asks.
// Invariants: (1) a task runs after all its inputs, once unless it is retried; (2) after a failure or a
//             cancel no further task starts, after drain() no further unit, and work() returns once the
//             running ones have ended; (3) the results do not depend on the number of threads or their
//             timing, nor on when parts of the plan and results of other ranks arrive.
#pragma once

#include <bask/execution/admission.hpp>
#include <bask/execution/outlet.hpp>
#include <bask/execution/parking.hpp>
#include <bask/execution/peer_traffic.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/ready_set.hpp>
#include <bask/execution/recording.hpp>
#include <bask/execution/result_store.hpp>
#include <bask/execution/run_progress.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/execution/task_executor.hpp>
#include <bask/execution/unit_clock.hpp>
#include <bask/execution/work_stealing.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace bask {

/// What a runner does at the moment, as far as can be said from outside.
struct RunnerStatus {
  std::uint32_t running;   ///< threads that are inside of a unit
  std::uint32_t ready;     ///< units that could be run now, stolen ones too
  std::uint32_t too_long;  ///< units that were held back, as they would not end in time
  /// Whether nothing can run but what would not end in time.
  bool is_out_of_time() const { return too_long != 0 && running == 0 && ready == 0; }
};

class TaskRunner {
 public:
  /// Runs a whole plan. `constants` are the graph's, in order.
  /// Throws: Error when a task wants resources that are not offered.
  TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options);
  /// Runs a part that comes in stretches, by add(), and reads results that come from other ranks, by
  /// arrived(). It goes on until finish() is called. `outlet` must outlive the runner.
  TaskRunner(PlanShell shell, std::vector<Value*> constants, const RunnerOptions& options, Outlet& outlet);

  /// Runs tasks until all are done or the run has stopped. Each of `threads` threads calls it once.
  void work(unsigned thread);
  /// The same in the calling thread alone, in the plan's order. `between` is called after each task.
  void work_in_order(const std::function<void()>& between);

  /// No further task starts. Any thread may call it, any number of times.
  void cancel() { progress_.cancel(); }
  /// No further unit starts, and what is still to be read is kept once the last thread has come out, or
  /// the latest at `end`. Any thread.
  void drain(std::chrono::steady_clock::time_point end) { progress_.drain(end); }

  // For the feeding thread. What becomes ready is run once feed() is called.
  /// Throws: Error when the part lies outside of what the shell announced.
  void add(const PlanPart& part);
  /// The value of the import at `position`; fails the run when the memory limit is passed. Throws: Error when
  /// there is no such import, or when it has arrived before.
  void arrived(std::uint32_t position, Value value);
  /// The last result of a unit that was stolen from here.
  void returned(std::uint32_t unit, Value value);
  /// Gives away half of the units that could run now, the less urgent, as far as a thief would win time by
  /// running them. They refer to results here, which stay until they are returned.
  std::vector<StolenUnit> give_units();
  /// Runs a unit that was stolen from another rank, as soon as a thread has nothing of its own. Any thread.
  void steal(StolenUnit stolen);
  /// Hands what has become ready to thread number `thread`, and wakes others for the rest.
  void feed(unsigned thread);
  /// All ranks are done: work() returns.
  void finish() { progress_.finish(); }
  /// The result at `position` has gone to one more of its ranks. In a drain it stays, for it may be being
  /// kept.
  void sent(std::uint32_t position) {
    if (!progress_.drain_end()) executor_.release(position, 0);
  }

  // To be asked by anyone, unless it is for the feeding thread.
  const PlanStore& plan() const { return plan_; }
  const RunProgress& progress() const { return progress_; }
  RunnerStatus status() const;
  /// What is held; results that are taken are taken for good.
  ResultStore& results() { return results_; }
  const ResultStore& results() const { return results_; }
  /// After all threads have returned. Throws: what the first failed task caused, in the plan's order; Error
  /// when the run was cancelled.
  Results take_results(std::span<const Source> targets);

 private:
  TaskRunner(PlanStore plan, std::vector<Value*> constants, const RunnerOptions& options, Outlet* outlet);
  void run_until_ended(unsigned thread);
  void run_unit(std::uint32_t unit, unsigned thread);
  bool run_admitted(std::uint32_t unit, unsigned thread);
  bool run_timed(std::uint32_t unit, unsigned thread);
  bool run_stolen(unsigned thread);
  bool run_unit_in_order(std::uint32_t unit, const std::function<void()>& between);
  bool send_result(std::uint32_t unit);
  void keep_frontier();

  PlanStore plan_;
  Parking parking_;
  ResultStore results_;
  std::unique_ptr<Recording> recording_;  // null: results are not kept beyond the run
  RunProgress progress_;
  ReadySet ready_;
  UnitClock clock_;
  Admission admission_;
  TaskExecutor executor_;
  WorkStealing stealing_;
  PeerTraffic traffic_;
};

}  // namespace bask
