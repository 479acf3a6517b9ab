// job_watch.hpp: what rank 0 writes down of the job, where somebody looks, and who shows it: the file that
// bask-top reads, the dashboard, the report, the metrics, the trace and the table of tasks.
// Runs on: rank 0. Threads: one makes and destroys it; any calls it.
#pragma once

#include <bask/client.hpp>
#include <bask/dashboard/page_server.hpp>
#include <bask/events/event_log.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/job_files.hpp>
#include <bask/record/job_record.hpp>
#include <bask/record/state_file.hpp>
#include <bask/record/state_teller.hpp>
#include <bask/system/unfinished_file.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace bask {

/// Whether the options ask for anything that events are needed for.
bool wants_events(const Options& options);

class JobWatch {
 public:
  /// Null when the options ask for nothing. `events`: of rank 0. `is_alone`: there are no other ranks, and
  /// nobody else collects the events.
  static std::unique_ptr<JobWatch> make(const Options& options, const ClientInfo& info,
                                        std::shared_ptr<EventLog> events, bool is_alone);
  ~JobWatch();

  const std::shared_ptr<EventLog>& events() const { return events_; }
  JobRecord& record() { return record_; }
  /// Where the computing thread tells that it plans.
  EventLane& planning() { return planning_; }
  /// The number of the next run, where no coordinator numbers them.
  std::uint32_t next_run() { return ++runs_; }
  void begin_running(std::uint32_t run, const Plan& plan);
  /// The job ends with this exit code: writes the last state. Later calls do nothing.
  void end(int exit_code);
  /// For one process: brings what its threads have done into the record.
  void collect();

 private:
  JobWatch(const Options& options, const ClientInfo& info, std::shared_ptr<EventLog> events, bool is_alone);
  std::string state();
  void open_dashboard(const Options& options);
  void write_report(const std::string& state);
  void write_metrics();

  const std::shared_ptr<EventLog> events_;
  const bool is_alone_;
  EventLane& planning_;
  JobRecord record_;
  const std::string report_, metrics_;  // files; empty: none
  bool has_metrics_failed_ = false;
  std::uint32_t runs_ = 0;
  std::optional<JobFiles> files_;
  std::optional<StateFile> file_;
  StateFeed feed_;
  std::optional<PageServer> server_;
  std::optional<UnfinishedFile> address_;  // of the dashboard; goes with the job
  std::optional<StateTeller> teller_;
};

/// The computing thread of a JobWatch, which may be null, plans while this lives.
class [[nodiscard]] Planning {
 public:
  explicit Planning(JobWatch* watch)
      : span_(watch == nullptr ? nullptr : &watch->planning(), Activity::kPlan) {}

 private:
  const LaneSpan span_;
};

/// Has a JobWatch, which may be null, name the tasks of a run while this lives.
class NamedRun {
 public:
  /// All must outlive this. `rank_of_unit` empty: all run on rank 0.
  NamedRun(JobWatch* watch, const Plan& plan, const TaskGraph& graph,
           std::span<const std::uint32_t> rank_of_unit);
  ~NamedRun();
  NamedRun(const NamedRun&) = delete;
  NamedRun& operator=(const NamedRun&) = delete;

 private:
  JobWatch* const watch_;
};

/// One computation of a JobWatch, which may be null: it fails unless it succeeds.
class WatchedCompute {
 public:
  explicit WatchedCompute(JobWatch* watch);
  ~WatchedCompute();
  WatchedCompute(const WatchedCompute&) = delete;
  WatchedCompute& operator=(const WatchedCompute&) = delete;
  void succeed() { state_ = ComputeState::kDone; }
  void fail(const std::exception& error);

 private:
  JobWatch* const watch_;
  ComputeState state_ = ComputeState::kFailed;
};

}  // namespace bask
