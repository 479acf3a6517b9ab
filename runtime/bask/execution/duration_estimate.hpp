// duration_estimate.hpp: how long the tasks of one layer take, judged by those that have ended.
// Runs on: every rank. Threads: one adds; any reads, without locks, and may see an addition half made.
// Source: V. Jacobson, Congestion Avoidance and Control, SIGCOMM 1988: running mean and mean deviation, as
//         TCP estimates round trips, with their gains of 1/8 and 1/4; with four deviations, as in RFC 6298.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace bask {

/// The durations so far, at one moment, as plain data.
struct Durations {
  std::int64_t count = 0;
  std::int64_t mean_ns = 0;
  std::int64_t deviation_ns = 0;  ///< mean distance from the mean
  std::int64_t largest_ns = 0;    ///< of the last DurationEstimate::kWindow tasks, at least

  /// A duration that a task will hardly exceed: the mean plus four deviations, but at least the largest of
  /// the last tasks, in case a few take much longer than most. After a single task, three times its duration.
  /// 0 when none has ended.
  std::chrono::nanoseconds expected() const {
    return std::chrono::nanoseconds(std::max(mean_ns + 4 * deviation_ns, largest_ns));
  }
};

/// The durations of the tasks of both, such as those of two threads. At most DurationEstimate::kWindow tasks
/// of each weigh in.
Durations merge(const Durations& a, const Durations& b);

class DurationEstimate {
 public:
  static constexpr std::int64_t kWindow = 32;

  /// A task took `duration_ns`. Cost: 3 ns.
  void add(std::int64_t duration_ns) {
    const std::int64_t number = get(count_);
    if (number % kWindow == 0) put(largest_before_, number == 0 ? 0 : get(largest_));
    put(largest_, number % kWindow == 0 ? duration_ns : std::max(get(largest_), duration_ns));
    if (number == 0) {
      put(mean_, duration_ns);
      put(deviation_, duration_ns / 2);
    } else {
      const std::int64_t error = duration_ns - get(mean_);
      // The first eight weigh alike, as the very first is often slow.
      put(mean_, get(mean_) + (number < 8 ? error / (number + 1) : error / 8));
      put(deviation_, get(deviation_) + ((error < 0 ? -error : error) - get(deviation_)) / 4);
    }
    put(count_, number + 1);
  }

  Durations read() const {
    return {get(count_), get(mean_), get(deviation_), std::max(get(largest_), get(largest_before_))};
  }

 private:
  using Number = std::atomic<std::int64_t>;
  static std::int64_t get(const Number& number) { return number.load(std::memory_order_relaxed); }
  static void put(Number& number, std::int64_t value) { number.store(value, std::memory_order_relaxed); }

  Number count_{0}, mean_{0}, deviation_{0};
  Number largest_{0}, largest_before_{0};  // of this window of kWindow tasks, and of the one before
};

inline Durations merge(const Durations& a, const Durations& b) {
  const std::int64_t weight_a = std::min(a.count, DurationEstimate::kWindow);
  const std::int64_t weight_b = std::min(b.count, DurationEstimate::kWindow);
  if (weight_b == 0) return a;
  if (weight_a == 0) return b;
  const std::int64_t weight = weight_a + weight_b;
  const auto distance = [](std::int64_t x, std::int64_t y) { return x < y ? y - x : x - y; };
  const std::int64_t mean = (weight_a * a.mean_ns + weight_b * b.mean_ns) / weight;
  return {a.count + b.count, mean,
          (weight_a * (a.deviation_ns + distance(a.mean_ns, mean)) +
           weight_b * (b.deviation_ns + distance(b.mean_ns, mean))) /
              weight,
          std::max(a.largest_ns, b.largest_ns)};
}

}  // namespace bask
