// event_lane.hpp: where one thread writes down what it does, in a ring whose events are added up once in a
// while.
// Runs on: every rank. Threads: one writes; any other adds up, one at a time.
// Invariants: (1) writing takes no lock and no memory, but for the event that finds the ring full: its thread
//             adds the ring's events up itself; (2) a lane's memory is fixed.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/event.hpp>
#include <bask/events/lane_tally.hpp>
#include <bask/events/rank_report.hpp>
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
  /// What it does from now on, until finished() is called.
  void begins(Activity activity, std::int64_t ticks, std::uint32_t task = 0) {
    since_.store(ticks, std::memory_order_relaxed);
    doing_.store(static_cast<std::uint64_t>(task) << 16 | static_cast<std::uint64_t>(activity),
                 std::memory_order_release);
  }
  /// It is between two activities.
  void finished() { doing_.store(static_cast<std::uint64_t>(kNoActivity), std::memory_order_release); }

  bool is_of(CpuClock thread) const { return thread_.load(std::memory_order_relaxed) == thread; }
  /// Any thread: moves what has come since the last call into the report. While the thread waits, `reason` is
  /// why.
  void collect(RankReport& report, Activity reason);

 private:
  static constexpr std::uint64_t kEvents = 256;
  void add_up();
  void add_up_ring(const TickClock::Scale& scale) BASK_REQUIRES(mutex_);

  EventLog& log_;
  const TickClock& clock_;
  std::array<Event, kEvents> ring_;
  alignas(64) std::atomic<std::uint64_t> end_{0};  // the thread has written so many
  std::atomic<std::uint64_t> doing_{static_cast<std::uint64_t>(kNoActivity)};
  std::atomic<std::int64_t> since_{0};
  std::atomic<CpuClock> thread_{kNoCpuClock};
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
    lane_->begins(activity_, begin_);
  }
  ~LaneSpan() {
    if (lane_ == nullptr) return;
    lane_->finished();
    lane_->write({.begin = begin_, .end = lane_->now(), .bytes = bytes_, .activity = activity_});
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
