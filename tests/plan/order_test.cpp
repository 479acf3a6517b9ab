// Order: dependencies first, few results held at once, urgent work early.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>
#include <bask/plan/order.hpp>

#include "random_graph.hpp"

#include <limits>

namespace bask {
namespace {

std::vector<TaskId> ordered(const TaskGraph& graph, const std::vector<TaskId>& targets) {
  const auto uses = cull(graph, targets);
  return order(graph, targets, fuse(graph, uses), uses);
}

std::vector<TaskId> ordered_without_chains(const TaskGraph& graph, const std::vector<TaskId>& targets) {
  return order(graph, targets, std::vector<std::uint32_t>(graph.size(), kNoIndex), cull(graph, targets));
}

TEST(Order, NamesEachNeededTaskOnceAfterItsInputs) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const std::vector<bool> needed = needed_tasks(graph, targets);
    std::vector<bool> done(graph.size());
    for (const TaskId task : ordered_without_chains(graph, targets)) {
      EXPECT_TRUE(needed[task.index] && !done[task.index]) << "seed " << seed;
      for (const TaskId input : graph.inputs_of(task)) {
        EXPECT_TRUE(graph.is_constant(input) || done[input.index]) << "seed " << seed;
      }
      done[task.index] = true;
    }
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      EXPECT_EQ(done[task], needed[task] && !graph.is_constant({task})) << "seed " << seed;
    }
  }
}

// Of each task, or of any that needs it.
std::vector<int> highest_priorities(const TaskGraph& graph, const std::vector<TaskId>& targets) {
  const std::vector<bool> needed = needed_tasks(graph, targets);
  std::vector<int> highest(graph.size(), std::numeric_limits<int>::min());
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (!needed[task]) continue;
    const int own = graph.annotations_of({task}).priority.value_or(0);
    const std::vector<bool> below = needed_tasks(graph, {{task}});
    for (std::uint32_t other = 0; other <= task; ++other) {
      if (below[other]) highest[other] = std::max(highest[other], own);
    }
  }
  return highest;
}

TEST(Order, PutsUrgentTasksAndAllTheyNeedFirst) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const std::vector<int> priorities = highest_priorities(graph, targets);
    int before = std::numeric_limits<int>::max();
    for (const TaskId task : ordered(graph, targets)) {
      EXPECT_LE(priorities[task.index], before) << "seed " << seed;
      before = priorities[task.index];
    }
  }
}

// How many results are held at most between two tasks.
std::uint32_t most_held(const TaskGraph& graph, const std::vector<TaskId>& targets) {
  std::vector<std::uint32_t> uses = cull(graph, targets);
  std::uint32_t held = 0, most = 0;
  for (const TaskId task : ordered_without_chains(graph, targets)) {
    ++held;
    for (const TaskId input : graph.inputs_of(task)) held -= --uses[input.index] == 0;
    most = std::max(most, held);
  }
  return most;
}

TEST(Order, HoldsOneResultPerLevelOfABinaryTree) {
  for (unsigned depth = 0; depth <= 10; ++depth) {
    const TaskGraph graph = tree_graph(depth);
    EXPECT_LE(most_held(graph, {{graph.size() - 1}}), depth + 1);
  }
}

TEST(Order, HoldsTwoResultsOfALeftLeaningSum) {
  TaskGraph graph;  // load, then again and again: load, add
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.end_task(group);
  for (int i = 0; i < 100; ++i) {
    const TaskId sum{graph.size() - 1};
    graph.end_task(group);
    graph.add_input({graph.size() - 1});
    graph.add_input(sum);
    graph.end_task(group);
  }
  EXPECT_LE(most_held(graph, {{graph.size() - 1}}), 2u);
}

TEST(Order, FinishesOneTargetBeforeItStartsTheNext) {
  TaskGraph graph;  // two chains of three, interleaved
  const std::uint32_t group = graph.group_for("task", nullptr);
  for (std::uint32_t task = 0; task < 6; ++task) {
    if (task >= 2) graph.add_input({task - 2});
    graph.end_task(group);
  }
  EXPECT_EQ(ordered_without_chains(graph, {{4}, {5}}), (std::vector<TaskId>{{0}, {2}, {4}, {1}, {3}, {5}}));
}

TEST(Order, NamesAChainByItsLastTask) {
  EXPECT_EQ(ordered(chain_graph(5), {{4}}), (std::vector<TaskId>{{4}}));
}

TEST(Order, DoesNotRecurseIntoAChainOfAMillion) {
  EXPECT_EQ(ordered_without_chains(chain_graph(1'000'000), {{999'999}}).size(), 1'000'000u);
}

}  // namespace
}  // namespace bask
