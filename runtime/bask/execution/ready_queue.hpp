// ready_queue.hpp: the units that one thread may run now, the most urgent first; other threads may steal.
// Runs on: every rank. Threads: its owner pushes and pops, any other steals.
// Invariants: (1) every unit that goes in comes out once; (2) pop gives the one with the smallest rank in
//             the plan's order; (3) what is stolen is the less urgent half.
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
  /// Units that are ready from the start, ascending. They come out in order among those that are pushed.
  void set_roots(std::vector<ReadyUnit> roots);

  /// Adds `ready` and takes the most urgent of all. `left` says afterwards how many are there to be stolen.
  struct Next {
    std::optional<std::uint32_t> unit;
    std::size_t left;
  };
  Next push_and_pop(std::span<const ReadyUnit> ready);

  /// Adds units that have become ready by what came from outside of the owner's thread.
  void push(std::span<const ReadyUnit> ready);

  /// Takes the less urgent half, at least one; appends it to `stolen`. Returns whether there was any.
  bool steal(std::vector<ReadyUnit>& stolen);

  /// How many units are there, as far as can be said without the lock.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// The same, ordered with all other threads' sleeping and waking.
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
