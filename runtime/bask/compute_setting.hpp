// compute_setting.hpp: what a client computes with, for the functions that run one computation of it.
// Runs on: rank 0. Threads: the thread that computes.
#pragma once

#include <bask/client.hpp>
#include <bask/core/event.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/graph/expand.hpp>

#include <vector>

namespace bask {

struct WatchedRun;

struct ComputeSetting {
  const Options& options;
  const ClientInfo& info;
  Node* node;                 ///< null: one process
  JobCheckpoint* checkpoint;  ///< null: no restart was asked for
  ThreadPool* pool;           ///< of one process; null: the calling thread runs the tasks
  ComputeStatistics& last;    ///< where a computation says what it has cost, also when it fails
  CostModel& costs;           ///< which learns from each computation, also from one that fails

  /// Whether finished results are kept beyond the process.
  bool keeps_results() const;
};

/// What a computation leaves behind: values here, or, where several ranks hold them, where they are.
struct Computed {
  Results results;
  std::vector<Constant> places;  ///< per target; rank 0 with a null value and no number: a constant as it was
};

/// Thrown: a result that an earlier attempt has kept cannot be read.
struct KeptResultLost {};
/// Whether the task that failed reads such a result.
bool reads_kept_result(const TaskGraph& graph, TaskId failed);

/// Names for messages. The graph must outlive what is returned.
DescribeTask describe_tasks(const TaskGraph& graph, const std::string& host);

/// Where results are kept: what a Watch must know to stop the run in order. `stop` and `is_out_of_time` are
/// the run's own affair.
void watch_for_stops(WatchedRun& watched, const ComputeSetting& setting);

void emit_compute_event(EventKind kind, std::uint64_t tasks);

}  // namespace bask
