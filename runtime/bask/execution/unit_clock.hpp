// unit_clock.hpp: how long the units of a run take: measured only where that is needed, and as seldom as will
// do, as reading the clock costs as much as a small unit.
// Runs on: every rank. Threads: each worker thread times its own units; any thread asks for the mean.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace bask {

class UnitClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// kSometimes: short units are timed more and more rarely, down to every 32nd, so that timing costs them
  /// nothing, and a long unit after short ones is still noticed.
  enum class Timing { kNever, kSometimes, kAlways };
  UnitClock(unsigned threads, Timing timing) : timing_(timing), threads_(threads) {}

  bool is_on() const { return timing_ != Timing::kNever; }

  /// The thread is inside a unit, until leave().
  void enter(unsigned thread) { threads_[thread].is_running.store(true, std::memory_order_relaxed); }
  void leave(unsigned thread) { threads_[thread].is_running.store(false, std::memory_order_relaxed); }
  /// Whether the thread's next unit is not to be timed.
  bool skips_next(unsigned thread) {
    Thread& me = threads_[thread];
    if (timing_ == Timing::kAlways || me.to_skip == 0) return false;
    --me.to_skip;
    me.went_on_at = {};  // else the next timed unit would seem to begin where the last timed one ended
    return true;
  }
  /// To be called before and after a unit that is timed. stop() returns how long it took.
  void start(unsigned thread);
  std::chrono::nanoseconds stop(unsigned thread);
  /// The thread does something else before its next unit.
  void pause(unsigned thread) { threads_[thread].went_on_at = {}; }
  /// When the next unit of the thread starts: at the end of the one before, if the thread goes straight on.
  TimePoint now(unsigned thread) const {
    const TimePoint went_on_at = threads_[thread].went_on_at;
    return went_on_at != TimePoint{} ? went_on_at : std::chrono::steady_clock::now();
  }

  /// The running mean of the durations of this thread's units; 0 when none was timed.
  std::chrono::nanoseconds mean(unsigned thread) const {
    return std::chrono::nanoseconds(threads_[thread].mean_ns.load(std::memory_order_relaxed));
  }
  /// The mean over all threads. A unit that runs counts with its time so far, where that is longer than its
  /// thread's mean. Where no unit has started, as when the pool is still inside an earlier run: the time
  /// since this clock was made.
  std::chrono::nanoseconds mean() const;
  /// How many threads are inside a unit.
  std::uint32_t running() const;

 private:
  struct alignas(64) Thread {
    std::atomic<bool> is_running{false};
    std::atomic<std::int64_t> mean_ns{0};
    std::atomic<std::int64_t> started_ns{0};  // of the unit that is being timed; 0: none is
    TimePoint went_on_at{};                   // end of the last unit, if the thread went straight on; else {}
    std::uint32_t to_skip = 0;                // units until the next one is timed
    std::uint32_t skipped = 0;                // units that were skipped after the last timed one
  };
  void add(std::int64_t taken_ns, Thread& thread);

  const Timing timing_;
  const TimePoint made_at_ = std::chrono::steady_clock::now();
  std::vector<Thread> threads_;
};

}  // namespace bask
