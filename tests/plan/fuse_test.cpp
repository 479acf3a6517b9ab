// Fuse: chains, as long as they can be and no longer.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>

#include "random_graph.hpp"

namespace bask {
namespace {

// The task that `task` may follow in a chain, found from the definition.
std::uint32_t only_predecessor(const TaskGraph& graph, std::span<const std::uint32_t> uses,
                               std::uint32_t task) {
  std::vector<std::uint32_t> computed;
  for (const TaskId input : graph.inputs_of({task})) {
    if (!graph.is_constant(input)) computed.push_back(input.index);
  }
  if (uses[task] == 0 || computed.size() != 1 || uses[computed[0]] != 1) return kNoIndex;
  return graph.annotations_of({task}) == graph.annotations_of({computed[0]}) ? computed[0] : kNoIndex;
}

TEST(Fuse, JoinsATaskToItsOnlyInputWhenItIsTheOnlyReader) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const auto uses = cull(graph, targets);
    const auto previous = fuse(graph, uses);
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      EXPECT_EQ(previous[task], only_predecessor(graph, uses, task)) << "seed " << seed << " task " << task;
    }
  }
}

TEST(Fuse, MakesOneChainOfALinearGraph) {
  const TaskGraph graph = chain_graph(5);
  const std::vector<TaskId> targets{{4}};
  EXPECT_EQ(fuse(graph, cull(graph, targets)), (std::vector<std::uint32_t>{kNoIndex, 0, 1, 2, 3}));
}

TEST(Fuse, EndsAChainAtATarget) {
  const TaskGraph graph = chain_graph(3);
  const std::vector<TaskId> targets{{1}, {2}};
  EXPECT_EQ(fuse(graph, cull(graph, targets)), (std::vector<std::uint32_t>{kNoIndex, 0, kNoIndex}));
}

TEST(Fuse, EndsAChainAtATaskThatIsAlwaysKept) {
  TaskGraph graph = chain_graph(4);
  graph.annotation = {1, 1, 1, 1};
  graph.annotations = {{}, {.checkpoint = true}};
  const std::vector<TaskId> targets{{3}};
  EXPECT_EQ(fuse(graph, cull(graph, targets)), std::vector<std::uint32_t>(4, kNoIndex));
  graph.annotations[1].checkpoint = false;
  EXPECT_EQ(fuse(graph, cull(graph, targets)), (std::vector<std::uint32_t>{kNoIndex, 0, 1, 2}));
}

TEST(Fuse, JoinsTasksOfWhichTheFirstIsNeverKept) {
  TaskGraph graph = chain_graph(3);
  graph.annotation = {1, 0, 1};
  graph.annotations = {{}, {.checkpoint = false}};
  const std::vector<TaskId> targets{{2}};
  EXPECT_EQ(fuse(graph, cull(graph, targets)), (std::vector<std::uint32_t>{kNoIndex, 0, 1}));
}

TEST(Fuse, NeverJoinsTasksWithDifferentAnnotations) {
  TaskGraph graph = chain_graph(3);
  graph.annotation = {1, 2, 3};
  graph.annotations = {{}, annotated(1, {}), annotated(1, {}), annotated({}, 2)};
  const std::vector<TaskId> targets{{2}};
  EXPECT_EQ(fuse(graph, cull(graph, targets)), (std::vector<std::uint32_t>{kNoIndex, 0, kNoIndex}));
}

}  // namespace
}  // namespace bask
