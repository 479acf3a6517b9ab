// event_log.hpp: what one rank does: the lanes of its threads, and what it has moved and holds; collected
// once in a while into a report for rank 0.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/event.hpp>
#include <bask/events/event_lane.hpp>
#include <bask/events/rank_report.hpp>
#include <bask/events/ticks.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bask {

class EventLog {
 public:
  /// `job_start_ns`: of the job, on this rank's steady clock.
  explicit EventLog(std::int64_t job_start_ns = steady_ns()) : job_start_ns_(job_start_ns) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Has `reader` get each event, too. To be called before lanes are made; it must outlive the log.
  void set_reader(EventReader* reader) { reader_ = reader; }
  EventReader* reader() const { return reader_; }
  const TickClock& clock() const { return clock_; }
  std::int64_t job_start_ns() const { return job_start_ns_.load(std::memory_order_relaxed); }
  std::int64_t now_ns() const { return steady_ns() - job_start_ns(); }
  /// The rank is on the machine of rank 0: messages tell nothing better. To be called before others know the
  /// log.
  void share_clock_of_rank0() { has_clock_of_rank0_ = true; }
  /// The job's start on this rank's steady clock is known better now: to within `error_ns`. Any thread.
  void set_clock(std::int64_t job_start_ns, std::int64_t error_ns) {
    if (has_clock_of_rank0_) return;
    job_start_ns_.store(job_start_ns, std::memory_order_relaxed);
    clock_error_ns_.store(error_ns, std::memory_order_relaxed);
  }

  /// The lane of that name, made when it is asked for first. Lanes stay as long as the log.
  EventLane& lane(const std::string& name);
  /// The activity of a layer's kernels. Equal names are one layer; of more than kMostLayers names, the others
  /// are "other layers".
  Activity layer(std::string_view name);
  static constexpr std::size_t kMostLayers = 4000;

  // Any thread.
  void spilled(std::uint64_t bytes) { add(spilled_, bytes); }
  void read_back(std::uint64_t bytes) { add(read_back_, bytes); }
  void journalled(std::uint64_t bytes) { add(journalled_, bytes); }
  void stolen() { stolen_.fetch_add(1, std::memory_order_relaxed); }
  /// A result has come from another rank.
  void moved(std::uint32_t from, std::uint64_t bytes) BASK_EXCLUDES(mutex_);

  /// What the rank holds at the moment. Sizes are bytes.
  struct Standing {
    std::uint64_t held = 0, limit = 0, peak = 0, on_disk = 0;
    std::uint32_t ready = 0;  ///< units that could run
  };
  /// One look at the rank; several are added up until the next report.
  void look(const Standing& standing) BASK_EXCLUDES(mutex_);
  /// What waits on the rank, for the next report in which a thread waits.
  void set_waiting(RankWaiting waiting) BASK_EXCLUDES(mutex_);
  /// All since the last report. Threads that wait do so for `reason`; kNoActivity: for what they have told.
  RankReport collect(Activity reason) BASK_EXCLUDES(mutex_);

 private:
  struct Count {
    std::atomic<std::uint64_t> times{0}, bytes{0};
  };
  static void add(Count& count, std::uint64_t bytes) {
    count.times.fetch_add(1, std::memory_order_relaxed);
    count.bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
  EventCounts counts() const;
  RankSample& sample_at(std::int64_t now_ns) BASK_REQUIRES(mutex_);

  std::atomic<std::int64_t> job_start_ns_, clock_error_ns_{0};
  const TickClock clock_;
  EventReader* reader_ = nullptr;
  bool has_clock_of_rank0_ = false;
  Count spilled_, read_back_, journalled_;
  std::atomic<std::uint64_t> stolen_{0};
  Mutex mutex_;
  std::deque<EventLane> lanes_ BASK_GUARDED_BY(mutex_);
  std::vector<std::string> lane_names_ BASK_GUARDED_BY(mutex_), layer_names_ BASK_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Activity> layers_ BASK_GUARDED_BY(mutex_);
  std::uint64_t reports_ BASK_GUARDED_BY(mutex_) = 0;
  std::size_t lanes_told_ BASK_GUARDED_BY(mutex_) = 0, layers_told_ BASK_GUARDED_BY(mutex_) = 0;
  std::int64_t looked_ns_ BASK_GUARDED_BY(mutex_) = 0;
  Standing standing_ BASK_GUARDED_BY(mutex_);
  std::vector<RankSample> samples_ BASK_GUARDED_BY(mutex_);
  std::unordered_map<std::uint32_t, Moved> moved_ BASK_GUARDED_BY(mutex_);
  const CpuClock maker_ = cpu_clock_of_this_thread();
  std::int64_t process_cpu_told_ns_ BASK_GUARDED_BY(mutex_) = 0, main_cpu_told_ns_
                                                                 BASK_GUARDED_BY(mutex_) = 0;
  EventCounts told_ BASK_GUARDED_BY(mutex_);
  RankWaiting waiting_ BASK_GUARDED_BY(mutex_);
  std::uint64_t in_ BASK_GUARDED_BY(mutex_) = 0;
};

}  // namespace bask
