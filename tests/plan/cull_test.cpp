// Cull: which tasks are needed, and how often each result is read.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>

#include "random_graph.hpp"

namespace bask {
namespace {

TEST(Cull, CountsTheReadersOfEveryNeededTaskAndNoOthers) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const std::vector<bool> needed = needed_tasks(graph, targets);
    std::vector<std::uint32_t> expected(graph.size());
    for (const TaskId target : targets) ++expected[target.index];
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      if (!needed[task]) continue;
      for (const TaskId input : graph.inputs_of({task})) ++expected[input.index];
    }
    EXPECT_EQ(cull(graph, targets), expected) << "seed " << seed;
  }
}

TEST(Cull, NeedsNothingForNoTargets) {
  EXPECT_EQ(cull(chain_graph(3), {}), (std::vector<std::uint32_t>{0, 0, 0}));
}

TEST(Cull, CountsATargetThatIsAskedForTwice) {
  const std::vector<TaskId> targets{{1}, {1}};
  EXPECT_EQ(cull(chain_graph(3), targets), (std::vector<std::uint32_t>{1, 2, 0}));
}

}  // namespace
}  // namespace bask
