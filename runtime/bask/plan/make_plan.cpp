#include <bask/core/error.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/order.hpp>

#include <algorithm>

namespace bask {
namespace {

// Lays the chains out one after the other and returns the position of each task.
std::vector<std::uint32_t> place_tasks(Plan& plan, std::span<const TaskId> tails,
                                       std::span<const std::uint32_t> previous) {
  std::vector<std::uint32_t> position_of(previous.size(), kNoIndex);
  plan.unit_begin.reserve(tails.size() + 1);
  plan.task.reserve(tails.size());
  for (const TaskId tail : tails) {
    const auto first = plan.task.size();
    for (std::uint32_t task = tail.index; task != kNoIndex; task = previous[task])
      plan.task.push_back({task});
    std::reverse(plan.task.begin() + static_cast<std::ptrdiff_t>(first), plan.task.end());
    for (auto position = first; position < plan.task.size(); ++position) {
      position_of[plan.task[position].index] = static_cast<std::uint32_t>(position);
    }
    plan.unit_begin.push_back(plan.positions());
  }
  return position_of;
}

Source source_of(const TaskGraph& graph, std::span<const std::uint32_t> position_of, TaskId task) {
  if (graph.is_constant(task)) return Source::constant(graph.constant_index(task));
  return {position_of[task.index]};
}

void place_inputs(Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> position_of,
                  std::span<const std::uint32_t> uses) {
  plan.input_begin.reserve(plan.task.size() + 1);
  plan.uses.reserve(plan.task.size());
  plan.inputs.reserve(graph.inputs.size());
  for (const TaskId task : plan.task) {
    for (const TaskId input : graph.inputs_of(task))
      plan.inputs.push_back(source_of(graph, position_of, input));
    plan.input_begin.push_back(static_cast<std::uint32_t>(plan.inputs.size()));
    plan.uses.push_back(uses[task.index]);
  }
}

// Calls `edge(unit, producer's last position)` for each computed input of the first task of each unit.
template <class Edge>
void for_each_edge(const Plan& plan, const Edge& edge) {
  const std::uint32_t units = static_cast<std::uint32_t>(plan.unit_begin.size() - 1);
  for (std::uint32_t unit = 0; unit < units; ++unit) {
    for (const Source input : plan.inputs_of(plan.unit_begin[unit])) {
      if (!input.is_constant()) edge(unit, input.index());
    }
  }
}

// Counting sort of the edges by producer.
void link_units(Plan& plan) {
  const std::size_t units = plan.unit_begin.size() - 1;
  std::vector<std::uint32_t> unit_of(plan.task.size());
  for (std::uint32_t unit = 0; unit < units; ++unit) unit_of[plan.unit_begin[unit + 1] - 1] = unit;
  plan.waits_for.assign(units, 0);
  plan.successor_begin.assign(units + 1, 0);
  for_each_edge(plan, [&](std::uint32_t unit, std::uint32_t producer) {
    ++plan.waits_for[unit];
    ++plan.successor_begin[unit_of[producer] + 1];
  });
  for (std::size_t unit = 0; unit < units; ++unit)
    plan.successor_begin[unit + 1] += plan.successor_begin[unit];
  std::vector<std::uint32_t> next(plan.successor_begin.begin(), plan.successor_begin.end() - 1);
  plan.successors.resize(plan.successor_begin.back());
  for_each_edge(plan, [&](std::uint32_t unit, std::uint32_t producer) {
    plan.successors[next[unit_of[producer]]++] = unit;
  });
  for (std::uint32_t unit = 0; unit < units; ++unit) {
    if (plan.waits_for[unit] == 0) plan.roots.push_back(unit);
  }
}

}  // namespace

Plan make_plan(const TaskGraph& graph, std::span<const TaskId> targets, const PlanOptions& options) {
  if (graph.size() >= Source::kConstantBit) {
    throw Error("compute", "the graph has more than 2,147,483,647 tasks", "compute it in parts");
  }
  const std::vector<std::uint32_t> uses = cull(graph, targets);
  const std::vector<std::uint32_t> previous =
      options.fuse ? fuse(graph, uses) : std::vector<std::uint32_t>(graph.size(), kNoIndex);
  Plan plan;
  const std::vector<std::uint32_t> position_of =
      place_tasks(plan, order(graph, targets, previous, uses), previous);
  place_inputs(plan, graph, position_of, uses);
  link_units(plan);
  for (const TaskId target : targets) plan.targets.push_back(source_of(graph, position_of, target));
  return plan;
}

}  // namespace bask
