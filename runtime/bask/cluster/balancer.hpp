// balancer.hpp: which loaded rank is asked to share with which rank that has run dry: decisions over plain
// data.
// Runs on: rank 0. Threads: one at a time.
// Invariants: (1) for each dry rank at most one other is being asked; (2) where nobody has anything to share,
//             asking becomes rarer, down to ten times a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace bask {

class Balancer {
 public:
  using Clock = std::chrono::steady_clock;
  /// `lender` is to give half of what it could run to `borrower`.
  struct Ask {
    std::uint32_t lender;
    std::uint32_t borrower;
    friend bool operator==(const Ask&, const Ask&) = default;
  };

  /// A run begins: how many units each rank has.
  void begin(std::vector<std::uint32_t> units);
  /// A rank has nothing to run, or nothing more of what it was lent.
  void on_dry(std::uint32_t rank);
  /// A rank has so many units to do, of which so many could be run now.
  void on_progress(std::uint32_t rank, std::uint32_t left, std::uint32_t ready);
  /// `ask.lender` has nothing that is worth sharing.
  void on_refused(const Ask& ask);
  /// Whom to ask now.
  std::vector<Ask> asks(Clock::time_point now);

 private:
  struct Rank {
    std::uint32_t left = 0, ready = 0;
    bool is_dry = false, is_asked_for = false;
    std::vector<bool> has_refused;
    Clock::time_point not_before{};
    std::chrono::milliseconds pause{};
  };
  bool pick_lender(std::uint32_t borrower, std::uint32_t& lender) const;

  std::vector<Rank> ranks_;
};

}  // namespace bask
