// ready_set.hpp: the units of one run that may run now: a queue for each worker thread, and what each
// thread has found but not yet shown to the others.
// Runs on: every rank. Threads: each worker thread has its own number; the feeding thread has feeder().
// Invariants: (1) every unit that goes in comes out once; (2) a thread takes the most urgent unit of its
//             own queue, and steals the less urgent half of another one.
#pragma once

#include <bask/execution/ready_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class ReadySet {
 public:
  explicit ReadySet(unsigned threads) : queues_(threads), found_(std::size_t{threads} + 1) {}

  unsigned threads() const { return static_cast<unsigned>(queues_.size()); }
  /// The number that stands for the feeding thread, which has no queue.
  unsigned feeder() const { return threads(); }

  /// Shares out the units that are ready from the start, ascending. Neighbours in the plan go to one thread:
  /// what they make is likely to be read together. Where some are more urgent than the plan says the threads
  /// take turns instead, so that the urgent ones start first on all.
  void deal(std::span<const std::uint32_t> roots, bool take_turns);
  /// Forgets what was dealt: whoever follows the plan's order takes nothing from here.
  void drop_roots();

  /// Where a thread puts units that it finds ready. They come into its queue with its next call of next();
  /// those of the feeding thread come into all queues with feed().
  std::vector<ReadyUnit>& found(unsigned thread) { return found_[thread].units; }
  /// The most urgent unit of the thread.
  ReadyQueue::Next next(unsigned thread);
  /// Takes units from the other threads' queues into what this one has found. Returns whether there were any.
  bool steal(unsigned thread);
  /// Shares out what the feeding thread has found, from queue number `first` on. Returns how many units.
  std::size_t feed(unsigned first);
  /// Takes the less urgent half of every queue.
  std::vector<ReadyUnit> take_half();

  /// How many units are in the queues, as far as can be said from outside.
  std::size_t size() const;
  /// Whether any queue has one. Ordered with all other threads' sleeping and waking.
  bool any_before_sleep() const;

 private:
  struct alignas(64) Found {
    std::vector<ReadyUnit> units;
  };
  std::vector<ReadyQueue> queues_;
  std::vector<Found> found_;  // and one more, of the feeding thread
};

}  // namespace bask
