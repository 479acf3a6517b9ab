#include <fmt/format.h>
#include <bask/core/value.hpp>
#include <bask/plan/partition.hpp>
#include <bask/plan/placement.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace bask {
namespace {

// What the program's own constants take on each rank is not known before its part is cut out of the plan.
Rooms rooms_for(const TaskGraph& graph, std::span<const RankShape> ranks) {
  Rooms rooms;
  for (const RankShape& rank : ranks)
    rooms.of_rank.push_back(
        {.limit = rank.memory_limit, .rank = fmt::format("rank {}", rooms.of_rank.size())});
  for (const Constant& constant : graph.constants)
    rooms.persisted.push_back(constant.held == 0 ? 0 : static_cast<std::uint64_t>(constant.bytes));
  return rooms;
}

// How many bytes of results may be under way between two ranks: an eighth of a rank's memory in all, and no
// more than the largest unit leaves of it. 0 where all that the run makes is small for each rank.
std::uint64_t push_credit(const Plan& plan, const TaskGraph& graph, const Rooms& rooms, bool brings_results) {
  constexpr std::uint64_t kShareUnderWay = 8, kSmallShare = 16;
  std::uint64_t least = ~std::uint64_t{0};
  for (const MemoryRoom& rank : rooms.of_rank) least = std::min(least, rank.limit);
  if (least == ~std::uint64_t{0}) return 0;
  const std::optional<std::uint64_t> made = bytes_for_certain(plan);
  const bool any_held = std::ranges::any_of(  // it may be on the disk
      graph.constants, [](const Constant& constant) { return constant.held != 0; });
  if (made && !any_held) {
    std::uint64_t sum = *made;
    for (const Constant& constant : graph.constants)
      sum += constant.value == nullptr ? 0 : constant.value->heap_bytes();
    if (sum <= least / kSmallShare) return 0;
  }
  const std::uint64_t needed = knows_sizes(plan) ? most_needed(plan, rooms.persisted, brings_results) : 0;
  const std::uint64_t left = least - std::min(least, needed);
  return std::max<std::uint64_t>(std::min(least / kShareUnderWay, left) / rooms.of_rank.size(), 1);
}

}  // namespace

Placement place_on_ranks(const Plan& plan, const TaskGraph& graph, const UnitEstimates& estimates,
                         const PlacementOptions& options) {
  Placement placement{.strips = std::make_unique<StripReads>(plan, graph),
                      .rooms = rooms_for(graph, options.ranks)};
  Rooms& rooms = placement.rooms;
  std::vector<double> threads;
  for (const RankShape& rank : options.ranks) threads.push_back(rank.threads);
  rooms.rank_of_unit = partition(plan, estimates, {std::move(threads)}, preferred_ranks(graph.constants),
                                 {.strips = placement.strips.get()});
  placement.strips->find(rooms.rank_of_unit, !options.hold);
  rooms.strips = placement.strips.get();
  if (knows_sizes(plan)) require_room(plan, graph, rooms, !options.hold);
  placement.push_credit = push_credit(plan, graph, rooms, !options.hold);
  return placement;
}

}  // namespace bask
