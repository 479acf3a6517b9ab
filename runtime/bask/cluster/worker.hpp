// worker.hpp: one rank's part in all runs: the table of runs, the pool whose threads work for one run at a
// time, and results that are held for later runs.
// Runs on: every rank, rank 0 too. Threads: any; the caller holds the exchange's lock. The pool's threads
// run tasks through the TaskRunner of the run that they are in.
// Invariants: (1) the pool works for one run at a time, in the order of run numbers, so that no two ranks
//             wait for each other in different runs; messages of all runs are followed as they come; (2) a
//             run lives until its threads have left it and its results have been sent; (3) messages of runs
//             that have ended are dropped.
#pragma once

#include <bask/cluster/event_reports.hpp>
#include <bask/cluster/exchange.hpp>
#include <bask/cluster/held_results.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/cluster/pool_turns.hpp>
#include <bask/cluster/run_table.hpp>
#include <bask/cluster/worker_run.hpp>
#include <bask/execution/thread_pool.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

struct WorkerOptions {
  RunnerOptions runner;        ///< without `describe`: rank 0 describes tasks
  ThreadPool* pool = nullptr;  ///< null: the rank runs no tasks
};

class Worker {
 public:
  /// The exchange must outlive the worker.
  Worker(Exchange& exchange, WorkerOptions options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Throws: Error when the message cannot be followed.
  void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run, std::span<const std::byte> body);
  /// The value of a kResult or kStolenResult: `position` is that of an import or the number of a unit.
  void on_value(std::uint32_t from, MessageKind kind, std::uint32_t run, std::uint32_t position, Value value);
  /// After a round of progress that thread number `thread` made.
  void on_settled(unsigned thread);
  /// Once in a while: moves the pool from run to run, tells of progress.
  void tick();

  /// Tells rank 0 all that its threads have done, where it wants to know.
  void tell_events();

  /// What this rank waits for in a run.
  Reported report(std::uint32_t run) const;
  /// Whether no run works and no thread is inside one.
  bool is_idle();
  /// How many results are held for later runs.
  std::size_t held() const { return held_.size(); }
  /// The number under which a run's target is held.
  static std::uint64_t held_number(std::uint32_t run, std::uint32_t target) {
    return (std::uint64_t{run} << 32) + target + 1;
  }

  // Rank 0 only: what other ranks get and send as messages, rank 0's own worker gets and gives as calls.
  /// `own` has the graph's constants.
  void begin(std::uint32_t run, const BeginRun& begin, WorkerRun::Constants own);
  void add(std::uint32_t run, const PlanPart& part);
  /// Whether the run has ended here, and the transport no longer reads any of its results in place.
  bool has_left(std::uint32_t run) const;
  /// To be called after the run has ended. Throws: as TaskRunner::take_results.
  Results take_results(std::uint32_t run, std::span<const Source> targets);
  /// What this rank's own tasks have thrown.
  std::optional<RunFailure> failure(std::uint32_t run) const;
  /// To be called after the run has ended and its results were taken.
  void forget(std::uint32_t run);

 private:
  /// Null when the run has ended or has not begun.
  WorkerRun* working(std::uint32_t run) const;
  void follow(WorkerRun& run, std::uint32_t from, MessageKind kind, std::span<const std::byte> body);
  void end(std::uint32_t run);
  void follow_ready();
  void move_pool();
  TaskRunner* runner_inside() const;

  Exchange& exchange_;
  const WorkerOptions options_;
  std::optional<EventReports> events_;  // where somebody looks
  HeldResults held_;
  RunTable<WorkerRun> runs_;
  PoolTurns<WorkerRun> turns_;
};

}  // namespace bask
