// group_meter.hpp: what one thread measures of the tasks of one group.
// Runs on: every rank. Threads: one adds; any reads, without locks, and may see an addition half made.
#pragma once

#include <bask/graph/group_measure.hpp>

#include <atomic>
#include <cstdint>

namespace bask {

class GroupMeter {
 public:
  void add_result(std::uint64_t bytes) {
    add(results_, 1);
    add(bytes_, bytes);
  }
  void add_unit(std::int64_t ns) {
    add(units_, 1);
    add(ns_, static_cast<std::uint64_t>(ns));
  }
  GroupMeasure read() const {
    return {results_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed),
            units_.load(std::memory_order_relaxed), ns_.load(std::memory_order_relaxed)};
  }

 private:
  using Number = std::atomic<std::uint64_t>;
  static void add(Number& number, std::uint64_t more) {
    number.store(number.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  Number results_{0}, bytes_{0}, units_{0}, ns_{0};
};

}  // namespace bask
