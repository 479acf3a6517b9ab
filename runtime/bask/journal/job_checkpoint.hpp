// job_checkpoint.hpp: what keeps a job's results for a restart, from start to end: the history on rank 0,
// this rank's own journal, and the end of the time. Runs on: every rank. Threads: one.
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
  std::int32_t exit_code = 0;           ///< with it
  auto members() {
    return std::tie(checkpoint.directory, checkpoint.lock, checkpoint.program, checkpoint.attempt,
                    checkpoint.files, checkpoint.suspects, time_for_tasks_ns, error, exit_code);
  }
};

/// Calls a kernel once on every rank, outside of tasks. Returns the results.
using CallAllRanks = std::function<std::vector<Value>(KernelId kernel, std::span<const std::byte> arguments)>;

/// What a program has asked for.
struct ComputationCount {
  std::uint64_t begun = 0, done = 0;
};

class JobCheckpoint {
 public:
  /// Rank 0: takes the directory that the options name, if any. What goes wrong is in the start that it
  /// returns, or logged, as --bask-checkpoint-failure says.
  JobStart begin(const Options& options);
  /// Every rank: makes its journal. Returns why it cannot, or nothing. Throws: Error when the start has one.
  std::string join(const JobStart& start, const Options& options, std::uint32_t rank, unsigned threads);
  /// Every rank, when one could not join: the run goes on without a journal, and one rank says so.
  /// Throws: Error when --bask-checkpoint-failure=stop.
  void do_without(const std::string& why, const Options& options, bool speaks);

  /// Rank 0, before a computation: replaces tasks whose results are there by tasks that read them: those of
  /// earlier attempts, and those that any rank has kept in this one. `other_nodes`: ranks run on several.
  Expansion recall(Expansion expansion, const CallAllRanks& call, bool other_nodes);

  /// Rank 0, at the end, when the other ranks have finished: what is kept is removed when nothing of it is
  /// needed any more, or there is nothing.
  void finish(const Options& options, int exit_code, const ComputationCount& computations);
  /// Rank 0, at the end of a job of so many ranks, while tasks are still running somewhere. They are not what
  /// ended it, and so no suspects.
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
