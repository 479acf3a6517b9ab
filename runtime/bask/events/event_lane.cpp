#include <bask/events/event_lane.hpp>
#include <bask/events/event_log.hpp>

namespace bask {

EventLane::EventLane(EventLog& log, std::uint32_t number) : log_(log), clock_(log.clock()), tally_(number) {}

void EventLane::add_up() {
  const TickClock::Scale scale = clock_.scale();
  const Held held(mutex_);
  add_up_ring(scale);
}

void EventLane::add_up_ring(const TickClock::Scale& scale) {
  std::uint64_t begin = begin_.load(std::memory_order_relaxed);
  const std::uint64_t end = end_.load(std::memory_order_acquire);
  const std::int64_t start_ns = log_.job_start_ns();
  EventReader* const reader = log_.reader();
  for (; begin != end; ++begin) {
    const Event& event = ring_[begin % kEvents];
    const TimedEvent timed{scale.steady_ns(event.begin) - start_ns, scale.steady_ns(event.end) - start_ns,
                           event};
    tally_.add(timed, end - begin <= LaneTally::kNewest);
    if (reader != nullptr) reader->on_event(tally_.lane(), timed);
  }
  begin_.store(begin, std::memory_order_release);
}

void EventLane::collect(RankReport& report, Activity reason) {
  const Held held(mutex_);
  const std::int64_t now_ticks = clock_.now();
  const TickClock::Scale scale = clock_.scale();
  add_up_ring(scale);
  if (EventReader* const reader = log_.reader()) reader->on_collected(tally_.lane());
  const std::uint64_t doing = doing_.load(std::memory_order_acquire);
  const auto told = static_cast<Activity>(doing & 0xFFFF);
  if (told != kNoActivity) {
    const std::int64_t since = since_.load(std::memory_order_relaxed);
    const Activity activity = is_wait(told) && reason != kNoActivity ? reason : told;
    const std::int64_t begin_ns = scale.steady_ns(since) - log_.job_start_ns();
    if (since < now_ticks)
      tally_.add_so_far(activity, begin_ns, scale.steady_ns(now_ticks) - log_.job_start_ns());
    report.doing.push_back({begin_ns, tally_.lane(), static_cast<std::uint32_t>(doing >> 16), activity});
  }
  tally_.take(report);
  const std::int64_t cpu_ns = cpu_time_ns(thread_.load(std::memory_order_relaxed));
  if (cpu_ns > cpu_told_ns_) report.lanes_cpu_ns += cpu_ns - cpu_told_ns_;
  cpu_told_ns_ = cpu_ns;
}

}  // namespace bask
