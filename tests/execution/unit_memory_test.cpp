// How much memory a unit needs: sizes that are known, guessed and learned; chains; inputs that are read
// twice.
#include <gtest/gtest.h>
#include <bask/execution/unit_memory.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include <initializer_list>
#include <vector>

namespace bask::unit_memory_test {

using Bytes = std::vector<char>;

/// A graph of tasks, each with its size (0: not known) and what it reads.
struct Tasks {
  void add(float bytes, std::initializer_list<std::uint32_t> inputs, const char* layer = "task") {
    for (const std::uint32_t input : inputs) graph.add_input({input});
    graph.end_task(graph.group_for(layer, nullptr));
    graph.result_bytes.push_back(bytes);
  }
  TaskGraph graph;
};

struct Units {
  Units(const Tasks& tasks, const std::vector<TaskId>& targets, bool fuse)
      : memory(std::make_shared<RankMemory>(1000, [] { return std::string(); })),
        plan(make_plan(tasks.graph, targets, {.fuse = fuse}, result_sizes(tasks.graph, {}))),
        results(plan.take_uses(), tasks.graph.constant_values(), *memory, true),
        sizes(plan, results) {}
  /// The unit whose last task is this one of the graph.
  std::uint32_t unit_of(std::uint32_t task) const {
    for (std::uint32_t unit = 0; unit < plan->units(); ++unit)
      if (plan->task[plan.last_of(unit)].index == task) return unit;
    return kNoIndex;
  }
  std::uint32_t position_of(std::uint32_t task) const { return plan.last_of(unit_of(task)); }
  void make(std::uint32_t task, std::size_t bytes) {
    Value value;
    value.emplace<Bytes>(bytes);
    results.put(position_of(task), std::move(value));
    results.publish(position_of(task));
  }
  std::shared_ptr<RankMemory> memory;
  PlanStore plan;
  ResultStore results;
  UnitMemory sizes;
};

TEST(UnitMemory, NeedsForAChainWhatTwoNeighboursHoldAtMost) {
  Tasks tasks;
  for (const float bytes : {100.0F, 400.0F, 300.0F, 50.0F}) {
    const std::uint32_t task = tasks.graph.size();
    if (task == 0) tasks.add(bytes, {}, "link 0");
    if (task != 0) tasks.add(bytes, {task - 1}, ("link " + std::to_string(task)).c_str());
  }
  const Units chain(tasks, {{3}}, true);
  ASSERT_EQ(chain.plan->units(), 1u);
  EXPECT_EQ(chain.sizes.to_make(0), 700u);
  EXPECT_TRUE(chain.sizes.is_known(0));
  EXPECT_EQ(chain.sizes.inputs(0).all, 0u) << "its own results are no inputs";
}

TEST(UnitMemory, TakesWhatATaskIsAnnotatedToNeed) {
  Tasks tasks;
  tasks.graph.annotations = {{}, {.memory = 900}, {.memory = 10}};
  tasks.graph.annotation = {1, 2};
  tasks.add(100, {});
  tasks.add(200, {});
  const Units units(tasks, {{0}, {1}}, false);
  EXPECT_EQ(units.sizes.to_make(units.unit_of(0)), 900u);
  EXPECT_EQ(units.sizes.to_make(units.unit_of(1)), 200u) << "the result alone is larger";
}

TEST(UnitMemory, CountsWhatATaskNeedsBesideItsResult) {
  Tasks tasks;
  tasks.graph.annotations = {{}, {.memory = 900}};
  tasks.graph.annotation = {0, 0, 1};
  tasks.add(100, {}, "plain");
  tasks.add(200, {}, "packs");
  tasks.add(200, {}, "is annotated");
  tasks.graph.groups[tasks.graph.group[1]].scratch = 50;
  tasks.graph.groups[tasks.graph.group[2]].scratch = 60;
  const Units units(tasks, {{0}, {1}, {2}}, false);
  const auto budget = [&](std::uint32_t task) { return units.sizes.budget(units.unit_of(task)); };
  EXPECT_EQ(budget(0).left, 100u);
  EXPECT_EQ(budget(0).scratch, 0u);
  EXPECT_EQ(budget(1).left, 250u);
  EXPECT_EQ(budget(1).scratch, 50u);
  EXPECT_EQ(budget(2).left, 900u) << "the annotation tells of all that it needs";
  EXPECT_EQ(budget(2).scratch, 0u);
}

TEST(UnitMemory, NeedsTheScratchOfAChainOnlyWhereItIsUsed) {
  Tasks tasks;
  tasks.add(100, {}, "packs");
  tasks.add(400, {0}, "plain");
  tasks.graph.groups[tasks.graph.group[0]].scratch = 300;
  const Units chain(tasks, {{1}}, true);
  ASSERT_EQ(chain.plan->units(), 1u);
  EXPECT_EQ(chain.sizes.budget(0).left, 500u) << "both results; the scratch has gone by then";
  EXPECT_EQ(chain.sizes.budget(0).scratch, 0u);
}

TEST(UnitMemory, LearnsTheLargestResultOfAGroupWhereSizesAreGuessed) {
  Tasks tasks;
  tasks.add(0, {}, "guessed");
  tasks.add(0, {}, "guessed");
  tasks.add(70, {}, "known");
  Units units(tasks, {{0}, {1}, {2}}, false);
  const std::uint32_t guessed = units.unit_of(0), known = units.unit_of(2);
  EXPECT_FALSE(units.sizes.is_known(guessed));
  EXPECT_TRUE(units.sizes.is_known(known));
  EXPECT_EQ(units.sizes.to_make(guessed), 1u) << "nothing is known of it";
  units.sizes.learn(units.plan.group_of(guessed), 500);
  units.sizes.learn(units.plan.group_of(guessed), 300);
  units.sizes.learn(units.plan.group_of(known), 300);
  EXPECT_EQ(units.sizes.to_make(guessed), 500u);
  EXPECT_EQ(units.sizes.to_make(known), 70u);
}

TEST(UnitMemory, CountsAnInputOnceAndSaysWhatIsOnTheDiskOnly) {
  Tasks tasks;
  tasks.add(100, {});
  tasks.add(200, {});
  tasks.add(10, {0, 1, 0});
  Units units(tasks, {{2}}, false);
  units.make(0, 100);
  units.make(1, 200);
  const std::uint32_t reader = units.unit_of(2);
  EXPECT_EQ(units.sizes.inputs(reader).all, 300u);
  EXPECT_EQ(units.sizes.inputs(reader).away, 0u);
  const ResultState state = units.results.state(units.position_of(0));
  ASSERT_EQ(state.begin_to_leave(), ResultState::kLeaving);
  EXPECT_EQ(units.sizes.inputs(reader).away, 0u) << "it is here until it is written";
  state.end_leaving(true);
  EXPECT_EQ(units.sizes.inputs(reader).all, 300u);
  EXPECT_EQ(units.sizes.inputs(reader).away, 100u);
  int readings = 0;
  EXPECT_TRUE(units.sizes.for_each_input(reader, [&](std::uint32_t) { return ++readings != 0; }));
  EXPECT_EQ(readings, 3);
  EXPECT_FALSE(units.sizes.for_each_input(reader, [&](std::uint32_t) { return --readings != 1; }));
  EXPECT_EQ(readings, 1) << "no further input is looked at";
}

TEST(UnitMemory, AUnitFreesMemoryWhenItIsTheLastReaderOfAsMuchAsItMakes) {
  Tasks tasks;
  tasks.add(100, {});
  tasks.add(200, {});
  tasks.add(150, {0, 1});
  tasks.add(150, {1});
  Units units(tasks, {{2}, {3}}, false);
  units.make(0, 100);
  units.make(1, 200);
  EXPECT_FALSE(units.sizes.frees_memory(units.unit_of(2))) << "another unit still reads the larger one";
  EXPECT_FALSE(units.sizes.frees_memory(units.unit_of(3)));
  units.results.state(units.position_of(1)).pin();
  units.results.release(units.position_of(1));
  EXPECT_TRUE(units.sizes.frees_memory(units.unit_of(2)));
  EXPECT_TRUE(units.sizes.frees_memory(units.unit_of(3)));
}

}  // namespace bask::unit_memory_test
