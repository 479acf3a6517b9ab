// Plans: every needed task once, with every edge of the graph and no other.
#include <gtest/gtest.h>
#include <bask/plan/make_plan.hpp>

#include "../many.hpp"
#include "random_graph.hpp"

#include <algorithm>

namespace bask {
namespace {

// Calls `check(graph, targets, plan)` for many graphs, with and without fusion.
template <class Check>
void for_each_plan(const Check& check) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const bool fuse : {true, false}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (fuse ? ", fused" : ""));
      const auto [graph, targets] = random_graph(seed);
      check(graph, targets, make_plan(graph, targets, {.fuse = fuse}));
    }
  }
}

TEST(Plan, HasEveryNeededTaskOnce) {
  for_each_plan([](const TaskGraph& graph, const std::vector<TaskId>& targets, const Plan& plan) {
    const std::vector<bool> needed = needed_tasks(graph, targets);
    std::vector<TaskId> tasks;
    for (std::uint32_t task = 0; task < graph.size(); ++task) {
      if (needed[task] && !graph.is_constant({task})) tasks.push_back({task});
    }
    std::vector<TaskId> planned = plan.task;
    std::sort(planned.begin(), planned.end());
    EXPECT_EQ(planned, tasks);
  });
}

TEST(Plan, GivesEachTaskTheInputsOfTheGraphFromEarlierPositions) {
  for_each_plan([](const TaskGraph& graph, const std::vector<TaskId>&, const Plan& plan) {
    for (std::uint32_t position = 0; position < plan.positions(); ++position) {
      const auto expected = graph.inputs_of(plan.task[position]);
      const auto sources = plan.inputs_of(position);
      ASSERT_EQ(sources.size(), expected.size());
      for (std::size_t i = 0; i < sources.size(); ++i) {
        ASSERT_EQ(sources[i].is_constant(), graph.is_constant(expected[i]));
        if (sources[i].is_constant()) {
          EXPECT_EQ(sources[i].index(), graph.constant_index(expected[i]));
        } else {
          EXPECT_LT(sources[i].index(), position);
          EXPECT_EQ(plan.task[sources[i].index()], expected[i]);
        }
      }
    }
  });
}

TEST(Plan, CountsTheReadersOfEveryResult) {
  for_each_plan([](const TaskGraph&, const std::vector<TaskId>&, const Plan& plan) {
    std::vector<std::uint32_t> readers(plan.positions());
    for (const auto& sources : {plan.inputs, plan.targets}) {
      for (const Source source : sources) {
        if (!source.is_constant()) ++readers[source.index()];
      }
    }
    EXPECT_EQ(plan.uses, readers);
  });
}

TEST(Plan, FindsTheTargetsInTheOrderAskedFor) {
  for_each_plan([](const TaskGraph& graph, const std::vector<TaskId>& targets, const Plan& plan) {
    ASSERT_EQ(plan.targets.size(), targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Source source = plan.targets[i];
      ASSERT_EQ(source.is_constant(), graph.is_constant(targets[i]));
      EXPECT_TRUE(source.is_constant() || plan.task[source.index()] == targets[i]);
    }
  });
}

// The units that read from each unit, once for each reading, found from the tasks' inputs.
std::vector<std::vector<std::uint32_t>> edges_between_units(const Plan& plan) {
  std::vector<std::uint32_t> unit_of(plan.positions());
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    for (std::uint32_t p = plan.unit_begin[unit]; p < plan.unit_begin[unit + 1]; ++p) unit_of[p] = unit;
  }
  std::vector<std::vector<std::uint32_t>> edges(plan.units());
  for (std::uint32_t position = 0; position < plan.positions(); ++position) {
    for (const Source source : plan.inputs_of(position)) {
      if (source.is_constant() || unit_of[source.index()] == unit_of[position]) continue;
      edges[unit_of[source.index()]].push_back(unit_of[position]);
    }
  }
  return edges;
}

TEST(Plan, LinksUnitsAsTheirTasksAreLinked) {
  for_each_plan([](const TaskGraph&, const std::vector<TaskId>&, const Plan& plan) {
    const auto edges = edges_between_units(plan);
    std::vector<std::uint32_t> waits_for(plan.units());
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      std::vector<std::uint32_t> successors(plan.successors_of(unit).begin(), plan.successors_of(unit).end());
      std::sort(successors.begin(), successors.end());
      EXPECT_EQ(successors, edges[unit]);
      for (const std::uint32_t successor : successors) ++waits_for[successor];
    }
    EXPECT_EQ(plan.waits_for, waits_for);
    std::vector<std::uint32_t> roots;
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      if (waits_for[unit] == 0) roots.push_back(unit);
    }
    EXPECT_EQ(plan.roots, roots);
  });
}

TEST(Plan, HasUnitsOfEqualAnnotationsThatAreReadAtTheirEndOnly) {
  for_each_plan([](const TaskGraph& graph, const std::vector<TaskId>&, const Plan& plan) {
    std::vector<bool> is_last(plan.positions());
    ASSERT_EQ(plan.unit_begin.back(), plan.positions());
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      ASSERT_LT(plan.unit_begin[unit], plan.unit_begin[unit + 1]);
      is_last[plan.unit_begin[unit + 1] - 1] = true;
      const Annotations& first = graph.annotations_of(plan.task[plan.unit_begin[unit]]);
      for (std::uint32_t p = plan.unit_begin[unit]; p < plan.unit_begin[unit + 1]; ++p) {
        EXPECT_EQ(graph.annotations_of(plan.task[p]), first);
        for (const Source source : plan.inputs_of(p)) {
          EXPECT_TRUE(source.is_constant() || is_last[source.index()] || source.index() + 1 == p);
        }
      }
    }
    for (const Source target : plan.targets) EXPECT_TRUE(target.is_constant() || is_last[target.index()]);
  });
}

TEST(Plan, IsTheSameAtEveryCall) {
  const auto [graph, targets] = random_graph(7);
  const Plan one = make_plan(graph, targets, {});
  const Plan two = make_plan(graph, targets, {});
  EXPECT_EQ(one.task, two.task);
  EXPECT_EQ(one.successors, two.successors);
}

TEST(Plan, RunsALinearGraphAsOneUnitUnlessToldNotTo) {
  const TaskGraph graph = chain_graph(10);
  const std::vector<TaskId> targets{{9}};
  EXPECT_EQ(make_plan(graph, targets, {}).units(), 1u);
  EXPECT_EQ(make_plan(graph, targets, {.fuse = false}).units(), 10u);
}

TEST(Plan, IsEmptyForConstantsAndForNothing) {
  Value value;
  TaskGraph graph;
  graph.add_constant({.value = &value});
  const std::vector<TaskId> targets{{0}, {0}};
  const Plan plan = make_plan(graph, targets, {});
  EXPECT_EQ(plan.positions(), 0u);
  EXPECT_EQ(plan.units(), 0u);
  EXPECT_EQ(plan.targets.size(), 2u);
  EXPECT_EQ(make_plan(TaskGraph(), {}, {}).units(), 0u);
}

TEST(Plan, HoldsAChainOfAMillion) {
  constexpr std::uint32_t kTasks = many(1'000'000);
  const TaskGraph graph = chain_graph(kTasks);
  const std::vector<TaskId> targets{{kTasks - 1}};
  EXPECT_EQ(make_plan(graph, targets, {}).positions(), kTasks);
  EXPECT_EQ(make_plan(graph, targets, {.fuse = false}).units(), kTasks);
}

}  // namespace
}  // namespace bask
