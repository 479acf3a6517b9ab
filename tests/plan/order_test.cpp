// Order: dependencies first, few results held at once, urgent work early.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>
#include <bask/plan/order.hpp>

#include "../many.hpp"
#include "random_graph.hpp"

#include <limits>
#include <numeric>
#include <random>

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

// For each task the highest priority of itself and of the tasks that need it.
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
  TaskGraph graph;  // load, then repeatedly: load, add
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

// The most bytes that are held at once, while a task runs:
// its result, and the results that it and later tasks read.
float most_bytes(const TaskGraph& graph, const ResultSizes& sizes, std::span<const TaskId> tasks,
                 std::vector<std::uint32_t> uses) {
  float held = 0, most = 0;
  for (const TaskId task : tasks) {
    most = std::max(most, held += sizes.of(graph, task));
    for (const TaskId input : graph.inputs_of(task)) {
      if (--uses[input.index] == 0) held -= sizes.of(graph, input);
    }
  }
  return most;
}

// A tree in which every result is read once, by a later task; the last task is the root.
TaskGraph random_tree(std::mt19937& random, std::uint32_t size) {
  std::vector<std::vector<TaskId>> inputs(size);
  for (std::uint32_t task = 0; task + 1 < size; ++task)
    inputs[task + 1 + random() % std::min(3u, size - 1 - task)].push_back({task});
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  for (const std::vector<TaskId>& own : inputs) {
    for (const TaskId input : own) graph.add_input(input);
    graph.end_task(group);
  }
  return graph;
}

// The fewest bytes that a depth-first order holds at once, by trying all orders of the inputs of each task.
float least_bytes(const TaskGraph& graph, const ResultSizes& sizes, TaskId root) {
  const auto inputs = graph.inputs_of(root);
  std::vector<std::uint32_t> order(inputs.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<float> own;
  for (const TaskId input : inputs) own.push_back(least_bytes(graph, sizes, input));
  float least = std::numeric_limits<float>::max();
  do {
    float held = 0, most = 0;
    for (const std::uint32_t input : order) {
      most = std::max(most, held + own[input]);
      held += sizes.of(graph, inputs[input]);
    }
    least = std::min(least, std::max(most, held + sizes.of(graph, root)));
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

TEST(Order, HoldsTheFewestBytesOfAllDepthFirstOrdersOfATree) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const TaskGraph graph = random_tree(random, 2 + random() % 12);
    ResultSizes sizes;
    for (std::uint32_t task = 0; task < graph.size(); ++task)
      sizes.of_task.push_back(static_cast<float>(1 + random() % 100));
    const std::vector<TaskId> targets{{graph.size() - 1}};
    const std::vector<std::uint32_t> uses = cull(graph, targets);
    const std::vector<std::uint32_t> no_chains(graph.size(), kNoIndex);
    const std::vector<TaskId> tasks = order(graph, targets, no_chains, uses, sizes);
    EXPECT_EQ(most_bytes(graph, sizes, tasks, uses), least_bytes(graph, sizes, targets[0]))
        << "round " << round;
  }
}

TEST(Order, MakesASmallResultOfLargeOnesBeforeALargeOne) {
  TaskGraph graph;  // task 0: 100 bytes; 1: 80 bytes; 2 reads 1: 1 byte; 3 reads 0 and 2
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.end_task(group);
  graph.end_task(group);
  graph.add_input({1});
  graph.end_task(group);
  graph.add_input({0});
  graph.add_input({2});
  graph.end_task(group);
  const ResultSizes sizes{.of_group = {}, .of_task = {100, 80, 1, 1}, .of_constant = {}};
  const std::vector<TaskId> targets{{3}};
  const std::vector<std::uint32_t> no_chains(4, kNoIndex);
  EXPECT_EQ(order(graph, targets, no_chains, cull(graph, targets), sizes),
            (std::vector<TaskId>{{1}, {2}, {0}, {3}}));
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

// Two tasks a column: the second one had better run right after the first.
class PairedLayer final : public Layer {
 public:
  PairedLayer() : Layer(next_sequence()) {}
  std::uint32_t size() const override { return 6; }
  Key key(std::uint32_t index) const override { return {index, 0}; }
  Key content_key() const override { return {6, 0}; }
  std::string label(std::uint32_t) const override { return "paired"; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t>) const override {
    const std::uint32_t group = graph.group_for("paired", nullptr);
    for (std::uint32_t task = 0; task < size(); ++task) graph.end_task(group);
  }
  std::span<const std::uint32_t> companions() const override { return companions_; }

 private:
  const std::vector<std::uint32_t> companions_{3, 4, 5, kNoIndex, kNoIndex, kNoIndex};
};

TEST(Order, LetsCompanionsFollowEachOther) {
  const LayerPtr layer(new PairedLayer());
  TaskGraph graph;
  graph.spans.push_back({TaskId{0}, layer.get()});
  layer->expand(graph, {});
  const std::uint32_t group = graph.group_for("reader", nullptr);
  std::vector<TaskId> targets;
  for (std::uint32_t task = 0; task < 6; ++task) {
    graph.add_input({task});
    graph.end_task(group);
    targets.push_back({graph.size() - 1});
  }
  const std::vector<TaskId> each{{0}, {3}, {6}, {1}, {4}, {7}, {2}, {5}, {8}, {9}, {10}, {11}};
  EXPECT_EQ(ordered_without_chains(graph, targets), each);
  // Each reader is one chain with the task that it reads.
  EXPECT_EQ(ordered(graph, targets), (std::vector<TaskId>{{6}, {9}, {7}, {10}, {8}, {11}}));
  targets.erase(targets.begin() + 4);  // the companion of task 1 is not needed
  EXPECT_EQ(ordered(graph, targets), (std::vector<TaskId>{{6}, {9}, {7}, {8}, {11}}));
}

TEST(Order, NamesAChainByItsLastTask) {
  EXPECT_EQ(ordered(chain_graph(5), {{4}}), (std::vector<TaskId>{{4}}));
}

TEST(Order, DoesNotRecurseIntoAChainOfAMillion) {
  constexpr std::uint32_t kTasks = many(1'000'000);
  EXPECT_EQ(ordered_without_chains(chain_graph(kTasks), {{kTasks - 1}}).size(), kTasks);
}

}  // namespace
}  // namespace bask
