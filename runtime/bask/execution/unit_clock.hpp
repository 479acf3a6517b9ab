// unit_clock.hpp: how long the units of a run take: measured where somebody wants to know, and as seldom
// as will do, for a look at the clock costs as much as a small unit.
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
  /// kSometimes: short units ever more rarely, so that it costs them nothing, and a long one after a short
  /// one is still noticed.
  enum class Timing { kNever, kSometimes, kAlways };
  UnitClock(unsigned threads, Timing timing) : timing_(timing), threads_(threads) {}

  bool is_on() const { return timing_ != Timing::kNever; }

  /// The thread is inside of a unit, until leave().
  void enter(unsigned thread) { threads_[thread].is_running.store(true, std::memory_order_relaxed); }
  void leave(unsigned thread) { threads_[thread].is_running.store(false, std::memory_order_relaxed); }
  /// Whether the thread's next unit is not worth the time that timing it takes.
  bool skips_next(unsigned thread) {
    Thread& me = threads_[thread];
    if (timing_ == Timing::kAlways || me.to_skip == 0) return false;
    --me.to_skip;
    me.went_on_at = {};  // or the next one that is timed would seem to take as long as all since
    return true;
  }
  /// Around the work of one that is timed. stop() returns how long it took.
  void start(unsigned thread);
  std::chrono::nanoseconds stop(unsigned thread);
  /// The thread does something else before its next unit.
  void pause(unsigned thread) { threads_[thread].went_on_at = {}; }
  /// When the next unit of the thread starts: at the end of the one before, where the thread goes straight
  /// on.
  TimePoint now(unsigned thread) const {
    const TimePoint went_on_at = threads_[thread].went_on_at;
    return went_on_at != TimePoint{} ? went_on_at : std::chrono::steady_clock::now();
  }

  /// How long the units of this thread take, a running mean; 0 when none was timed.
  std::chrono::nanoseconds mean(unsigned thread) const {
    return std::chrono::nanoseconds(threads_[thread].mean_ns.load(std::memory_order_relaxed));
  }
  /// The same of all threads. Units that have not ended yet count by their time so far; and where none has
  /// even started, as when the pool is still inside an earlier run, the next one has been waiting since this
  /// began.
  std::chrono::nanoseconds mean() const;
  /// How many threads are inside of a unit.
  std::uint32_t running() const;

 private:
  struct alignas(64) Thread {
    std::atomic<bool> is_running{false};
    std::atomic<std::int64_t> mean_ns{0};
    std::atomic<std::int64_t> started_ns{0};  // when the unit started that is being timed; 0: none is
    TimePoint went_on_at{};                   // from its last unit, at once; 0: it did not
    std::uint32_t to_skip = 0;                // units until the next one is timed
    std::uint32_t skipped = 0;                // after the last one that was
  };
  void add(std::int64_t taken_ns, Thread& thread);

  const Timing timing_;
  const TimePoint made_at_ = std::chrono::steady_clock::now();
  std::vector<Thread> threads_;
};

}  // namespace bask
