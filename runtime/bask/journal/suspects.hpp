// suspects.hpp: which tasks were running at each of the last crashes:
// one of them may be what crashes the job.
// Runs on: rank 0, at start, under the lock of the checkpoint directory. Threads: one.
// Invariants: (1) no file of the directory is trusted or waited for, as it may be damaged or hostile.
#pragma once

#include <bask/core/key.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bask {

/// How many crashes in a row make a suspect.
inline constexpr std::size_t kCrashesOfSuspect = 3;

struct Suspect {
  Key key;
  std::string name;  ///< as drawings show it: "simulate-7f3a09c1"; "task-7f3a09c1" when its kernel is unknown
};

struct CrashEvidence {
  /// The last attempts that did not end in order, ascending; three at most.
  std::vector<std::uint32_t> crashes;
  /// Tasks that were running at each of these crashes, by name; none with fewer than three crashes.
  std::vector<Suspect> suspects;
};

/// The path of the file in which one rank keeps its table of running tasks: DIR/running-<attempt>-<rank>.
std::filesystem::path running_file_of(const std::filesystem::path& directory, std::uint32_t attempt,
                                      std::uint32_t rank);

/// Reads the tables of running tasks that attempts before `attempt` left in `directory`. Suspects are the
/// tasks in whose thread the process crashed each time; where there is none, as not every crash tells its
/// thread, the tasks that were running on any rank each time. Cost: one small file per rank and crash.
CrashEvidence find_suspects(const std::filesystem::path& directory, std::uint32_t attempt);

/// A line for each suspect, for the log; empty when there is none.
std::string suspects_text(const CrashEvidence& evidence);

/// Removes the tables of attempts before `attempt`, but for those of the last `kCrashesOfSuspect` crashes.
void prune_running_files(const std::filesystem::path& directory, std::uint32_t attempt);

/// Removes all tables of running tasks, once the program has done its work.
void remove_running_files(const std::filesystem::path& directory);

}  // namespace bask
