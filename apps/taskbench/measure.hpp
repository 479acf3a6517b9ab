// measure.hpp: runs one setting often enough, and long enough, for a reliable figure.
// Runs on: rank 0. Threads: one.
#pragma once

#include "runner.hpp"

namespace taskbench {

/// How many runs one figure takes, and how long they last at least.
struct Effort {
  unsigned repeat = 3;
  double min_seconds = 0.2;
};

struct Measurement {
  Workload workload;  ///< with the number of steps that was run
  unsigned cores;
  WorkCount count;
  double seconds;  ///< of the median run, or of the fastest

  double flops_per_s() const { return static_cast<double>(count.flops) / seconds; }
  double bytes_per_s() const { return static_cast<double>(count.bytes) / seconds; }
  /// Wall time × cores / tasks, in µs.
  double granularity_us() const { return seconds * cores / static_cast<double>(count.tasks) * 1e6; }
};

enum class Pick { kMedian, kBest };

/// The median or the fastest of `effort.repeat` runs. Steps are added until each run lasts
/// `effort.min_seconds`, as far as memory allows (most_steps).
Measurement measure(Runner& runner, Workload workload, const Effort& effort, Pick pick = Pick::kMedian);

}  // namespace taskbench
