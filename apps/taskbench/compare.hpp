// compare.hpp: one setting by several runners in turn, so that what else the machine does meets all alike.
// Runs on: rank 0. Threads: one.
#pragma once

#include "metg.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace taskbench {

/// What one runner reached in one setting.
struct Result {
  std::string_view runner;
  Measurement measurement;  ///< with METG, of the smallest tasks that reach half of the peak
  std::optional<Metg> metg = {};
  std::optional<double> ratio_to_mpi = {};  ///< METG, or seconds a task without it, as a multiple of mpi's

  /// The figure that runners are compared by: METG, or the granularity where it was not asked for.
  double figure_us() const { return metg ? metg->metg_us : measurement.granularity_us(); }
};

struct Rounds {
  Effort effort;        ///< for each measurement
  bool metg = false;    ///< look for METG
  unsigned rounds = 1;  ///< how often each runner has its turn
};

/// The result of each runner, in their order: the round with the median figure, the smaller of the two middle
/// ones where rounds are even in number. Ratios are those of these medians.
/// Throws: Error (kUsage) when mpi is among several runners, which have not all as many cores.
std::vector<Result> compare(std::span<const std::unique_ptr<Runner>> runners, const Workload& workload,
                            const Rounds& rounds);

}  // namespace taskbench
