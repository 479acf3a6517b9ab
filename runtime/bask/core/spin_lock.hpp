// spin_lock.hpp: a lock that is held for a few dozen instructions, or that other threads only try.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/spin_pause.hpp>
#include <bask/core/thread_annotations.hpp>

#include <atomic>
#include <thread>

namespace bask {

/// A thread that waits yields its core after a while, in case there are more threads than cores.
class BASK_LOCK("spin lock") SpinLock {
 public:
  void lock() BASK_ACQUIRES() {
    while (!try_lock()) wait();
  }
  bool try_lock() BASK_TRIES(true) {
    return !held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire);
  }
  void unlock() BASK_RELEASES() { held_.store(false, std::memory_order_release); }

  /// Whether any thread holds it, for assertions.
  bool is_held() const { return held_.load(std::memory_order_relaxed); }

 private:
  void wait() {
    constexpr int kSpins = 100;
    for (int spin = 0; held_.load(std::memory_order_relaxed); ++spin) {
      if (spin < kSpins) {
        spin_pause();
      } else {
        std::this_thread::yield();
      }
    }
  }
  std::atomic<bool> held_{false};
};

}  // namespace bask
