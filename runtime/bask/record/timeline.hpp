// timeline.hpp: what threads and ranks did over the job's time, in bins.
// Runs on: rank 0. Threads: any, one at a time.
// Invariant: its size depends on ranks and threads, not on tasks or time.
#pragma once

#include <bask/events/rank_report.hpp>
#include <bask/events/time_bins.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// How long a thread was in an activity, by its number in ActivityNames.
struct ActivityTime {
  std::uint32_t activity = 0;
  std::int64_t ns = 0;
};

/// The activities of one bin. Where there are more than six, the shortest are left out.
struct LaneBin {
  std::vector<ActivityTime> times = {};
  void add(std::uint32_t activity, std::int64_t ns);
};

/// What a rank did in one bin. Sizes are bytes.
struct RankBin {
  std::int64_t busy_ns = 0;  ///< inside kernels, over its threads
  std::uint64_t held = 0, on_disk = 0;
  std::uint64_t in = 0, out = 0, spilled = 0, read_back = 0;
  std::int64_t ready_ns = 0;  ///< units that could have run, each for its time
};

/// What all threads did in one bin.
struct JobBin {
  std::int64_t useful_ns = 0;
  std::int64_t data_ns = 0;               ///< waited for data, or moved it
  std::int64_t spilling_ns = 0;           ///< waited for room
  std::int64_t resource_ns = 0;           ///< waited for resources
  std::int64_t idle_ns = 0;               ///< had nothing to run
  std::int64_t ready_ns = 0;              ///< units that could have run, each for its time
  std::vector<ActivityTime> layers = {};  ///< the six longest
};

class Timeline {
 public:
  struct Join {
    void operator()(LaneBin& into, LaneBin& more) const;
    void operator()(RankBin& into, RankBin& more) const;
    void operator()(JobBin& into, JobBin& more) const;
  };
  struct Lane {
    std::uint32_t rank;
    std::string name;
    std::optional<std::uint32_t> thread;  ///< its number; none: of the disk, of planning
    BinSeries<LaneBin, Join> bins = {};
  };
  using RankSeries = BinSeries<RankBin, Join>;
  using JobSeries = BinSeries<JobBin, Join>;

  explicit Timeline(std::size_t ranks) : ranks_(ranks) {}

  /// A lane of a rank. Returns its number; none when there are 512 already.
  std::optional<std::uint32_t> add_lane(std::uint32_t rank, const std::string& name);
  /// A thread of `rank` was in an activity, number `number` in ActivityNames. `lane`: where that is shown.
  void add(std::uint32_t rank, std::optional<std::uint32_t> lane, const BinShare& share,
           std::uint32_t number);
  void add(std::uint32_t rank, const RankSample& sample);
  /// So many bytes of the rank have come to others, as they have told at this time.
  void add_sent(std::uint32_t rank, std::uint64_t bytes, std::int64_t at_ns);

  const std::vector<Lane>& lanes() const { return lanes_; }
  const std::vector<RankSeries>& ranks() const { return ranks_; }
  const JobSeries& job() const { return job_; }
  /// Makes all series alike, with bins that reach to this time.
  void coarsen(std::int64_t now_ns);

 private:
  std::vector<Lane> lanes_;
  std::vector<RankSeries> ranks_;
  JobSeries job_;
};

/// The thread's number in the name of a lane; none: it is not one of the pool.
std::optional<std::uint32_t> thread_of_lane(const std::string& name);

}  // namespace bask
