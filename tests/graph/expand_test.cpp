// Expansion: all layers within reach, each before the layers that read it.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/graph/value_layer.hpp>

#include "test_tasks.hpp"

namespace bask {
namespace {

TEST(Expand, GivesInputsSmallerIdsThanTheirReaders) {
  open_layer::close();
  std::vector<TaskRef> tasks{add_task({})};
  for (std::size_t i = 1; i < 50; ++i) {
    if (i % 7 == 0) open_layer::close();
    tasks.push_back(add_task({&tasks[i / 2], &tasks[i - 1]}, i));
  }
  const auto [graph, targets] = expand_all({&tasks[49]});
  ASSERT_EQ(graph.size(), 50u);
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    for (const TaskId input : graph.inputs_of({task})) EXPECT_LT(input, TaskId{task});
  }
}

TEST(Expand, LeavesOutLayersThatNoTargetReaches) {
  open_layer::close();
  const TaskRef needed = add_task({});
  open_layer::close();
  const TaskRef other = add_task({});
  EXPECT_EQ(expand_all({&needed}).graph.size(), 1u);
  EXPECT_EQ(expand_all({&needed, &other}).graph.size(), 2u);
}

TEST(Expand, FindsTargetsAskedForTwiceAndInAnyOrder) {
  open_layer::close();
  const TaskRef a = add_task({}), b = add_task({});
  EXPECT_EQ(expand_all({&b, &a, &b}).targets, (std::vector<TaskId>{{1}, {0}, {1}}));
}

TEST(Expand, IsEmptyForNothing) {
  EXPECT_EQ(expand_all({}).graph.size(), 0u);
}

TEST(Expand, KeepsLayersAliveWhileTheGraphIs) {
  open_layer::close();
  TaskRef task = add_task({});
  const Key key = task.layer->key(0);
  const Expansion expansion = expand_all({&task});
  task = {};
  open_layer::close();
  EXPECT_EQ(expansion.graph.key({0}), key);
}

// Claims to have many tasks, and is never asked for them.
class HugeLayer final : public Layer {
 public:
  HugeLayer() : Layer(next_sequence()) {}
  std::uint32_t size() const override { return 3'000'000'000u; }
  Key key(std::uint32_t) const override { return {}; }
  Key content_key() const override { return {}; }
  std::string label(std::uint32_t) const override { return "huge"; }
  void expand(TaskGraph&, std::span<const std::uint32_t>) const override {}
};

TEST(Expand, RefusesMoreTasksThanItCanNumber) {
  const TaskRef one{LayerPtr(new HugeLayer), 0}, two{LayerPtr(new HugeLayer), 0};
  try {
    expand_all({&one, &two});
    FAIL() << "six thousand million tasks were numbered";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "compute: the graph has more than 4,294,967,294 tasks or inputs; compute it in parts, or "
                 "make the tasks larger");
  }
}

}  // namespace
}  // namespace bask
