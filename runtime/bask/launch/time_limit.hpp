// time_limit.hpp: by when the tasks of a job must have ended, so that what would be lost can still be kept.
// Runs on: rank 0, once at start. Threads: any; a pure function but for the question to Slurm.
#pragma once

#include <bask/core/options.hpp>
#include <bask/launch/slurm_job.hpp>

#include <chrono>
#include <optional>

namespace bask {

/// How long tasks may run from now on: until the time limit that the options give or, with `auto`, Slurm has
/// for `job`, less the margin. Nothing when there is no limit. Never negative.
std::optional<std::chrono::nanoseconds> time_for_tasks(const Options& options,
                                                       const std::optional<SlurmJob>& job,
                                                       std::chrono::system_clock::time_point now);

}  // namespace bask
