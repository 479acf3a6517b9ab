// The cost model: guesses by bytes at first, then measurements of earlier computations.
#include <gtest/gtest.h>
#include <bask/plan/cost_model.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/partition.hpp>

namespace bask {
namespace {

// A layer "large" and a layer "small" of four roots each, with or without known sizes.
TaskGraph two_layers(bool are_sized) {
  TaskGraph graph;
  for (const char* layer : {"large", "small"}) {
    const std::uint32_t first = graph.size(), group = graph.group_for(layer, nullptr);
    for (int task = 0; task < 4; ++task) graph.end_task(group);
    const float bytes = first == 0 ? 8e6F : 1e6F;
    if (are_sized) graph.size_from(first, std::vector<float>{bytes, bytes, bytes, 2 * bytes});
  }
  return graph;
}

struct Planned {
  TaskGraph graph;
  Plan plan;
  UnitEstimates estimates;

  Planned(const CostModel& costs, TaskGraph from) : graph(std::move(from)) {
    std::vector<TaskId> all;
    for (std::uint32_t task = 0; task < graph.size(); ++task) all.push_back({task});
    const ResultSizes sizes = costs.result_sizes(graph);
    plan = make_plan(graph, all, {}, sizes);
    estimates = costs.estimate(plan, graph, sizes);
  }
  // The cost of a task's unit: units are in the order in which the tasks were added.
  float cost(std::uint32_t task) const { return estimates.cost[task]; }
};

void learn(CostModel& costs, const Planned& planned, const std::vector<GroupMeasure>& measured) {
  costs.learn(planned.plan.groups, planned.estimates.bytes_touched, measured);
}

TEST(CostModel, TakesTasksOfWhichNothingIsKnownAsEqual) {
  const Planned planned({}, two_layers(false));
  for (std::uint32_t task = 0; task < 8; ++task) EXPECT_EQ(planned.cost(task), planned.cost(0)) << task;
  EXPECT_GT(planned.cost(0), 0);
}

TEST(CostModel, GuessesByBytesWhereLayersKnowTheirs) {
  const Planned planned({}, two_layers(true));
  EXPECT_EQ(planned.estimates.bytes, (std::vector<float>{8e6F, 8e6F, 8e6F, 16e6F, 1e6F, 1e6F, 1e6F, 2e6F}));
  EXPECT_NEAR(planned.cost(0) / planned.cost(4), 8, 0.1);
  EXPECT_NEAR(planned.cost(3) / planned.cost(0), 2, 0.1);
}

// So tasks that were never measured are shared out over ranks, however large the constants that they read.
TEST(CostModel, GuessesThatTasksTakeLongerThanMovingTheConstantsThatTheyRead) {
  TaskGraph graph;
  graph.add_constant({.rank = 1, .held = 1, .bytes = 1e9F});
  graph.add_input({0});
  graph.end_task(graph.group_for("reader", nullptr));
  const CostModel costs;
  const ResultSizes sizes = costs.result_sizes(graph);
  const std::vector<TaskId> targets{{1}};
  const UnitEstimates estimates = costs.estimate(make_plan(graph, targets, {}, sizes), graph, sizes);
  EXPECT_GT(estimates.cost.at(0), 1e9F * static_cast<float>(PartitionerOptions().moved_ns_per_byte));
}

TEST(CostModel, LearnsHowLongUnitsTakeByLayer) {
  CostModel costs;
  learn(costs, Planned(costs, two_layers(false)), {{}, {0, 0, 4, 4'000'000}, {0, 0, 2, 40'000'000}});
  const Planned planned(costs, two_layers(false));
  EXPECT_EQ(planned.cost(0), 1e6F);
  EXPECT_EQ(planned.cost(4), 20e6F);
}

TEST(CostModel, LearnsHowLongABlockTakesByItsBytes) {
  CostModel costs;
  learn(costs, Planned(costs, two_layers(true)), {{}, {0, 0, 4, 40'000'000}, {0, 0, 4, 4'000'000}});
  const Planned planned(costs, two_layers(true));
  EXPECT_NEAR(planned.cost(0) + planned.cost(1) + planned.cost(2) + planned.cost(3), 40e6, 1e4);
  EXPECT_NEAR(planned.cost(3) / planned.cost(0), 2, 0.01);
  EXPECT_NEAR(planned.cost(7), 1.6e6, 1e4);
}

TEST(CostModel, TakesAnUnknownLayerAsTheMeanOfThoseThatAreKnown) {
  CostModel costs;
  learn(costs, Planned(costs, two_layers(false)), {{}, {0, 0, 4, 4'000'000}, {}});
  const Planned planned(costs, two_layers(false));
  EXPECT_NEAR(planned.cost(4) / planned.cost(0), 1, 0.02);
}

TEST(CostModel, LearnsHowLargeResultsAreWhereLayersDoNotKnow) {
  CostModel costs;
  learn(costs, Planned(costs, two_layers(false)), {{}, {4, 4000, 0, 0}, {2, 100, 0, 0}});
  const Planned planned(costs, two_layers(false));
  EXPECT_EQ(planned.estimates.bytes, (std::vector<float>{1000, 1000, 1000, 1000, 50, 50, 50, 50}));
  EXPECT_EQ(Planned(costs, two_layers(true)).estimates.bytes[0], 8e6F) << "what layers know stays";
}

TEST(CostModel, CountsTheLastComputationAsMuchAsAllBefore) {
  CostModel costs;
  for (const std::uint64_t ns : {1000u, 3000u, 6000u})
    learn(costs, Planned(costs, two_layers(false)), {{}, {1, ns, 1, ns}, {}});
  const Planned planned(costs, two_layers(false));
  EXPECT_EQ(planned.cost(0), 4000);
  EXPECT_EQ(planned.estimates.bytes[0], 4000);
}

TEST(CostModel, ExpectsResultsOfALayerToBeAsLargeAsItWasToldUntilItHasSeenThem) {
  TaskGraph graph;
  graph.end_task(graph.group_for("told", nullptr));
  graph.end_task(graph.group_for("other", nullptr));
  CostModel costs;
  costs.expect("told", 5000);
  EXPECT_EQ(costs.result_sizes(graph).of(graph, {0}), 5000);
  EXPECT_EQ(costs.result_sizes(graph).of(graph, {1}), 1);
  const std::vector<GroupMeasure> measured{{}, {.results = 2, .bytes = 12'000, .units = 0, .ns = 0}, {}};
  costs.learn(graph.groups, {}, measured);
  EXPECT_EQ(costs.result_sizes(graph).of(graph, {0}), 6000);
}

}  // namespace
}  // namespace bask
