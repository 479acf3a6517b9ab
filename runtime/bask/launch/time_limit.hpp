// time_limit.hpp: by when the tasks of a job must have ended, so that what would be lost can still be kept.
// Runs on: rank 0, once at start. Threads: any; a pure function.
#pragma once

#include <bask/core/options.hpp>
#include <bask/launch/slurm_job.hpp>

#include <chrono>
#include <optional>

namespace bask {

/// How long tasks may run from `now` on: until the time limit less the margin. The limit is that of the
/// options or, with `auto`, that of Slurm's `job`. Nothing when there is no limit. Never negative.
std::optional<std::chrono::nanoseconds> time_for_tasks(const Options& options,
                                                       const std::optional<SlurmJob>& job,
                                                       std::chrono::system_clock::time_point now);

}  // namespace bask
