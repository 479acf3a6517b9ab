// bounded_command.hpp: runs a program of the system, such as squeue, for a limited time, and reads what it
// says.
// Runs on: rank 0. Threads: any.
// Invariants: (1) the program gets none of this process's files, nor the launcher's variables; (2) the call
//             returns within the time limit and a second, whatever the program does; (3) at most
//             kMostOutputBytes of its output are kept.
#pragma once

#include <bask/core/environment.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace bask {

inline constexpr std::size_t kMostOutputBytes = 64 * 1024;

struct CommandResult {
  bool succeeded = false;    ///< ran to its end in time, with exit code 0
  std::string output = {};   ///< what it wrote to its standard output
  std::string problem = {};  ///< how it failed, with the beginning of what it said: "is not in PATH"
};

/// The variables that a program of the system should get of `environment`: without those of MPI's launchers,
/// those that change what squeue prints, and LD_PRELOAD; its language is C.
Environment command_environment(Environment environment);

/// Runs `arguments[0]`, searched in the PATH of `environment`, with these variables and no input. A program
/// that takes longer is killed, with all that it started. Never throws for what the program does.
CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment,
                          std::chrono::milliseconds time_limit);

}  // namespace bask
