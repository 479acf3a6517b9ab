// Partition: every unit on a rank that runs tasks, levels in balance, neighbours together.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/partition.hpp>

#include "random_graph.hpp"

#include <numeric>

namespace bask {
namespace {

UnitEstimates equal_costs(const Plan& plan) {
  return {.cost = std::vector<float>(plan.units(), 1.0f)};
}

// A grid of `steps` rows; each task reads up to three tasks of the row before.
Plan stencil_plan(std::uint32_t width, std::uint32_t steps) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("point", nullptr);
  for (std::uint32_t step = 0; step < steps; ++step) {
    for (std::uint32_t x = 0; x < width; ++x) {
      for (std::uint32_t y = x == 0 ? 0 : x - 1; step > 0 && y <= std::min(x + 1, width - 1); ++y) {
        graph.add_input({(step - 1) * width + y});
      }
      graph.end_task(group);
    }
  }
  std::vector<TaskId> targets;
  for (std::uint32_t x = 0; x < width; ++x) targets.push_back({(steps - 1) * width + x});
  return make_plan(graph, targets, {});
}

// How many results are read on ranks other than their own, each counted once per such rank.
std::size_t moved_results(const Plan& plan, const std::vector<std::uint32_t>& ranks, std::size_t rank_count) {
  std::size_t moved = 0;
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    std::vector<bool> reads(rank_count);
    for (const std::uint32_t successor : plan.successors_of(unit)) reads[ranks[successor]] = true;
    reads[ranks[unit]] = false;
    moved += static_cast<std::size_t>(std::count(reads.begin(), reads.end(), true));
  }
  return moved;
}

TEST(Partition, GivesEveryUnitARankThatRunsTasks) {
  const ClusterShape shape{{0, 2, 1, 0, 4}};
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const Plan plan = make_plan(graph, targets, {});
    const std::vector<std::uint32_t> ranks = partition(plan, equal_costs(plan), shape);
    ASSERT_EQ(ranks.size(), plan.units());
    for (const std::uint32_t rank : ranks) EXPECT_GT(shape.threads.at(rank), 0);
    EXPECT_EQ(ranks, partition(plan, equal_costs(plan), shape)) << "not deterministic";
  }
}

TEST(Partition, GivesNoRankMoreOfALevelThanItsBound) {
  const ClusterShape shape{{1, 1, 2}};
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const Plan plan = make_plan(graph, targets, {});
    const std::vector<std::uint32_t> ranks = partition(plan, equal_costs(plan), shape);
    const std::vector<std::uint32_t> level = levels(plan);
    for (std::uint32_t rank = 0; rank < shape.threads.size(); ++rank) {
      std::vector<double> own(plan.units() + 1), all(plan.units() + 1);
      for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
        all[level[unit]] += 1;
        own[level[unit]] += ranks[unit] == rank;
      }
      for (std::size_t l = 0; l < all.size(); ++l) {
        EXPECT_LE(own[l], all[l] * shape.threads[rank] / 4 * 1.05 + 1) << "seed " << seed << ", level " << l;
      }
    }
  }
}

TEST(Partition, KeepsAChainOnOneRank) {
  const TaskGraph graph = chain_graph(1000);
  const std::vector<TaskId> targets{{999}};
  const Plan plan = make_plan(graph, targets, {.fuse = false});
  const std::vector<std::uint32_t> ranks = partition(plan, equal_costs(plan), {{1, 1, 1, 1}});
  EXPECT_EQ(ranks, std::vector<std::uint32_t>(1000, ranks.front()));
}

TEST(Partition, CutsAStencilIntoStretchesOfNeighbours) {
  constexpr std::uint32_t kSteps = 50;
  const Plan plan = stencil_plan(8, kSteps);
  const std::vector<std::uint32_t> ranks = partition(plan, equal_costs(plan), {{1, 1}});
  EXPECT_EQ(std::count(ranks.begin(), ranks.end(), 0u), 4 * kSteps);
  EXPECT_EQ(moved_results(plan, ranks, 2), 2 * (kSteps - 1));  // one each way between two rows
}

// As a cumulative sum of a matrix of blocks: each row of tasks reads a row of blocks and the row of tasks
// before.
TEST(Partition, KeepsBlocksBesideColumnsThatReadThemRowByRow) {
  constexpr std::uint32_t kWidth = 8, kRows = 12;
  TaskGraph graph;
  const std::uint32_t made = graph.group_for("block", nullptr);
  for (std::uint32_t block = 0; block < kRows * kWidth; ++block) graph.end_task(made);
  const std::uint32_t summed = graph.group_for("sum", nullptr);
  std::vector<TaskId> targets;
  for (std::uint32_t block = 0; block < kRows * kWidth; ++block) {
    graph.add_input({block});
    if (block >= kWidth) graph.add_input({kRows * kWidth + block - kWidth});
    graph.end_task(summed);
    targets.push_back({kRows * kWidth + block});
  }
  const Plan plan = make_plan(graph, targets, {.fuse = false});
  const std::vector<std::uint32_t> ranks = partition(plan, equal_costs(plan), {{1, 1}});
  EXPECT_EQ(moved_results(plan, ranks, 2), 0u);
  EXPECT_EQ(std::count(ranks.begin(), ranks.end(), 0u), kRows * kWidth);
}

TEST(Partition, SharesIndependentWorkByThreadsAndCost) {
  const Plan plan = stencil_plan(100, 1);
  std::vector<float> costs(100, 1.0f);
  std::fill(costs.begin(), costs.begin() + 10, 10.0f);  // 190 in all, more than half of it in roots 0 to 9
  const std::vector<std::uint32_t> ranks = partition(plan, {.cost = costs}, {{1, 1}});
  double first = 0;
  for (std::uint32_t unit = 0; unit < 100; ++unit) first += ranks[unit] == 0 ? costs[unit] : 0;
  EXPECT_NEAR(first, 95, 10);
}

// `ranks.size()` tasks: task i reads a constant that lies on rank ranks[i].
TaskGraph readers_of_constants(const std::vector<std::uint32_t>& ranks) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("reader", nullptr);
  for (const std::uint32_t rank : ranks) graph.add_constant({.rank = rank, .held = rank, .is_result = true});
  for (std::uint32_t reader = 0; reader < ranks.size(); ++reader) {
    graph.add_input({reader});
    graph.end_task(group);
  }
  return graph;
}

Plan plan_of_readers(const TaskGraph& graph) {
  std::vector<TaskId> readers;
  for (std::uint32_t task = graph.size() / 2; task < graph.size(); ++task) readers.push_back({task});
  return make_plan(graph, readers, {});
}

TEST(Partition, RunsReadersOfPersistedResultsWhereTheseLie) {
  const std::vector<std::uint32_t> held_by{2, 1, 0, 1, 2, 0, 1, 0, 2};
  const TaskGraph graph = readers_of_constants(held_by);
  const Plan plan = plan_of_readers(graph);
  EXPECT_EQ(partition(plan, equal_costs(plan), {{1, 1, 1}}, preferred_ranks(graph.constants)), held_by);
}

TEST(Partition, SpreadsReadersOfConstants) {
  TaskGraph graph = readers_of_constants({0, 0, 0, 0});
  for (Constant& constant : graph.constants) constant.is_result = false;
  const Plan plan = plan_of_readers(graph);
  EXPECT_TRUE(preferred_ranks(graph.constants).empty());
  EXPECT_EQ(partition(plan, equal_costs(plan), {{1, 1}}, preferred_ranks(graph.constants)),
            (std::vector<std::uint32_t>{0, 0, 1, 1}));
}

TEST(Partition, KeepsLevelsInBalanceAwayFromPersistedResults) {
  const TaskGraph graph = readers_of_constants({0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  const Plan plan = plan_of_readers(graph);
  const std::vector<std::uint32_t> ranks =
      partition(plan, equal_costs(plan), {{1, 1}}, preferred_ranks(graph.constants));
  EXPECT_NEAR(static_cast<double>(std::count(ranks.begin(), ranks.end(), 1u)), 8, 1);
}

TEST(Partition, RunsNothingWhereThereIsDataButNoThread) {
  const TaskGraph graph = readers_of_constants({2, 2});
  const Plan plan = plan_of_readers(graph);
  const UnitEstimates no_costs{.cost = std::vector<float>(plan.units())};
  for (const auto& costs : {no_costs, equal_costs(plan)}) {
    EXPECT_EQ(partition(plan, costs, {{0, 1, 0}}, preferred_ranks(graph.constants)),
              (std::vector<std::uint32_t>{1, 1}));
  }
}

// `layers` layers of `width` roots each, and a task for each place that reads the roots at that place.
TaskGraph joined_layers(std::uint32_t layers, std::uint32_t width) {
  TaskGraph graph;
  for (std::uint32_t layer = 0; layer <= layers; ++layer) {
    const std::uint32_t group = graph.group_for(layer == layers ? "join" : "root", nullptr);
    graph.spans.push_back({{graph.size()}, nullptr});
    for (std::uint32_t x = 0; x < width; ++x) {
      for (std::uint32_t other = 0; layer == layers && other < layers; ++other)
        graph.add_input({other * width + x});
      graph.end_task(group);
    }
  }
  return graph;
}

Plan plan_of_last(const TaskGraph& graph, std::uint32_t targets) {
  std::vector<TaskId> last;
  for (std::uint32_t x = 0; x < targets; ++x) last.push_back({graph.size() - targets + x});
  return make_plan(graph, last, {.fuse = false});
}

TEST(Partition, CutsEachLayerSoThatEqualPlacesMeet) {
  const TaskGraph graph = joined_layers(3, 40);
  const Plan plan = plan_of_last(graph, 40);
  UnitEstimates estimates = equal_costs(plan);
  for (const LayerSpan& span : graph.spans) estimates.layer_begin.push_back(span.first.index);
  const std::vector<std::uint32_t> ranks = partition(plan, estimates, {{1, 1, 1, 1}});
  EXPECT_EQ(moved_results(plan, ranks, 4), 0u);
}

TEST(Partition, CutsALayerIntoStretchesOfEqualCost) {
  const TaskGraph graph = joined_layers(2, 100);
  const Plan plan = plan_of_last(graph, 100);
  UnitEstimates estimates = equal_costs(plan);
  for (const LayerSpan& span : graph.spans) estimates.layer_begin.push_back(span.first.index);
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    if (plan.task[unit].index < 100) estimates.cost[unit] = 20;  // the first layer
  }
  const std::vector<std::uint32_t> ranks = partition(plan, estimates, {{1, 1}});
  std::vector<int> long_ones(2), short_ones(2);
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    if (plan.task[unit].index >= 200) continue;
    ++(plan.task[unit].index < 100 ? long_ones : short_ones)[ranks[unit]];
  }
  EXPECT_EQ(long_ones, (std::vector<int>{50, 50}));
  EXPECT_EQ(short_ones, (std::vector<int>{50, 50}));
}

TEST(Partition, EvensOutOneLongUnitByShortOnesThatWereAddedBefore) {
  TaskGraph graph;
  for (int unit = 0; unit < 20; ++unit) graph.end_task(graph.group_for("short", nullptr));
  graph.end_task(graph.group_for("long", nullptr));
  const Plan plan = plan_of_last(graph, 21);
  UnitEstimates estimates = equal_costs(plan);
  estimates.cost[20] = 20;
  const std::vector<std::uint32_t> ranks = partition(plan, estimates, {{1, 1}});
  const std::ptrdiff_t beside_long = std::count(ranks.begin(), ranks.end(), ranks[20]) - 1;
  EXPECT_LE(beside_long, 2);
}

// The rank of a unit that reads one result of each of these sizes, which lie on ranks 1, 2, ….
std::uint32_t rank_of_reader(const std::vector<float>& bytes) {
  std::vector<std::uint32_t> held_by(bytes.size());
  std::iota(held_by.begin(), held_by.end(), 1);
  TaskGraph graph;
  for (const std::uint32_t rank : held_by)
    graph.add_constant({.rank = rank, .held = rank, .is_result = true});
  for (std::uint32_t constant = 0; constant < bytes.size(); ++constant) graph.add_input({constant});
  graph.end_task(graph.group_for("reader", nullptr));
  const Plan plan = plan_of_last(graph, 1);
  const UnitEstimates estimates{.cost = {1}, .bytes = {1}, .constant_bytes = bytes};
  const ClusterShape shape{std::vector<double>(bytes.size() + 1, 1)};
  return partition(plan, estimates, shape, held_by).at(0);
}

TEST(Partition, RunsAUnitWhereMostBytesOfItsInputsAre) {
  EXPECT_EQ(rank_of_reader({1000, 10, 10}), 1u);
  EXPECT_EQ(rank_of_reader({10, 1000, 10}), 2u);
  EXPECT_EQ(rank_of_reader({10, 10, 1000}), 3u);
}

// How many of 100 units of this cost run on rank 1, which holds one input of `bytes` bytes for each.
std::ptrdiff_t units_beside_data(float cost, float bytes) {
  const TaskGraph graph = readers_of_constants(std::vector<std::uint32_t>(100, 1));
  const Plan plan = plan_of_readers(graph);
  UnitEstimates estimates{.cost = std::vector<float>(100, cost), .bytes = std::vector<float>(100, 1)};
  estimates.constant_bytes.assign(100, bytes);
  const std::vector<std::uint32_t> ranks =
      partition(plan, estimates, {{0, 1, 1}}, preferred_ranks(graph.constants), {.moved_ns_per_byte = 1});
  return std::count(ranks.begin(), ranks.end(), 1u);
}

TEST(Partition, LeavesUnitsWhoseInputsTakeLongerToMoveThanTheyRun) {
  EXPECT_NEAR(static_cast<double>(units_beside_data(1000, 10)), 50, 4);
  EXPECT_NEAR(static_cast<double>(units_beside_data(1000, 1000)), 50, 4);
  EXPECT_NEAR(static_cast<double>(units_beside_data(1000, 4000)), 80, 2);  // 80 here take as long as 20 there
  EXPECT_EQ(units_beside_data(1000, 1e6), 100);
}

TEST(Partition, GivesEveryUnitARankThatRunsTasksWhateverTheSizes) {
  const ClusterShape shape{{0, 2, 1, 0, 4}};
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    const Plan plan = make_plan(graph, targets, {});
    std::mt19937 random(seed);
    UnitEstimates estimates;
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      estimates.cost.push_back(static_cast<float>(random() % 1000));
    }
    for (std::uint32_t position = 0; position < plan.tasks(); ++position)
      estimates.bytes.push_back(static_cast<float>(random() % 1000));
    const std::vector<std::uint32_t> ranks = partition(plan, estimates, shape);
    ASSERT_EQ(ranks.size(), plan.units());
    for (const std::uint32_t rank : ranks) EXPECT_GT(shape.threads.at(rank), 0);
    EXPECT_EQ(ranks, partition(plan, estimates, shape)) << "not deterministic";
  }
}

TEST(Partition, RefusesRanksWithoutThreads) {
  const Plan plan = stencil_plan(2, 2);
  try {
    partition(plan, equal_costs(plan), {{0, 0}});
    FAIL() << "nobody was to run the tasks";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "partition: no rank runs tasks; give at least one rank a thread");
  }
}

}  // namespace
}  // namespace bask
