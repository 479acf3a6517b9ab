// task_runner.hpp: runs one plan, or one rank's part of it, on the threads that call work(): the loop over
// the parts below, each of which knows one thing about the run.
// Runs on: every rank. Threads: each worker thread calls work() with its own number; one thread at a time,
// the feeding thread, adds parts and results; any thread cancels and asks.
// Invariants: (1) a task runs after all its inputs, once unless it is retried; (2) after a failure or a
//             cancel no further task starts, after drain() no further unit, and work() returns once the
//             running ones have ended; (3) the results do not depend on the number of threads or their
//             timing, nor on when parts of the plan and results of other ranks arrive.
#pragma once

#include <bask/core/memory_use.hpp>
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

/// What a runner does at the moment; read without locks, so it may be out of date.
struct RunnerStatus {
  std::uint32_t running;   ///< threads that are inside a unit
  std::uint32_t ready;     ///< units that could be run now, stolen ones too
  std::uint32_t too_long;  ///< units that were held back, as they would not end in time
  /// Whether nothing can run but units that would not end in time.
  bool is_out_of_time() const { return too_long != 0 && running == 0 && ready == 0; }
};

class TaskRunner {
 public:
  /// Runs a whole plan. `constants` are the graph's, in order.
  /// Throws: Error when a task wants resources that are not offered.
  TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options);
  /// Runs one rank's part of a plan, which comes in stretches by add(); results of other ranks come by
  /// arrived(). It goes on until finish() is called. `outlet` must outlive the runner.
  TaskRunner(PlanShell shell, std::vector<Value*> constants, const RunnerOptions& options, Outlet& outlet);

  /// Runs tasks until all are done or the run has stopped. Each of `threads` threads calls it once.
  void work(unsigned thread);
  /// The same in the calling thread alone, in the plan's order. `between` is called after each task.
  void work_in_order(const std::function<void()>& between);

  /// No further task starts. Any thread may call it, any number of times.
  void cancel() { progress_.cancel(); }
  /// No further unit starts. The last thread that leaves work() keeps results that are still to be read,
  /// until `end`. Any thread.
  void drain(std::chrono::steady_clock::time_point end) { progress_.drain(end); }

  // The feeding thread. Units that become ready by these are run once feed() is called.
  /// Throws: Error when the part lies outside of what the shell announced.
  void add(const PlanPart& part);
  /// The value of the import at `position`; fails the run when the memory limit is passed. Throws: Error when
  /// there is no such import, or when it has arrived before.
  void arrived(std::uint32_t position, Value value);
  /// The last result of a unit that was stolen from here.
  void returned(std::uint32_t unit, Value value);
  /// Gives away the less urgent half of the units that could run now, except those by which a thief would win
  /// no time. They point to results here, which stay until the units are returned.
  std::vector<StolenUnit> give_units();
  /// Takes a unit that was stolen from another rank,
  /// to be run as soon as a thread has nothing of its own. Any thread.
  void steal(StolenUnit stolen);
  /// Puts the units that have become ready into the queues, beginning with that of thread number `thread`,
  /// and wakes sleeping threads for the rest.
  void feed(unsigned thread);
  /// All ranks are done: work() returns.
  void finish() { progress_.finish(); }
  /// The result at `position` has gone to one more of the ranks that read it. In a drain it stays, as another
  /// thread may be keeping it.
  void sent(std::uint32_t position) {
    if (!progress_.drain_end()) executor_.release(position, 0);
  }

  // Any thread, except functions of these that are the feeding thread's.
  const PlanStore& plan() const { return plan_; }
  const RunProgress& progress() const { return progress_; }
  RunnerStatus status() const;
  MemoryUse memory_use() const;
  /// The results that this rank holds.
  ResultStore& results() { return results_; }
  const ResultStore& results() const { return results_; }
  /// To be called after all threads have returned. Throws: the error of the failed task that comes first in
  /// the plan's order; Error when the run was cancelled.
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
