#include <bask/cluster/planned_tasks.hpp>

#include <algorithm>
#include <bitset>
#include <vector>

namespace bask {
namespace {

constexpr std::uint32_t kFilterBits = 1u << 16;
constexpr std::size_t kMostFound = 1u << 16;

}  // namespace

std::string PlannedTasks::name(std::uint32_t task) const {
  return task < graph_.size() ? graph_.name({task}) : std::string();
}

std::string PlannedTasks::layer(std::uint32_t task) const {
  return task < graph_.size() ? graph_.layer_name({task}) : std::string();
}

std::optional<std::uint32_t> PlannedTasks::input(std::uint32_t task, std::uint32_t number) const {
  if (task >= graph_.size()) return std::nullopt;
  const std::span<const TaskId> inputs = graph_.inputs_of({task});
  if (number >= inputs.size()) return std::nullopt;
  return inputs[number].index;
}

void PlannedTasks::find(std::span<const std::uint32_t> tasks) {
  if (units_.size() > kMostFound) units_.clear();
  std::bitset<kFilterBits> may_be_wanted;
  std::vector<std::uint32_t> wanted;
  for (const std::uint32_t task : tasks) {
    if (task >= graph_.size() || graph_.is_constant({task}) || units_.contains(task)) continue;
    wanted.push_back(task);
    may_be_wanted.set(task % kFilterBits);
  }
  if (wanted.empty()) return;
  std::ranges::sort(wanted);
  for (std::uint32_t position = 0; position < plan_.tasks(); ++position) {
    const std::uint32_t task = plan_.task[position].index;
    if (!may_be_wanted.test(task % kFilterBits) || !std::ranges::binary_search(wanted, task)) continue;
    const auto after = std::ranges::upper_bound(plan_.unit_begin, position);
    units_[task] = static_cast<std::uint32_t>(after - plan_.unit_begin.begin()) - 1;
  }
}

std::optional<std::uint32_t> PlannedTasks::unit(std::uint32_t task) const {
  const auto found = units_.find(task);
  return found == units_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> PlannedTasks::rank(std::uint32_t task) const {
  const std::optional<std::uint32_t> unit = this->unit(task);
  if (!unit) return std::nullopt;
  return rank_of_unit_.empty() ? 0 : rank_of_unit_[*unit];
}

}  // namespace bask
