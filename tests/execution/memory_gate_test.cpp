// The memory gate by hand: who waits, who is let in and in which order; what leaves and comes back; what is
// refused, and how; runs that stop.
#include "../core/counted_cache.hpp"
#include "gate_by_hand.hpp"

namespace bask::memory_gate_test {

std::uint64_t kept_by_cache = 0;
const bool is_known_cache = add_counted_cache<kept_by_cache>();

TEST_F(MemoryGateTest, LetsUnitsInWhileThereIsRoom) {
  for (int task = 0; task < 3; ++task) tasks_.add(800);
  tasks_.add(8, {0, 1, 2});
  RunByHand& by_hand = run({{0}, {1}, {2}, {3}}, 2500);
  by_hand.run(0, 800);
  by_hand.run(1, 800);
  EXPECT_EQ(by_hand.held(), 1600u);
  by_hand.run(2, 800);
  EXPECT_EQ(by_hand.held(), 2400u);
  EXPECT_EQ(by_hand.gate->waiting(), 0u);
  ASSERT_TRUE(by_hand.enter(3));
  EXPECT_EQ(by_hand.held(), 2408u);
  by_hand.end(3, 8);
  EXPECT_TRUE(by_hand.granted_so_far().empty()) << "nobody has waited";
  EXPECT_EQ(memory_->use().spilled, 0u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AUnitsScratchIsTakenWithItsResultAndGivenBackWhenItLeaves) {
  for (int task = 0; task < 2; ++task) {
    tasks_.add(800);
    tasks_.graph.groups[tasks_.graph.group[static_cast<std::size_t>(task)]].scratch = 700;
  }
  RunByHand& by_hand = run({{0}, {1}}, 2500);
  MemoryLedger& ledger = memory_->ledger();
  ASSERT_TRUE(by_hand.enter(0));
  EXPECT_EQ(by_hand.held(), 1500u);
  EXPECT_EQ(ledger.held(MemoryKind::kScratch), 700u);
  MemoryBudget of_first = by_hand.budget;
  EXPECT_FALSE(by_hand.enter(1)) << "both results fit, but not both scratches";
  by_hand.budget = of_first;
  by_hand.end(0, 800);
  ASSERT_TRUE(by_hand.wait_for(1));
  EXPECT_EQ(by_hand.held(), 2300u);
  EXPECT_EQ(ledger.held(MemoryKind::kResults), 1600u);
  by_hand.end(1, 800);
  EXPECT_EQ(by_hand.held(), 1600u);
  EXPECT_EQ(ledger.held(MemoryKind::kScratch), 0u);
  EXPECT_EQ(ledger.peak(MemoryKind::kScratch), 700u);
  EXPECT_EQ(ledger.peak(MemoryKind::kResults), 1600u);
  EXPECT_EQ(memory_->use().spilled, 0u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, UnitsPinNothingUntilAResultHasToLeaveWhichKeepsWhatTheyRead) {
  tasks_.add(800);
  tasks_.add(8, {0});
  tasks_.add(1000);
  tasks_.add(8, {0});
  RunByHand& by_hand = run({{1}, {2}, {3}}, 1500);
  by_hand.run(0, 800);
  ASSERT_TRUE(by_hand.enter_calm(1));
  EXPECT_FALSE(by_hand.state_of(0).is_pinned());
  EXPECT_FALSE(by_hand.enter(2)) << "there is no room, and task 1 reads the one result that could leave";
  EXPECT_TRUE(by_hand.state_of(0).is_pinned());
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kHere);
  EXPECT_EQ(by_hand.failure_text(), "") << "task 1 ends";
  by_hand.end(1, 8);
  ASSERT_TRUE(by_hand.wait_for(2));
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kAway) << "task 3 reads it later";
  by_hand.end(2, 1000);
  ASSERT_TRUE(by_hand.enter_calm(3) || by_hand.wait_for(3)) << "from now on inputs are pinned";
  EXPECT_TRUE(by_hand.state_of(0).is_pinned());
  by_hand.end(3, 8);
  EXPECT_GE(memory_->use().spilled, 1800u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, ScratchIsNamedWhereAUnitIsRefused) {
  tasks_.add(800);
  tasks_.graph.groups[tasks_.graph.group[0]].scratch = 700;
  RunByHand& by_hand = run({{0}}, 1000);
  EXPECT_FALSE(by_hand.enter(0));
  EXPECT_EQ(by_hand.failure_text(),
            "task 0: a task needs 1.46 KiB (a result of 800 B, 700 B scratch), and this rank may use 1000 B; "
            "use smaller chunks, or raise --bask-memory-limit");
  expect_nothing_left();
}

TEST_F(MemoryGateTest, CachesGiveUpWhatTheyKeepBeforeAResultLeaves) {
  tasks_.add(800);
  tasks_.add(800);
  RunByHand& by_hand = run({{0}, {1}}, 2000);
  by_hand.run(0, 800);
  kept_by_cache = 1200;
  by_hand.run(1, 800);
  EXPECT_EQ(kept_by_cache, 400u) << "as much as there is room for";
  EXPECT_EQ(memory_->use().spilled, 0u);
  kept_by_cache = 0;
  expect_nothing_left();
}

TEST_F(MemoryGateTest, WhatHasLeftComesBackForItsReaderAsItWas) {
  tasks_.add(800);
  tasks_.add(1000);
  tasks_.add(100, {0});
  RunByHand& by_hand = run({{1}, {2}}, 1500);
  by_hand.run(0, 800);
  EXPECT_FALSE(by_hand.enter(1)) << "the result of task 0 must leave before";
  EXPECT_EQ(by_hand.gate->waiting(), 1u);
  ASSERT_TRUE(by_hand.wait_for(1));
  EXPECT_EQ(by_hand.granted_so_far(), std::vector<std::uint32_t>{1});
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kAway);
  by_hand.end(1, 1000);
  EXPECT_EQ(by_hand.held(), 1000u);
  EXPECT_FALSE(by_hand.enter(2)) << "its input must come back before, and that of task 1 leave";
  ASSERT_TRUE(by_hand.wait_for(2));
  EXPECT_EQ(by_hand.results.value(by_hand.units[0]).get<Bytes>(), Bytes(800, 0));
  EXPECT_EQ(by_hand.held(), 900u);
  by_hand.end(2, 100);
  EXPECT_EQ(by_hand.held(), 100u);
  EXPECT_LE(memory_->ledger().peak(), 1500u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, UnitsThatFreeMemoryGoFirst) {
  tasks_.add(500);
  tasks_.add(600);
  tasks_.add(600);
  tasks_.add(500, {0});
  RunByHand& by_hand = run({{1}, {2}, {3}}, 1100);
  by_hand.run(0, 500);
  ASSERT_TRUE(by_hand.enter(1));
  MemoryBudget of_first = by_hand.budget;
  EXPECT_FALSE(by_hand.enter(2)) << "while task 1 runs";
  EXPECT_FALSE(by_hand.enter(3));
  EXPECT_TRUE(by_hand.granted_so_far().empty());
  by_hand.budget = of_first;
  by_hand.end(1, 600);
  ASSERT_TRUE(by_hand.wait_for(3));
  EXPECT_EQ(by_hand.granted_so_far().at(0), 3u);
  by_hand.end(3, 500);
  ASSERT_TRUE(by_hand.wait_for(2));
  by_hand.end(2, 600);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AUnitThatNeedsMoreThanTheLimitIsRefusedWithWhatItNeeds) {
  tasks_.add(800);
  tasks_.add(800);
  tasks_.add(800, {0, 1, 0});
  RunByHand& by_hand = run({{2}}, 2000);
  by_hand.run(0, 800);
  by_hand.run(1, 800);
  EXPECT_FALSE(by_hand.get_in(2));
  EXPECT_EQ(by_hand.failure_text(),
            "task 2: a task needs 2.34 KiB (two inputs of 800 B, a result of 800 B), and this "
            "rank may use 1.95 KiB; use smaller chunks, or raise --bask-memory-limit");
  expect_nothing_left();
}

TEST_F(MemoryGateTest, TheProgramsConstantsAreNamedWhereTheyTakeTheRoom) {
  Value constant;
  constant.emplace<Bytes>(1000);
  tasks_.graph.add_constant({.value = &constant});
  tasks_.graph.result_bytes.push_back(1);
  tasks_.add(1500, {0});
  RunByHand& by_hand = run({{1}}, 2000);
  EXPECT_FALSE(by_hand.get_in(1));
  EXPECT_EQ(
      by_hand.failure_text(),
      "task 1: a task needs 1.46 KiB (a result of 1.46 KiB), and this "
      "rank may use 1.95 KiB, of which the program's constants take 1000 B; use smaller chunks, or raise "
      "--bask-memory-limit");
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AUnitWhoseSizeIsGuessedStartsAloneWithWhatIsLeft) {
  tasks_.graph.result_bytes.clear();
  for (int task = 0; task < 2; ++task) {
    tasks_.graph.end_task(tasks_.graph.group_for("guessed", nullptr));
  }
  RunByHand& by_hand = run({{0}, {1}}, 1000);
  by_hand.run(0, 900);
  ASSERT_TRUE(by_hand.get_in(1)) << by_hand.failure_text();
  EXPECT_EQ(by_hand.budget.left, 900u) << "as the first one, which has left";
  by_hand.gate->learn(0, 5000);
  by_hand.end(1, 950);
  EXPECT_EQ(by_hand.held(), 950u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AGuessAboveTheLimitTakesNoMoreThanTheLimit) {
  for (int task = 0; task < 2; ++task) tasks_.graph.end_task(tasks_.graph.group_for("guessed", nullptr));
  RunByHand& by_hand = run({{0}, {1}}, 1000);
  by_hand.run(0, 100);
  by_hand.gate->learn(by_hand.plan.group_of(0), 5000);
  ASSERT_TRUE(by_hand.get_in(1)) << by_hand.failure_text();
  EXPECT_LE(memory_->ledger().peak(), 1000u);
  by_hand.end(1, 100);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AStoppedRunGivesBackTheTicketsOfUnitsThatHaveNotStarted) {
  tasks_.add(800);
  tasks_.add(900);
  tasks_.add(100, {0});
  tasks_.add(100);
  RunByHand& by_hand = run({{1}, {2}, {3}}, 1500);
  by_hand.run(0, 800);
  ASSERT_FALSE(by_hand.enter(1));
  by_hand.gate->wait_until_still();  // let in, and never asked for what it was granted
  EXPECT_EQ(by_hand.granted_so_far(), std::vector<std::uint32_t>{1});
  EXPECT_FALSE(by_hand.gate->pin(by_hand.units[1])) << "it is not given away any more";
  EXPECT_EQ(by_hand.held(), 900u);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, BringsBackWhatWasAskedForUnlessItDoesNotFitTogether) {
  for (int task = 0; task < 3; ++task) tasks_.add(800);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1700);
  for (const std::uint32_t task : {0u, 1u, 2u}) by_hand.run(task, 800);
  const Source first{by_hand.units[0]}, second{by_hand.units[1]}, third{by_hand.units[2]};
  const std::vector<Source> two{first, second, first}, all{first, second, third};
  try {
    by_hand.gate->bring_here(all);
    FAIL() << "2400 bytes do not fit into 1700";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "memory limit: the results that were asked for have 2.34 KiB together, and this rank may use "
        "1.66 KiB; persist them, write them to files, or compute in parts; or raise "
        "--bask-memory-limit");
  }
  by_hand.gate->bring_here(two);
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kHere);
  EXPECT_EQ(by_hand.state_of(1).place(), ResultState::kHere);
  EXPECT_EQ(by_hand.results.at(first).get<Bytes>(), Bytes(800, 0));
  EXPECT_EQ(by_hand.results.at(second).get<Bytes>(), Bytes(800, 1));
  EXPECT_LE(memory_->ledger().peak(), 1700u);
  expect_nothing_left();
}

}  // namespace bask::memory_gate_test
