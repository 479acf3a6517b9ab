// ready_queue.hpp: the units that one thread may run now, the most urgent first; other threads may steal.
// Runs on: every rank. Threads: the owner pushes and pops, the feeding thread pushes, any other steals.
// Invariants: (1) every unit that goes in comes out once; (2) the owner gets the unit with the smallest place
//             in the plan's order; (3) thieves get the less urgent half.
#pragma once

#include <bask/core/spin_lock.hpp>
#include <bask/execution/ready_unit.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bask {

class alignas(64) ReadyQueue {
 public:
  /// Units that are ready from the start or were stolen, ascending, where no such ones are left. They and
  /// pushed units come out in one order.
  void set_roots(std::vector<ReadyUnit> roots);

  /// Adds `ready` and takes the most urgent unit of all. `left` units are still there, for others to steal.
  struct Next {
    std::optional<std::uint32_t> unit;
    std::size_t left;
  };
  Next push_and_pop(std::span<const ReadyUnit> ready);

  /// Adds units that another thread than the owner has found ready.
  void push(std::span<const ReadyUnit> ready);

  /// Moves the less urgent half, about, at least one unit, to the end of `stolen`. Returns whether there was
  /// any.
  bool steal(std::vector<ReadyUnit>& stolen);

  /// How many units are there; without the lock, so it may be out of date.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// The same, sequentially consistent with Parking: a thread checks it before it sleeps.
  std::size_t size_before_sleep() const { return size_.load(std::memory_order_seq_cst); }

 private:
  std::size_t roots_left() const BASK_REQUIRES(lock_) { return roots_.size() - next_root_; }
  std::optional<ReadyUnit> take_smallest() BASK_REQUIRES(lock_);
  void add(std::span<const ReadyUnit> ready) BASK_REQUIRES(lock_);

  SpinLock lock_;
  std::vector<ReadyUnit> heap_ BASK_GUARDED_BY(lock_);   // smallest on top
  std::vector<ReadyUnit> roots_ BASK_GUARDED_BY(lock_);  // from next_root_ on
  std::size_t next_root_ BASK_GUARDED_BY(lock_) = 0;
  std::atomic<std::size_t> size_{0};
};

}  // namespace bask
