// standstill.hpp: whether some thread does not come back from the exchange: no round of progress is made by
// any thread, though one that looks again and again tries.
// Runs on: every rank. Threads: the pulse's.
#pragma once

#include <chrono>
#include <cstdint>

namespace bask {

class Standstill {
 public:
  using Clock = std::chrono::steady_clock;

  /// A limit of 0: never. Whoever looks more rarely than three times `interval` was asleep itself, with the
  /// whole process perhaps, which says nothing about the others.
  Standstill(std::chrono::nanoseconds limit, std::chrono::nanoseconds interval, std::uint64_t rounds,
             Clock::time_point now)
      : limit_(limit), interval_(interval), rounds_(rounds), moved_at_(now), looked_at_(now) {}

  /// So many rounds were made in all. Returns whether none was for longer than the limit.
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
