// backoff.hpp: how long a polling thread pauses before it polls again: not at all at first, then 1/16 of the
// time that it has waited already, so that waiting costs little and delays little.
// Runs on: every rank. Threads: each has its own.
#pragma once

#include <bask/core/spin_pause.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace bask {

/// How a thread waits on this machine.
struct BackoffOptions {
  /// There are more threads than cores: other threads need this core, so the thread yields at once.
  bool crowded = false;
  std::chrono::microseconds longest_nap{4000};
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options) : options_(options) {}

  /// Something has happened: the next wait starts from the beginning.
  void reset() { polls_ = 0; }

  /// To be called after a poll that found nothing, before the next.
  void wait() {
    using std::chrono::steady_clock;
    if (++polls_ <= (options_.crowded ? kCrowdedPolls : kPolls)) {
      if (polls_ == 1) start_ = {};
      if (options_.crowded) {
        std::this_thread::yield();
      } else {
        spin_pause();
      }
      return;
    }
    const auto now = steady_clock::now();
    if (start_ == steady_clock::time_point{}) start_ = now;
    const auto nap = (now - start_) / kPartOfWaiting;
    if (nap < kShortestNap) {
      if (options_.crowded || nap * 2 > kShortestNap) {
        std::this_thread::yield();
      } else {
        spin_pause();
      }
      return;
    }
    std::this_thread::sleep_for(std::min<steady_clock::duration>(nap, options_.longest_nap));
  }

 private:
  static constexpr int kPolls = 100;  // before the clock is read
  static constexpr int kCrowdedPolls = 4;
  static constexpr int kPartOfWaiting = 16;
  // A sleep takes about 50 µs more than it is asked for.
  static constexpr std::chrono::microseconds kShortestNap{10};

  const BackoffOptions options_;
  int polls_ = 0;
  std::chrono::steady_clock::time_point start_{};
};

}  // namespace bask
