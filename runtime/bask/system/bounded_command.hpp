// bounded_command.hpp: runs a system program, such as squeue, for a limited time, and reads its output.
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
  std::string problem = {};  ///< how it failed, with the beginning of its errors: "is not in PATH"
};

/// `environment` as a system program should get it: without the variables of MPI's launchers, without those
/// that change what squeue prints, without LD_PRELOAD, and with LC_ALL=C.
Environment command_environment(Environment environment);

/// Runs `arguments[0]`, searched in the PATH of `environment`, with these variables and no input. After
/// `time_limit` the program is killed, with all that it started. Never throws for what the program does.
CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment,
                          std::chrono::milliseconds time_limit);

}  // namespace bask
