// log_directory.hpp: what a farm leaves on disk, in one directory. It is what `farm show` and its kin read,
// and what a farm that is started again goes on from.
// Runs on: rank 0. Threads: one.
// Invariants: (1) a directory holds the results of one list of commands;
//             (2) one farm writes to it at a time.
//
//   commands.txt      the commands as they are run (command_file.hpp)
//   attempts.tsv      "number attempt" for each command that `farm retry` was to run again
//   index-S-R.tsv     what rank R did in start S (index_line.hpp)
//   output-S-R.log    what its commands printed
//   results.csv, .h5  what came of all commands, written at the end
//   id                tells this log from others
//   checkpoint        the journal of --bask-checkpoint, unless that names another directory
#pragma once

#include "command.hpp"
#include "index_line.hpp"

#include <bask/journal/journal_lock.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace farm {

inline constexpr const char* kCheckpoint = "checkpoint";

/// What is known of one command.
struct CommandRecord {
  std::uint32_t wanted_attempt = 1;
  std::optional<CommandResult> result = {};  ///< of the last attempt that has ended
  std::vector<Extent> output = {};           ///< of that, in output_file
  std::string output_file = {};
  std::optional<CommandResult> started = {};  ///< an attempt that has begun and not ended

  bool is_done() const { return result && result->attempt >= wanted_attempt; }
};

/// What is in a log directory.
struct FarmLog {
  std::filesystem::path directory = {};
  std::string id = {};
  std::vector<Command> commands = {};
  std::vector<CommandRecord> records = {};  ///< by position; the command's number less one
  std::uint32_t starts = 0;                 ///< so far
};

/// Throws: Error (usage) when there is no farm's log.
FarmLog read_log(const std::filesystem::path& directory);

/// Held by the farm that writes to a directory, which is made if there is none. While the holder is of the
/// same Slurm job, whose steps may overlap for a moment, it is waited for. Throws: Error when another farm
/// holds it (usage), or it cannot be made.
bask::JournalLock lock_directory(const std::filesystem::path& directory);

/// Begins a log for these commands, or opens the one that is there if it is for the same commands; what they
/// need may differ. `force` replaces another list, and goes on with the same: a job that is started again
/// with the same words must not lose what it has done. Throws: Error (usage) when it holds another list, or
/// is not a log at all.
FarmLog open_log(const std::filesystem::path& directory, const std::vector<Command>& commands, bool force);

/// Asks for another attempt of the commands at these positions, with the needs that they have in `log`.
void want_another_attempt(FarmLog& log, const std::vector<std::size_t>& positions);

/// Puts the file in its place whole, or not at all. Throws: Error.
void write_file(const std::filesystem::path& path, const std::string& text);
/// Throws: Error (usage) when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace farm
