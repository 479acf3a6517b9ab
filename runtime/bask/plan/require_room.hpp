// require_room.hpp: refuses, before anything runs, a plan of which some unit can never fit into the memory of
// the rank that it was given to.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/graph/memory_need.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/plan/strip_reads.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

struct Rooms {
  std::vector<MemoryRoom> of_rank;
  std::vector<std::uint32_t> rank_of_unit = {};  ///< empty: rank 0 runs all
  /// By constant of the graph: the bytes of a persisted result, which a unit must have in memory as it must
  /// have other results; 0 for constants of the program. Empty: there are no persisted results.
  std::vector<std::uint64_t> persisted = {};
  const StripReads* strips = nullptr;  ///< what they have found for these ranks; null: results come whole

  std::uint32_t rank_of(std::uint32_t unit) const { return rank_of_unit.empty() ? 0 : rank_of_unit[unit]; }
};

/// Whether there is anything to refuse: sizes of results that hold memory, or annotations, are known.
/// Cost: one look at each group and annotation.
bool knows_sizes(const Plan& plan);

/// What the unit needs at least: of results whose sizes are only guessed, nothing is counted; of one of which
/// a strip alone comes to the unit's rank, the strip.
MemoryNeed known_need(const Plan& plan, std::uint32_t unit, const Rooms& rooms);

/// The most that a unit needs, or with `brings_results` the plan's targets together, as far as it is known;
/// not less. Cost: one look at each task and input.
std::uint64_t most_needed(const Plan& plan, std::span<const std::uint64_t> persisted, bool brings_results);

/// Throws: Error for the unit that needs most of those that do not fit, with the longest chunks that would
/// fit where its layer can tell; and, with `brings_results`, when the plan's targets do not fit together on
/// rank 0. Cost: one look at each task and input.
void require_room(const Plan& plan, const TaskGraph& graph, const Rooms& rooms, bool brings_results);

}  // namespace bask
