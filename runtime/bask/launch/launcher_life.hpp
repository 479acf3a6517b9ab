// launcher_life.hpp: whether the launcher of this process is still there to take its output and exit code,
// and how long it lets the process live after a signal.
// Runs on: every rank. Threads: any, after remember_launcher().
#pragma once

#include <bask/launch/launch.hpp>

#include <chrono>
#include <optional>

namespace bask {

/// To be called once, early: whose child this process is, and where its output goes.
void remember_launcher(const Launch& launch);

/// Whether the launcher was killed: this process has another parent, or nobody reads its output any more.
/// Never where it was started without one. Once it is, to write to what nobody reads does not end this
/// process any more. Cost: two system calls.
bool launcher_is_gone();

/// How long a process lives when its launcher passes on SIGTERM or Ctrl-C. Nothing: as the batch system says,
/// which is long. mpirun kills after twice `odls_base_sigkill_timeout`, a parameter of Open MPI 4, of one
/// second unless it is set otherwise.
std::optional<std::chrono::nanoseconds> time_after_signal(const Launch& launch,
                                                          const Environment& environment);
/// Of the launcher that is remembered.
std::optional<std::chrono::nanoseconds> time_after_signal();

}  // namespace bask
