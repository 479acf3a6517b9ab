// placement.hpp: where the units of a plan run, and how many bytes may be under way between two ranks.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/require_room.hpp>
#include <bask/plan/strip_reads.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bask {

struct RankShape {
  unsigned threads = 1;                            ///< that run tasks; 0: the rank runs none
  std::uint64_t memory_limit = ~std::uint64_t{0};  ///< in bytes; the greatest number: there is none
};

struct PlacementOptions {
  std::span<const RankShape> ranks;
  bool hold = false;  ///< targets stay on the ranks that make them
};

struct Placement {
  std::unique_ptr<StripReads> strips;  ///< refers to the plan and the graph
  Rooms rooms;                         ///< refers to `strips`
  /// The bytes of results that may be under way between two ranks; 0: any number, as all are small.
  std::uint64_t push_credit = 0;

  const std::vector<std::uint32_t>& rank_of_unit() const { return rooms.rank_of_unit; }
};

/// `plan` and `graph` must outlive what is returned. Throws: as partition() and require_room() do.
Placement place_on_ranks(const Plan& plan, const TaskGraph& graph, const UnitEstimates& estimates,
                         const PlacementOptions& options);

}  // namespace bask
