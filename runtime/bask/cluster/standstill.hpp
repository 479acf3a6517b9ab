// standstill.hpp: whether some thread does not come back from the exchange: no thread makes a round of
// progress, though the pulse thread tries again and again.
// Runs on: every rank. Threads: the pulse thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace bask {

class Standstill {
 public:
  using Clock = std::chrono::steady_clock;

  /// `limit` 0: never a standstill. When more than three times `interval` lie between two calls of look(),
  /// the calling thread itself was asleep, perhaps with the whole process: that time does not count.
  Standstill(std::chrono::nanoseconds limit, std::chrono::nanoseconds interval, std::uint64_t rounds,
             Clock::time_point now)
      : limit_(limit), interval_(interval), rounds_(rounds), moved_at_(now), looked_at_(now) {}

  /// All threads have made `rounds` rounds of progress in all.
  /// Returns whether the last is longer ago than the limit.
  bool look(std::uint64_t rounds, Clock::time_point now) {
    const bool overslept = now - looked_at_ > 3 * interval_;
    if (rounds != rounds_ || overslept) moved_at_ = now;
    rounds_ = rounds;
    looked_at_ = now;
    return limit_.count() != 0 && now - moved_at_ > limit_;
  }

 private:
  std::chrono::nanoseconds limit_, interval_;
  std::uint64_t rounds_;
  Clock::time_point moved_at_, looked_at_;
};

}  // namespace bask
