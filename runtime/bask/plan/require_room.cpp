#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/core/units.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/require_room.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace bask {
namespace {

// The size of a result, if it is known and the result holds memory.
std::uint64_t known_bytes(const Plan& plan, std::uint32_t position) {
  const bool is_known = !plan.bytes.empty() && plan.groups[plan.group[position]].sized;
  return is_known ? static_cast<std::uint64_t>(plan.bytes[position]) : 0;
}

std::uint64_t known_bytes(const Plan& plan, Source source, std::span<const std::uint64_t> persisted) {
  if (!source.is_constant()) return known_bytes(plan, source.index());
  return persisted.empty() ? 0 : persisted[source.index()];
}

MemoryNeed made_by(const Plan& plan, std::uint32_t unit) {
  MemoryNeed need;
  for (std::uint32_t position = plan.unit_begin[unit]; position < plan.unit_begin[unit + 1]; ++position)
    need.add_task(known_bytes(plan, position), plan.groups[plan.group[position]].scratch,
                  plan.annotations_of(position).memory.value_or(0));
  return need;
}

// Not less than the unit needs: a result that it reads twice counts twice.
std::uint64_t most_need(const Plan& plan, std::uint32_t unit, std::span<const std::uint64_t> persisted) {
  const std::uint32_t first = plan.unit_begin[unit], end = plan.unit_begin[unit + 1];
  std::uint64_t sum = made_by(plan, unit).made;
  for (std::uint32_t k = plan.input_begin[first]; k < plan.input_begin[end]; ++k)
    sum += known_bytes(plan, plan.inputs[k], persisted);
  return sum;
}

struct LargeUnit {
  std::uint32_t unit, rank;
  std::uint64_t need;
};

// What to say where units are too large. `units` has those, and others that are large.
class Refusal {
 public:
  Refusal(const Plan& plan, const TaskGraph& graph, const Rooms& rooms, const std::vector<LargeUnit>& units)
      : plan_(plan), graph_(graph), rooms_(rooms), units_(units) {
    const auto comes_first = [&](const LargeUnit& a, const LargeUnit& b) {
      return std::pair(fits(b), a.need) > std::pair(fits(a), b.need);
    };
    std::stable_sort(units_.begin(), units_.end(), comes_first);
    std::map<const Layer*, int> units_of;
    std::erase_if(units_, [&](const LargeUnit& unit) {
      return ++units_of[place_of(last_of(unit.unit)).layer] > kUnitsOfALayer;
    });
  }

  Error error() const {
    const LargeUnit& worst = units_.front();
    const std::uint32_t position = largest_of(worst.unit);
    const std::optional<ArrayBlock> block = block_at(position);
    const std::string task = block ? fmt::format("task ({})", fmt::join(block->place, ", "))
                                   : "task '" + graph_.name(plan_.task[position]) + "'";
    return memory_refusal(plan_.groups[plan_.group[position]].layer, task,
                          known_need(plan_, worst.unit, rooms_), rooms_.of_rank[worst.rank],
                          fix(block.has_value()));
  }

 private:
  // Of each layer, those that need most are looked at: all are much alike.
  static constexpr int kUnitsOfALayer = 16;
  // No shorter chunks are proposed: their tasks would take longer to start than to run.
  static constexpr double kSmallestBlock = 4096;
  static constexpr std::int64_t kLong = 16;  // of such a length, one element more does not matter

  bool fits(const LargeUnit& unit) const { return unit.need <= rooms_.of_rank[unit.rank].limit; }
  std::uint32_t last_of(std::uint32_t unit) const { return plan_.unit_begin[unit + 1] - 1; }
  LayerPlace place_of(std::uint32_t position) const { return graph_.place_of(plan_.task[position]); }
  // The position in the unit whose result is the largest; of equal ones the last.
  std::uint32_t largest_of(std::uint32_t unit) const {
    std::uint32_t largest = plan_.unit_begin[unit];
    for (std::uint32_t position = largest; position <= last_of(unit); ++position) {
      if (known_bytes(plan_, position) >= known_bytes(plan_, largest)) largest = position;
    }
    return largest;
  }
  std::optional<ArrayBlock> block_at(std::uint32_t position) const {
    const auto [layer, index] = place_of(position);
    return index < layer->size() ? layer->block(index) : std::nullopt;
  }

  // The extents of the largest block that the units make or read.
  ArrayBlock largest_block() const {
    ArrayBlock largest;
    double most = 0;
    const auto look_at = [&](std::uint32_t position) {
      std::optional<ArrayBlock> block = block_at(position);
      const auto bytes = static_cast<double>(known_bytes(plan_, position));
      if (!block || bytes <= most) return;
      most = bytes;
      largest = *std::move(block);
    };
    for (const LargeUnit& unit : units_) {
      for (std::uint32_t position = plan_.unit_begin[unit.unit]; position <= last_of(unit.unit); ++position) {
        look_at(position);
        for (const Source source : plan_.inputs_of(position)) {
          if (!source.is_constant()) look_at(source.index());
        }
      }
    }
    return largest;
  }

  // The most bytes that a unit like this one would need; nothing where that is not known. Of smaller blocks,
  // some may have several readers: then the rest of the chain is a unit, which reads what was its own.
  std::optional<double> bytes_if_cut(std::uint32_t unit, std::int64_t longest) const {
    double most = 0, inputs = 0, made = 0, after = 0;  // of the tasks from `position` on
    for (std::uint32_t position = plan_.unit_begin[unit + 1]; position-- > plan_.unit_begin[unit];) {
      const auto [layer, index] = place_of(position);
      const std::optional<TaskBytes> task =
          index < layer->size() ? layer->bytes_if_cut(index, longest) : std::nullopt;
      if (!task || plan_.annotations_of(position).memory) return std::nullopt;
      made = std::max(made, task->result + task->scratch + after);
      after = task->result;
      inputs = std::max(0.0, inputs - task->result) + task->inputs + persisted_inputs(position);
      most = std::max(most, inputs + made);
    }
    return most;
  }
  // Where blocks are smaller, the task that reads a unit's result may belong to the unit, and make as much
  // again.
  double last_result_if_cut(std::uint32_t unit, std::int64_t longest) const {
    const auto [layer, index] = place_of(last_of(unit));
    return layer->bytes_if_cut(index, longest)->result;
  }
  double persisted_inputs(std::uint32_t position) const {
    std::set<std::uint32_t> persisted;
    double bytes = 0;
    for (const Source source : plan_.inputs_of(position)) {
      if (source.is_constant() && persisted.insert(source.index()).second)
        bytes += static_cast<double>(known_bytes(plan_, source, rooms_.persisted));
    }
    return bytes;
  }

  bool chunks_are_the_programs() const {
    std::set<const Layer*> own;
    for (const LargeUnit& unit : units_) own.insert(place_of(last_of(unit.unit)).layer);
    return std::none_of(graph_.spans.begin(), graph_.spans.end(), [&](const LayerSpan& span) {
      return span.layer->chooses_chunks_of_inputs() &&
             (own.contains(span.layer) ||
              std::any_of(span.layer->inputs().begin(), span.layer->inputs().end(),
                          [&](const LayerPtr& input) { return own.contains(input.get()); }));
    });
  }

  std::string fix(bool makes_block) const {
    const LargeUnit& worst = units_.front();
    const std::uint64_t limit = worst.need + rooms_.of_rank[worst.rank].constants;
    constexpr std::uint64_t kMiB = 1 << 20;
    const std::string raise = "raise --bask-memory-limit to " + spell_size((limit + kMiB - 1) / kMiB * kMiB);
    const std::vector<std::int64_t> extent = largest_block().extent;
    if (!extent.empty() && chunks_are_the_programs() && bytes_if_cut(worst.unit, 1))
      return proposal(extent).value_or("no smaller chunks would fit; " + raise);
    return (makes_block ? "use smaller chunks, or " : "make it in smaller pieces, or ") + raise;
  }

  // "chunks of 8192 x 8192 would fit (1.9 GiB)".
  std::optional<std::string> proposal(std::vector<std::int64_t> extent) const {
    while (true) {
      const std::int64_t longest = *std::max_element(extent.begin(), extent.end());
      if (longest <= 1) return std::nullopt;
      const std::int64_t next = (longest + 1) / 2;
      double elements = 1;
      for (std::int64_t& length : extent) {
        const bool is_rounded = length >= kLong && length + 1 == next;  // 230 beside 231: chunks should align
        length = is_rounded ? next : std::min(length, next);
        elements *= static_cast<double>(length);
      }
      if (elements * 8 < kSmallestBlock) return std::nullopt;
      const std::optional<double> most = most_if_cut(next);
      if (!most) continue;
      return fmt::format("chunks of {} would fit ({})", fmt::join(extent, " x "),
                         format_size(static_cast<std::uint64_t>(*most)));
    }
  }

  // What the largest unit would need with these chunks; nothing when one would not fit.
  std::optional<double> most_if_cut(std::int64_t longest) const {
    constexpr double kShare = 15.0 / 16;  // descriptions of arrays grow with the number of chunks
    double most = 0;
    for (const LargeUnit& unit : units_) {
      const std::optional<double> bytes = bytes_if_cut(unit.unit, longest);
      const MemoryRoom& room = rooms_.of_rank[unit.rank];
      if (!bytes && fits(unit)) continue;
      const double left = static_cast<double>(room.limit) - static_cast<double>(room.constants);
      if (!bytes || *bytes + last_result_if_cut(unit.unit, longest) > kShare * left) return std::nullopt;
      most = std::max(most, *bytes);
    }
    return most;
  }

  const Plan& plan_;
  const TaskGraph& graph_;
  const Rooms& rooms_;
  std::vector<LargeUnit> units_;  // those that do not fit first, and of these the largest
};

// The units that need more than this share of what their rank may use.
std::vector<LargeUnit> large_units(const Plan& plan, const Rooms& rooms, std::uint64_t share = 1) {
  std::vector<LargeUnit> units;
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    const std::uint32_t rank = rooms.rank_of(unit);
    const std::uint64_t most = rooms.of_rank[rank].limit / share;
    if (most_need(plan, unit, rooms.persisted) <= most) continue;
    const std::uint64_t need = known_need(plan, unit, rooms).total();
    if (need > most) units.push_back({unit, rank, need});
  }
  return units;
}

std::uint64_t bytes_of_targets(const Plan& plan, std::span<const std::uint64_t> persisted) {
  std::set<std::uint32_t> seen;
  std::uint64_t sum = 0;
  for (const Source target : plan.targets) {
    if (seen.insert(target.code).second) sum += known_bytes(plan, target, persisted);
  }
  return sum;
}

void require_room_for_targets(const Plan& plan, const Rooms& rooms) {
  const MemoryRoom& room = rooms.of_rank.front();
  const std::uint64_t sum = bytes_of_targets(plan, rooms.persisted) + room.constants;
  if (sum > room.limit) throw results_refusal(sum, room);
}

}  // namespace

bool knows_sizes(const Plan& plan) {
  const auto holds_memory = [](const TaskGroup& group) {
    return group.sized && group.kernel != nullptr &&
           (group.kernel->result == nullptr || !group.kernel->result->is_trivial);
  };
  return (!plan.bytes.empty() && std::any_of(plan.groups.begin(), plan.groups.end(), holds_memory)) ||
         std::any_of(plan.annotations.begin(), plan.annotations.end(),
                     [](const Annotations& notes) { return notes.memory.has_value(); });
}

MemoryNeed known_need(const Plan& plan, std::uint32_t unit, const Rooms& rooms) {
  const std::uint32_t first = plan.unit_begin[unit], end = plan.unit_begin[unit + 1];
  MemoryNeed need = made_by(plan, unit);
  std::set<std::uint32_t> seen;
  for (std::uint32_t k = plan.input_begin[first]; k < plan.input_begin[end]; ++k) {
    const Source source = plan.inputs[k];
    const bool is_own = !source.is_constant() && source.index() >= first && source.index() < end;
    const std::uint64_t bytes = is_own ? 0 : known_bytes(plan, source, rooms.persisted);
    if (bytes == 0 || !seen.insert(source.code).second) continue;
    const BlockPart* const strip =
        rooms.strips == nullptr ? nullptr : rooms.strips->strip(source, rooms.rank_of(unit));
    need.inputs.push_back(strip == nullptr ? bytes : static_cast<std::uint64_t>(strip->bytes()));
  }
  return need;
}

std::uint64_t most_needed(const Plan& plan, std::span<const std::uint64_t> persisted, bool brings_results) {
  std::uint64_t most = brings_results ? bytes_of_targets(plan, persisted) : 0;
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit)
    most = std::max(most, most_need(plan, unit, persisted));
  return most;
}

void require_room(const Plan& plan, const TaskGraph& graph, const Rooms& rooms, bool brings_results) {
  if (!large_units(plan, rooms).empty()) {
    // With smaller blocks, units may end elsewhere, and then need half as much again: those count that fit
    // now.
    throw Refusal(plan, graph, rooms, large_units(plan, rooms, 2)).error();
  }
  if (brings_results) require_room_for_targets(plan, rooms);
}

}  // namespace bask
