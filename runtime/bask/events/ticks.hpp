// ticks.hpp: a clock that is cheap enough to be read twice a task: the processor's time stamp counter where
// the system trusts it as its own clock, else the steady clock.
// Runs on: every rank. Threads: any.
#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace bask {

/// Nanoseconds on the steady clock.
inline std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// A time that is the same from one of the system's timer ticks to the next, which come each 1 to 10 ms:
/// tells that much time has passed. Cost: about 6 ns.
inline std::int64_t timer_tick() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Whether the time stamp counter runs evenly, and alike on all cores.
bool has_even_counter();

/// Reads ticks, and tells what they are on the steady clock.
class TickClock {
 public:
  TickClock() : first_(read()) {}

  /// Cost: about 10 ns with the counter, else about 20.
  std::int64_t now() const {
#if defined(__x86_64__)
    if (is_counter_) return static_cast<std::int64_t>(__rdtsc());
#endif
    return steady_ns();
  }
  /// How the ticks of the time since this clock was made relate to nanoseconds. Cost: some clock readings.
  class Scale {
   public:
    double ticks_per_us() const { return 1000 / ns_per_tick_; }
    /// Nanoseconds on the steady clock.
    std::int64_t steady_ns(std::int64_t ticks) const {
      return first_ns_ + static_cast<std::int64_t>(static_cast<double>(ticks - first_ticks_) * ns_per_tick_);
    }

   private:
    friend class TickClock;
    std::int64_t first_ticks_ = 0, first_ns_ = 0;
    double ns_per_tick_ = 1;
  };
  Scale scale() const;

 private:
  struct Reading {
    std::int64_t ticks, ns;
  };
  Reading read() const;

  const bool is_counter_ = has_even_counter();
  const Reading first_;
};

}  // namespace bask
