// parking.hpp: where threads with nothing to do spin at first, then sleep, until there is work.
// Runs on: every rank. Threads: any.
// Invariants: (1) a thread announces that it will sleep, then checks for work once more, and only then
//             sleeps: so no wake-up is lost; (2) wake_one() costs one load when nobody sleeps.
#pragma once

#include <bask/core/spin_pause.hpp>

#include <atomic>
#include <cstdint>
#include <thread>

namespace bask {

class Parking {
 public:
  /// Returns when `there_is_work()` may be true. Spins for some microseconds, then sleeps.
  template <class Check>
  void wait_for_work(const Check& there_is_work) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (there_is_work()) return;
      spin_pause();
    }
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    const std::uint32_t seen = wakes_.load(std::memory_order_seq_cst);
    if (!there_is_work()) wakes_.wait(seen, std::memory_order_seq_cst);
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// Call after making work visible with a sequentially consistent store.
  void wake_one() {
    if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
    wakes_.fetch_add(1, std::memory_order_seq_cst);
    wakes_.notify_one();
  }
  void wake_all() {
    wakes_.fetch_add(1, std::memory_order_seq_cst);
    wakes_.notify_all();
  }

 private:
  // About 50 µs: longer than another thread's small task, shorter than a time slice.
  static constexpr int kSpins = 2000;

  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<std::uint32_t> wakes_{0};
};

}  // namespace bask
