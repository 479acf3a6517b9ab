// worker_run.hpp: one rank's part in one run: its runner, what reaches it from other ranks, what it sends
// them, and what it tells rank 0.
// Runs on: every rank. Threads: those of the pool are inside the runner and come out through the Outlet; the
// rest is called by whichever thread holds the exchange's lock.
// Invariant: it lives until its threads have come out and what it sends from where it lies has gone.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/held_results.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/cluster/run_reports.hpp>
#include <bask/execution/outlet.hpp>
#include <bask/execution/task_runner.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bask {

class WorkerRun final : public Outlet, public std::enable_shared_from_this<WorkerRun> {
 public:
  /// What the run reads that no task of it makes.
  struct Constants {
    std::vector<Value*> values;                   ///< by number; null: not here
    std::shared_ptr<const void> owner = nullptr;  ///< rank 0: of those that are its graph's
    std::vector<HeldResults::Shared> held = {};   ///< of those that were persisted
  };

  WorkerRun(Exchange& exchange, std::uint32_t number, const BeginRun& begin, Constants constants,
            const RunnerOptions& options, bool has_pool);

  /// Posts the constants that other ranks read.
  void send_constants(std::span<const ConstantExport> exports);

  // What others say.
  void add(const PlanPart& part);
  void arrived(std::uint32_t position, Value value);
  void give_units(const Steal& theft);
  void take_stolen(StolenUnit unit);
  void stop(std::chrono::nanoseconds patience);
  /// All ranks are done.
  void end();

  /// After end(), unless the run has stopped: the results that stay on this rank.
  struct StayingResult {
    std::uint32_t target;
    Value value;
  };
  std::vector<StayingResult> take_staying();

  /// After messages were let in by thread number `thread`; `inside`: threads are in the run.
  void settle(unsigned thread, bool inside);
  /// Once in a while.
  void tick(bool inside);
  /// Whether the pool has not been given to it, and it has something for the pool to do.
  bool wants_pool() const { return !has_had_pool_ && !ended_ && !runner_.progress().stopping(); }
  void give_pool() { has_had_pool_ = true; }

  bool has_ended() const { return ended_; }
  bool is_stopping() const { return runner_.progress().stopping(); }
  /// Whether all that is sent from where it lies has gone.
  bool has_sent_all() const { return sending_.load(std::memory_order_acquire) == 0; }
  /// What this rank waits for, in one line.
  std::string report() const;
  TaskRunner& runner() { return runner_; }

 private:
  void send(std::uint32_t position, const Value& value, std::span<const Export> exports) override;
  void give_back(const StolenUnit& unit, Value value) override;
  void flush() override { exchange_.try_flush(); }
  bool progress(unsigned thread) override { return exchange_.try_progress(thread); }

  Exchange& exchange_;
  const std::uint32_t number_;
  const Constants constants_;
  const std::vector<Hold> holds_;
  const PartSize size_;
  const unsigned dry_below_;  // threads at work; 0: the rank does not steal
  TaskRunner runner_;
  RunReports reports_;
  std::uint32_t units_missing_;  // that have not come from rank 0
  bool has_had_pool_ = false, ended_ = false;
  std::atomic<std::uint32_t> sending_{0};
};

}  // namespace bask
