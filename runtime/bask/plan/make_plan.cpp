#include <bask/core/error.hpp>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/order.hpp>

#include <algorithm>

namespace bask {
namespace {

// Lays the chains out one after the other. Returns where the result of each task is found.
std::vector<Source> place_tasks(Plan& plan, const TaskGraph& graph, std::span<const TaskId> tails,
                                std::span<const std::uint32_t> previous,
                                std::span<const std::uint32_t> uses) {
  std::vector<Source> source_of(graph.size());
  if (!graph.constants.empty()) {
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      if (graph.is_constant({task})) source_of[task] = Source::constant(graph.constant_index({task}));
    }
  }
  plan.unit_begin.reserve(tails.size() + 1);
  plan.task.reserve(tails.size());
  plan.group.reserve(tails.size());
  plan.argument_begin.reserve(tails.size());
  plan.uses.reserve(tails.size());
  for (const TaskId tail : tails) {
    const auto first = plan.task.size();
    for (std::uint32_t task = tail.index; task != kNoIndex; task = previous[task])
      plan.task.push_back({task});
    std::reverse(plan.task.begin() + static_cast<std::ptrdiff_t>(first), plan.task.end());
    for (auto position = first; position < plan.task.size(); ++position) {
      const TaskId task = plan.task[position];
      source_of[task.index] = {static_cast<std::uint32_t>(position)};
      plan.group.push_back(graph.group[task.index]);
      plan.argument_begin.push_back(graph.argument_begin[task.index]);
      plan.uses.push_back(uses[task.index]);
    }
    plan.unit_begin.push_back(plan.positions());
  }
  return source_of;
}

// The unit that ends at each position; nothing when every unit is one task, and so has its position's number.
std::vector<std::uint32_t> units_by_last_position(const Plan& plan, std::uint32_t units) {
  if (units == plan.positions()) return {};
  std::vector<std::uint32_t> unit_of(plan.positions());
  for (std::uint32_t unit = 0; unit < units; ++unit) unit_of[plan.unit_begin[unit + 1] - 1] = unit;
  return unit_of;
}

// A unit's successors are the readings of its last result, which `uses` counts together with the targets.
// Each range starts one place late and moves into its own place as it is filled: a counting sort without a
// second array of positions.
void make_room_for_successors(Plan& plan, std::span<const std::uint32_t> unit_of, std::uint32_t units) {
  std::vector<std::uint32_t>& begin = plan.successor_begin;
  begin.assign(units + 2, 0);
  for (std::uint32_t unit = 0; unit < units; ++unit)
    begin[unit + 2] = plan.uses[plan.unit_begin[unit + 1] - 1];
  for (const Source target : plan.targets) {
    if (!target.is_constant()) --begin[(unit_of.empty() ? target.index() : unit_of[target.index()]) + 2];
  }
  for (std::uint32_t unit = 0; unit < units; ++unit) begin[unit + 2] += begin[unit + 1];
  plan.successors.resize(begin.back());
}

void place_inputs(Plan& plan, const TaskGraph& graph, std::span<const Source> source_of) {
  const auto units = static_cast<std::uint32_t>(plan.unit_begin.size() - 1);
  const std::vector<std::uint32_t> unit_of = units_by_last_position(plan, units);
  make_room_for_successors(plan, unit_of, units);
  plan.input_begin.reserve(plan.positions() + 1);
  plan.inputs.reserve(graph.inputs.size());
  plan.waits_for.reserve(units);
  for (std::uint32_t unit = 0; unit < units; ++unit) {
    std::uint32_t waits_for = 0;
    for (std::uint32_t position = plan.unit_begin[unit]; position < plan.unit_begin[unit + 1]; ++position) {
      const bool is_first = position == plan.unit_begin[unit];
      for (const TaskId input : graph.inputs_of(plan.task[position])) {
        const Source source = source_of[input.index];
        plan.inputs.push_back(source);
        if (!is_first || source.is_constant()) continue;
        ++waits_for;
        const std::uint32_t producer = unit_of.empty() ? source.index() : unit_of[source.index()];
        plan.successors[plan.successor_begin[producer + 1]++] = unit;
      }
      plan.input_begin.push_back(static_cast<std::uint32_t>(plan.inputs.size()));
    }
    plan.waits_for.push_back(waits_for);
    if (waits_for == 0) plan.roots.push_back(unit);
  }
  plan.successor_begin.pop_back();
}

bool holds_no_memory(const TaskGroup& group) {
  return group.kernel != nullptr && group.kernel->result != nullptr && group.kernel->result->is_trivial;
}

// Sizes of results that hold memory, and which groups' sizes are known.
void place_sizes(Plan& plan, const TaskGraph& graph, const ResultSizes& sizes) {
  std::vector<char> is_small(plan.groups.size());
  for (std::size_t group = 0; group < plan.groups.size(); ++group) {
    is_small[group] = group == TaskGraph::kConstants || holds_no_memory(plan.groups[group]);
    plan.groups[group].sized = is_small[group] || !graph.result_bytes.empty();
  }
  if (std::find(is_small.begin(), is_small.end(), 0) == is_small.end()) return;
  plan.bytes.reserve(plan.tasks());
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const TaskId task = plan.task[position];
    const std::uint32_t group = plan.group[position];
    plan.bytes.push_back(is_small[group] ? 0 : sizes.of(graph, task));
    if (!is_small[group] && plan.groups[group].sized)
      plan.groups[group].sized = graph.result_bytes[task.index] != 0;
  }
}

}  // namespace

Plan make_plan(const TaskGraph& graph, std::span<const TaskId> targets, const PlanOptions& options,
               const ResultSizes& sizes) {
  if (graph.size() >= Source::kConstantBit) {
    throw Error("compute", "the graph has more than 2,147,483,647 tasks", "compute it in parts");
  }
  const std::vector<std::uint32_t> uses = cull(graph, targets);
  const std::vector<std::uint32_t> previous =
      options.fuse ? fuse(graph, uses) : std::vector<std::uint32_t>(graph.size(), kNoIndex);
  Plan plan;
  plan.groups = graph.groups;
  plan.annotations = graph.annotations;
  plan.arguments = graph.arguments.data();
  plan.graph_argument_begin = graph.argument_begin.data();
  const std::vector<Source> source_of =
      place_tasks(plan, graph, order(graph, targets, previous, uses, sizes), previous, uses);
  for (const TaskId target : targets) plan.targets.push_back(source_of[target.index]);
  place_inputs(plan, graph, source_of);
  place_sizes(plan, graph, sizes);
  if (!graph.annotation.empty()) {
    for (const TaskId task : plan.task) plan.annotation.push_back(graph.annotation[task.index]);
  }
  if (options.keys) {
    plan.key.reserve(plan.units());
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      const TaskId last = plan.task[plan.unit_begin[unit + 1] - 1];
      plan.key.push_back(graph.group[last.index] == graph.recalled ? Key{} : graph.key(last));
    }
  }
  return plan;
}

}  // namespace bask
