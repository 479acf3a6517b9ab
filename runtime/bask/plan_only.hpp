// plan_only.hpp: --bask-plan: computations are forecast in place of being run.
// Runs on: rank 0. Threads: the thread that computes.
#pragma once

#include <bask/compute_setting.hpp>
#include <bask/forecast/job_forecast.hpp>
#include <bask/graph/expand.hpp>
#include <bask/graph/plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include <chrono>
#include <memory>

namespace bask {

class HeldDrops;

/// The options of a run that leaves nothing behind: no journal, no state and no report.
Options without_traces(Options options);

/// Forecasts of computations that are then run, by the durations of an earlier run, as `options.durations`
/// says. Throws: Error when that cannot be read.
std::unique_ptr<JobForecast> forecast_beside_run(const Options& options, const ClientInfo& info);

class PlanOnly {
 public:
  /// Throws: Error when the earlier run that the options name cannot be read.
  PlanOnly(const Options& options, const ClientInfo& info);

  /// A computation begins to be planned.
  void begin();
  /// Prints what the computation would do. What is returned has no values.
  /// Throws: Error when it would be refused.
  Computed compute(const ComputeSetting& setting, Expansion& expansion, const Plan& plan,
                   const ResultSizes& sizes, bool hold);
  /// Has the client's model expect the sizes of an earlier run.
  void tell_sizes(CostModel& costs) const { forecast_.times().tell_sizes(costs); }
  /// Prints what all computations would take.
  void finish() const;
  /// To be told of persisted results that nobody needs any more.
  const std::shared_ptr<HeldDrops>& drops() const { return drops_; }

 private:
  PlanOnly(const Options& options, const ClientInfo& info, const MachineSpeed& speed);

  JobForecast forecast_;
  const std::shared_ptr<HeldDrops> drops_;
  std::chrono::steady_clock::time_point begun_{};
};

}  // namespace bask
