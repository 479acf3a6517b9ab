// metg.hpp: METG(50 %), the minimum effective task granularity: how small tasks may be before half of the
// machine's speed is lost (Slaughter et al., "Task Bench", SC20, section IV).
// Runs on: rank 0. Threads: one.
#pragma once

#include "measure.hpp"

namespace taskbench {

struct Metg {
  double metg_us;           ///< mean granularity (wall time × cores / tasks) at half of the peak
  double peak_flops_per_s;  ///< the best that large tasks reach in the same setting
  Measurement smallest;     ///< of the smallest tasks that still reach half of the peak
};

/// Finds METG by the number of iterations. Doubles it until tasks are large, which gives the peak; halves it
/// until tasks are too small; then bisects between the smallest tasks above half of the peak and the next
/// smaller ones, and interpolates between the last two points. The result of a point is the fastest of
/// `effort.repeat` runs. The peak is the fastest of all runs of large tasks; one such run is made beside each
/// point, so that other load on the machine matters less. When one iteration a task already reaches half of
/// the peak, METG is the granularity there, which is an upper bound.
/// Cost: about 15 points of `effort.repeat` + 1 runs.
Metg find_metg(Runner& runner, const Workload& workload, const Effort& effort);

}  // namespace taskbench
