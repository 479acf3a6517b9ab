#include <bask/core/error.hpp>
#include <bask/plan/partition.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace bask {
namespace {

std::span<const Source> inputs_of_unit(const Plan& plan, std::uint32_t unit) {
  return {plan.inputs.data() + plan.input_begin[plan.unit_begin[unit]],
          plan.inputs.data() + plan.input_begin[plan.unit_begin[unit + 1]]};
}

// A unit, and the series that it belongs to: units of one layer that end with one kernel.
struct SeriesUnit {
  std::uint32_t unit, series;
};

// Numbers the series. Calls must pass the tasks in ascending order.
class SeriesCount {
 public:
  explicit SeriesCount(std::span<const std::uint32_t> layer_begin) : layer_begin_(layer_begin) {}
  std::uint32_t series_of(std::uint32_t task, std::uint32_t group) {
    for (; layers_ < layer_begin_.size() && task >= layer_begin_[layers_]; ++layers_) of_group_.clear();
    if (group >= of_group_.size()) of_group_.resize(group + 1, kNoIndex);
    if (of_group_[group] == kNoIndex) of_group_[group] = count_++;
    return of_group_[group];
  }

 private:
  std::span<const std::uint32_t> layer_begin_;
  std::size_t layers_ = 0;               // how many layers have begun
  std::vector<std::uint32_t> of_group_;  // the series of each group in the last of these layers
  std::uint32_t count_ = 0;
};

// Units sorted by level, and within a level in the order in which their last tasks were added to the graph:
// in that order, neighbours in space are neighbours. `begin` has one entry more than there are levels.
struct ByLevel {
  std::vector<SeriesUnit> units;
  std::vector<std::uint32_t> begin;
};

ByLevel sort_by_level(const Plan& plan, std::span<const std::uint32_t> layer_begin) {
  const std::vector<std::uint32_t> level = levels(plan);
  const std::uint32_t count = level.empty() ? 0 : *std::max_element(level.begin(), level.end()) + 1;
  ByLevel sorted{std::vector<SeriesUnit>(level.size()), std::vector<std::uint32_t>(count + 1)};
  for (const std::uint32_t of_unit : level) ++sorted.begin[of_unit + 1];
  std::partial_sum(sorted.begin.begin(), sorted.begin.end(), sorted.begin.begin());
  std::uint32_t tasks = 0;
  for (const TaskId task : plan.task) tasks = std::max(tasks, task.index + 1);
  std::vector<std::uint32_t> unit_of_task(tasks, kNoIndex);
  const auto last_of = [&](std::uint32_t unit) { return plan.unit_begin[unit + 1] - 1; };
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit)
    unit_of_task[plan.task[last_of(unit)].index] = unit;
  std::vector<std::uint32_t> next(sorted.begin.begin(), sorted.begin.end() - (count == 0 ? 0 : 1));
  SeriesCount series(layer_begin);
  for (std::uint32_t task = 0; task < tasks; ++task) {
    const std::uint32_t unit = unit_of_task[task];
    if (unit == kNoIndex) continue;
    sorted.units[next[level[unit]]++] = {unit, series.series_of(task, plan.group[last_of(unit)])};
  }
  return sorted;
}

class Partitioner {
 public:
  Partitioner(const Plan& plan, const UnitEstimates& estimates, const ClusterShape& shape,
              std::span<const std::uint32_t> rank_of_constant, const PartitionerOptions& options)
      : plan_(plan),
        estimates_(estimates),
        rank_of_constant_(rank_of_constant),
        options_(options),
        rank_of_position_(plan_.positions()),
        of_rank_(shape.threads.size()) {
    const double threads = std::accumulate(shape.threads.begin(), shape.threads.end(), 0.0);
    if (!(threads > 0)) throw Error("partition", "no rank runs tasks", "give at least one rank a thread");
    double up_to = 0;
    for (std::size_t rank = 0; rank < of_rank_.size(); ++rank) {
      of_rank_[rank].share = shape.threads[rank] / threads;
      of_rank_[rank].shares_up_to = up_to += of_rank_[rank].share;
    }
  }

  std::vector<std::uint32_t> run() {
    std::vector<std::uint32_t> ranks(plan_.units());
    ByLevel sorted = sort_by_level(plan_, estimates_.layer_begin);
    for (std::size_t level = 0; level + 1 < sorted.begin.size(); ++level) {
      const std::span units(sorted.units.data() + sorted.begin[level],
                            sorted.units.data() + sorted.begin[level + 1]);
      start_level(units);
      put_long_series_first(units);
      for (const SeriesUnit& unit : units) place(unit, ranks[unit.unit] = choose(unit));
      end_level(units, ranks);
    }
    return ranks;
  }

 private:
  struct Series {
    double cost = 0, seen = 0;  // of its units in the level, and of those that are placed already
    float most = 0;             // the cost of its longest unit
    std::uint32_t units = 0;
  };
  struct Rank {
    double share = 0;         // of the work
    double shares_up_to = 0;  // of this rank and those before it
    double load = 0;          // cost of the level's units that were placed there
    double delay = 0;         // ns by which moving the inputs of these units takes longer than running them
    double bytes = 0;         // of the unit's inputs that lie there
  };

  void start_level(std::span<const SeriesUnit> units) {
    level_cost_ = 0;
    in_level_.clear();
    for (const auto& [unit, number] : units) {
      const float cost = estimates_.cost[unit];
      if (number >= of_series_.size()) of_series_.resize(number + 1);
      Series& series = of_series_[number];
      if (series.units++ == 0) in_level_.push_back(number);
      series.cost += cost;
      series.most = std::max(series.most, cost);
      level_cost_ += cost;
    }
  }

  void end_level(std::span<const SeriesUnit> units, const std::vector<std::uint32_t>& ranks) {
    for (const std::uint32_t series : in_level_) of_series_[series] = {};
    const auto forget = [](Rank& rank) { rank.load = rank.delay = 0; };
    if (units.size() > of_rank_.size()) {
      for (Rank& rank : of_rank_) forget(rank);
    } else {
      for (const SeriesUnit& unit : units) forget(of_rank_[ranks[unit.unit]]);
    }
  }

  // Long units are placed first, and short ones then even out the ranks. Each series keeps its order.
  void put_long_series_first(std::span<SeriesUnit> units) {
    const auto is_longer = [&](std::uint32_t a, std::uint32_t b) {
      return of_series_[a].most > of_series_[b].most;
    };
    const bool are_alike = std::ranges::none_of(in_level_, [&](std::uint32_t series) {
      return is_longer(series, in_level_[0]) || is_longer(in_level_[0], series);
    });
    if (are_alike) return;
    std::ranges::stable_sort(in_level_, is_longer);
    std::uint32_t begin = 0;  // from here on, `units` of a series is the place of its next unit
    for (const std::uint32_t series : in_level_) begin += std::exchange(of_series_[series].units, begin);
    const std::vector<SeriesUnit> before(units.begin(), units.end());
    for (const SeriesUnit& unit : before) units[of_series_[unit.series].units++] = unit;
  }

  // Whether the rank may have one more unit of the level.
  bool has_room(std::uint32_t rank) const {
    const double share = of_rank_[rank].share;
    return share > 0 && of_rank_[rank].load <= share * level_cost_ * (1 + options_.imbalance);
  }

  // The rank where an input of the unit lies; kNoIndex: the unit makes it, or it draws no reader to a rank.
  std::uint32_t rank_of(Source input, std::uint32_t unit) const {
    if (!input.is_constant()) {
      return input.index() < plan_.unit_begin[unit] ? rank_of_position_[input.index()] : kNoIndex;
    }
    return rank_of_constant_.empty() ? kNoIndex : rank_of_constant_[input.index()];
  }
  double bytes_of(Source input) const {
    const std::vector<float>& bytes = input.is_constant() ? estimates_.constant_bytes : estimates_.bytes;
    return bytes.empty() ? 1 : std::max(bytes[input.index()], 1.0F);
  }

  std::uint32_t choose(const SeriesUnit& unit) {
    std::uint32_t home = kNoIndex;
    bool is_one = true;  // whether all inputs lie on one rank
    for (const Source input : inputs_of_unit(plan_, unit.unit)) {
      const std::uint32_t rank = rank_of(input, unit.unit);
      is_one &= rank == kNoIndex || home == kNoIndex || rank == home;
      if (home == kNoIndex) home = rank;
    }
    if (home == kNoIndex) return by_place(unit);
    if (is_one && has_room(home)) return home;
    weigh_inputs(unit.unit);
    const std::uint32_t rank = beside_data(unit);
    of_rank_[rank].delay += std::max(0.0, moving_ns(rank) - estimates_.cost[unit.unit]);
    for (const std::uint32_t candidate : candidates_) of_rank_[candidate].bytes = 0;
    return rank;
  }

  // Finds out how many bytes of the unit's inputs lie on which ranks.
  void weigh_inputs(std::uint32_t unit) {
    candidates_.clear();
    input_bytes_ = 0;
    for (std::uint32_t position = plan_.unit_begin[unit]; position < plan_.unit_begin[unit + 1]; ++position) {
      const std::span<const Source> inputs = plan_.inputs_of(position);
      for (std::uint32_t k = 0; k < inputs.size(); ++k) {
        const std::uint32_t rank = rank_of(inputs[k], unit);
        if (rank == kNoIndex) continue;
        double bytes = bytes_of(inputs[k]);
        if (options_.strips != nullptr) bytes = options_.strips->bytes_read(position, k, bytes);
        if (of_rank_[rank].bytes == 0) candidates_.push_back(rank);
        of_rank_[rank].bytes += bytes;
        input_bytes_ += bytes;
      }
    }
  }

  // The time to move the inputs that lie on other ranks.
  double moving_ns(std::uint32_t rank) const {
    if (estimates_.bytes.empty()) return 0;
    return (input_bytes_ - of_rank_[rank].bytes) * options_.moved_ns_per_byte;
  }

  // When the rank would have run its units of the level and this one, in ns, divided by its share.
  double end_on(std::uint32_t rank, std::uint32_t unit) const {
    const Rank& there = of_rank_[rank];
    const double longer = std::max<double>(estimates_.cost[unit], moving_ns(rank));
    return (there.load + there.delay + longer) / of_rank_[rank].share;
  }

  std::uint32_t beside_data(const SeriesUnit& unit) const {
    std::uint32_t home = kNoIndex, nearest = kNoIndex;  // among all candidates, and among those with room
    bool is_tied = false;
    for (const std::uint32_t rank : candidates_) {
      if (of_rank_[rank].share == 0) continue;
      const double bytes = of_rank_[rank].bytes;
      if (home == kNoIndex || bytes > of_rank_[home].bytes) home = rank;
      if (!has_room(rank)) continue;
      is_tied = nearest != kNoIndex && bytes == of_rank_[nearest].bytes;
      if (nearest == kNoIndex || bytes > of_rank_[nearest].bytes) nearest = rank;
    }
    if (nearest == kNoIndex || is_tied) {
      const std::uint32_t here = by_place(unit);
      const bool is_as_near = is_tied && of_rank_[here].bytes == of_rank_[nearest].bytes;
      if (nearest == kNoIndex || (is_as_near && has_room(here))) nearest = here;
    }
    const bool is_away = home != kNoIndex && of_rank_[nearest].bytes < of_rank_[home].bytes;
    return is_away && end_on(home, unit.unit) <= end_on(nearest, unit.unit) ? home : nearest;
  }

  // The cost of the level's units on the rank, divided by its share.
  double load(std::uint32_t rank) const {
    return of_rank_[rank].share == 0 ? std::numeric_limits<double>::infinity()
                                     : of_rank_[rank].load / of_rank_[rank].share;
  }

  // A unit that finds no place beside its data goes beside its neighbours in the plan: each series of the
  // level is cut into one stretch per rank.
  std::uint32_t by_place(const SeriesUnit& unit) const {
    const Series& series = of_series_[unit.series];
    const double middle = series.seen + estimates_.cost[unit.unit] / 2;
    const auto stretch = std::ranges::partition_point(
        of_rank_, [&](const Rank& rank) { return rank.shares_up_to * series.cost < middle; });
    const auto first = static_cast<std::uint32_t>(stretch - of_rank_.begin());
    for (std::uint32_t rank = first; rank < of_rank_.size(); ++rank) {
      if (has_room(rank)) return rank;
    }
    std::uint32_t least = 0;  // loads of ranks that run nothing are infinite
    for (std::uint32_t rank = 1; rank < of_rank_.size(); ++rank) {
      if (load(rank) < load(least)) least = rank;
    }
    return least;
  }

  void place(const SeriesUnit& unit, std::uint32_t rank) {
    const float cost = estimates_.cost[unit.unit];
    // Only for its last result: the others are read only inside the unit.
    rank_of_position_[plan_.unit_begin[unit.unit + 1] - 1] = rank;
    of_rank_[rank].load += cost;
    of_series_[unit.series].seen += cost;
  }

  const Plan& plan_;
  const UnitEstimates& estimates_;
  std::span<const std::uint32_t> rank_of_constant_;
  const PartitionerOptions options_;
  std::vector<Series> of_series_;
  std::vector<std::uint32_t> in_level_;          // the series that have units in the level
  std::vector<std::uint32_t> rank_of_position_;  // of the results that are placed
  std::vector<Rank> of_rank_;
  std::vector<std::uint32_t> candidates_;  // ranks where inputs of the unit lie
  double input_bytes_ = 0;                 // of these inputs
  double level_cost_ = 0;
};

}  // namespace

std::vector<std::uint32_t> levels(const Plan& plan) {
  std::vector<std::uint32_t> level(plan.units());
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    for (const std::uint32_t successor : plan.successors_of(unit)) {
      level[successor] = std::max(level[successor], level[unit] + 1);
    }
  }
  for (std::uint32_t unit = plan.units(); unit-- > 0;) {
    std::uint32_t first = kNoIndex;
    for (const std::uint32_t reader : plan.successors_of(unit)) first = std::min(first, level[reader]);
    if (first != kNoIndex) level[unit] = first - 1;
  }
  return level;
}

std::vector<std::uint32_t> preferred_ranks(std::span<const Constant> constants) {
  if (std::ranges::none_of(constants, &Constant::is_result)) return {};
  std::vector<std::uint32_t> ranks;
  ranks.reserve(constants.size());
  for (const Constant& constant : constants) ranks.push_back(constant.is_result ? constant.rank : kNoIndex);
  return ranks;
}

std::vector<std::uint32_t> partition(const Plan& plan, const UnitEstimates& estimates,
                                     const ClusterShape& shape,
                                     std::span<const std::uint32_t> rank_of_constant,
                                     const PartitionerOptions& options) {
  return Partitioner(plan, estimates, shape, rank_of_constant, options).run();
}

}  // namespace bask
