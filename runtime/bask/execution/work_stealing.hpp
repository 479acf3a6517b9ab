// work_stealing.hpp: units that this rank, as a victim, gives to a thief, and units that it has stolen
// itself.
// Runs on: every rank of several. Threads: the feeding thread gives and adds; worker threads take what
// they run.
// Invariants: (1) a unit is given once, ready to run, with all that it needs; (2) what this rank has
//             stolen and not begun may go on to another thief: each stolen unit runs on one rank.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/ready_set.hpp>
#include <bask/execution/recording.hpp>
#include <bask/execution/result_store.hpp>
#include <bask/execution/stolen_unit.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace bask {

class WorkStealing {
 public:
  /// All must outlive it. `recording` is null where no results are recorded.
  WorkStealing(const PlanStore& plan, const ResultStore& results, ReadySet& ready, const Recording* recording)
      : plan_(plan), results_(results), ready_(ready), recording_(recording) {}

  /// Gives away half of the units that could run now, the less urgent, as far as a thief would win time by
  /// running them, where units take so long. The rest is found again by the feeding thread.
  std::vector<StolenUnit> give(std::chrono::nanoseconds unit_time);

  /// This rank has stolen a unit, and is to run it.
  void add(StolenUnit stolen);
  /// The one to be run next.
  std::optional<StolenUnit> next();
  /// How many no thread has begun, as far as can be said without the lock.
  std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  /// The same, ordered with all other threads' sleeping and waking.
  std::uint32_t waiting_before_sleep() const { return waiting_.load(std::memory_order_seq_cst); }

 private:
  void give_on(std::vector<StolenUnit>& given);
  StolenUnit unit_with_inputs(std::uint32_t unit) const;
  void add_step(std::uint32_t position, std::uint32_t first, StolenUnit& stolen) const;

  const PlanStore& plan_;
  const ResultStore& results_;
  ReadySet& ready_;
  const Recording* const recording_;
  Mutex mutex_;
  std::deque<StolenUnit> stolen_ BASK_GUARDED_BY(mutex_);
  std::atomic<std::uint32_t> waiting_{0};
};

}  // namespace bask
