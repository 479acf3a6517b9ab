// Split: one plan for each rank, in parts, which together compute the same as the whole plan.
#include <gtest/gtest.h>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/partition.hpp>
#include <bask/plan/split.hpp>

#include "random_graph.hpp"
#include "ranks_machine.hpp"

#include <array>
#include <limits>
#include <string>

namespace bask {
namespace {

constexpr std::uint32_t kAll = std::numeric_limits<std::uint32_t>::max();

struct Scenario {
  TaskGraph graph;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
  SplitOptions options;
};

// Gives every task, but not constants, 0 to 9 bytes of arguments.
void add_arguments(TaskGraph& graph, std::mt19937& random) {
  TaskGraph with;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    const std::uint32_t index = graph.is_constant({task}) ? graph.constant_index({task}) : 0;
    if (graph.is_constant({task})) {
      with.add_arguments(&index, sizeof(index));
    } else {
      for (std::uint32_t i = random() % 10; i > 0; --i) with.arguments.push_back(std::byte(random()));
    }
    with.argument_begin.push_back(with.arguments.size());
  }
  graph.arguments = with.arguments;
  graph.argument_begin = with.argument_begin;
}

Scenario random_scenario(unsigned seed, bool hold, std::uint32_t ranks, bool constants_on_rank_0) {
  std::mt19937 random(seed + 1000);
  auto [graph, targets] = random_graph(seed);
  add_arguments(graph, random);
  for (Constant& constant : graph.constants) {
    if (!constants_on_rank_0) {
      constant.rank = random() % ranks;
      constant.is_result = true;
    }
  }
  Scenario made{std::move(graph), {}, {}, {ranks, hold}};
  made.plan = make_plan(made.graph, targets, {.fuse = random() % 3 > 0});
  if (random() % 4 == 0) {
    const UnitEstimates estimates{.cost = std::vector<float>(made.plan.units(), 1.0f)};
    made.rank_of_unit = partition(made.plan, estimates, {std::vector<double>(ranks, 1.0)},
                                  preferred_ranks(made.graph.constants));
  } else {
    for (std::uint32_t unit = 0; unit < made.plan.units(); ++unit) {
      made.rank_of_unit.push_back(random() % ranks);
    }
  }
  return made;
}

// Calls `check(scenario, random)` for many graphs on 1 to 8 ranks.
template <class Check>
void for_each_scenario(const Check& check) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const bool hold : {false, true}) {
      std::mt19937 random(seed);
      const std::uint32_t ranks = 1 + random() % 8;
      const bool constants_on_rank_0 = random() % 2 == 0;
      SCOPED_TRACE("seed " + std::to_string(seed) + ", ranks " + std::to_string(ranks) +
                   (hold ? ", held" : ""));
      check(random_scenario(seed, hold, ranks, constants_on_rank_0), random);
      if (testing::Test::HasFailure()) return;
    }
  }
}

Splitter splitter_of(const Scenario& scenario) {
  return Splitter(scenario.plan, scenario.graph, scenario.rank_of_unit, scenario.options);
}

// Every rank's plan, from parts of `stretch` units.
std::vector<RankPlan> split_plans(const Scenario& scenario, std::uint32_t stretch) {
  Splitter splitter = splitter_of(scenario);
  std::vector<RankPlan> plans;
  for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
    plans.push_back(plan_of_size(splitter.size(rank)));
  }
  while (!splitter.done()) {
    const std::vector<PlanPart> parts = splitter.next(stretch);
    for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
      put_in_place(plans[rank], parts[rank]);
    }
  }
  return plans;
}

void expect_equal(const Plan& a, const Plan& b) {
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.group, b.group);
  EXPECT_EQ(a.annotation, b.annotation);
  EXPECT_EQ(a.input_begin, b.input_begin);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.uses, b.uses);
  EXPECT_EQ(a.unit_begin, b.unit_begin);
  EXPECT_EQ(a.waits_for, b.waits_for);
  EXPECT_EQ(a.successor_begin, b.successor_begin);
  EXPECT_EQ(a.successors, b.successors);
  EXPECT_EQ(a.export_begin, b.export_begin);
  EXPECT_EQ(a.exports, b.exports);
  EXPECT_EQ(a.import_successor_begin, b.import_successor_begin);
  EXPECT_EQ(a.import_successors, b.import_successors);
}

TEST(Split, GivesEachUnitItsKeyWhereThePlanHasKeys) {
  for_each_scenario([](Scenario scenario, std::mt19937& random) {
    const bool has_keys = random() % 4 != 0;
    const auto key_of = [&](TaskId task) { return Key{7, task.index}; };
    for (std::uint32_t unit = 0; has_keys && unit < scenario.plan.units(); ++unit) {
      scenario.plan.key.push_back(key_of(scenario.plan.task[scenario.plan.unit_begin[unit + 1] - 1]));
    }
    Splitter splitter = splitter_of(scenario);
    while (!splitter.done()) {
      for (const PlanPart& part : splitter.next(5)) {
        std::vector<Key> expected;
        for (std::uint32_t unit = 0; has_keys && unit < part.units(); ++unit) {
          expected.push_back(key_of(part.task[part.unit_begin[unit + 1] - 1 - part.first_task]));
        }
        EXPECT_EQ(part.key, expected);
      }
    }
  });
}

TEST(Split, ComputesWhatTheWholePlanDoesInWhateverOrderMessagesArrive) {
  for_each_scenario([](const Scenario& scenario, std::mt19937& random) {
    const std::vector<std::uint64_t> expected = serial_values(scenario.graph);
    const std::uint32_t stretch = std::array{1u, 7u, kAll}[random() % 3];
    Splitter splitter = splitter_of(scenario);
    const auto machines = run_split(scenario.graph, splitter, scenario.options.ranks, stretch, random);
    std::uint32_t units = 0;
    std::vector<std::vector<std::int64_t>> kept;  // by rank and position: how often it is kept
    for (const RankMachine& machine : machines) {
      units += machine.units_run();
      kept.emplace_back(machine.positions());
    }
    EXPECT_EQ(units, scenario.plan.units());
    const std::vector<Source>& wanted = scenario.plan.targets;
    const auto value_of_target = [&](std::size_t i) {
      return wanted[i].is_constant() ? value_of_constant(wanted[i].index())
                                     : expected[scenario.plan.task[wanted[i].index()].index];
    };
    for (std::size_t i = 0; i < splitter.targets().size(); ++i) {
      const Source target = splitter.targets()[i];
      if (target.is_constant()) {
        EXPECT_EQ(target, wanted[i]);
        EXPECT_EQ(scenario.graph.constants[target.index()].rank, 0u);
      } else {
        ++kept[0][target.index()];
        EXPECT_EQ(machines[0].value(target.index()), value_of_target(i));
      }
    }
    for (std::uint32_t rank = 0; rank < machines.size(); ++rank) {
      for (const Hold& hold : splitter.holds(rank)) {
        ++kept[rank][hold.position];
        EXPECT_EQ(machines[rank].value(hold.position), value_of_target(hold.target));
      }
      for (std::uint32_t position = 0; position < machines[rank].positions(); ++position) {
        EXPECT_EQ(machines[rank].uses_left(position), kept[rank][position]) << "position " << position;
      }
    }
  });
}

TEST(Split, GivesEveryTaskToTheRankOfItsUnitInTheOrderOfThePlan) {
  for_each_scenario([](const Scenario& scenario, std::mt19937&) {
    std::vector<std::vector<TaskId>> expected(scenario.options.ranks);
    const Plan& plan = scenario.plan;
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      for (std::uint32_t p = plan.unit_begin[unit]; p < plan.unit_begin[unit + 1]; ++p) {
        expected[scenario.rank_of_unit[unit]].push_back(plan.task[p]);
      }
    }
    const std::vector<RankPlan> plans = split_plans(scenario, 7);
    for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
      EXPECT_EQ(plans[rank].plan.task, expected[rank]);
    }
  });
}

TEST(Split, SaysBeforehandHowMuchThePartsHold) {
  for_each_scenario([](const Scenario& scenario, std::mt19937&) {
    Splitter splitter = splitter_of(scenario);
    std::vector<PartSize> sums(scenario.options.ranks);
    std::uint64_t exports = 0;
    while (!splitter.done()) {
      const std::vector<PlanPart> parts = splitter.next(5);
      for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
        PartSize& sum = sums[rank];
        const PlanPart& part = parts[rank];
        const PartSize first{
            part.first_task,      part.first_unit,   part.first_import,           part.first_input,
            part.first_successor, part.first_export, part.first_import_successor, part.first_argument,
            sum.result_bytes};
        EXPECT_EQ(first, sum);
        sum.tasks += part.tasks();
        sum.units += part.units();
        sum.imports += part.imports();
        sum.inputs += static_cast<std::uint32_t>(part.inputs.size());
        sum.successors += static_cast<std::uint32_t>(part.successors.size());
        sum.exports += static_cast<std::uint32_t>(part.exports.size());
        sum.import_successors += static_cast<std::uint32_t>(part.import_successors.size());
        sum.argument_bytes += part.arguments.size();
        for (const float bytes : part.bytes) sum.result_bytes += static_cast<std::uint64_t>(bytes);
        for (const float bytes : part.import_bytes) sum.result_bytes += static_cast<std::uint64_t>(bytes);
        exports += part.exports.size();
      }
    }
    for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
      EXPECT_EQ(splitter.size(rank), sums[rank]) << "rank " << rank;
    }
    EXPECT_EQ(splitter.results_moved(), exports);
  });
}

TEST(Split, CutsTheSameInStretchesOfAnyLength) {
  for_each_scenario([](const Scenario& scenario, std::mt19937&) {
    const std::vector<RankPlan> whole = split_plans(scenario, kAll);
    for (const std::uint32_t stretch : {1u, 7u}) {
      const std::vector<RankPlan> plans = split_plans(scenario, stretch);
      for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
        expect_equal(plans[rank].plan, whole[rank].plan);
        EXPECT_EQ(plans[rank].arguments, whole[rank].arguments);
      }
    }
  });
}

TEST(Split, LeavesAPlanForOneRankAsItIs) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Scenario scenario = random_scenario(seed, false, 1, true);
    const Splitter splitter = splitter_of(scenario);
    const std::vector<RankPlan> plans = split_plans(scenario, 7);
    expect_equal(plans[0].plan, scenario.plan);
    EXPECT_TRUE(std::ranges::equal(splitter.targets(), scenario.plan.targets));
    EXPECT_EQ(splitter.results_moved(), 0u);
  }
}

TEST(Split, MovesEachResultOnceToEachRankThatReadsIt) {
  for_each_scenario([](const Scenario& scenario, std::mt19937&) {
    const Plan& plan = scenario.plan;
    std::vector<std::vector<bool>> reads(plan.units(), std::vector<bool>(scenario.options.ranks));
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      for (const std::uint32_t reader : plan.successors_of(unit)) {
        reads[unit][scenario.rank_of_unit[reader]] = true;
      }
      for (const Source target : plan.targets) {
        const bool is_last = target == Source{plan.unit_begin[unit + 1] - 1};
        if (is_last && !scenario.options.hold) reads[unit][0] = true;
      }
      reads[unit][scenario.rank_of_unit[unit]] = false;
    }
    std::vector<std::uint32_t> next_unit(scenario.options.ranks);
    const std::vector<RankPlan> plans = split_plans(scenario, 7);
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      const std::uint32_t owner = scenario.rank_of_unit[unit];
      std::vector<std::uint32_t> to, expected;
      for (const Export& one : plans[owner].plan.exports_of(next_unit[owner]++)) to.push_back(one.rank);
      for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
        if (reads[unit][rank]) expected.push_back(rank);
      }
      EXPECT_EQ(to, expected) << "unit " << unit;
    }
  });
}

TEST(Split, SaysBeforehandHowManyBytesMove) {
  for_each_scenario([](const Scenario& scenario, std::mt19937& random) {
    std::vector<float> of_positions(scenario.plan.tasks()), of_constants(scenario.graph.constants.size());
    for (float& bytes : of_positions) bytes = static_cast<float>(random() % 1000);
    for (float& bytes : of_constants) bytes = static_cast<float>(random() % 1000);
    const Splitter splitter = splitter_of(scenario);
    double expected = 0;
    std::vector<std::uint32_t> next_unit(scenario.options.ranks);
    const std::vector<RankPlan> plans = split_plans(scenario, 7);
    for (std::uint32_t unit = 0; unit < scenario.plan.units(); ++unit) {
      const std::uint32_t owner = scenario.rank_of_unit[unit];
      const auto readers = plans[owner].plan.exports_of(next_unit[owner]++).size();
      expected += of_positions[scenario.plan.unit_begin[unit + 1] - 1] * static_cast<double>(readers);
    }
    for (std::uint32_t rank = 0; rank < scenario.options.ranks; ++rank) {
      for (const ConstantExport& sent : splitter.constant_exports(rank))
        expected += of_constants[sent.constant];
    }
    EXPECT_EQ(static_cast<double>(splitter.bytes_moved(of_positions, of_constants)), expected);
  });
}

TEST(Split, NamesTheFirstOfEqualTargetsThatAreHeld) {
  Scenario scenario{chain_graph(3), {}, {0, 2, 1}, {.ranks = 3, .hold = true}};
  const std::vector<TaskId> targets{{2}, {1}, {2}, {1}};
  scenario.plan = make_plan(scenario.graph, targets, {.fuse = false});
  const Splitter splitter = splitter_of(scenario);
  EXPECT_TRUE(
      std::ranges::equal(splitter.where_held(), std::vector<HeldTarget>{{1, 0}, {2, 1}, {1, 0}, {2, 1}}));
  EXPECT_TRUE(std::ranges::equal(splitter.holds(1), std::vector<Hold>{{0, 0}, {0, 2}}));
  EXPECT_TRUE(std::ranges::equal(splitter.holds(2), std::vector<Hold>{{0, 1}, {0, 3}}));
  EXPECT_TRUE(splitter.holds(0).empty());
}

TEST(Split, LeavesConstantsThatAreHeldWhereTheyAre) {
  TaskGraph graph;
  graph.add_constant({.rank = 1, .held = 5});
  Scenario scenario{std::move(graph), {}, {}, {.ranks = 2, .hold = true}};
  const std::vector<TaskId> targets{{0}, {0}};
  scenario.plan = make_plan(scenario.graph, targets, {});
  const Splitter splitter = splitter_of(scenario);
  EXPECT_TRUE(std::ranges::equal(splitter.where_held(), std::vector<HeldTarget>{{1, 0}, {1, 0}}));
  EXPECT_TRUE(splitter.constant_exports(1).empty());
  EXPECT_TRUE(splitter.done());
}

TEST(Split, FetchesAConstantThatIsATargetOnce) {
  TaskGraph graph;
  graph.add_constant({.rank = 1, .held = 5});
  Scenario scenario{std::move(graph), {}, {}, {.ranks = 2}};
  const std::vector<TaskId> targets{{0}, {0}};
  scenario.plan = make_plan(scenario.graph, targets, {});
  Splitter splitter = splitter_of(scenario);
  EXPECT_TRUE(std::ranges::equal(splitter.constant_exports(1), std::vector<ConstantExport>{{0, 0, 0}}));
  EXPECT_TRUE(std::ranges::equal(splitter.targets(), std::vector<Source>{{0}, {0}}));
  ASSERT_FALSE(splitter.done());
  EXPECT_EQ(splitter.next(1)[0].import_uses, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(splitter.done());
}

// A unit waits for an imported constant that one of its later tasks reads.
TEST(Split, CountsImportedConstantsOfAWholeChain) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.add_constant({.rank = 0});
  graph.end_task(group);
  graph.add_input({1});
  graph.add_input({0});
  graph.add_input({0});
  graph.end_task(group);
  Scenario scenario{std::move(graph), {}, {1}, {.ranks = 2}};
  const std::vector<TaskId> targets{{2}};
  scenario.plan = make_plan(scenario.graph, targets, {});
  ASSERT_EQ(scenario.plan.units(), 1u);
  const PlanPart part = splitter_of(scenario).next(1)[1];
  EXPECT_EQ(part.waits_for, std::vector<std::uint32_t>{2});
  EXPECT_EQ(part.inputs, (std::vector<Source>{{0}, {2}, {2}}));
  EXPECT_EQ(part.import_successors, (std::vector<std::uint32_t>{0, 0}));
  EXPECT_EQ(part.import_uses, std::vector<std::uint32_t>{2});
}

}  // namespace
}  // namespace bask
