// Merging: equal pure tasks run once, all others as often as they were added.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>
#include <bask/plan/merge_equal.hpp>

namespace bask {
namespace {

// Tasks 0 and 1, task 2 that reads both, and task 3 that reads task 1.
Expansion two_alike() {
  Expansion expansion;
  TaskGraph& graph = expansion.graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.end_task(group);
  graph.end_task(group);
  graph.add_input({0});
  graph.add_input({1});
  graph.end_task(group);
  graph.add_input({1});
  graph.end_task(group);
  expansion.targets = {{1}, {2}, {3}};
  return expansion;
}

TEST(MergeEqual, SendsReadersAndTargetsToTheFirstOfEqualPureTasks) {
  Expansion expansion = two_alike();
  expansion.graph.pure = {{{0}, Key{1, 1}}, {{1}, Key{1, 1}}};
  const Expansion merged = merge_equal(std::move(expansion));
  EXPECT_EQ(merged.graph.inputs, (std::vector<TaskId>{{0}, {0}, {0}}));
  EXPECT_EQ(merged.targets, (std::vector<TaskId>{{0}, {2}, {3}}));
  EXPECT_EQ(cull(merged.graph, merged.targets)[1], 0u);
}

TEST(MergeEqual, LeavesTasksWithOtherKeysAlone) {
  Expansion expansion = two_alike();
  expansion.graph.pure = {{{0}, Key{1, 1}}, {{1}, Key{1, 2}}};
  EXPECT_EQ(merge_equal(std::move(expansion)).graph.inputs, (std::vector<TaskId>{{0}, {1}, {1}}));
}

TEST(MergeEqual, LeavesImpureTasksAlone) {
  EXPECT_EQ(merge_equal(two_alike()).targets, (std::vector<TaskId>{{1}, {2}, {3}}));
}

}  // namespace
}  // namespace bask
