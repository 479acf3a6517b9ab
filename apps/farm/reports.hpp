// reports.hpp: what farm prints about a log.
// Runs on: rank 0, or in a process without ranks. Threads: one.
#pragma once

#include "log_directory.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace farm {

/// How many commands have ended, and how.
struct Counts {
  std::size_t succeeded = 0, failed = 0, skipped = 0, begun = 0, waiting = 0;
  std::size_t ended() const { return succeeded + failed + skipped; }
};
Counts count(const FarmLog& log);

/// Positions of the commands with these numbers or names. Throws: Error (usage) when one does not exist.
std::vector<std::size_t> find_commands(const FarmLog& log, const std::vector<std::string>& which);

/// Prints each of these commands: its text, where and when it ran, how it ended, and all that it printed.
void show_commands(const FarmLog& log, const std::vector<std::size_t>& positions, std::ostream& out);
/// Prints a line for each command, or only for those that have ended without success.
void list_commands(const FarmLog& log, bool only_failed, std::ostream& out);
void show_status(const FarmLog& log, std::ostream& out);
/// Prints "998 of 1000 commands succeeded, 1 failed, 1 skipped", and the first commands that did not succeed.
void summarise(const FarmLog& log, std::ostream& out);

}  // namespace farm
