// profile_machine.hpp: measures how fast this machine is, for forecasts.
// Runs on: one process. Threads: the main thread.
#pragma once

#include <bask/core/options.hpp>

namespace bask {

/// Measures with all threads that the options give, writes the file that they name, and prints what was
/// found. Takes about 10 s. Returns the exit code. Throws: Error when the file cannot be written.
int profile_machine(const Options& options);

}  // namespace bask
