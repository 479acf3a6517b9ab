// metg.hpp: METG(50 %), the minimum effective task granularity: how small tasks may be before half of the
// machine's speed is lost (Slaughter et al., "Task Bench", SC20, section IV).
// Runs on: rank 0. Threads: one.
#pragma once

#include "measure.hpp"

namespace taskbench {

struct Metg {
  double metg_us;           ///< mean granularity (wall time × cores / tasks) at half of the peak
  double peak_flops_per_s;  ///< the best that large tasks reach in the same setting
  Measurement smallest;     ///< with the smallest tasks that still reach half of the peak
};

/// Looks for METG by the number of iterations: doubles it until tasks are large, which gives the peak, then
/// halves it until tasks are too small, then bisects between the smallest tasks above half of the peak and
/// the next smaller ones, and interpolates between the last two of these. Of each point the fastest of
/// `effort.repeat` runs counts, and the peak is the fastest of all runs of large tasks, of which there is one
/// beside each point: so what else the machine does in between matters less. When even one iteration a task
/// reaches half of the peak, METG is the granularity there, an upper bound. Cost: about 15 points of
/// `effort.repeat` + 1 runs.
Metg find_metg(Runner& runner, const Workload& workload, const Effort& effort);

}  // namespace taskbench
