// run_counter.hpp: counts the tasks that this process has run.
// Runs on: every rank. Threads: any; each counts in its own cache line.
#pragma once

#include <cstdint>

namespace taskbench {

/// To be called by every task. Cost: about 1 ns.
void count_run();
/// Exact when no task is running.
std::uint64_t count_of_runs();

}  // namespace taskbench
