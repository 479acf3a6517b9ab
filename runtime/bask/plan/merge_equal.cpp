#include <bask/plan/merge_equal.hpp>

#include <unordered_map>

namespace bask {

Expansion merge_equal(Expansion expansion) {
  TaskGraph& graph = expansion.graph;
  if (graph.pure.size() < 2) return expansion;
  std::unordered_map<Key, TaskId> first_with;
  first_with.reserve(graph.pure.size());
  std::unordered_map<std::uint32_t, TaskId> stands_for;
  for (const PureTask& pure : graph.pure) {
    const auto [entry, is_first] = first_with.try_emplace(pure.key, pure.task);
    if (!is_first) stands_for.emplace(pure.task.index, entry->second);
  }
  if (stands_for.empty()) return expansion;
  const auto redirect = [&](TaskId& task) {
    if (const auto found = stands_for.find(task.index); found != stands_for.end()) task = found->second;
  };
  for (TaskId& input : graph.inputs) redirect(input);
  for (TaskId& target : expansion.targets) redirect(target);
  return expansion;
}

}  // namespace bask
