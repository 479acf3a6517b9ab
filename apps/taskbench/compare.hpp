// compare.hpp: runs one setting by several runners in turn, so that other load on the machine hits all alike.
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
  Measurement measurement;  ///< with `metg`: that of the smallest tasks that reach half of the peak
  std::optional<Metg> metg = {};
  std::optional<double> ratio_to_mpi = {};  ///< METG (without it: seconds a task) as a multiple of mpi's

  /// The figure by which runners are compared, in µs: METG, or the granularity without `metg`.
  double figure_us() const { return metg ? metg->metg_us : measurement.granularity_us(); }
};

struct Rounds {
  Effort effort;        ///< for each measurement
  bool metg = false;    ///< whether to find METG
  unsigned rounds = 1;  ///< how many turns each runner has
};

/// The result of each runner, in their order: that of the round with the median figure, or with the smaller
/// of the two middle ones when the number of rounds is even. Ratios are ratios of these medians.
/// Throws: Error (kUsage) when mpi is among several runners that do not all have the same number of cores.
std::vector<Result> compare(std::span<const std::unique_ptr<Runner>> runners, const Workload& workload,
                            const Rounds& rounds);

}  // namespace taskbench
