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
#include <string>
#include <vector>

namespace bask {

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

  /// Whether the run has ended: all done, or stopped.
  bool has_ended() const { return progress_.has_ended(); }
  bool stopping() const { return progress_.stopping(); }
  bool cancelled() const { return progress_.cancelled(); }
  std::uint32_t units_left() const { return progress_.units_left(); }
  std::uint32_t imports_left() const { return plan_.imports_left(); }  ///< for the feeding thread
  std::uint64_t tasks() const { return plan_->tasks(); }
  std::uint64_t tasks_done() const { return progress_.tasks_done(); }
  /// Threads that are inside a unit, and units that could be run now, as far as can be said from outside.
  std::uint32_t running() const { return clock_.running(); }
  std::uint32_t ready() const { return static_cast<std::uint32_t>(ready_.size() + stealing_.waiting()); }
  /// Units that were held back, as they would not end in time.
  std::uint32_t too_long() const { return admission_.too_long(); }
  /// Whether nothing can run but what would not end in time.
  bool is_out_of_time() const { return too_long() != 0 && running() == 0 && ready() == 0; }
  /// How many tasks of each group are done.
  std::vector<std::uint64_t> done_by_group() const { return progress_.done_by_group(); }
  /// How many there are to do.
  std::vector<std::uint64_t> tasks_by_group() const { return bask::tasks_by_group(*plan_); }
  const std::string& layer_of_group(std::size_t group) const { return plan_->groups[group].layer; }
  std::uint64_t peak_bytes() const { return results_.peak_bytes(); }

  /// The first task in the plan's order of those that failed.
  std::optional<RunFailure> failure() const { return progress_.failure(); }
  /// The result at `position`, for good.
  Value take(std::uint32_t position) { return results_.take(position); }
  /// After all threads have returned. Throws: what the first failed task caused, in the plan's order; Error
  /// when the run was cancelled.
  Results take_results() { return take_results(plan_->targets); }
  Results take_results(std::span<const Source> targets);

 private:
  TaskRunner(PlanStore plan, std::vector<Value*> constants, const RunnerOptions& options, Outlet* outlet);
  void run_until_ended(unsigned thread);
  void run_unit(std::uint32_t unit, unsigned thread);
  bool run_admitted(std::uint32_t unit, unsigned thread);
  bool run_timed(std::uint32_t unit, unsigned thread);
  bool run_stolen(unsigned thread);
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
