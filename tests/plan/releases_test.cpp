// Releases: readers of a large result run as soon as they can, when together they free what they read.
#include <gtest/gtest.h>
#include <bask/plan/cull.hpp>
#include <bask/plan/fuse.hpp>
#include <bask/plan/order.hpp>
#include <bask/plan/releases.hpp>

#include "random_graph.hpp"

#include <numeric>

namespace bask {
namespace {

constexpr float kLarge = 1 << 20;

class ReleasesTest : public testing::Test {
 protected:
  TaskId add(float bytes, std::vector<TaskId> inputs = {}) {
    for (const TaskId input : inputs) graph_.add_input(input);
    graph_.end_task(group_);
    sizes_.of_task.push_back(bytes);
    return {graph_.size() - 1};
  }
  std::vector<TaskId> order_of(const std::vector<TaskId>& targets) {
    const std::vector<std::uint32_t> uses = cull(graph_, targets);
    const std::vector<std::uint32_t> no_chains(graph_.size(), kNoIndex);
    return order(graph_, targets, no_chains, uses, sizes_);
  }
  float most_held(const std::vector<TaskId>& targets) {
    std::vector<std::uint32_t> uses = cull(graph_, targets);
    float held = 0, most = 0;
    for (const TaskId task : order_of(targets)) {
      most = std::max(most, held += sizes_.of_task[task.index]);
      for (const TaskId input : graph_.inputs_of(task)) {
        if (--uses[input.index] == 0) held -= sizes_.of_task[input.index];
      }
    }
    return most;
  }

  TaskGraph graph_;
  const std::uint32_t group_ = graph_.group_for("task", nullptr);
  ResultSizes sizes_;
};

// 16 blocks, each cut into 16 pieces; a target joins the pieces of one number.
TEST_F(ReleasesTest, ABlockIsCutIntoAllItsPiecesAtOnce) {
  std::vector<std::vector<TaskId>> pieces(16);
  for (int block = 0; block < 16; ++block) {
    const TaskId whole = add(kLarge);
    for (std::vector<TaskId>& own : pieces) own.push_back(add(kLarge / 16, {whole}));
  }
  std::vector<TaskId> targets;
  for (const std::vector<TaskId>& own : pieces) targets.push_back(add(1, own));
  EXPECT_LE(most_held(targets), 17.5F * kLarge);
  const std::vector<TaskId> order = order_of(targets);
  EXPECT_EQ(order[0].index, 0u);
  for (std::uint32_t k = 0; k < 16; ++k) EXPECT_EQ(order[1 + k].index, 1 + k);
}

// A running total along blocks: a small result of each, and the block again with the total before it.
TEST_F(ReleasesTest, TheSecondReaderOfABlockDoesNotWaitForOtherBlocks) {
  TaskId before = add(1), sum = before;
  for (int k = 0; k < 16; ++k) {
    const TaskId block = add(kLarge);
    const TaskId last = add(1, {block});
    const TaskId result = add(kLarge, {block, before});
    before = add(1, {before, last});
    sum = add(1, {sum, result});
  }
  EXPECT_LE(most_held({sum}), 3 * kLarge);
  EXPECT_LE(most_held({before, sum}), 3 * kLarge);
}

TEST_F(ReleasesTest, ReadersThatAddMoreThanTheyFreeWaitForTheirTurn) {
  const TaskId block = add(kLarge);
  const TaskId one = add(kLarge, {block}), other = add(kLarge, {block});
  const TaskId first = add(1, {one}), second = add(1, {other});
  EXPECT_EQ(order_of({first, second}), (std::vector<TaskId>{block, one, first, other, second}));
}

TEST_F(ReleasesTest, ReadersOfSmallResultsWaitForTheirTurn) {
  const TaskId block = add(1000);
  const TaskId one = add(1, {block}), other = add(1, {block});
  const TaskId first = add(1, {one}), second = add(1, {other});
  EXPECT_EQ(order_of({first, second}), (std::vector<TaskId>{block, one, first, other, second}));
}

TEST(Releases, KeepEveryTaskOnceAfterItsInputs) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    ResultSizes sizes;
    for (std::uint32_t task = 0; task < graph.size(); ++task)
      sizes.of_task.push_back(task % 3 == 0 ? kLarge : Releases::kLargeBytes * static_cast<float>(task % 5));
    const std::vector<std::uint32_t> uses = cull(graph, targets), previous = fuse(graph, uses);
    std::vector<bool> is_there(graph.size());
    std::size_t chains = 0;
    for (std::uint32_t task = 0; task < graph.size(); ++task)
      chains += uses[task] > 0 && !graph.is_constant({task}) && previous[task] == kNoIndex ? 1 : 0;
    const std::vector<TaskId> tails = order(graph, targets, previous, uses, sizes);
    EXPECT_EQ(tails.size(), chains) << "seed " << seed;
    if (!graph.annotation.empty()) continue;  // a stable sort by priority follows
    for (const TaskId tail : tails) {
      TaskId head = tail;
      while (previous[head.index] != kNoIndex) head.index = previous[head.index];
      for (const TaskId input : graph.inputs_of(head))
        EXPECT_TRUE(graph.is_constant(input) || is_there[input.index]) << "seed " << seed;
      EXPECT_FALSE(is_there[tail.index]) << "seed " << seed;
      is_there[tail.index] = true;
    }
  }
}

}  // namespace
}  // namespace bask
