// compute_setting.hpp: what a client computes with, as the functions that run one computation need it.
// Runs on: rank 0. Threads: the thread that computes.
#pragma once

#include <bask/client.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/placement.hpp>

#include <memory>
#include <vector>

namespace bask {

struct WatchedRun;

struct ComputeSetting {
  const Options& options;
  const ClientInfo& info;
  Node* node;                                 ///< null: one process
  JobCheckpoint* checkpoint;                  ///< null: no restart was asked for
  ThreadPool* pool;                           ///< of one process; null: the calling thread runs the tasks
  std::shared_ptr<RankMemory> memory;         ///< of this process
  std::shared_ptr<FailedTasks> failed_tasks;  ///< of this process; null: none is kept
  ComputeStatistics& statistics;              ///< out: the statistics of the computation, also when it fails
  CostModel& costs;                           ///< learns from each computation, also from one that fails
  JobWatch* watch;                            ///< null: nobody looks at what the job does

  /// Whether finished results are kept beyond the process.
  bool keeps_results() const;
};

/// The ranks as plans and forecasts see them.
std::vector<RankShape> shapes_of(const ClientInfo& info);

/// The results of a computation: values in this process, or, where they stay for later ones, their places.
struct Computed {
  Results results;
  std::vector<Constant> places = {};  ///< one per target; `held` 0: the target was a constant, and stays so
  /// What stays in this process, one per target; null: the target was a constant, and stays so.
  std::vector<std::shared_ptr<Value>> persisted = {};
};

/// Thrown: a result that an earlier attempt has kept cannot be read.
struct KeptResultLost {};
/// Whether the task that failed is one that reads such a result from the journal.
bool reads_kept_result(const TaskGraph& graph, TaskId failed);

/// Names for messages. The graph must outlive what is returned.
DescribeTask describe_tasks(const TaskGraph& graph, const std::string& host);

/// To be called where results are kept: fills in what a Watch needs to stop the run in order, but for `stop`
/// and `is_out_of_time`, which the run itself sets.
void watch_for_stops(WatchedRun& watched, const ComputeSetting& setting);

}  // namespace bask
