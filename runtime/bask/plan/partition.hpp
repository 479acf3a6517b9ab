// partition.hpp: which rank runs which unit of a plan.
// Runs on: rank 0. Threads: any; a pure function.
// Source: list scheduling by levels (Hu, "Parallel Sequencing and Assembly Line Problems", 1961) with a
// choice of rank by affinity: a unit goes where most bytes of its inputs are, as long as no rank gets more
// than its share of a level.
#pragma once

#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/strip_reads.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

/// What the ranks can do.
struct ClusterShape {
  std::vector<double> threads;  ///< that run tasks, per rank; 0: the rank runs none
};

struct PartitionerOptions {
  /// How much more than its share of a level a rank may get, for the sake of the data that it holds.
  double imbalance = 0.05;
  double moved_ns_per_byte = 1;  ///< of a modest network
  /// Tells which units read a strip of a result alone; null: results move whole.
  const StripReads* strips = nullptr;
};

/// On which rank the readers of each constant should run: those of a persisted result on the rank that holds
/// it; kNoIndex for others. Empty when nothing was persisted.
std::vector<std::uint32_t> preferred_ranks(std::span<const Constant> constants);

/// The rank of each unit. Deterministic. `rank_of_constant` comes from `preferred_ranks`: these constants
/// draw their readers as results do.
/// Balance: of the cost of each level, as levels() says, a rank gets at most its share by threads times
/// 1 + imbalance, and one unit. It gets more only of units whose inputs would take longer to move elsewhere
/// than the rank is behind.
/// Units that no data draws are cut into one stretch per rank, layer by layer: so tasks that were added
/// together, such as those of equal regions of two arrays, stay together.
/// Cost: linear in units and inputs; for a unit that its data draws nowhere, the logarithm of the ranks, and
/// all ranks where a level is nearly full. Throws: Error when no rank runs tasks.
std::vector<std::uint32_t> partition(const Plan& plan, const UnitEstimates& estimates,
                                     const ClusterShape& shape,
                                     std::span<const std::uint32_t> rank_of_constant = {},
                                     const PartitionerOptions& options = {});

/// The level of each unit: one before that of its first reader. Units that nobody reads: the longest way from
/// a root to them, in units. So units of one level are needed at about the same time: each rank gets some of
/// those blocks that the next step reads, and the step finds its inputs on all ranks.
std::vector<std::uint32_t> levels(const Plan& plan);

}  // namespace bask
