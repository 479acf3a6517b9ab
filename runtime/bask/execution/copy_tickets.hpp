// copy_tickets.hpp: memory for encoded copies of results that go to the disk or come from it.
// Runs on: every rank. Threads: any.
// Invariants: (1) nobody waits in here: a copy for which there is no memory is begun by the thread that ends
//             another one; (2) while no other copy has memory beyond the limit, one has. That one is not
//             counted, and lies in the margin that the process has beside its limit.
// So copies never stand still: each that has begun waits for the disk alone, and ends.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/memory_ledger.hpp>

#include <cstdint>
#include <deque>
#include <functional>

namespace bask {

class CopyTickets {
 public:
  struct Ticket {
    std::uint64_t counted = 0;  ///< bytes that the ledger counts; 0: the copy is beyond the limit
  };
  using Begin = std::function<void(Ticket)>;

  explicit CopyTickets(MemoryLedger& ledger) : ledger_(ledger) {}

  /// Calls `begin` once there is memory for a copy of so many bytes: now, or when another copy ends.
  /// `begin` must not throw; end() must follow it.
  void take(std::uint64_t bytes, Begin begin);
  /// The copy's memory is free again.
  void end(Ticket ticket);

 private:
  struct Waiting {
    std::uint64_t bytes;
    Begin begin;
  };
  bool try_take(std::uint64_t bytes, Ticket& ticket) BASK_REQUIRES(mutex_);
  bool begin_next();

  MemoryLedger& ledger_;
  Mutex mutex_;
  bool any_beyond_ BASK_GUARDED_BY(mutex_) = false;
  std::deque<Waiting> waiting_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
