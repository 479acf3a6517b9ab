// launcher_life.hpp: whether the launcher of this process is still there to take its output and exit code,
// and how long it lets the process live after a signal.
// Runs on: every rank. Threads: any, after remember_launcher().
#pragma once

#include <bask/launch/launch.hpp>

#include <chrono>
#include <optional>

namespace bask {

/// Remembers whose child this process is, and where its output goes. Call it once, early.
void remember_launcher(const Launch& launch);

/// Whether the launcher was killed: this process has another parent, or nobody reads its output any more.
/// Always false where no launcher started it. From the first true on SIGPIPE is ignored, so that output
/// which nobody reads does not end this process. Cost: two system calls.
bool launcher_is_gone();

/// How long a process may live after its launcher has passed on SIGTERM or Ctrl-C. Nothing: the batch system
/// decides, and gives it long. mpirun kills after twice Open MPI 4's parameter `odls_base_sigkill_timeout`,
/// which is 1 s by default.
std::optional<std::chrono::nanoseconds> time_after_signal(const Launch& launch,
                                                          const Environment& environment);
/// The same for the launcher that remember_launcher() was given.
std::optional<std::chrono::nanoseconds> time_after_signal();

}  // namespace bask
