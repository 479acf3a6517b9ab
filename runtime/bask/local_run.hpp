// local_run.hpp: one computation in this process: its threads, or the calling thread alone, run all tasks.
// Runs on: rank 0. Threads: the thread that computes, which watches while the pool's threads run tasks.
#pragma once

#include <bask/compute_setting.hpp>
#include <bask/graph/plan.hpp>

namespace bask {

/// Runs the plan of the expansion to its end. Throws: TaskError for the first task that failed, in the plan's
/// order; Error when the run was stopped; KeptResultLost. When a run is stopped and its running tasks do not
/// end in time, the process ends.
/// With `hold`, what is returned stays for later computations.
Computed run_here(const ComputeSetting& setting, const Expansion& expansion, Plan plan, bool hold);

}  // namespace bask
