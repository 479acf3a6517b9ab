// time_left.hpp: estimates how much longer a computation will take, from its recent speed.
// Runs on: rank 0. Threads: one.
// Invariant: it keeps at most kMostSamples samples, however long it watches.
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

  /// Says that `done` tasks were done when `elapsed` had passed. Neither may decrease from call to call.
  void observe(std::chrono::nanoseconds elapsed, std::uint64_t done);

  /// The time for the remaining tasks, at the rate of the later half of the time so far. So the estimate
  /// changes slowly, and a slow beginning is forgotten. Nothing until a second has passed and a task is done.
  std::optional<std::chrono::nanoseconds> estimate(std::uint64_t total) const;

 private:
  struct Sample {
    std::chrono::nanoseconds elapsed{};
    std::uint64_t done = 0;
  };
  std::vector<Sample> samples_{Sample{}};  // `spacing_` apart or more; the first is the beginning
  std::chrono::nanoseconds spacing_ = std::chrono::milliseconds(100);
  Sample latest_{};
};

}  // namespace bask
