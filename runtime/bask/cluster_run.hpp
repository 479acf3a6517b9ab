// cluster_run.hpp: one computation on all ranks of a job: who runs what, the run, and what it leaves behind.
// Runs on: rank 0. Threads: the thread that computes.
#pragma once

#include <bask/compute_setting.hpp>
#include <bask/graph/plan.hpp>
#include <bask/plan/result_sizes.hpp>

namespace bask {

/// Runs the plan of the expansion, whose results have these sizes, on all ranks of the setting's node. With
/// `hold` the results stay on the ranks that make them. Throws: TaskError when a task failed, anywhere; Error
/// when it was stopped or wants resources that no rank offers; KeptResultLost.
Computed run_on_ranks(const ComputeSetting& setting, const Expansion& expansion, const Plan& plan,
                      const ResultSizes& sizes, bool hold);

}  // namespace bask
