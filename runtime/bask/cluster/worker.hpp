// worker.hpp: one rank's part in each run: takes its part of the plan, runs it, sends results where they are
// read, and tells rank 0.
// Runs on: every rank, rank 0 too. Threads: on_…() and tick() under the exchange's lock; the pool's threads
// come in through the runner.
// Invariants: (1) at most one run works at a time; what belongs to a later one waits; (2) a run lives until
//             its threads have returned and its results have left; (3) messages of runs that have ended are
//             dropped.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// What one rank has.
struct WorkerOptions {
  RunnerOptions runner;        ///< `describe` is rank 0's affair
  ThreadPool* pool = nullptr;  ///< null: the rank runs no tasks
};

class Worker {
 public:
  Worker(Exchange& exchange, WorkerOptions options);
  ~Worker();

  // Messages.
  void on_begin_run(std::uint32_t run, const BeginRun& begin);
  void on_part(std::uint32_t run, const PlanPart& part);
  void on_result(std::uint32_t run, std::span<const std::byte> body);
  void on_value(std::uint32_t run, std::uint32_t position, Value value);
  void on_cancel(std::uint32_t run);
  void on_stop(std::uint32_t run, const Stop& stop);
  void on_end_run(std::uint32_t run);
  void on_drop(std::uint32_t run, const Drop& drop);
  void on_steal(std::uint32_t run, const Steal& theft);
  void on_stolen(std::uint32_t run, std::span<const std::byte> body);
  void on_stolen_result(std::uint32_t run, std::span<const std::byte> body);
  void on_stolen_result(std::uint32_t run, std::uint32_t unit, Value value);
  /// After a round of progress that thread number `thread` made.
  void on_settled(unsigned thread);
  /// Once in a while: starts and ends rounds of the pool, tells of progress.
  void tick();

  /// What this rank waits for, in one line.
  std::string report() const;
  /// Whether no run works and no thread is inside one.
  bool is_idle();
  /// How many results are held for later runs.
  std::size_t held() const { return held_.size(); }

  // Rank 0 only: what its own part needs that cannot be said in a message.
  /// To be called before the run begins. The values stay while `owner` does, which the run keeps.
  void set_constants(std::vector<Value*> constants, std::shared_ptr<const void> owner) {
    constants_ = std::move(constants);
    owner_ = std::move(owner);
  }
  /// The run has ended and its results were taken.
  void forget_run();
  /// After the run has ended. Throws: as TaskRunner::take_results.
  Results take_results(std::span<const Source> targets);
  /// What this rank's own tasks have thrown in the newest run.
  std::optional<RunFailure> failure() const;
  /// The number under which a run's target is held.
  static std::uint64_t held_number(std::uint32_t run, std::uint32_t target) {
    return (std::uint64_t{run} << 32) + target + 1;
  }

 private:
  class Run;
  struct Early {  // came before the run that it belongs to
    std::uint32_t run;
    std::function<void()> handle;
  };

  /// The run of that number if it works; null when it has ended or has not begun.
  Run* working(std::uint32_t run) const;
  bool is_early(std::uint32_t run) const;
  void replay_early();
  using HeldValues = std::vector<std::shared_ptr<Value>>;
  std::vector<Value*> constants_of(const BeginRun& begin, HeldValues& kept);
  void move_pool();
  void tell_if_done();
  void tell_progress();
  void tell_if_dry();

  Exchange& exchange_;
  const WorkerOptions options_;
  std::shared_ptr<Run> run_;                  // the newest, until it has ended
  std::shared_ptr<Run> inside_;               // that the pool's threads are in, perhaps an older one
  std::unique_ptr<ThreadPool::Round> round_;  // of inside_
  std::deque<Early> early_;
  std::uint32_t newest_ = 0;  // run that has begun here
  std::vector<Value*> constants_;
  std::shared_ptr<const void> owner_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Value>> held_;  // shared with runs that read them
  std::chrono::steady_clock::time_point last_told_{};
};

}  // namespace bask
