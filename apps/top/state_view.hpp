// state_view.hpp: the state of a job, as read from state.json (runtime/bask/record/job_state_format.md):
// what bask-top shows of it.
// Runs on: a login node. Threads: any; a pure function.
// Invariants: (1) every text is safe for a terminal; (2) numbers are finite, at most 1e18, and counts
// not negative; (3) `ranks` has an entry for each rank, whatever else the file has.
#pragma once

#include <bask/events/waiting_text.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace top {

struct SlurmView {
  std::string id;
  std::uint64_t restarts = 0;
  std::optional<double> end;  ///< seconds from the job's start
};

struct JobView {
  std::string program;
  std::string arguments;  ///< with blanks between them
  std::string host;
  std::uint64_t ranks = 0, threads = 0;
  double now = 0;  ///< seconds from the job's start, as all times
  std::optional<double> ended;
  std::optional<std::int64_t> exit;
  std::string said;
  std::optional<SlurmView> slurm;
};

struct ComputeView {
  std::uint64_t number = 0;
  std::string state;
  std::uint64_t tasks = 0, done = 0, failed = 0;
  std::optional<double> left;
};

struct LayerView {
  std::string name;
  std::uint64_t tasks = 0, done = 0, running = 0, failed = 0, retried = 0;
  double seconds = 0, longest = 0;
  std::uint64_t bytes = 0;
};

/// What some threads of a rank do.
struct DoingView {
  std::string text;
  std::uint64_t threads = 0;
  double since = 0;  ///< of the one that has done so for longest
  bool is_task = false;
};

/// By bin.
struct RankSeries {
  std::vector<double> busy, ready, in, out, spilled, read_back;
};

struct RankView {
  std::uint64_t rank = 0;
  std::string host;
  std::uint64_t threads = 0;
  double heard = 0;
  std::uint64_t held = 0, on_disk = 0, peak = 0;
  std::optional<std::uint64_t> limit;
  std::vector<DoingView> doing;  ///< the most threads first
  RankSeries series;
  std::optional<bask::ExplainedRank> waiting;  ///< what waits there; nothing: that is not known
};

struct CountsView {
  std::uint64_t spilled = 0, spilled_bytes = 0, read_back = 0, read_back_bytes = 0, moved = 0,
                moved_bytes = 0;
  std::uint64_t stolen = 0, retried = 0, failed = 0, journalled = 0, journalled_bytes = 0;
};

struct LineView {
  double at = 0;
  std::string level;  ///< of errors: error
  std::optional<std::uint64_t> rank;
  std::string text;
};

/// The shares of thread_seconds, in this order.
inline constexpr std::array<const char*, 6> kNumberNames{"useful",   "imbalance",   "data",
                                                         "spilling", "parallelism", "runtime"};

struct StateView {
  double interval = 1;
  double bin_width = 1;
  JobView job;
  std::optional<ComputeView> compute;
  std::vector<LayerView> layers;
  std::vector<RankView> ranks;
  CountsView counts;
  double thread_seconds = 0;
  std::array<double, 6> numbers{};
  std::vector<std::string> advice;  ///< the most worth first
  std::vector<LineView> errors, log;
};

/// Throws: bask::Error when the text is not a whole state of format 1; its `where` is empty.
StateView parse_state(std::string_view text);

}  // namespace top
