// suspects.hpp: which tasks were running at each of the last crashes: those may be what crashes the job.
// Runs on: rank 0, at start, under the lock of the checkpoint directory. Threads: one.
// Invariants: (1) whatever lies in the directory, damaged or hostile, no file of it is trusted or waited for.
#pragma once

#include <bask/core/key.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bask {

/// So many crashes in a row make a suspect.
inline constexpr std::size_t kCrashesOfSuspect = 3;

struct Suspect {
  Key key;
  std::string name;  ///< as pictures show it: "simulate-7f3a09c1"; "task-7f3a09c1" when its kernel is unknown
};

struct CrashEvidence {
  std::vector<std::uint32_t>
      crashes;                    ///< the last attempts that did not end in order, ascending; three at most
  std::vector<Suspect> suspects;  ///< running at each of them, by name; none with fewer than three
};

/// The name of the file in which one rank keeps its table of running tasks: DIR/running-<attempt>-<rank>.
std::filesystem::path running_file_of(const std::filesystem::path& directory, std::uint32_t attempt,
                                      std::uint32_t rank);

/// Reads what the attempts before `attempt` left in `directory`. A task counts for a crash when it ran on any
/// rank at that time; but where threads that crashed said so, and these ran the same task each time, it is
/// that task alone. Cost: one small file per rank and crash.
CrashEvidence find_suspects(const std::filesystem::path& directory, std::uint32_t attempt);

/// A line for each suspect, for the log; empty when there is none.
std::string suspects_text(const CrashEvidence& evidence);

/// Removes the files of attempts before the `kCrashesOfSuspect` last that crashed before `attempt`.
void prune_running_files(const std::filesystem::path& directory, std::uint32_t attempt);

/// Removes all, once the program has done its work.
void remove_running_files(const std::filesystem::path& directory);

}  // namespace bask
