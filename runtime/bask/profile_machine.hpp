// profile_machine.hpp: measures how fast this machine is, for forecasts.
// Runs on: rank 0. Threads: the main thread.
#pragma once

#include <bask/client.hpp>
#include <bask/core/options.hpp>

namespace bask {

/// Measures with all threads that the client has, and between its ranks where there are several, writes the
/// file that its options name, and prints what was found. Takes about 10 s. Returns the exit code. Throws:
/// Error when the file cannot be written.
int profile_machine(Client& client);
/// The options for such a client.
Options options_of_profile(Options options);

}  // namespace bask
