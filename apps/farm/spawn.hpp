// spawn.hpp: starts a process by posix_spawn.
// Runs on: every rank, in its nursery. Threads: any.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace farm {

struct Spawned {
  pid_t pid = -1;  ///< also of its process group; -1: it could not be started
  int error = 0;   ///< then why, as errno has it
};

/// Starts it with nothing on its standard input and `output_fd` as its standard output and error; no other
/// descriptor of this process reaches it.
Spawned spawn(const std::vector<std::string>& words, char* const* environment, int output_fd);

}  // namespace farm
