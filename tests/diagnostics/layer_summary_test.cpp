// A large graph by its layers.
#include "drawn_functions.hpp"

#include <gtest/gtest.h>
#include <bask/collections/delayed.hpp>
#include <bask/diagnostics/layer_summary.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cull.hpp>

#include <string>
#include <vector>

namespace bask {
namespace {

struct Summarized {
  Expansion expansion;
  LayerSummary summary;
};

template <class... Ts>
Summarized summarized(std::uint32_t most_layers, const Delayed<Ts>&... targets) {
  const std::vector<const TaskRef*> refs{&targets.ref()...};
  Expansion expansion = expand(refs);
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  LayerSummary summary = summarize_layers({expansion.graph, expansion.targets, uses}, most_layers);
  return {std::move(expansion), std::move(summary)};
}

std::vector<Delayed<int>> incremented_loads(int n) {
  std::vector<Delayed<int>> values;
  for (int i = 0; i < n; ++i) values.push_back(delayed<increment>(delayed<load>(i)));
  return values;
}

TEST(LayerSummary, CountsTasksAndInputsByLayer) {
  const LayerSummary summary = summarized(10, delayed<total>(incremented_loads(5))).summary;
  ASSERT_EQ(summary.nodes.size(), 3u);
  EXPECT_EQ(summary.nodes[0].layer, "load");
  EXPECT_EQ(summary.nodes[0].tasks, 5u);
  EXPECT_EQ(summary.nodes[2].layer, "total");
  EXPECT_TRUE(summary.nodes[2].has_target);
  EXPECT_FALSE(summary.nodes[1].has_target);
  ASSERT_EQ(summary.edges.size(), 2u);
  EXPECT_EQ(summary.edges[1].from, 1u);
  EXPECT_EQ(summary.edges[1].to, 2u);
  EXPECT_EQ(summary.edges[1].inputs, 5u);
  EXPECT_EQ(summary.tasks, 11u);
  EXPECT_EQ(summary.layers, 3u);
  EXPECT_EQ(summary.inputs, 10u);
}

TEST(LayerSummary, LeavesOutWhatIsNotNeeded) {
  const std::vector<Delayed<int>> values = incremented_loads(5);
  const LayerSummary summary = summarized(10, values[0]).summary;
  EXPECT_EQ(summary.tasks, 2u);
  EXPECT_EQ(summary.inputs, 1u);
}

TEST(LayerSummary, CountsStoredValuesApart) {
  const Delayed<std::vector<int>> constant = delayed(std::vector<int>(1000, 7));
  const LayerSummary summary = summarized(10, delayed<total>(constant), delayed<total>(constant)).summary;
  ASSERT_EQ(summary.nodes.size(), 2u);
  EXPECT_EQ(summary.nodes[0].kind, SummaryNode::Kind::kStoredValues);
  EXPECT_EQ(summary.nodes[0].tasks, 1u);
  EXPECT_EQ(summary.edges[0].inputs, 2u);
  EXPECT_EQ(summary.tasks, 2u);
  EXPECT_EQ(summary.layers, 1u);
}

TEST(LayerSummary, GathersTheSmallestOfManyLayers) {
  std::vector<Delayed<int>> values = incremented_loads(3);
  values.push_back(delayed<load>(3));
  const LayerSummary summary = summarized(1, delayed<total>(values)).summary;
  ASSERT_EQ(summary.nodes.size(), 2u);
  EXPECT_EQ(summary.nodes[0].layer, "load");
  EXPECT_EQ(summary.nodes[1].kind, SummaryNode::Kind::kMoreLayers);
  EXPECT_EQ(summary.nodes[1].layers, 2u);
  EXPECT_EQ(summary.nodes[1].tasks, 4u);
  EXPECT_TRUE(summary.nodes[1].has_target);
  ASSERT_EQ(summary.edges.size(), 2u);
  EXPECT_EQ(summary.edges[0].inputs, 4u);  // from load to three increments and the total
  EXPECT_EQ(summary.edges[1].inputs, 3u);  // from increment to total, which are one node now
  EXPECT_EQ(summary.layers, 3u);
}

}  // namespace
}  // namespace bask
