#include <bask/journal/job_checkpoint.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/launch/time_limit.hpp>

#include <fmt/format.h>

#include <iostream>
#include <utility>

namespace bask {

JobStart JobCheckpoint::begin(const Options& options) {
  JobStart start;
  if (options.checkpoint.empty()) return start;
  try {
    history_ = std::make_unique<CheckpointHistory>(options);
    start.checkpoint = history_->start();
  } catch (const std::exception& exception) {
    const Error* const error = dynamic_cast<const Error*>(&exception);
    const ExitCode code = error == nullptr ? ExitCode::kTaskFailed : error->exit_code();
    const bool is_refused = code == ExitCode::kUsage;  // such as: another job holds the directory
    if (is_refused || options.checkpoint_failure == CheckpointFailure::kStop) {
      start.error = exception.what();
      start.exit_code = static_cast<int>(code);
    } else {
      go_on_without_journal(exception.what(), options, true);
    }
    return start;
  }
  const std::optional<SlurmJob> job =
      options.time_limit.count() < 0 ? slurm_job(process_environment()) : std::nullopt;
  if (job && !job->warning.empty()) log_job_line(LogLevel::kWarning, job->warning);
  const auto left = time_for_tasks(options, job, std::chrono::system_clock::now());
  if (left) start.time_for_tasks_ns = left->count();
  return start;
}

std::string JobCheckpoint::join(const JobStart& start, const Options& options, std::uint32_t rank,
                                unsigned threads) {
  if (!start.error.empty()) throw Error("", start.error, "", static_cast<ExitCode>(start.exit_code));
  if (start.checkpoint.directory.empty()) return {};
  if (start.time_for_tasks_ns >= 0) {
    end_ = std::chrono::steady_clock::now() + std::chrono::nanoseconds(start.time_for_tasks_ns);
  }
  if (options.isolate == Isolate::kSuspects && !start.checkpoint.suspects.empty()) {
    isolated_ = std::make_shared<std::unordered_set<Key>>(start.checkpoint.suspects.begin(),
                                                          start.checkpoint.suspects.end());
  }
  try {
    here_ = std::make_unique<Checkpoint>(start.checkpoint, rank, threads, options.checkpoint_failure);
  } catch (const std::exception& error) {  // such as: the system allows no more threads
    return error.what();
  }
  return {};
}

void JobCheckpoint::go_on_without_journal(const std::string& why, const Options& options, bool speaks) {
  if (options.checkpoint_failure == CheckpointFailure::kStop) throw Error("", why, "");
  if (speaks) log_job_line(LogLevel::kWarning, why + "; the run goes on, and nothing is kept");
  here_.reset();
  history_.reset();
  isolated_.reset();
  end_ = {};
}

// Ranks tell what they have kept only before a second or later computation.
Expansion JobCheckpoint::recall(Expansion expansion, const CallAllRanks& call, bool other_nodes) {
  if (std::exchange(has_recalled_, true)) {
    for (const Value& kept : call(Checkpoint::kept_kernel(), {})) {
      history_->add(kept.get<std::vector<KeptResult>>());
    }
  }
  CheckpointHistory::Recalled recalled = history_->recall(std::move(expansion));
  if (recalled.reads_this_attempt) {
    const std::byte to_all_nodes{other_nodes};
    call(Checkpoint::publish_kernel(), {&to_all_nodes, 1});
  }
  return std::move(recalled.expansion);
}

void JobCheckpoint::give_up(int exit_code, std::uint32_t ranks) {
  if (here_ != nullptr) here_->flush(exit_code);
  if (history_ != nullptr) history_->forget_running(ranks);
}

void JobCheckpoint::finish(const Options& options, int exit_code, const ComputationCount& computations) {
  if (here_ != nullptr) here_->finish(exit_code);
  std::cout.flush();  // fails if the launcher was killed: the output is lost, and results are still needed
  if (history_ == nullptr) return;
  const bool all_done = computations.begun != 0 && computations.begun == computations.done;
  const bool is_over = exit_code == static_cast<int>(ExitCode::kDone) && all_done && std::cout.good() &&
                       !options.checkpoint_keep;
  const bool is_empty =
      exit_code == static_cast<int>(ExitCode::kUsage) && computations.begun == 0 && history_->is_empty();
  if (!is_over && !is_empty) return;
  try {
    history_->remove();
  } catch (const Error& error) {
    log_job_line(LogLevel::kWarning, error.what());
  }
}

}  // namespace bask
