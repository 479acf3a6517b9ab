// One rank's plan that is put together while it runs: a unit becomes ready once, in whatever order its part
// and its inputs come.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/plan_store.hpp>

namespace bask::plan_store_test {

// Two units of one task each; the second reads the first and an import.
PlanShell shell() {
  PlanShell shell;
  shell.size = {.tasks = 2, .units = 2, .imports = 1, .inputs = 2, .successors = 1, .import_successors = 1};
  shell.groups = {{"constants", nullptr}, {"work", nullptr}};
  return shell;
}
PlanPart first_part() {
  PlanPart part;
  part.task = {{10}};
  part.group = {1};
  part.argument_begin = {0};
  part.input_begin = {0, 0};
  part.uses = {1};
  part.unit_begin = {0, 1};
  part.waits_for = {0};
  part.successor_begin = {0, 1};
  part.successors = {1};
  return part;
}
PlanPart second_part() {
  PlanPart part;
  part.first_task = part.first_unit = part.first_successor = 1;
  part.task = {{11}};
  part.group = {1};
  part.argument_begin = {0};
  part.input_begin = {0, 2};
  part.uses = {1};
  part.inputs = {{0}, {2}};
  part.unit_begin = {1, 2};
  part.waits_for = {2};
  part.successor_begin = {1, 1};
  part.import_uses = {1};
  part.import_successor_begin = {0, 1};
  part.import_successors = {1};
  return part;
}

struct GrowingPlan : testing::Test {
  using Units = std::vector<std::uint32_t>;
  void add(const PlanPart& part) {
    store.add(part);
    store.announce(part, ready);
  }
  Units take_ready() {
    Units units;
    for (const ReadyUnit& each : ready) units.push_back(each.unit);
    ready.clear();
    return units;
  }
  PlanStore store{shell()};
  std::vector<ReadyUnit> ready;
};

TEST_F(GrowingPlan, MakesAUnitReadyWithItsLastInput) {
  add(first_part());
  EXPECT_EQ(take_ready(), Units{0});
  add(second_part());
  EXPECT_EQ(take_ready(), Units{});
  store.import_arrived(2, ready);
  EXPECT_EQ(take_ready(), Units{});
  store.release_readers(0, ready);
  EXPECT_EQ(take_ready(), Units{1});
}

TEST_F(GrowingPlan, MakesAUnitReadyWithItsPartWhereAllInputsCameBefore) {
  add(first_part());
  take_ready();
  EXPECT_EQ(store.imports_left(), 1u);
  store.import_arrived(2, ready);
  EXPECT_EQ(store.imports_left(), 0u);
  store.release_readers(0, ready);
  EXPECT_EQ(take_ready(), Units{}) << "nobody knows yet what it runs";
  add(second_part());
  EXPECT_EQ(take_ready(), Units{1});
}

TEST_F(GrowingPlan, IsTheWholePlanOnceAllPartsAreThere) {
  add(first_part());
  add(second_part());
  EXPECT_EQ(store->task, (std::vector<TaskId>{{10}, {11}}));
  EXPECT_EQ(store->inputs_of(1).size(), 2u);
  EXPECT_EQ(store.first_of(1), 1u);
  EXPECT_EQ(store.last_of(1), 1u);
  EXPECT_EQ(store.group_of(1), 1u);
  EXPECT_EQ(store.notes_of(1), nullptr);
  EXPECT_EQ(store.resources_of(1), nullptr);
  EXPECT_EQ(tasks_by_group(*store), (std::vector<std::uint64_t>{0, 2}));
}

template <class Act>
std::string message_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(GrowingPlan, RefusesPartsThatReachBeyondWhatWasAnnounced) {
  PlanPart part = second_part();
  part.first_task = 2;
  EXPECT_EQ(message_of([&] { store.add(part); }),
            "part of a plan: it reaches from 2 to 3 where 2 were announced; this is an error in the runtime");
}

TEST_F(GrowingPlan, RefusesResultsThatNobodyWaitsFor) {
  const auto message = [&](std::uint32_t position) {
    return message_of([&] { store.require_awaited(position); });
  };
  EXPECT_EQ(message(2), "no error");
  const std::string end = " awaits no result; this is an error in the runtime";
  EXPECT_EQ(message(1), "result of another rank: position 1" + end) << "a task's own";
  EXPECT_EQ(message(3), "result of another rank: position 3" + end);
  store.import_arrived(2, ready);
  EXPECT_EQ(message(2), "result of another rank: position 2" + end) << "twice";
}

TEST(PlanStore, StartsUnitsSomewhatEarlierThatOtherRanksWaitFor) {
  Plan plan;
  plan.export_begin.assign(201, 0);
  plan.export_begin[101] = 1;
  std::fill(plan.export_begin.begin() + 101, plan.export_begin.end(), 1);
  plan.exports = {{1, 0}};
  const PlanStore store(std::move(plan));
  EXPECT_EQ(store.ready_unit(99), (ReadyUnit{99, 99}));
  EXPECT_EQ(store.ready_unit(100), (ReadyUnit{36, 100}));
}

}  // namespace bask::plan_store_test
