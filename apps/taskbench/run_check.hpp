// run_check.hpp: whether a run was complete and correct, for all runners.
// Runs on: rank 0. Threads: any.
#pragma once

#include "workload.hpp"

namespace taskbench {

/// Counts over all ranks of a run.
struct RunCounts {
  std::uint64_t runs;           ///< tasks that were run
  std::uint64_t correct_sinks;  ///< correct outputs that no task reads
};

/// Throws: Error when not every task has run exactly once, or an output that no task reads was wrong.
void require_all_ran(const Workload& workload, const RunCounts& counts);

}  // namespace taskbench
