// work_stealing.hpp: units that this rank, as a victim, gives to a thief, and units that it has stolen
// itself.
// Runs on: every rank of several. Threads: the feeding thread gives and adds; worker threads take what
// they run.
// Invariants: (1) a unit is given once, ready to run, with all its inputs; (2) a unit that this rank has
//             stolen and not begun may go on to another thief: each stolen unit runs on one rank.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/memory_gate.hpp>
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
  /// All must outlive this. `recording` is null where no results are recorded.
  WorkStealing(const PlanStore& plan, const ResultStore& results, MemoryGate& memory, ReadySet& ready,
               const Recording* recording)
      : plan_(plan), results_(results), memory_(memory), ready_(ready), recording_(recording) {}

  /// Gives away the less urgent half of the units that could run now, except those by which a thief would win
  /// no time, if a unit takes `unit_time`, and those whose inputs are not all here, or would take the bytes
  /// given, and those of the results that come back, above `most_bytes`. Those go to ReadySet::found() of the
  /// feeding thread. What is given stays pinned until MemoryGate::unpin().
  std::vector<StolenUnit> give(std::chrono::nanoseconds unit_time,
                               std::uint64_t most_bytes = ~std::uint64_t{0});

  /// Adds a unit that this rank has stolen and is to run.
  void add(StolenUnit stolen);
  /// Takes the stolen unit that is to be run next.
  std::optional<StolenUnit> next();
  /// How many stolen units no thread has begun; without the lock, so it may be out of date.
  std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  /// The same, sequentially consistent with Parking: a thread checks it before it sleeps.
  std::uint32_t waiting_before_sleep() const { return waiting_.load(std::memory_order_seq_cst); }

 private:
  void give_on(std::vector<StolenUnit>& given, std::uint64_t& most_bytes);
  StolenUnit unit_with_inputs(std::uint32_t unit) const;
  void add_step(std::uint32_t position, std::uint32_t first, StolenUnit& stolen) const;

  const PlanStore& plan_;
  const ResultStore& results_;
  MemoryGate& memory_;
  ReadySet& ready_;
  const Recording* const recording_;
  Mutex mutex_;
  std::deque<StolenUnit> stolen_ BASK_GUARDED_BY(mutex_);
  std::atomic<std::uint32_t> waiting_{0};
};

}  // namespace bask
