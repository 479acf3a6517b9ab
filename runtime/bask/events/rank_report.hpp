// rank_report.hpp: what a rank tells rank 0 of its threads: what has come since its last report, added up by
// bin, thread and layer, and some tasks in detail. Its size depends on threads and layers, not on tasks.
// Runs on: made on every rank, read on rank 0. Threads: any; plain data.
#pragma once

#include <bask/events/event.hpp>
#include <bask/events/waiting_task.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace bask {

/// Durations by powers of two: number k counts those from 2^k to 2^(k+1) nanoseconds.
inline constexpr std::size_t kDurationBins = 48;

/// The time that a thread was busy with something in one bin of the job's time.
struct BinShare {
  std::uint32_t bin;
  std::uint16_t level;
  Activity activity;
  std::int64_t ns;
};

struct LaneReport {
  std::uint32_t lane = 0;
  std::vector<BinShare> shares = {};
  auto members() { return std::tie(lane, shares); }
};

/// Tasks of one layer that have ended.
struct LayerCounts {
  std::uint64_t done = 0, failed = 0, retried = 0;
  std::uint64_t ns = 0, longest_ns = 0;  ///< inside kernels
  std::uint64_t bytes = 0, largest = 0;  ///< of their results
  std::array<std::uint32_t, kDurationBins> durations{};

  LayerCounts& operator+=(const LayerCounts& other);
};

struct LayerReport {
  Activity layer{};
  LayerCounts counts = {};
};

/// One task. Times are nanoseconds since the job's start.
struct TaskDetail {
  std::int64_t begin_ns = 0, ns = 0;
  std::uint64_t bytes = 0;
  std::uint32_t run = 0, task = 0;
  std::uint32_t lane = 0;
  Activity layer{};
  EventKind kind{};
};

/// What a thread does at the moment.
struct Doing {
  std::int64_t since_ns = 0;
  std::uint32_t lane = 0, task = 0;
  Activity activity = kNoActivity;
};

/// What a rank holds and has moved, in one bin. Sizes are bytes.
struct RankSample {
  std::uint32_t bin = 0;
  std::uint32_t level = 0;
  std::uint64_t held = 0, on_disk = 0;  ///< the most
  std::uint64_t in = 0;                 ///< moved from other ranks
  std::uint64_t spilled = 0, read_back = 0;
  std::int64_t ready_ns = 0;  ///< units that could have run, each for its time
};

/// Results that have come from another rank.
struct Moved {
  std::uint32_t from = 0;
  std::uint64_t results = 0, bytes = 0;
};

/// How often things have happened.
struct EventCounts {
  std::uint64_t spilled = 0, spilled_bytes = 0;
  std::uint64_t read_back = 0, read_back_bytes = 0;
  std::uint64_t journalled = 0, journalled_bytes = 0;
  std::uint64_t stolen = 0;

  EventCounts& operator+=(const EventCounts& other);
};

struct RankReport {
  std::uint64_t number = 0;  ///< of the rank's reports: 0, 1, …; each goes on where the last one ended
  std::int64_t made_ns = 0;  ///< since the job's start
  std::int64_t clock_error_ns = 0;           ///< its times are those of rank 0's clock, to within this
  std::vector<std::string> new_layers = {};  ///< the next numbers are theirs
  std::vector<std::string> new_lanes = {};   ///< likewise
  std::vector<LaneReport> lanes = {};
  std::vector<LayerReport> layers = {};
  std::vector<TaskDetail> slowest = {}, largest = {}, newest = {}, sample = {};
  std::vector<Doing> doing = {};
  std::vector<RankSample> samples = {};
  std::vector<Moved> moved = {};
  EventCounts counts = {};
  std::uint64_t held = 0, limit = 0, peak = 0, on_disk = 0;
  /// CPU time since the last report: of the process; of the lanes' threads; of the thread that made the log,
  /// which sends and receives, where it is none of these.
  std::int64_t process_cpu_ns = 0, lanes_cpu_ns = 0, main_cpu_ns = 0;
  RankWaiting waiting = {};  ///< where threads wait

  auto members() {
    return std::tie(number, made_ns, clock_error_ns, new_layers, new_lanes, lanes, layers, slowest, largest,
                    newest, sample, doing, samples, moved, counts, held, limit, peak, on_disk, process_cpu_ns,
                    lanes_cpu_ns, main_cpu_ns, waiting);
  }
};

/// Whether a thread waited for anything when the report was made.
inline bool any_thread_waits(const RankReport& report) {
  return std::ranges::any_of(report.doing, [](const Doing& doing) { return is_wait(doing.activity); });
}

}  // namespace bask
