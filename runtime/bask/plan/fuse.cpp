#include <bask/plan/fuse.hpp>

namespace bask {
namespace {

// The only computed result that the task reads, or kNoIndex when it reads none or several.
std::uint32_t only_input(const TaskGraph& graph, TaskId task) {
  std::uint32_t only = kNoIndex;
  for (const TaskId input : graph.inputs_of(task)) {
    if (graph.is_constant(input)) continue;
    if (only != kNoIndex) return kNoIndex;
    only = input.index;
  }
  return only;
}

// A result that is always kept must be the last one of its unit: of a unit, only that one can be kept.
bool is_kept(const TaskGraph& graph, std::uint32_t task) {
  return !graph.annotation.empty() && graph.annotations_of(TaskId{task}).checkpoint.value_or(false);
}

// Whether two tasks may be in one unit. `checkpoint` of the first one does not matter: its result would lie
// inside the unit, and so is never kept.
bool same_annotations(const TaskGraph& graph, std::uint32_t first, std::uint32_t second) {
  if (graph.annotation.empty() || graph.annotation[first] == graph.annotation[second]) return true;
  const Annotations& of_second = graph.annotations_of(TaskId{second});
  Annotations of_first = graph.annotations_of(TaskId{first});
  of_first.checkpoint = of_second.checkpoint;
  return of_first == of_second;
}

}  // namespace

std::vector<std::uint32_t> fuse(const TaskGraph& graph, std::span<const std::uint32_t> uses) {
  std::vector<std::uint32_t> previous(graph.size(), kNoIndex);
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (uses[task] == 0) continue;
    const std::uint32_t input = only_input(graph, TaskId{task});
    if (input == kNoIndex || uses[input] != 1 || is_kept(graph, input)) continue;
    if (!same_annotations(graph, input, task)) continue;
    previous[task] = input;
  }
  return previous;
}

}  // namespace bask
