#include <bask/events/event_lane.hpp>
#include <bask/events/event_log.hpp>

#include <algorithm>

namespace bask {

EventLane::EventLane(EventLog& log, std::uint32_t number)
    : log_(log),
      clock_(log.clock()),
      times_all_(log.reader() != nullptr),
      sampling_(number),
      tally_(number) {}

// ---- Tasks. ----

// Where the timer has ticked between two tasks, and much time has passed, it was the runtime's.
void EventLane::begin_timed(bool has_ticked) {
  std::int64_t begin = now();
  if (sampling_.has_untimed()) {
    using enum TaskSampling::Excess;
    write_untimed(begin, has_ticked || passed_timer_tick() ? kRuntime : kTask);
    begin = now();  // writing takes as long as some tasks
  } else if (read_at_ != 0) {
    sampling_.learn_between(begin - read_at_);
  }
  task_.begin = begin;
  begins(task_.layer, begin, task_.task);
}

void EventLane::end_timed(EventKind kind, std::uint64_t bytes) {
  if (task_.end == 0) task_.end = now();
  write_task(kind, bytes);
  if (times_all_) return;
  if (kind == EventKind::kTaskFinished) {
    sampling_.learn(task_.layer, task_.end - task_.begin, bytes);
  } else {
    sampling_.time_next();
  }
  goes_on_at(task_.end);
  timer_tick_ = timer_tick();
}

// A task that was not timed, and is to be told of by itself, or has ended after the timer's tick.
void EventLane::end_untimed(EventKind kind, std::uint64_t bytes) {
  const bool is_told = kind != EventKind::kTaskFinished || is_large(bytes);
  const double mean = sampling_.mean(task_.layer);
  task_.end = now();
  const bool is_long = sampling_.is_long(static_cast<double>(task_.end - read_at_), mean);
  if (!is_told && !is_long) return sampling_.add(task_.layer, bytes);
  task_.begin = is_long ? read_at_ + static_cast<std::int64_t>(sampling_.expected())
                        : std::max(read_at_, task_.end - static_cast<std::int64_t>(mean));
  write_untimed(task_.begin);
  if (is_long) sampling_.time_next();
  end_timed(kind, bytes);
}

void EventLane::write_task(EventKind kind, std::uint64_t bytes) {
  write({.begin = task_.begin,
         .end = task_.end,
         .bytes = bytes,
         .task = task_.task,
         .run = task_.run,
         .activity = task_.layer,
         .kind = kind});
}

void EventLane::write_untimed(std::int64_t end, TaskSampling::Excess excess) {
  if (!sampling_.has_untimed()) return;
  for (const Event& event : sampling_.close(read_at_, end, excess)) write(event);
}

void EventLane::pause() {
  if (sampling_.has_untimed()) write_untimed(now());
  read_at_ = 0;
  sampling_.time_one();
}

// ---- Adding up. ----

void EventLane::add_up() {
  const TickClock::Scale scale = clock_.scale();
  sampling_.set_scale(scale.ticks_per_us());
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
    tally_.add(timed, end - begin <= 2 * LaneTally::kNewest);
    if (reader != nullptr) reader->on_event(tally_.lane(), timed);
  }
  least_large_.store(tally_.least_large(), std::memory_order_relaxed);
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
