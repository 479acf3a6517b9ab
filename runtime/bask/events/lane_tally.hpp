// lane_tally.hpp: the events of one thread, added up as they come: time by bin and activity, tasks by layer,
// and a few tasks in detail.
// Runs on: every rank. Threads: one at a time; the caller holds the lane's lock.
// Invariants: (1) no time is counted twice, however events overlap; (2) its memory depends on the number of
//             layers, and on the time since the last take().
#pragma once

#include <bask/events/rank_report.hpp>
#include <bask/events/time_bins.hpp>

#include <cstdint>
#include <vector>

namespace bask {

/// An event with times in nanoseconds since the job's start.
struct TimedEvent {
  std::int64_t begin_ns, end_ns;
  const Event& event;
};

class LaneTally {
 public:
  static constexpr std::size_t kNewest = 8;

  explicit LaneTally(std::uint32_t lane) : lane_(lane) {}

  std::uint32_t lane() const { return lane_; }

  /// The newest kNewest tasks of a report are kept in detail, of those that are added as such.
  void add(const TimedEvent& timed, bool is_newest = true);
  /// What the thread has been in since `begin_ns`, and still is. The event that tells of it will come; what
  /// is counted now is not counted again then.
  void add_so_far(Activity activity, std::int64_t begin_ns, std::int64_t now_ns) {
    add_time(activity, begin_ns, now_ns);
  }
  /// The bytes that a task's result must exceed for the task to be one of the largest.
  std::uint64_t least_large() const { return static_cast<std::uint64_t>(largest_.least); }
  /// Moves what has come since the last call into the report.
  void take(RankReport& report);

 private:
  struct Kept {
    std::vector<TaskDetail> heap = {};  // of all so far, the smallest first
    std::vector<TaskDetail> news = {};  // those that came into it since the last take()
    std::int64_t least = 0;             // what a task must exceed
  };
  struct Layer {
    LayerCounts counts = {};
    bool is_touched = false;  // since the last take()
  };
  template <class Measure>
  static void keep_most(Kept& kept, const TaskDetail& task, const Measure& measure);
  LayerCounts& counts_of(Activity layer);
  void add_time(Activity activity, std::int64_t begin_ns, std::int64_t end_ns);
  void add_share(Activity activity, std::int64_t ns);
  void enter_bin(std::int64_t at_ns);
  void flush();
  void keep(const TaskDetail& task, bool is_newest, bool is_sampled);

  const std::uint32_t lane_;
  std::int64_t counted_until_ns_ = 0;
  // The bin of counted_until_ns_.
  unsigned level_ = 0;
  std::uint32_t bin_ = 0;
  std::int64_t bin_end_ns_ = 0;
  std::vector<BinShare> open_ = {};  // shares of this bin
  Activity last_activity_ = kNoActivity;
  std::int64_t last_ns_ = 0;  // of last_activity_, not yet in open_
  std::vector<BinShare> shares_ = {};
  std::vector<Layer> layers_ = {};
  Kept slowest_, largest_;
  std::vector<TaskDetail> newest_ = {}, sample_ = {};
  std::size_t next_newest_ = 0;
  std::uint64_t tasks_ = 0;
  unsigned sample_shift_ = 0;  // every 2^sample_shift_-th task is in the sample
  std::uint32_t sampled_ = 0;  // since it became so
};

}  // namespace bask
