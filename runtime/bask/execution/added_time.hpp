// added_time.hpp: adds the time of its life to a sum.
// Runs on: every rank. Threads: any; the sum outlives it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace bask {

class [[nodiscard]] AddedTime {
 public:
  /// Adds nothing unless it `counts`.
  AddedTime(std::atomic<std::int64_t>& sum_ns, bool counts)
      : sum_ns_(sum_ns), start_(counts ? Clock::now() : Clock::time_point()) {}
  ~AddedTime() {
    if (start_ != Clock::time_point()) sum_ns_ += std::chrono::nanoseconds(Clock::now() - start_).count();
  }
  AddedTime(const AddedTime&) = delete;
  AddedTime& operator=(const AddedTime&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  std::atomic<std::int64_t>& sum_ns_;
  const Clock::time_point start_;
};

}  // namespace bask
