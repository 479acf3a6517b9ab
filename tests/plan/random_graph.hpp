// random_graph.hpp: graphs of many shapes for tests that state a property; the same at every run.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/task_graph.hpp>

#include <algorithm>
#include <random>
#include <vector>

namespace bask {

struct RandomGraph {
  TaskGraph graph;
  std::vector<TaskId> targets;
};

inline Annotations annotated(std::optional<int> priority, std::optional<int> retries) {
  return {.priority = priority, .retries = retries};
}

/// Up to 80 tasks in chains, trees, diamonds and heaps, with constants, annotations and repeated inputs.
inline RandomGraph random_graph(unsigned seed) {
  static Value constant;
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  RandomGraph made;
  TaskGraph& graph = made.graph;
  const std::uint32_t size = 1 + below(80);
  const std::uint32_t window = 1 + below(size);  // how far back inputs lie: 1 makes chains
  const std::uint32_t most_inputs = 1 + below(4);
  const std::uint32_t group = graph.group_for("task", nullptr);
  const bool has_annotations = below(2) == 0;
  graph.annotations = {{}, annotated(3, {}), annotated(-2, 1)};
  for (std::uint32_t task = 0; task < size; ++task) {
    if (has_annotations) graph.annotation.push_back(below(6) == 0 ? 1 + below(2) : 0);
    if (below(8) == 0) {
      graph.add_constant({.value = &constant});
      continue;
    }
    const std::uint32_t inputs = task == 0 ? 0 : below(most_inputs + 1);
    for (std::uint32_t i = 0; i < inputs; ++i) graph.add_input({task - 1 - below(std::min(task, window))});
    graph.end_task(group);
  }
  const std::uint32_t targets = 1 + below(4);
  for (std::uint32_t i = 0; i < targets; ++i) made.targets.push_back({size - 1 - below(std::min(size, 5u))});
  return made;
}

/// A chain: each task but the first reads the one before.
inline TaskGraph chain_graph(std::uint32_t size) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("link", nullptr);
  for (std::uint32_t task = 0; task < size; ++task) {
    if (task > 0) graph.add_input({task - 1});
    graph.end_task(group);
  }
  return graph;
}

/// A complete binary tree, level by level: 2^depth leaves first, the root last.
inline TaskGraph tree_graph(unsigned depth) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("node", nullptr);
  const std::uint32_t leaves = 1u << depth;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) graph.end_task(group);
  for (std::uint32_t first = 0; graph.size() < 2 * leaves - 1; first += 2) {
    graph.add_input({first});
    graph.add_input({first + 1});
    graph.end_task(group);
  }
  return graph;
}

/// The tasks that the targets need, constants included, found by walking from each target.
inline std::vector<bool> needed_tasks(const TaskGraph& graph, const std::vector<TaskId>& targets) {
  std::vector<bool> needed(graph.size());
  std::vector<TaskId> stack = targets;
  while (!stack.empty()) {
    const TaskId task = stack.back();
    stack.pop_back();
    if (needed[task.index]) continue;
    needed[task.index] = true;
    for (const TaskId input : graph.inputs_of(task)) stack.push_back(input);
  }
  return needed;
}

}  // namespace bask
