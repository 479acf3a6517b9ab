// job_checkpoint.hpp: a job's checkpoint from start to end: the history on rank 0, this rank's own journal,
// and the end of the job's time.
// Runs on: every rank. Threads: one.
#pragma once

#include <bask/core/options.hpp>
#include <bask/journal/checkpoint.hpp>
#include <bask/journal/checkpoint_history.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace bask {

/// What rank 0 tells the others at the start.
struct JobStart {
  CheckpointStart checkpoint;
  std::int64_t time_for_tasks_ns = -1;  ///< from now on; below 0: no limit
  std::string error = {};               ///< why the job cannot start; empty: it can
  std::int32_t exit_code = 0;           ///< with which the job ends if `error` is not empty
  auto members() {
    return std::tie(checkpoint.directory, checkpoint.lock, checkpoint.program, checkpoint.attempt,
                    checkpoint.files, checkpoint.suspects, time_for_tasks_ns, error, exit_code);
  }
};

/// Calls a kernel once on every rank, outside of tasks. Returns the results.
using CallAllRanks = std::function<std::vector<Value>(KernelId kernel, std::span<const std::byte> arguments)>;

/// How many computations a program has begun, and how many of these are done.
struct ComputationCount {
  std::uint64_t begun = 0, done = 0;
};

class JobCheckpoint {
 public:
  /// Rank 0: takes the directory that the options name, if any. A failure is in the start that it returns, or
  /// logged, as --bask-checkpoint-failure says.
  JobStart begin(const Options& options);
  /// Every rank: makes its journal. Returns why that failed; empty: it did not. Throws: the error of `start`,
  /// if there is one.
  std::string join(const JobStart& start, const Options& options, std::uint32_t rank, unsigned threads);
  /// Every rank, when one could not join: the run goes on without a journal.
  /// The rank with `speaks` logs that.
  /// Throws: Error when --bask-checkpoint-failure=stop.
  void go_on_without_journal(const std::string& why, const Options& options, bool speaks);

  /// Rank 0, before a computation: replaces tasks whose results were kept, by earlier attempts or on any rank
  /// in this one, by tasks that read them. `other_nodes`: ranks run on several nodes.
  Expansion recall(Expansion expansion, const CallAllRanks& call, bool other_nodes);

  /// Rank 0, at the end, when the other ranks have finished. Removes the journals when the program is done
  /// with all its computations, or nothing was ever kept.
  void finish(const Options& options, int exit_code, const ComputationCount& computations);
  /// Rank 0, when a job of `ranks` ranks ends while tasks are still running somewhere. These have not ended
  /// the job, and so are no suspects.
  void give_up(int exit_code, std::uint32_t ranks);

  CheckpointHistory* history() const { return history_.get(); }  ///< null: not rank 0, or no journal
  Checkpoint* here() const { return here_.get(); }               ///< null: no journal
  std::chrono::steady_clock::time_point end() const { return end_; }
  const std::shared_ptr<const std::unordered_set<Key>>& isolated() const { return isolated_; }

 private:
  std::unique_ptr<CheckpointHistory> history_;
  bool has_recalled_ = false;
  std::unique_ptr<Checkpoint> here_;
  std::shared_ptr<const std::unordered_set<Key>> isolated_;
  std::chrono::steady_clock::time_point end_{};
};

}  // namespace bask
