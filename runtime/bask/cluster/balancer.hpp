// balancer.hpp: from which loaded rank a rank that has run dry is to steal: decisions over plain data.
// Runs on: rank 0. Threads: one at a time.
// Invariants: (1) for each dry rank at most one victim is asked at a time; (2) while every victim refuses,
//             the pause before the next round of asking grows from 2 to 100 ms.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace bask {

class Balancer {
 public:
  using Clock = std::chrono::steady_clock;
  /// `victim` is to give half of what it could run to `thief`.
  struct Ask {
    std::uint32_t victim;
    std::uint32_t thief;
    friend bool operator==(const Ask&, const Ask&) = default;
  };

  /// A run begins: how many units each rank has.
  void begin(std::vector<std::uint32_t> units);
  /// `rank` has nothing to run: no units of its own, and no stolen ones.
  void on_dry(std::uint32_t rank);
  /// `rank` has `left` units to do; `ready` of them could be run now.
  void on_progress(std::uint32_t rank, std::uint32_t left, std::uint32_t ready);
  /// `ask.victim` has no unit that is worth stealing.
  void on_refused(const Ask& ask);
  /// Which victims are to be asked now.
  std::vector<Ask> asks(Clock::time_point now);

 private:
  struct Rank {
    std::uint32_t left = 0, ready = 0;
    bool is_dry = false, is_asked_for = false;
    std::vector<bool> has_refused;
    Clock::time_point not_before{};
    std::chrono::milliseconds pause{};
  };
  bool pick_victim(std::uint32_t thief, std::uint32_t& victim) const;

  std::vector<Rank> ranks_;
};

}  // namespace bask
