// client_setup.hpp: what a client is made from: the threads and the journal of one process, or the sum of
// what the ranks of a job have.
// Runs on: rank 0. Threads: the one that makes the client.
#pragma once

#include <bask/client.hpp>
#include <bask/job_watch.hpp>

#include <memory>
#include <vector>

namespace bask {

/// What one process has to compute with.
struct ClientSetup {
  ClientInfo info;
  std::unique_ptr<ThreadPool> pool;           ///< null with the sync scheduler
  std::unique_ptr<JobCheckpoint> checkpoint;  ///< null where no restart was asked for
  std::shared_ptr<RankMemory> memory;
  std::unique_ptr<JobWatch> watch;            ///< null: nobody looks at what the job does
  std::shared_ptr<FailedTasks> failed_tasks;  ///< null where none is to be kept
};

/// Throws: Error when the threads cannot be had, no file can be made in --bask-scratch or
/// --bask-failed-tasks, or the journal cannot and --bask-checkpoint-failure=stop.
ClientSetup set_up_process(const Options& options);

/// The memory of one rank, with a spill file in the directory that the options name or leave open.
std::shared_ptr<RankMemory> rank_memory(const Options& options, std::uint64_t limit);

/// Refuses the directories that the options name, before they are needed. Throws: Error (kUsage).
void check_directories(const Options& options);

/// What keeps the failed tasks of one process; null when the options do not ask for it.
std::shared_ptr<FailedTasks> failed_tasks(const Options& options, int rank);

/// The sum over the ranks of a job, rank 0 first. `pinned`: whether rank 0's threads are pinned to cores.
ClientInfo info_of_ranks(const Options& options, std::vector<RankSummary> ranks, bool pinned);

}  // namespace bask
