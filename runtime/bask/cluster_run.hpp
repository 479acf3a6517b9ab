// cluster_run.hpp: one computation on all ranks of a job: shares its units out over the ranks and runs them.
// Runs on: rank 0. Threads: the thread that computes.
#pragma once

#include <bask/compute_setting.hpp>
#include <bask/graph/plan.hpp>
#include <bask/plan/result_sizes.hpp>

namespace bask {

/// Runs the plan of the expansion on all ranks of the setting's node. `sizes`: of the results, in bytes. With
/// `hold` the results stay on the ranks that make them. Throws: TaskError when a task failed, on any rank;
/// Error when the run was stopped or wants resources that no rank offers; KeptResultLost.
Computed run_on_ranks(const ComputeSetting& setting, const Expansion& expansion, const Plan& plan,
                      const ResultSizes& sizes, bool hold);

}  // namespace bask
