// process.hpp: runs one command as a process group: reads its output, enforces its limits, ends all of it.
// Runs on: every rank. Threads: any, each with its own processes.
// Invariants: (1) a command inherits no descriptors but 0, 1 and 2, no ignored or blocked signals, and no
//                 variables but those that it is given;
//             (2) when run_process returns, or throws, its process group is gone.
#pragma once

#include "command.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace farm {

struct ProcessSpec {
  std::vector<std::string> words = {};  ///< the program, searched in PATH, and its arguments
  char* const* environment = nullptr;   ///< as execve takes it
  std::uint64_t memory_bytes = 0;       ///< 0: no limit
  std::int64_t time_limit_ns = 0;       ///< 0: no limit
  /// Called ten times a second; once it returns true, the process gets SIGTERM, and after 5 s SIGKILL.
  std::function<bool()> must_stop = [] { return false; };
};

struct ProcessEnd {
  State state = State::kSucceeded;
  bool was_stopped = false;  ///< must_stop returned true before the process had ended
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  /// Of its largest process (ru_maxrss). Never less than that of the nursery's process, some 4 MiB.
  std::uint64_t peak_memory_bytes = 0;
  std::int64_t user_ns = 0, system_ns = 0;
};

/// Runs the process to its end. Its standard output and error go to `output` in the order in which they were
/// written. At the time limit it gets SIGTERM, and SIGKILL five seconds later; above the memory limit
/// SIGKILL. A program that cannot be started ends as in a shell, with exit code 127 or 126 and one line.
/// Throws: Error when the system has no more processes or descriptors, and what `output` throws.
ProcessEnd run_process(const ProcessSpec& spec, const std::function<void(std::string_view)>& output);

/// The resident memory in bytes of all processes in the group. Cost: a look at every process of the machine.
std::uint64_t memory_of_group(int group);

}  // namespace farm
