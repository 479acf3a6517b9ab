// peer_traffic.hpp: when the threads of a run send results to other ranks, and when they look for messages
// that have come.
// Runs on: every rank; does nothing where there is one rank only. Threads: each worker thread under its own
// number; the feeding thread sends, too, and flushes by itself.
// Invariants: (1) a posted result is flushed before its thread rests; (2) a thread looks for messages after
//             every 16 units; (3) of the threads that rest, one looks.
#pragma once

#include <bask/events/thread_lanes.hpp>
#include <bask/execution/backoff.hpp>
#include <bask/execution/outlet.hpp>
#include <bask/execution/parking.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/unit_clock.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace bask {

class PeerTraffic {
 public:
  struct Waiters {
    unsigned threads;
    BackoffOptions backoff;
  };
  /// `outlet` is null where there are no other ranks. All must outlive it.
  PeerTraffic(Outlet* outlet, const PlanStore& plan, const UnitClock& clock, const ThreadLanes& lanes,
              const Waiters& waiters)
      : outlet_(outlet),
        plan_(plan),
        clock_(clock),
        lanes_(lanes),
        backoff_(waiters.backoff),
        threads_(waiters.threads) {}

  /// Posts the unit's result to the ranks that read it. Throws: what putting it into bytes throws.
  void send(std::uint32_t unit, const Value& result, unsigned thread) {
    const LaneSpan moving(lanes_.of(thread), Activity::kTransfer);
    outlet_->send(plan_.last_of(unit), result, plan_->exports_of(unit));
  }
  /// The thread has posted a result, which is to be flushed before the thread rests.
  void posted(unsigned thread) { ++threads_[thread].results_unsent; }
  void give_back(const StolenUnit& stolen, Value result) { outlet_->give_back(stolen, std::move(result)); }

  /// To be called before the thread runs this unit, or rests:
  /// flushes what it has posted, unless more will follow soon.
  void before_unit(std::optional<std::uint32_t> next, unsigned thread) {
    if (threads_[thread].results_unsent != 0) flush_before(next, thread);
  }
  /// The thread has run a unit. Returns whether it has looked for messages now.
  bool after_unit(unsigned thread) {
    constexpr std::uint32_t kUnitsBetweenLooks = 16;
    if (outlet_ == nullptr || ++threads_[thread].units_since_look < kUnitsBetweenLooks) return false;
    threads_[thread].units_since_look = 0;
    const LaneSpan moving(lanes_.of(thread), Activity::kTransfer);
    outlet_->progress(thread);
    return true;
  }
  bool has_peers() const { return outlet_ != nullptr; }
  /// Whether large results of other ranks are on their way.
  bool is_receiving() const { return outlet_ != nullptr && outlet_->is_receiving(); }
  /// The thread has nothing to run: waits until `there_is_work()`.
  template <class Check>
  void wait(unsigned thread, const Check& there_is_work, Parking& parking) {
    if (outlet_ == nullptr || someone_looks_.exchange(true, std::memory_order_acquire)) {
      parking.wait_for_work(there_is_work);
      return;
    }
    Backoff backoff(backoff_);
    while (!there_is_work()) {
      if (outlet_->progress(thread)) {
        backoff.reset();
      } else {
        backoff.wait();
      }
    }
    someone_looks_.store(false, std::memory_order_release);
  }

 private:
  struct alignas(64) Thread {
    std::uint32_t results_unsent = 0;  // posted for other ranks, not yet flushed
    std::uint32_t units_since_look = 0;
  };
  void flush_before(std::optional<std::uint32_t> next, unsigned thread);

  Outlet* const outlet_;
  const PlanStore& plan_;
  const UnitClock& clock_;
  const ThreadLanes& lanes_;
  const BackoffOptions backoff_;
  std::vector<Thread> threads_;
  std::atomic<bool> someone_looks_{false};
};

}  // namespace bask
