#include <bask/execution/unit_clock.hpp>

namespace bask {

void UnitClock::start(unsigned thread) {
  threads_[thread].started_ns.store(now(thread).time_since_epoch().count(), std::memory_order_relaxed);
}

std::chrono::nanoseconds UnitClock::stop(unsigned thread) {
  Thread& me = threads_[thread];
  me.went_on_at = std::chrono::steady_clock::now();
  const std::int64_t started_ns = me.started_ns.load(std::memory_order_relaxed);
  me.started_ns.store(0, std::memory_order_relaxed);
  const std::chrono::nanoseconds taken(me.went_on_at.time_since_epoch().count() - started_ns);
  add(taken.count(), me);
  return taken;
}

void UnitClock::add(std::int64_t taken_ns, Thread& thread) {
  constexpr std::int64_t kShort_ns = 20'000;
  constexpr std::uint32_t kMostSkipped = 31;
  const std::int64_t mean = thread.mean_ns.load(std::memory_order_relaxed);
  thread.mean_ns.store(mean == 0 ? taken_ns : mean + (taken_ns - mean) / 8, std::memory_order_relaxed);
  const bool is_short = taken_ns < kShort_ns;
  thread.skipped = is_short ? std::min(2 * thread.skipped + 1, kMostSkipped) : 0;
  thread.to_skip = thread.skipped;
}

std::chrono::nanoseconds UnitClock::mean() const {
  const TimePoint now = std::chrono::steady_clock::now();
  std::int64_t sum = 0, timed = 0;
  for (const Thread& thread : threads_) {
    const std::int64_t started = thread.started_ns.load(std::memory_order_relaxed);
    const std::int64_t so_far = started == 0 ? 0 : now.time_since_epoch().count() - started;
    const std::int64_t mean = std::max(thread.mean_ns.load(std::memory_order_relaxed), so_far);
    sum += mean;
    timed += mean != 0;
  }
  return timed == 0 ? std::chrono::nanoseconds(now - made_at_) : std::chrono::nanoseconds(sum / timed);
}

std::uint32_t UnitClock::running() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(threads_, [](const Thread& thread) { return thread.is_running.load(); }));
}

}  // namespace bask
