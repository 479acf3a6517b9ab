#include <bask/core/error.hpp>
#include <bask/plan/partition.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

namespace bask {
namespace {

std::span<const Source> inputs_of_unit(const Plan& plan, std::uint32_t unit) {
  return {plan.inputs.data() + plan.input_begin[plan.unit_begin[unit]],
          plan.inputs.data() + plan.input_begin[plan.unit_begin[unit + 1]]};
}

// Units in the order in which their last tasks were added to the graph, where neighbours in space are
// neighbours.
std::vector<std::uint32_t> as_added(const Plan& plan) {
  std::uint32_t most = 0;
  for (const TaskId task : plan.task) most = std::max(most, task.index);
  std::vector<std::uint32_t> unit_of_task(std::size_t{most} + 1, kNoIndex);
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    unit_of_task[plan.task[plan.unit_begin[unit + 1] - 1].index] = unit;
  }
  std::erase(unit_of_task, kNoIndex);
  return unit_of_task;
}

// Units sorted by level, as they were added within each; `begin` has one entry more than there are levels.
struct ByLevel {
  std::vector<std::uint32_t> units, begin;
};

ByLevel sort_by_level(const Plan& plan, const std::vector<std::uint32_t>& level) {
  const std::uint32_t count = level.empty() ? 0 : *std::max_element(level.begin(), level.end()) + 1;
  ByLevel sorted{std::vector<std::uint32_t>(level.size()), std::vector<std::uint32_t>(count + 1)};
  for (const std::uint32_t of_unit : level) ++sorted.begin[of_unit + 1];
  std::partial_sum(sorted.begin.begin(), sorted.begin.end(), sorted.begin.begin());
  std::vector<std::uint32_t> next(sorted.begin.begin(), sorted.begin.end() - (count == 0 ? 0 : 1));
  for (const std::uint32_t unit : as_added(plan)) sorted.units[next[level[unit]]++] = unit;
  return sorted;
}

class Partitioner {
 public:
  Partitioner(const Plan& plan, std::span<const float> costs, const ClusterShape& shape,
              std::span<const std::uint32_t> rank_of_constant, const PartitionOptions& options)
      : plan_(plan),
        costs_(costs),
        rank_of_constant_(rank_of_constant),
        options_(options),
        rank_of_position_(plan.positions()),
        in_level_(shape.threads.size()),
        tally_(shape.threads.size()) {
    const double threads = std::accumulate(shape.threads.begin(), shape.threads.end(), 0.0);
    if (!(threads > 0)) throw Error("partition", "no rank runs tasks", "give at least one rank a thread");
    for (const double of_rank : shape.threads) share_.push_back(of_rank / threads);
    std::partial_sum(share_.begin(), share_.end(), std::back_inserter(shares_up_to_));
  }

  std::vector<std::uint32_t> run() {
    std::vector<std::uint32_t> ranks(plan_.units());
    const ByLevel sorted = sort_by_level(plan_, levels(plan_));
    for (std::size_t level = 0; level + 1 < sorted.begin.size(); ++level) {
      const std::span units(sorted.units.data() + sorted.begin[level],
                            sorted.units.data() + sorted.begin[level + 1]);
      start_level(units);
      for (const std::uint32_t unit : units) place(unit, ranks[unit] = choose(unit));
      for (const std::uint32_t unit : units) in_level_[ranks[unit]] = 0;
    }
    return ranks;
  }

 private:
  void start_level(std::span<const std::uint32_t> units) {
    level_cost_ = most_cost_ = seen_ = 0;
    for (const std::uint32_t unit : units) {
      level_cost_ += costs_[unit];
      most_cost_ = std::max(most_cost_, static_cast<double>(costs_[unit]));
    }
  }

  bool fits(std::uint32_t rank, float cost) const {
    const double room = share_[rank] * level_cost_ * (1 + options_.imbalance) + most_cost_;
    return share_[rank] > 0 && in_level_[rank] + cost <= room;
  }

  // Where an input of the unit lies; kNoIndex for the unit's own results and what lies nowhere in particular.
  std::uint32_t rank_of(Source input, std::uint32_t unit) const {
    if (!input.is_constant()) {
      return input.index() < plan_.unit_begin[unit] ? rank_of_position_[input.index()] : kNoIndex;
    }
    return rank_of_constant_.empty() ? kNoIndex : rank_of_constant_[input.index()];
  }

  std::uint32_t choose(std::uint32_t unit) {
    candidates_.clear();
    for (const Source input : inputs_of_unit(plan_, unit)) {
      const std::uint32_t rank = rank_of(input, unit);
      if (rank != kNoIndex && tally_[rank]++ == 0) candidates_.push_back(rank);
    }
    const float cost = costs_[unit];
    std::uint32_t most = 0;  // inputs on one rank
    for (const std::uint32_t rank : candidates_) {
      if (fits(rank, cost)) most = std::max(most, tally_[rank]);
    }
    std::erase_if(candidates_, [&](std::uint32_t rank) {
      return std::exchange(tally_[rank], 0) != most || !fits(rank, cost);
    });
    if (candidates_.size() == 1) return candidates_.front();
    const std::uint32_t here = by_place(cost);
    const bool is_here = std::ranges::find(candidates_, here) != candidates_.end();
    return candidates_.empty() || is_here ? here : candidates_.front();
  }

  // Of the level, as a multiple of the rank's share of it.
  double load(std::uint32_t rank) const {
    return share_[rank] == 0 ? std::numeric_limits<double>::infinity() : in_level_[rank] / share_[rank];
  }

  // Without a place beside its data a unit goes beside its neighbours in the plan: the level is cut into one
  // stretch per rank.
  std::uint32_t by_place(float cost) const {
    const double middle = seen_ + cost / 2;
    const auto stretch = std::ranges::partition_point(
        shares_up_to_, [&](double share) { return share * level_cost_ < middle; });
    const auto first = static_cast<std::uint32_t>(stretch - shares_up_to_.begin());
    for (std::uint32_t rank = first; rank < share_.size(); ++rank) {
      if (fits(rank, cost)) return rank;
    }
    std::uint32_t least = 0;  // loads of ranks that run nothing are infinite
    for (std::uint32_t rank = 1; rank < share_.size(); ++rank) {
      if (load(rank) < load(least)) least = rank;
    }
    return least;
  }

  void place(std::uint32_t unit, std::uint32_t rank) {
    rank_of_position_[plan_.unit_begin[unit + 1] - 1] = rank;  // the inside of a unit is read only inside it
    in_level_[rank] += costs_[unit];
    seen_ += costs_[unit];
  }

  const Plan& plan_;
  std::span<const float> costs_;
  std::span<const std::uint32_t> rank_of_constant_;
  const PartitionOptions options_;
  std::vector<double> share_, shares_up_to_;     // of the work, per rank
  std::vector<std::uint32_t> rank_of_position_;  // of results that were placed
  std::vector<double> in_level_;                 // per rank: cost of the level's units that were placed
  std::vector<std::uint32_t> tally_;             // per rank
  std::vector<std::uint32_t> candidates_;
  double level_cost_ = 0;
  double most_cost_ = 0;  // of one unit of the level
  double seen_ = 0;       // of the level's units that were placed
};

}  // namespace

std::vector<std::uint32_t> levels(const Plan& plan) {
  std::vector<std::uint32_t> level(plan.units());
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    for (const std::uint32_t successor : plan.successors_of(unit)) {
      level[successor] = std::max(level[successor], level[unit] + 1);
    }
  }
  return level;
}

std::vector<std::uint32_t> preferred_ranks(std::span<const Constant> constants) {
  const bool all_on_rank_0 =
      std::ranges::all_of(constants, [](const Constant& constant) { return constant.rank == 0; });
  if (all_on_rank_0) return {};
  std::vector<std::uint32_t> ranks;
  ranks.reserve(constants.size());
  for (const Constant& constant : constants) ranks.push_back(constant.rank == 0 ? kNoIndex : constant.rank);
  return ranks;
}

std::vector<std::uint32_t> partition(const Plan& plan, std::span<const float> costs,
                                     const ClusterShape& shape,
                                     std::span<const std::uint32_t> rank_of_constant,
                                     const PartitionOptions& options) {
  return Partitioner(plan, costs, shape, rank_of_constant, options).run();
}

}  // namespace bask
