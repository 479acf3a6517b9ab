// worker_run.hpp: one rank's part in one run: its TaskRunner, what comes from other ranks, what goes to them,
// and what rank 0 is told.
// Runs on: every rank. Threads: the pool's threads are inside the runner, and call the functions of Outlet;
// all others are called by whichever thread holds the exchange's lock.
// Invariant: it lives until the pool's threads have left it and the transport no longer
//            reads its results in place.
#pragma once

#include <bask/cluster/exchange.hpp>
#include <bask/cluster/held_results.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/cluster/run_reports.hpp>
#include <bask/core/mutex.hpp>
#include <bask/execution/outlet.hpp>
#include <bask/execution/push_credits.hpp>
#include <bask/execution/task_runner.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

class WorkerRun final : public Outlet, public std::enable_shared_from_this<WorkerRun> {
 public:
  /// What the run reads that no task of it makes.
  struct Constants {
    std::vector<Value*> values;                   ///< by number; null: not on this rank
    std::shared_ptr<const void> owner = nullptr;  ///< rank 0: owns the graph's constants
    std::vector<HeldResults::Shared> held = {};   ///< owns the constants that were persisted
  };

  WorkerRun(Exchange& exchange, std::uint32_t number, const BeginRun& begin, Constants constants,
            RunnerOptions options, bool has_pool, EventReports* events);

  /// Posts the constants that other ranks read.
  void send_constants(std::span<const ConstantExport> exports);

  // What other ranks have sent.
  void add(const PlanPart& part);
  void arrived(std::uint32_t from, std::uint32_t position, Value value);
  void announced(std::uint32_t from, const Announced& announced);
  void send_fetched(std::uint32_t from, const Fetch& fetch);
  void add_credit(std::uint32_t from, const Credit& credit);
  void give_units(const Steal& theft);
  void take_stolen(StolenUnit unit);
  void stop(std::chrono::nanoseconds patience);
  /// All ranks are done.
  void end();

  /// After end(), unless the run has stopped: the results that stay on this rank.
  struct StayingResult {
    std::uint32_t target;
    std::shared_ptr<Value> value;
  };
  std::vector<StayingResult> take_staying();

  /// To be called after thread number `thread` has let messages in.
  /// `inside`: the pool's threads are in the run.
  void settle(unsigned thread, bool inside);
  /// Once in a while.
  void tick(bool inside);
  /// Whether the run has not had the pool yet, and has something for it to do.
  bool wants_pool() const { return !has_had_pool_ && !ended_ && !runner_.progress().stopping(); }
  void give_pool() { has_had_pool_ = true; }

  /// Calls `f`, which may move parts of exchanges to the disk, or from there. Where that fails, the run
  /// fails: as an exception of a message, the Error would end the job.
  template <class F>
  void fail_where_thrown(const F& f) {
    try {
      f();
    } catch (const Error&) {
      runner_.fail_with_current();
    }
  }

  bool has_ended() const { return ended_; }
  bool is_stopping() const { return runner_.progress().stopping(); }
  /// Whether the transport no longer reads any result of this run in place.
  bool has_sent_all() const { return sending_.load(std::memory_order_acquire) == 0; }
  /// What this rank waits for, with one line of text.
  Reported report();
  TaskRunner& runner() { return runner_; }
  /// To be called before the table lets go of the run: no thread of the disk uses it any more afterwards.
  void close() { runner_.close(); }

 private:
  void send(std::uint32_t position, const Value& value, std::span<const Export> exports) override;
  // Where memory is short: without a limit, parts are sent as other results are.
  bool goes_by_parts(const Value& value) const {
    return credits_.are_limited() && value.has_value() && value.type()->part_bytes != nullptr;
  }
  void send_parts(std::uint32_t place, const Value& value, const Export& to);
  void post(const Export& to, std::uint32_t place, const Value& value);
  void post_strip(const Export& to, Value strip);
  void return_credit();
  void fetch(std::uint32_t position) override;
  void serve(std::uint32_t place) override;
  void give_back(const StolenUnit& unit, Value value) override;
  void flush() override { exchange_.try_flush(); }
  bool progress(unsigned thread) override { return exchange_.try_progress(thread); }
  bool is_receiving() const override { return exchange_.is_receiving(); }

  Exchange& exchange_;
  const std::uint32_t number_;
  const Constants constants_;
  const std::vector<Hold> holds_;
  const std::vector<StripExport> strips_;  // sorted by rank and position
  const PartSize size_;
  const std::shared_ptr<EventLog> events_;  // null: nobody looks
  const unsigned dry_below_;                // threads at work; 0: the rank does not steal
  PushCredits credits_, parts_credits_;     // of results, and of parts of exchanges
  TaskRunner runner_;
  Mutex asked_mutex_;
  std::unordered_multimap<std::uint32_t, Export> asked_ BASK_GUARDED_BY(asked_mutex_);  // by place, for whom
  // Which rank has announced an import, and its place there. Guarded by the mutex as well.
  std::unordered_map<std::uint32_t, Export> announced_ BASK_GUARDED_BY(asked_mutex_);
  // Parts of exchanges that wait for credit, by the rank that reads them, with their places here.
  struct WaitingParts {
    Export to;
    std::uint32_t place;
    std::uint64_t bytes;
  };
  std::unordered_map<std::uint32_t, std::deque<WaitingParts>> waiting_parts_ BASK_GUARDED_BY(asked_mutex_);
  RunReports reports_;
  std::uint32_t units_missing_;  // units of this rank that have not come from rank 0 yet
  bool has_had_pool_ = false, ended_ = false;
  std::atomic<std::uint32_t> sending_{0};
};

}  // namespace bask
