// Shared work: reductions of the same elements make one pass over a block if several of them need that block,
// and only then.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/merge_equal.hpp>
#include <bask/plan/recall.hpp>
#include <bask/plan/share_work.hpp>

#include <map>

namespace bask {
namespace {

/// Some blocks of an array.
struct Wanted {
  ArrayPtr node;
  std::vector<std::uint32_t> blocks;
};

Expansion expanded(const std::vector<Wanted>& all) {
  std::vector<TaskRef> refs;
  for (const Wanted& wanted : all) {
    for (const std::uint32_t block : wanted.blocks) refs.push_back(wanted.node->lowered()[block]);
  }
  open_layer::close();
  std::vector<const TaskRef*> targets;
  for (const TaskRef& ref : refs) targets.push_back(&ref);
  return merge_equal(expand(targets));
}

using Counts = std::map<std::string, int>;

/// How many tasks of each kernel are needed.
Counts kernels(const Expansion& expansion) {
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  Counts counts;
  for (std::uint32_t task = 0; task < uses.size(); ++task) {
    const Kernel* const kernel = expansion.graph.groups[expansion.graph.group[task]].kernel;
    if (uses[task] != 0 && kernel != nullptr) ++counts[kernel->name];
  }
  return counts;
}

// Three columns of one block each: a reduction along axis 0 is one task for each column.
class ShareWorkTest : public ::testing::Test {
 protected:
  const Array<double> x_ = from_array(NdArray<double>({4, 6}), {4, 2});
  const ArrayPtr sum_ = x_.sum(0).node(), max_ = x_.max(0).node(), std_ = x_.std(0).node();
};

TEST_F(ShareWorkTest, AllThatAreNeededMakeOnePass) {
  const Counts alone = kernels(expanded({{sum_, {0, 1, 2}}, {max_, {0, 1, 2}}, {std_, {0, 1, 2}}}));
  EXPECT_EQ(alone, (Counts{{"reduce_block", 9}}));
  const Counts together =
      kernels(share_work(expanded({{sum_, {0, 1, 2}}, {max_, {0, 1, 2}}, {std_, {0, 1, 2}}})));
  EXPECT_EQ(together, (Counts{{"reduce_together", 3}, {"pick-block", 9}}));
}

TEST_F(ShareWorkTest, WhatIsNotNeededHasNoShare) {
  EXPECT_EQ(kernels(share_work(expanded({{sum_, {0, 1, 2}}, {max_, {1}}}))),
            (Counts{{"reduce_block", 2}, {"reduce_together", 1}, {"pick-block", 2}}));
  EXPECT_EQ(kernels(share_work(expanded({{sum_, {0, 1}}, {max_, {2}}}))), (Counts{{"reduce_block", 3}}));
}

TEST_F(ShareWorkTest, ThoseThatSaveMostShare) {
  EXPECT_EQ(kernels(share_work(expanded({{sum_, {0, 1, 2}}, {max_, {0, 1}}, {std_, {2}}}))),
            (Counts{{"reduce_block", 2}, {"reduce_together", 2}, {"pick-block", 4}}));
}

TEST_F(ShareWorkTest, WhatWasKeptHasNoShare) {
  const auto only = [](const ArrayPtr& node, std::uint32_t block) {
    return [key = node->lowered()[block].layer->key(block)](const Key& asked, const Kernel&) {
      return asked == key ? std::optional(std::vector<std::byte>(4)) : std::nullopt;
    };
  };
  const Kernel& read = *expanded({{sum_, {0}}}).graph.groups.back().kernel;  // any kernel will do
  Recall recalled = recall(expanded({{sum_, {0, 1, 2}}, {max_, {0, 1, 2}}}), read, only(max_, 1));
  ASSERT_EQ(recalled.read, 1u);
  EXPECT_EQ(kernels(share_work(std::move(recalled.expansion))),
            (Counts{{read.name, 2}, {"reduce_together", 2}, {"pick-block", 4}}));
}

TEST_F(ShareWorkTest, KeysNamesAndAnnotationsStay) {
  const annotate retried({.retries = 2});
  const ArrayPtr sum = (x_ + 1.0).sum(0).node(), max = (x_ + 1.0).max(0).node();
  const auto wanted = [&] { return expanded({{sum, {2, 0}}, {max, {0, 1, 2}}, {std_, {1}}}); };
  const Expansion before = wanted(), after = share_work(wanted(), true);
  ASSERT_NE(before.graph.size(), after.graph.size());
  for (std::size_t k = 0; k < before.targets.size(); ++k) {
    EXPECT_EQ(before.graph.key(before.targets[k]), after.graph.key(after.targets[k]));
    EXPECT_EQ(before.graph.name(before.targets[k]), after.graph.name(after.targets[k]));
    EXPECT_EQ(before.graph.annotations_of(before.targets[k]), after.graph.annotations_of(after.targets[k]));
  }
  for (std::uint32_t task = 0; task < after.graph.size(); ++task) {
    const Kernel* const kernel = after.graph.groups[after.graph.group[task]].kernel;
    if (kernel == nullptr || kernel->name != "reduce_together") continue;
    EXPECT_EQ(after.graph.annotations_of(TaskId{task}), (Annotations{.retries = 2, .checkpoint = false}));
  }
}

}  // namespace
}  // namespace bask
