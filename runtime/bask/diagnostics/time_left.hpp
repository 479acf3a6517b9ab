// time_left.hpp: how long a computation will take yet, from how fast it went lately.
// Runs on: rank 0. Threads: one.
// Invariants: (1) it keeps at most kMostSamples, however long it watches.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bask {

class TimeLeft {
 public:
  static constexpr std::size_t kMostSamples = 64;

  /// `done` tasks were done when `elapsed` had passed; neither goes back.
  void observe(std::chrono::nanoseconds elapsed, std::uint64_t done);

  /// The tasks that remain, at the rate of the later half of the time so far: slow to swing, and a slow
  /// beginning is forgotten. Nothing before a second has passed and a task is done.
  std::optional<std::chrono::nanoseconds> estimate(std::uint64_t total) const;

 private:
  struct Sample {
    std::chrono::nanoseconds elapsed{};
    std::uint64_t done = 0;
  };
  std::vector<Sample> samples_{
      Sample{}};  // of the past, `spacing_` apart or more; the first is the beginning
  std::chrono::nanoseconds spacing_ = std::chrono::milliseconds(100);
  Sample latest_{};
};

}  // namespace bask
