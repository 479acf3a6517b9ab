// slurm_job.hpp: what Slurm says of the job that this process runs in: its number, how often it was
// restarted, when its time ends.
// Runs on: rank 0, once at start. Threads: any.
// Invariants: (1) a Slurm that does not answer costs kSlurmPatience, never the start: the end is then
//             unknown, and `warning` says why.
#pragma once

#include <bask/core/environment.hpp>
#include <bask/system/bounded_command.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bask {

inline constexpr std::chrono::milliseconds kSlurmPatience = std::chrono::seconds(5);

struct SlurmJob {
  std::string id;
  unsigned restarts = 0;  ///< how often Slurm has requeued it
  /// When Slurm ends it; nothing when it has no time limit, or when that is not known.
  std::optional<std::chrono::system_clock::time_point> end = {};
  std::string warning = {};  ///< why the end is not known, for the log; empty: it is, or there is no limit
};

/// What squeue says of a job's remaining time.
struct SlurmTimeLeft {
  enum class Kind { kKnown, kUnlimited, kUnknown };
  Kind kind = Kind::kUnknown;
  std::chrono::seconds left{};  ///< when known
  friend bool operator==(const SlurmTimeLeft&, const SlurmTimeLeft&) = default;
};

/// Reads what squeue prints for %L: "4:59", "1:00:00", "2-03:00:00", "UNLIMITED"; anything else, such as
/// "NOT_SET" or "INVALID", is unknown.
SlurmTimeLeft parse_slurm_time_left(std::string_view text);

/// The same from the lines that `squeue -h -j ID -o '%A %L'` prints, one for each job of an array or of a
/// heterogeneous job: that of job `id`.
SlurmTimeLeft find_slurm_time_left(std::string_view lines, std::string_view id);

/// Reads SLURM_JOB_END_TIME: seconds since 1970. Nothing when it is no number or lies in the past, as it does
/// in a shell left over from a job that has ended.
std::optional<std::chrono::system_clock::time_point> parse_slurm_end_time(
    std::string_view text, std::chrono::system_clock::time_point now);

/// Runs a program: run_command, or what a test puts in its place.
using RunCommand = std::function<CommandResult(const std::vector<std::string>& arguments, const Environment&,
                                               std::chrono::milliseconds time_limit)>;

/// The job that SLURM_JOB_ID names; nothing outside of Slurm. Where Slurm is too old to put the end into the
/// environment, squeue is asked for the time left, which does not depend on time zones.
std::optional<SlurmJob> slurm_job(const Environment& environment, const RunCommand& run = run_command);

}  // namespace bask
