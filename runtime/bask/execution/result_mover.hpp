// result_mover.hpp: has results go to the disk and come back, or makes them again.
// Runs on: every rank. Threads: any.
// Invariants: (1) a result that leaves or comes is touched by nobody else but its readers, who hold pins; (2)
//             `left` or `came` is called once for each move, by a thread of the spill file or of the remaker,
//             or by the caller.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/copy_tickets.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/result_store.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

namespace bask {

class ResultMover {
 public:
  struct Hooks {
    std::function<void(std::uint32_t place, const SpillOutcome&)> left;
    std::function<void(std::uint32_t place, Value, const SpillOutcome&)> came;
    /// How a result of this run is made again that has a copy, but was not written.
    std::function<Recipe(std::uint32_t position)> recipe;
  };
  /// `threads` make results again.
  ResultMover(ResultStore& results, RankMemory& memory, unsigned threads, Hooks hooks)
      : results_(results),
        memory_(memory),
        threads_(threads),
        hooks_(std::move(hooks)),
        copies_in_memory_(memory.ledger()) {}
  /// Waits until nothing is on its way. The copies of results that are left go from the disk.
  ~ResultMover();

  /// Writes a result that has begun to leave. `left` must call settle().
  void write(std::uint32_t place);
  /// Ends its leaving: it goes from memory, unless it is pinned or was not written.
  void settle(std::uint32_t place, const SpillOutcome& outcome);
  /// Reads a result that has begun to come.
  void read(std::uint32_t place);
  /// Reads the copy of a result, which stays where it is. Empty when there is none, or when it cannot be
  /// read.
  Value read_copy(std::uint32_t place);
  /// A result that has a copy on the disk, and is not pinned, goes from memory.
  void drop_from_memory(std::uint32_t place);

  /// The result at this place is not needed any more: neither is its copy. Returns whether there was one.
  bool forget(std::uint32_t place) { return any_copy_.load(std::memory_order_relaxed) && forget_copy(place); }
  /// What the result at `position` comes back from after the run; none: it is not to leave.
  std::optional<SpilledCopy> take_copy(std::uint32_t position);
  void wait_until_still();

 private:
  using Came = std::function<void(Value, const SpillOutcome&)>;
  void read(const SpilledCopy& copy, const Came& came);
  void make_again(const SpilledCopy& copy, const Came& came);
  std::optional<SpilledCopy> find_copy(std::uint32_t place);
  void write_encoded(std::uint32_t place, CopyTickets::Ticket ticket);
  void read_encoded(const SpilledCopy& copy, const Came& came, CopyTickets::Ticket ticket);
  bool forget_copy(std::uint32_t place);
  void begin_move();
  void end_move();

  ResultStore& results_;
  RankMemory& memory_;
  const unsigned threads_;
  const Hooks hooks_;
  CopyTickets copies_in_memory_;  // of types that must be encoded
  std::atomic<bool> any_copy_{false};
  Mutex mutex_;
  Condition still_;
  std::uint32_t moving_ BASK_GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::uint32_t, SpilledCopy> copies_ BASK_GUARDED_BY(mutex_);  // by position
  Recipe::Copies recipe_inputs_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
