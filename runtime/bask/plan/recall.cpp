#include <bask/plan/cull.hpp>
#include <bask/plan/recall.hpp>

#include <algorithm>
#include <unordered_map>

namespace bask {
namespace {

using Kept = std::unordered_map<std::uint32_t, std::vector<std::byte>>;

// By descending ids: a task that only tasks with kept results need is not even looked up.
Kept find_kept(const Expansion& expansion, const FindKept& find, std::uint64_t& needed) {
  const TaskGraph& graph = expansion.graph;
  std::vector<bool> is_needed(graph.size());
  for (const TaskId target : expansion.targets) is_needed[target.index] = true;
  Kept kept;
  for (std::uint32_t task = graph.size(); task-- > 0;) {
    if (!is_needed[task] || graph.is_constant(TaskId{task})) continue;
    ++needed;
    if (auto place = find(graph.key(TaskId{task}), *graph.groups[graph.group[task]].kernel)) {
      kept.emplace(task, std::move(*place));
      continue;
    }
    for (const TaskId input : graph.inputs_of(TaskId{task})) is_needed[input.index] = true;
  }
  return kept;
}

void replace(TaskGraph& graph, const Kept& kept, const Kernel& read) {
  graph.recalled = graph.group_for("recalled from the journal", &read);
  std::vector<std::uint32_t> input_begin{0};
  std::vector<TaskId> inputs;
  std::vector<std::uint64_t> argument_begin{0};
  std::vector<std::byte> arguments;
  input_begin.reserve(graph.input_begin.size());
  inputs.reserve(graph.inputs.size());
  argument_begin.reserve(graph.argument_begin.size());
  arguments.reserve(graph.arguments.size());
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (const auto place = kept.find(task); place != kept.end()) {
      graph.group[task] = graph.recalled;
      arguments.insert(arguments.end(), place->second.begin(), place->second.end());
    } else {
      const auto own = graph.inputs_of(TaskId{task});
      inputs.insert(inputs.end(), own.begin(), own.end());
      const std::byte* first = graph.arguments_of(TaskId{task});
      arguments.insert(arguments.end(), first,
                       first + graph.argument_begin[task + 1] - graph.argument_begin[task]);
    }
    input_begin.push_back(static_cast<std::uint32_t>(inputs.size()));
    argument_begin.push_back(arguments.size());
  }
  graph.input_begin = std::move(input_begin);
  graph.inputs = std::move(inputs);
  graph.argument_begin = std::move(argument_begin);
  graph.arguments = std::move(arguments);
}

std::uint64_t tasks_needed(const Expansion& expansion) {
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  std::uint64_t needed = 0;
  for (std::uint32_t task = 0; task < uses.size(); ++task) {
    needed += uses[task] != 0 && !expansion.graph.is_constant(TaskId{task});
  }
  return needed;
}

}  // namespace

Recall recall(Expansion expansion, const Kernel& read, const FindKept& find) {
  std::uint64_t still_needed = 0;
  const Kept kept = find_kept(expansion, find, still_needed);
  if (kept.empty()) return {std::move(expansion), still_needed, 0, 0};
  const std::uint64_t tasks = tasks_needed(expansion);
  replace(expansion.graph, kept, read);
  return {std::move(expansion), tasks, kept.size(), tasks - still_needed};
}

}  // namespace bask
