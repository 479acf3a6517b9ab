// run_check.hpp: whether a run did all that it should, whatever ran it.
// Runs on: rank 0. Threads: any.
#pragma once

#include "workload.hpp"

namespace taskbench {

/// Counts over all ranks of a run.
struct RunCounts {
  std::uint64_t runs;           ///< of tasks
  std::uint64_t correct_sinks;  ///< outputs that no task reads, and that are as they should be
};

/// Throws: Error when not every task has run just once, or an output that no task reads was wrong.
void require_all_ran(const Workload& workload, const RunCounts& counts);

}  // namespace taskbench
