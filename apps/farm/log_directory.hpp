// log_directory.hpp: the directory in which a farm keeps everything on disk. `farm show`, `list` and `status`
// read it, and a farm that is started again goes on from it.
// Runs on: rank 0. Threads: one.
// Invariants: (1) a directory holds the results of one list of commands;
//             (2) one farm writes to it at a time.
//
//   commands.txt      the commands as they are run (command_file.hpp)
//   attempts.tsv      "number attempt" for each command that `farm retry` has to run again
//   index-S-R.tsv     which commands rank R ran in start S (index_line.hpp)
//   output-S-R.log    what these commands printed
//   results.csv, .h5  the results of all commands, written at the end
//   id                a random number of this log
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

/// What the log says about one command.
struct CommandRecord {
  std::uint32_t wanted_attempt = 1;
  std::optional<CommandResult> result = {};  ///< of the last attempt that has ended
  std::vector<Extent> output = {};           ///< where the output of that attempt lies in output_file
  std::string output_file = {};
  std::optional<CommandResult> started = {};  ///< an attempt that has started and not ended

  bool is_done() const { return result && result->attempt >= wanted_attempt; }
};

/// The contents of a log directory.
struct FarmLog {
  std::filesystem::path directory = {};
  std::string id = {};
  std::vector<Command> commands = {};
  std::vector<CommandRecord> records = {};  ///< by position: the command's number minus 1
  std::uint32_t starts = 0;                 ///< how often the farm has been started
};

/// Throws: Error (usage) when the directory holds no log of a farm.
FarmLog read_log(const std::filesystem::path& directory);

/// Makes the directory if needed, and locks it for the farm that writes to it. When another farm of the same
/// Slurm job holds the lock, this waits for it, because steps of a job may overlap for a moment. Throws:
/// Error (usage) when any other farm holds it; Error when the directory cannot be made.
bask::JournalLock lock_directory(const std::filesystem::path& directory);

/// Begins a log for these commands, or opens an old log of the same commands; their needs may differ. With
/// `force`, a log of another list is replaced. A log of the same list is opened even then: a job that a batch
/// system starts again with the same arguments must not lose its results. Throws: Error (usage) when the
/// directory holds another list, or no log of a farm.
FarmLog open_log(const std::filesystem::path& directory, const std::vector<Command>& commands, bool force);

/// Notes in the log that the commands at these positions are to be run again, with their needs in `log`.
void want_another_attempt(FarmLog& log, const std::vector<std::size_t>& positions);

/// Writes the file completely, or not at all. Throws: Error.
void write_file(const std::filesystem::path& path, const std::string& text);
/// Throws: Error (usage) when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace farm
