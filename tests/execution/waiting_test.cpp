// What a runner tells of the tasks that wait.
#include <gtest/gtest.h>
#include <bask/collections/delayed.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>

#include <thread>

namespace bask::waiting_test {

int next(int x) {
  return x + 1;
}
int sum(int x, int y) {
  return x + y;
}

Expansion expanded(const TaskRef& target) {
  open_layer::close();
  const TaskRef* const targets[] = {&target};
  return expand(targets);
}

TEST(Waiting, NamesTheFirstTasksInThePlansOrderAndWhereTheirInputsAre) {
  Delayed<int> chain = delayed<next>(0);
  for (int i = 0; i < 20; ++i) chain = delayed<next>(chain);
  const Expansion expansion = expanded(chain.ref());
  TaskRunner runner(make_plan(expansion.graph, expansion.targets, {.fuse = false}, {}),
                    expansion.graph.constant_values(), {.threads = 1});
  const RankWaiting before = runner.waiting();
  EXPECT_EQ(before.left, 21u);
  ASSERT_EQ(before.tasks.size(), kMostWaitingTold);
  EXPECT_EQ(before.tasks[0].cause, WaitCause::kInput);
  EXPECT_EQ(before.tasks[0].missing, 1u);
  ASSERT_EQ(before.tasks[0].inputs.size(), 1u);
  EXPECT_EQ(before.tasks[0].inputs[0].place, InputPlace::kReadyOrMade);
  EXPECT_EQ(before.tasks[1].inputs.at(0).place, InputPlace::kWaits);
  runner.work(0);
  const RankWaiting after = runner.waiting();
  EXPECT_EQ(after.left, 0u);
  EXPECT_TRUE(after.tasks.empty());
}

TEST(Waiting, AsksWhileThreadsRunAndFindsNoTaskThatHasRun) {
  std::vector<Delayed<int>> level;
  for (int i = 0; i < 64; ++i) level.push_back(delayed<next>(i));
  for (; level.size() > 1; level.pop_back()) level[0] = delayed<sum>(level[0], level.back());
  const Expansion expansion = expanded(level[0].ref());
  TaskRunner runner(make_plan(expansion.graph, expansion.targets, {.fuse = false}, {}),
                    expansion.graph.constant_values(), {.threads = 2});
  std::thread first([&] { runner.work(0); }), second([&] { runner.work(1); });
  while (!runner.progress().has_ended()) {
    for (const WaitingTask& task : runner.waiting().tasks) EXPECT_LE(task.missing, 2u);
  }
  first.join();
  second.join();
  EXPECT_TRUE(runner.waiting().tasks.empty());
}

TEST(Waiting, TellsWhichResourceIsWantedAndHowMuchOfItIsFree) {
  ResourceGate gate({{"gpu", 2}});
  const ResourceAmounts two{{"gpu", 2}}, one{{"gpu", 1}};
  EXPECT_TRUE(gate.enter(7, two));
  EXPECT_FALSE(gate.enter(8, one));
  const std::vector<ResourceGate::TurnedAway> away = gate.turned_away(5);
  ASSERT_EQ(away.size(), 1u);
  EXPECT_EQ(away[0].unit, 8u);
  ASSERT_EQ(away[0].wanted.size(), 1u);
  EXPECT_EQ(away[0].wanted[0].name, "gpu");
  EXPECT_EQ(away[0].wanted[0].wanted, 1);
  EXPECT_EQ(away[0].wanted[0].free, 0);
  EXPECT_EQ(away[0].wanted[0].offered, 2);
  gate.leave(two);
  EXPECT_TRUE(gate.turned_away(5).empty());
}

}  // namespace bask::waiting_test
