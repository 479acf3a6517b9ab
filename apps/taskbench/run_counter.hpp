// run_counter.hpp: how many tasks this process has run.
// Runs on: every rank. Threads: any; each counts on a cache line of its own.
#pragma once

#include <cstdint>

namespace taskbench {

/// Called by every task. Cost: about a ns.
void count_run();
/// Exact when no task is running.
std::uint64_t count_of_runs();

}  // namespace taskbench
