#include <bask/plan/cull.hpp>

#include <algorithm>

namespace bask {

std::vector<std::uint32_t> cull(const TaskGraph& graph, std::span<const TaskId> targets) {
  std::vector<std::uint32_t> uses(graph.size());
  std::uint32_t end = 0;
  for (const TaskId target : targets) {
    ++uses[target.index];
    end = std::max(end, target.index + 1);
  }
  for (std::uint32_t task = end; task-- > 0;) {  // inputs have smaller ids
    if (uses[task] == 0) continue;
    for (const TaskId input : graph.inputs_of(TaskId{task})) ++uses[input.index];
  }
  return uses;
}

}  // namespace bask
