// event_lane.hpp: where one thread writes down what it does, in a ring whose events are added up once in a
// while.
// Runs on: every rank. Threads: one writes; any other adds up, one at a time.
// Invariants: (1) writing takes no lock, but for the event that finds the ring full: its thread adds the
// ring's
//             events up itself; (2) a lane's memory depends on the number of layers; (3) every task is timed
//             where the log has a reader.
// Limits: of tasks of a few microseconds one in 17 or so is timed (TaskSampling). Another one that takes long
//         among them is timed to within 0.1 ms, and known by its number, where the system's timer ticks while
//         it runs (each 1 to 10 ms); a shorter one counts with its time, but without its number. Up to 32
//         such tasks before one that runs for long are told of when that has ended.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/event.hpp>
#include <bask/events/lane_tally.hpp>
#include <bask/events/rank_report.hpp>
#include <bask/events/task_sampling.hpp>
#include <bask/events/ticks.hpp>
#include <bask/system/cpu_time.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace bask {

class EventLog;

/// Gets each event when it is added up, and the names of lanes and layers before their first one.
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// Those of a lane come in their order, from one thread at a time. The lane's lock is held.
  virtual void on_event(std::uint32_t lane, const TimedEvent& timed) = 0;
  /// All events that the lane had were handed over, for a report. The lane's lock is held.
  virtual void on_collected(std::uint32_t /*lane*/) {}
  /// Lanes and layers are numbered from 0 on, in the order of these calls. The log's lock is held.
  virtual void on_lane(std::uint32_t /*lane*/, const std::string& /*name*/) {}
  virtual void on_layer(std::uint32_t /*layer*/, const std::string& /*name*/) {}
};

/// Where one thread writes its events.
class EventLane {
 public:
  /// The log must outlive the lane.
  EventLane(EventLog& log, std::uint32_t number);

  /// The time, in ticks.
  std::int64_t now() const { return clock_.now(); }

  // The thread of the lane.
  /// Tells which thread writes, so that the CPU time that it uses is known. To be called before it writes.
  void enter() { thread_.store(cpu_clock_of_this_thread(), std::memory_order_relaxed); }
  void write(const Event& event) {
    const std::uint64_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == kEvents) add_up();
    ring_[end % kEvents] = event;
    end_.store(end + 1, std::memory_order_release);
  }
  // Its tasks: begin_task(), end_kernel() unless the kernel has thrown, end_task().
  void begin_task(Activity layer, std::uint32_t task, std::uint32_t run) {
    task_ = {.task = task, .run = run, .layer = layer};
    if (times_all_ || sampling_.times_next(layer)) return begin_timed(false);
    if (passed_timer_tick()) return begin_timed(true);
    tell(layer, task);
  }
  void end_kernel() {
    if (task_.begin != 0) task_.end = now();
  }
  void end_task(EventKind kind, std::uint64_t bytes) {
    finished();
    if (task_.begin != 0) return end_timed(kind, bytes);
    if (kind != EventKind::kTaskFinished || is_large(bytes) || passed_timer_tick())
      return end_untimed(kind, bytes);
    sampling_.add(task_.layer, bytes);
  }
  /// The thread does something else now: what untimed tasks have left is written. The next task is timed.
  void pause();

  /// What it does from now on, until finished() is called.
  void begins(Activity activity, std::int64_t ticks, std::uint32_t task = 0) {
    since_.store(ticks, std::memory_order_relaxed);
    tell(activity, task);
  }
  /// It is between two activities.
  void finished() { doing_.store(static_cast<std::uint64_t>(kNoActivity), std::memory_order_release); }

  bool is_of(CpuClock thread) const { return thread_.load(std::memory_order_relaxed) == thread; }
  /// Any thread: moves what has come since the last call into the report. While the thread waits, `reason` is
  /// why.
  void collect(RankReport& report, Activity reason);

 private:
  static constexpr std::uint64_t kEvents = 256;
  /// The task that runs, or has run last. No Event: the ring would get a copy of it, which has to wait until
  /// all parts that were just written are in the cache.
  struct Task {
    std::int64_t begin = 0, end = 0;  // 0: it is not timed; it runs
    std::uint32_t task = 0, run = 0;
    Activity layer = kNoActivity;
  };
  friend class LaneSpan;
  void tell(Activity activity, std::uint32_t task) {
    doing_.store(static_cast<std::uint64_t>(task) << 16 | static_cast<std::uint64_t>(activity),
                 std::memory_order_release);
  }
  bool passed_timer_tick() {
    const std::int64_t tick = timer_tick();
    if (tick == timer_tick_) return false;
    timer_tick_ = tick;
    return true;
  }
  bool is_large(std::uint64_t bytes) const {
    return bytes > least_large_.load(std::memory_order_relaxed) || sampling_.is_largest(task_.layer, bytes);
  }
  void begin_timed(bool has_ticked);
  void end_timed(EventKind kind, std::uint64_t bytes);
  void end_untimed(EventKind kind, std::uint64_t bytes);
  void write_task(EventKind kind, std::uint64_t bytes);
  void write_untimed(std::int64_t end, TaskSampling::Excess excess = TaskSampling::Excess::kTask);
  /// Nothing before this is to be explained.
  void goes_on_at(std::int64_t ticks) {
    read_at_ = ticks;
    since_.store(ticks, std::memory_order_relaxed);
  }
  void add_up();
  void add_up_ring(const TickClock::Scale& scale) BASK_REQUIRES(mutex_);

  EventLog& log_;
  const TickClock& clock_;
  std::array<Event, kEvents> ring_;
  alignas(64) std::atomic<std::uint64_t> end_{0};  // the thread has written so many
  std::atomic<std::uint64_t> doing_{static_cast<std::uint64_t>(kNoActivity)};
  std::atomic<std::int64_t> since_{0};
  std::atomic<CpuClock> thread_{kNoCpuClock};
  // Of the thread.
  const bool times_all_;
  Task task_;
  std::int64_t timer_tick_ = 0;
  std::int64_t read_at_ = 0;  // the last reading of the clock, in a stretch of tasks; 0: there is none
  TaskSampling sampling_;
  std::atomic<std::uint64_t> least_large_{0};        // tasks with larger results are kept in detail
  alignas(64) std::atomic<std::uint64_t> begin_{0};  // so many were added up
  Mutex mutex_;                                      // of whoever adds up
  LaneTally tally_ BASK_GUARDED_BY(mutex_);
  std::int64_t cpu_told_ns_ BASK_GUARDED_BY(mutex_) = 0;
};

/// What the thread of a lane is in while this lives. Does nothing where `lane` is null.
class [[nodiscard]] LaneSpan {
 public:
  LaneSpan(EventLane* lane, Activity activity) : lane_(lane), activity_(activity) {
    if (lane_ == nullptr) return;
    begin_ = lane_->now();
    lane_->write_untimed(begin_);
    lane_->begins(activity_, begin_);
  }
  ~LaneSpan() {
    if (lane_ == nullptr) return;
    lane_->finished();
    const std::int64_t end = lane_->now();
    lane_->write({.begin = begin_, .end = end, .bytes = bytes_, .activity = activity_});
    lane_->goes_on_at(end);
  }
  LaneSpan(const LaneSpan&) = delete;
  LaneSpan& operator=(const LaneSpan&) = delete;

  /// What it moves.
  void set_bytes(std::uint64_t bytes) { bytes_ = bytes; }

 private:
  EventLane* const lane_;
  const Activity activity_;
  std::int64_t begin_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace bask
