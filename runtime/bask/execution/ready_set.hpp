// ready_set.hpp: the units of one run that may run now: a queue for each worker thread, and a list for each
// thread of the units that it has found ready, but not yet put into a queue.
// Runs on: every rank. Threads: each worker thread has its own number; the feeding thread has feeder(); any
// other thread may push.
// Invariants: (1) every unit that goes in comes out once; (2) a thread takes the most urgent unit of its
//             own queue, and steals the less urgent half of another one.
#pragma once

#include <bask/execution/ready_queue.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class ReadySet {
 public:
  explicit ReadySet(unsigned threads) : queues_(threads), found_(std::size_t{threads} + 1) {}

  unsigned threads() const { return static_cast<unsigned>(queues_.size()); }
  /// The number of the feeding thread, which has no queue.
  unsigned feeder() const { return threads(); }

  /// Shares out the units that are ready from the start, ascending. Neighbours in the plan go to one thread,
  /// as their results are likely to be read together. With `take_turns` they go to the threads in turn, so
  /// that urgent ones start first on all threads.
  void deal(std::span<const std::uint32_t> roots, bool take_turns);
  /// Forgets what was dealt, for a thread that follows the plan's order and takes nothing from here.
  void drop_roots();

  /// Where a thread puts units that it finds ready. They enter its queue with its next call of next(); those
  /// of the feeding thread are shared out over all queues by feed().
  std::vector<ReadyUnit>& found(unsigned thread) { return found_[thread].units; }
  /// Takes the most urgent unit of the thread.
  ReadyQueue::Next next(unsigned thread);
  /// Moves the less urgent half of another thread's queue to that of this thread, which is empty. Returns
  /// whether there were any.
  bool steal(unsigned thread);
  /// Shares out the units that the feeding thread has found, from queue number `first` on.
  /// Returns their number.
  std::size_t feed(unsigned first);
  /// Shares out units that may run now; any thread.
  void push(std::span<const ReadyUnit> units);
  /// Takes the less urgent half of every queue.
  std::vector<ReadyUnit> take_half();

  /// How many units are in the queues; without their locks, so it may be out of date.
  std::size_t size() const;
  /// Whether any queue has a unit; sequentially consistent with Parking.
  bool any_before_sleep() const;

 private:
  struct alignas(64) Found {
    std::vector<ReadyUnit> units;
  };
  std::vector<ReadyQueue> queues_;
  std::vector<Found> found_;              // and one more, of the feeding thread
  std::atomic<unsigned> next_pushed_{0};  // the queue for the next unit of push()
};

}  // namespace bask
