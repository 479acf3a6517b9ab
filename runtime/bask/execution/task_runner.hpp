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
#include <bask/events/thread_lanes.hpp>
#include <bask/events/waiting_task.hpp>
#include <bask/execution/admission.hpp>
#include <bask/execution/memory_gate.hpp>
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
#include <bask/execution/task_watch.hpp>
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

class TaskRunner;
/// What a rank holds, for its EventLog. Both may be null.
EventLog::Standing standing_of(RankMemory* memory, const TaskRunner* runner);

class TaskRunner {
 public:
  /// Runs a whole plan. `constants` are the graph's, in order.
  /// Throws: Error when a task wants resources that are not offered.
  TaskRunner(Plan plan, const std::vector<Value*>& constants, const RunnerOptions& options);
  /// Runs one rank's part of a plan, which comes in stretches by add(); results of other ranks come by
  /// arrived(). It goes on until finish() is called. `outlet` must outlive the runner.
  TaskRunner(PlanShell shell, const std::vector<Value*>& constants, const RunnerOptions& options,
             Outlet& outlet);

  /// Runs tasks until all are done or the run has stopped. Each of `threads` threads calls it once.
  void work(unsigned thread);
  /// The same in the calling thread alone, in the plan's order. `between` is called after each task.
  void work_in_order(const std::function<void()>& between);

  // In place of work(), for one thread that plays all threads of the run, by a clock of its own.
  /// A unit that has begun on a thread.
  struct BegunUnit {
    std::uint32_t unit;
    bool may_start;   ///< false: it is held back, as it would not end in time
    bool has_budget;  ///< it has tickets for memory
  };
  /// Has the thread, which is in no unit, begin the most urgent unit that may start; end_unit() must follow.
  /// Nothing: none may.
  std::optional<BegunUnit> begin_unit(unsigned thread);
  /// Runs the tasks of a unit that has begun, and tells those that wait for it.
  void end_unit(const BegunUnit& begun, unsigned thread);

  /// To be called every TaskWatch::kInterval or so, by the thread that waits for the run: names tasks that
  /// take too long, and fails those that pass their timeout. On ranks the caller holds the exchange's lock.
  void watch_tasks(TaskWatch::TimePoint now) { watch_.look(now); }
  /// Whether a task has passed its timeout, and its thread may not come back.
  bool is_overdue(TaskWatch::TimePoint now) const { return watch_.is_overdue(now); }

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
  /// Returns whether it was asked for, after announced().
  bool arrived(std::uint32_t position, Value value);
  /// The value of the import at `position` can be had, and has so many bytes: units that read it may become
  /// ready; Outlet::fetch asks for it when one of them has room for it.
  void announced(std::uint32_t position, std::uint64_t bytes);
  /// Has a result brought here for another rank: Outlet::serve follows. A place is a position, or what
  /// place_of_constant() says.
  void bring(std::uint32_t place) { memory_.serve(place); }
  /// The last result of a unit that was stolen from here.
  void returned(std::uint32_t unit, Value value);
  /// Gives away the less urgent half of the units that could run now, except those by which a thief would win
  /// no time. They point to results here, which stay until given().
  /// With their inputs they have `most_bytes` at most.
  std::vector<StolenUnit> give_units(std::uint64_t most_bytes = ~std::uint64_t{0});
  /// The unit of this rank is on its way to the thief.
  void given(std::uint32_t unit) { memory_.unpin(unit); }
  /// Takes a unit that was stolen from another rank,
  /// to be run as soon as a thread has nothing of its own. Any thread.
  void steal(StolenUnit stolen);
  /// Whether the memory has room for what stolen units bring with them: nothing of this rank waits for room,
  /// and no other stolen unit is here.
  bool may_steal() const { return memory_.may_steal(); }
  /// Puts the units that have become ready into the queues, beginning with that of thread number `thread`,
  /// and wakes sleeping threads for the rest.
  void feed(unsigned thread);
  /// The run is over. No thread of the disk calls the outlet any more afterwards.
  void close() { memory_.close(); }
  /// All ranks are done: work() returns.
  void finish() { progress_.finish(); }
  /// The result at `position` has gone to one more of the ranks that read it. In a drain it stays, as another
  /// thread may be keeping it.
  void sent(std::uint32_t position) {
    if (results_.is_persisted(position)) {
      memory_.unpin_constant(position - results_.positions());
    } else if (!progress_.drain_end()) {
      executor_.release(position);
    }
    memory_.end_send(position);
  }
  /// Memory for a strip of a result on its way to another rank, until the last copy of the ticket goes.
  std::shared_ptr<void> take_for_strip(std::uint64_t bytes) {
    return memory_.take(MemoryKind::kTransfer, bytes);
  }
  /// A rank that reads the result at `position` asks for it later: it may leave memory until then.
  void let_go(std::uint32_t position) {
    results_.unpin(position);
    memory_.may_leave(position);
    memory_.end_send(position);
  }
  /// To be called when all units are done: asks for results that were announced and that no unit reads.
  /// Returns whether all have come.
  bool fetch_rest() { return memory_.fetch_rest(); }
  /// Whether this rank has room for as many results of others as may come to it unasked.
  bool has_spare_memory() { return memory_.has_spare(); }
  MemoryStanding memory_standing() { return memory_.standing(); }
  /// The run fails with the exception that is being handled, which comes from no task: a value that was on
  /// its way to another rank, or from there, could not be read from the disk, or written there. Any thread.
  void fail_with_current() { progress_.fail_with_current(plan_->positions(), TaskId{kNoIndex}); }
  /// No rank can go on while the disk of this one is full: the run fails, if it still is.
  void give_up_on_disk() { memory_.give_up_on_disk(); }
  // The graph's constants, as places of results.
  std::uint32_t place_of_constant(std::uint32_t constant) const { return results_.positions() + constant; }
  std::uint64_t bytes_of_constant(std::uint32_t constant) { return results_.bytes_of_constant(constant); }
  /// A result at this place is going to be sent; sent() must follow. Returns whether it is here.
  bool begin_send(std::uint32_t place) { return memory_.begin_send(place); }
  const Value& value_at(std::uint32_t place) { return results_.value_at(place); }

  // Any thread, except functions of these that are the feeding thread's.
  const PlanStore& plan() const { return plan_; }
  const RunProgress& progress() const { return progress_; }
  RunnerStatus status() const;
  /// Why a thread that has nothing to run waits.
  Activity wait_reason() const;
  /// The first units that wait, and for what. The feeding thread; for a whole plan one thread at a time.
  /// Cost: a look at some units, not at all.
  RankWaiting waiting();
  MemoryUse memory_use() const;
  /// The results that this rank holds.
  ResultStore& results() { return results_; }
  const ResultStore& results() const { return results_; }
  /// To be called after all threads have returned. Throws: the error of the failed task that comes first in
  /// the plan's order; Error when the run was cancelled.
  Results take_results(std::span<const Source> targets);
  /// The same for results that stay for later runs, in memory or on the disk; null for constants. Equal
  /// targets share one result.
  std::vector<std::shared_ptr<Value>> take_persisted(std::span<const Source> targets);

 private:
  TaskRunner(PlanStore plan, const std::vector<Value*>& constants, const RunnerOptions& options,
             Outlet* outlet);
  void run_until_ended(unsigned thread);
  void run_unit(std::uint32_t unit, unsigned thread);
  std::optional<BegunUnit> enter_unit(std::uint32_t unit, unsigned thread);
  bool run_admitted(std::uint32_t unit, unsigned thread);
  bool run_timed(std::uint32_t unit, unsigned thread);
  bool run_stolen(unsigned thread);
  std::optional<std::chrono::steady_clock::time_point> run_unit_in_order(
      std::uint32_t unit, std::chrono::steady_clock::time_point start, const std::function<void()>& between);
  bool wait_for_memory(std::uint32_t unit, const std::function<void()>& between);
  bool publish(std::uint32_t unit, unsigned thread);
  void start(std::span<const ReadyUnit> granted);
  void fail_for_memory(std::uint32_t unit, const Error& error);
  struct UnitThatWaits {
    std::uint32_t unit;
    WaitingTask task;
  };
  WaitingTask waiting_task(std::uint32_t unit, WaitCause cause) const;
  std::vector<UnitThatWaits> held_units();
  void add_inputs_elsewhere(std::uint32_t unit, WaitingTask& task);
  void add_units_without_inputs(std::vector<UnitThatWaits>& units);
  void add_missing_inputs(std::uint32_t unit, WaitingTask& task);
  std::optional<InputPlace> place_of_missing(std::uint32_t position);
  void require_complete() const;
  void note_kept(std::uint32_t unit);
  void keep_frontier();

  PlanStore plan_;
  Parking parking_;
  const std::shared_ptr<RankMemory> rank_memory_;
  const RankMemory::Counts counts_before_;
  ResultStore results_;
  std::unique_ptr<Recording> recording_;  // null: results are not kept beyond the run
  RunProgress progress_;
  ReadySet ready_;
  const std::shared_ptr<EventLog> events_;  // the lanes are in it
  const ThreadLanes lanes_;
  UnitClock clock_;
  Admission admission_;
  MemoryGate memory_;
  TaskExecutor executor_;
  TaskWatch watch_;
  WorkStealing stealing_;
  PeerTraffic traffic_;
  std::uint32_t first_waiting_ =
      0;  // units before it have all their inputs; of the thread that calls waiting()
};

}  // namespace bask
