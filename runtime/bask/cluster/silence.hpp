// silence.hpp: which ranks have said nothing for too long: plain data of what was heard when.
// Runs on: every rank: rank 0 listens to all, the others to rank 0. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace bask {

class Silence {
 public:
  using Clock = std::chrono::steady_clock;

  Silence(std::uint32_t ranks, std::chrono::nanoseconds limit) : heard_(ranks), limit_(limit) {}

  /// The silence of `rank` counts from `now` on.
  void expect(std::uint32_t rank, Clock::time_point now) { heard_[rank].when = now; }
  /// `rank` may be silent until more than the `parcels` that have come so far have come.
  void excuse(std::uint32_t rank, std::uint64_t parcels) { heard_[rank] = {parcels, {}}; }
  /// `parcels` have come from `rank` in all.
  void note(std::uint32_t rank, std::uint64_t parcels, Clock::time_point now) {
    if (heard_[rank].parcels != parcels) heard_[rank] = {parcels, now};
  }
  /// The first rank that was silent for longer than the limit; a limit of 0: none.
  std::optional<std::uint32_t> silent(Clock::time_point now) const {
    if (limit_.count() == 0) return std::nullopt;
    for (std::uint32_t rank = 0; rank < heard_.size(); ++rank) {
      const bool is_expected = heard_[rank].when != Clock::time_point{};
      if (is_expected && now - heard_[rank].when > limit_) return rank;
    }
    return std::nullopt;
  }
  std::chrono::nanoseconds limit() const { return limit_; }

 private:
  struct Heard {
    std::uint64_t parcels = 0;
    Clock::time_point when{};
  };
  std::vector<Heard> heard_;
  const std::chrono::nanoseconds limit_;
};

}  // namespace bask
