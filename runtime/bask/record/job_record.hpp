// job_record.hpp: what rank 0 knows of the job: what ranks have reported of their threads, and the
// computations of the program.
// Runs on: rank 0. Threads: any.
// Invariant: its size depends on ranks, threads and layers, not on tasks or time.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/events/rank_report.hpp>
#include <bask/events/task_names.hpp>
#include <bask/record/activity_names.hpp>
#include <bask/record/graph_tasks.hpp>
#include <bask/record/job_facts.hpp>
#include <bask/record/timeline.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

enum class ComputeState { kPlanning, kRunning, kDone, kFailed, kStopped };

/// What one computation takes: as it was foretold, or as it is. Sizes are bytes.
struct ComputeUse {
  std::optional<double> seconds;  ///< nothing: see the computation itself
  std::uint64_t peak_memory = 0;  ///< of the rank that holds most at once
  std::uint64_t bytes_moved = 0;  ///< from rank to rank
};

/// One computation. Times are nanoseconds since the job's start.
struct ComputeFacts {
  std::uint32_t number = 0;
  ComputeState state = ComputeState::kPlanning;
  std::int64_t begin_ns = 0;
  std::optional<std::int64_t> end_ns;
  std::uint64_t tasks = 0;
  std::optional<ComputeUse> forecast = {}, use = {};  ///< `use` once it is done
  std::string forecast_source = {};
};

/// A layer of the current computation. Layers of equal names are one.
struct LayerState {
  std::string name;
  std::uint64_t tasks = 0, done = 0;
  LayerCounts counts = {};            ///< of what ranks have reported
  std::vector<std::uint32_t> inputs;  ///< the layers that it reads
};

/// What a rank has told last.
struct RankState {
  std::uint64_t reports = 0;                             ///< that were added, in their order
  std::map<std::uint64_t, RankReport> early = {};        ///< by number: those before them have not come
  std::vector<std::uint32_t> layers = {};                ///< numbers of its layers in ActivityNames
  std::vector<std::optional<std::uint32_t>> lanes = {};  ///< its lanes in the Timeline
  std::vector<std::string> lane_names = {};
  std::vector<Doing> doing = {};
  RankWaiting waiting = {};
  std::int64_t heard_ns = 0, clock_error_ns = 0;
  std::uint64_t held = 0, peak = 0, on_disk = 0;
  std::int64_t process_cpu_ns = 0, lanes_cpu_ns = 0, main_cpu_ns = 0;
  std::unordered_map<std::uint32_t, LayerCounts> by_layer = {};  ///< by number in ActivityNames
};

/// A task that a rank has told of; its layer by number in ActivityNames.
struct ToldTask {
  std::uint32_t rank = 0, layer = 0;
  std::optional<std::uint32_t> thread;
  TaskDetail detail = {};
};

struct LogLine {
  std::int64_t at_ns = 0;
  std::string level = {};
  std::optional<std::uint32_t> rank = {};
  std::string text = {};
};

/// All that is known, to be read by whoever draws it.
struct JobKnowledge {
  explicit JobKnowledge(JobFacts of)
      : facts(std::move(of)), timeline(facts.ranks.size()), ranks(facts.ranks.size()) {}

  JobFacts facts;
  std::int64_t now_ns = 0;
  std::optional<std::int64_t> end_ns;
  int exit_code = 0;
  std::string said;  ///< the last error
  std::optional<ComputeFacts> compute;
  std::deque<ComputeFacts> computes;  ///< those before it, the newest 100
  std::vector<LayerState> layers;
  std::unordered_map<std::string, std::size_t> layer_by_name;
  std::vector<std::uint32_t> layer_of_group;
  GraphTasks graph;                                       ///< of the current computation
  std::unordered_map<std::uint32_t, LayerCounts> totals;  ///< by number in ActivityNames
  ActivityNames names;
  Timeline timeline;
  std::vector<RankState> ranks;
  std::vector<std::vector<Moved>> moved;  ///< by receiving rank and sending one
  EventCounts counts = {};
  std::vector<ToldTask> slowest, largest, sample;
  std::deque<ToldTask> newest;
  std::deque<LogLine> errors, log;
  std::shared_ptr<TaskNames>
      task_names;               ///< of the run that goes on; null: there is none. Shared with the caller
  std::uint32_t ended_run = 0;  ///< what ranks still tell of it, or of those before, is old
  std::int64_t computing_ns = 0, planning_ns = 0;  ///< in computations that have ended; in planning, all
  std::uint32_t sample_step = 1, sample_seen = 0;

  /// Tasks of the current computation.
  std::uint64_t done() const {
    std::uint64_t sum = 0;
    for (const LayerState& layer : layers) sum += layer.done;
    return sum;
  }
};

/// Of the current computation, as if the tasks that are left took as long as those that are done; nothing
/// where that tells nothing.
std::optional<double> seconds_left(const JobKnowledge& known);

/// A layer by group of the plan, and what it reads.
struct GroupFacts {
  std::string layer;
  std::uint64_t tasks = 0;
  std::vector<std::uint32_t> inputs = {};  ///< groups
};

class JobRecord {
 public:
  /// `clock` tells the nanoseconds since the job's start, to any thread.
  JobRecord(JobFacts facts, std::function<std::int64_t()> clock);

  // The computing thread.
  void begin_compute() BASK_EXCLUDES(mutex_);
  void forecast(const ComputeUse& forecast, const std::string& source) BASK_EXCLUDES(mutex_);
  /// `run`: its number in what ranks tell; `tasks` empty: there are too many to be told one by one.
  void begin_running(const std::vector<GroupFacts>& groups, std::uint32_t run = 0,
                     std::vector<TaskFacts> tasks = {}) BASK_EXCLUDES(mutex_);
  /// What the tasks of the run are called, until it is called with null: the run has ended.
  void set_task_names(std::shared_ptr<TaskNames> names) BASK_EXCLUDES(mutex_);
  void progress(const std::vector<std::uint64_t>& done_by_group) BASK_EXCLUDES(mutex_);
  void used(const ComputeUse& use) BASK_EXCLUDES(mutex_);
  void end_compute(ComputeState state) BASK_EXCLUDES(mutex_);
  void end_job(int exit_code) BASK_EXCLUDES(mutex_);

  // Any thread.
  /// A report has come. Large ones may be overtaken by later ones, which then wait for them here.
  void add(std::uint32_t rank, RankReport report) BASK_EXCLUDES(mutex_);
  void log(const LogLine& line) BASK_EXCLUDES(mutex_);
  void error(std::optional<std::uint32_t> rank, const std::string& text) BASK_EXCLUDES(mutex_);
  std::int64_t now_ns() const { return clock_(); }
  /// Calls `look` with all that is known, brought up to now.
  void read(const std::function<void(const JobKnowledge&)>& look) BASK_EXCLUDES(mutex_);

 private:
  void add_next(std::uint32_t rank, const RankReport& report) BASK_REQUIRES(mutex_);
  void learn_names(std::uint32_t rank, const RankReport& report) BASK_REQUIRES(mutex_);
  void add_tasks(std::uint32_t rank, const RankReport& report) BASK_REQUIRES(mutex_);
  ToldTask told(std::uint32_t rank, const TaskDetail& detail) const BASK_REQUIRES(mutex_);
  std::uint32_t number_of(std::uint32_t rank, Activity activity) const BASK_REQUIRES(mutex_);

  const std::function<std::int64_t()> clock_;
  Mutex mutex_;
  JobKnowledge known_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
