// The memory gate by hand, where the disk is full or loses results, and other ranks ask for results.
#include "gate_by_hand.hpp"

namespace bask::memory_gate_test {

TEST_F(MemoryGateTest, AFullDiskFailsTheRunOnceNothingElseCanFreeMemory) {
  disk_.size = 0;
  tasks_.add(500);
  tasks_.add(600);
  tasks_.add(600);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1200);
  by_hand.run(0, 500);
  ASSERT_TRUE(by_hand.enter(1));
  EXPECT_FALSE(by_hand.enter(2));
  by_hand.gate->wait_until_still();
  EXPECT_EQ(by_hand.failure_text(), "") << "task 1 runs, and might free memory";
  by_hand.end(1, 600);
  EXPECT_FALSE(by_hand.wait_for(2));
  EXPECT_EQ(
      by_hand.failure_text(),
      "spilling results to " + directory_.string() +
          ": there is no room for 500 B besides the 0 B that are there: No space left on device; make room "
          "there, or name a directory that has more with --bask-scratch");
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kHere);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AFullDiskIsTriedAgainOnceAResultHasGoneFromIt) {
  disk_.size = 4096;  // of one result
  tasks_.add(500);
  tasks_.add(600);
  tasks_.add(700);
  tasks_.add(10, {0});
  tasks_.add(1000);
  tasks_.add(10, {1});
  tasks_.add(1);
  RunByHand& by_hand = run({{2}, {3}, {4}, {5}, {6}}, 1500);
  by_hand.run(0, 500);
  by_hand.run(1, 600);
  by_hand.run(2, 700);
  ASSERT_EQ(by_hand.state_of(1).place(), ResultState::kAway) << "the disk is full";
  ASSERT_TRUE(by_hand.get_in(6));
  MemoryBudget of_running = by_hand.budget;
  EXPECT_FALSE(by_hand.enter(4));
  by_hand.gate->wait_until_still();
  EXPECT_EQ(by_hand.state_of(2).place(), ResultState::kHere) << "it could not be written";
  by_hand.run(3, 10);
  by_hand.run(5, 10);
  EXPECT_TRUE(by_hand.wait_for(4)) << by_hand.failure_text();
  EXPECT_EQ(by_hand.state_of(2).place(), ResultState::kAway);
  by_hand.end(4, 1000);
  by_hand.budget = of_running;
  by_hand.end(6, 1);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, UnitsThatHaveRoomRunBeforeTheRunFailsForAFullDisk) {
  disk_.size = 0;
  for (const float bytes : {500.0F, 600.0F, 900.0F, 300.0F, 400.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}, {2}, {3}, {4}}, 1500);
  by_hand.run(0, 500);
  ASSERT_TRUE(by_hand.enter(1));
  MemoryBudget of_running = by_hand.budget;
  for (const std::uint32_t task : {2, 3, 4}) EXPECT_FALSE(by_hand.enter(task) && task != 3);
  by_hand.gate->wait_until_still();
  EXPECT_TRUE(by_hand.granted_so_far().empty());
  by_hand.budget = of_running;
  by_hand.end(1, 600);
  ASSERT_TRUE(by_hand.wait_for(3)) << by_hand.failure_text();
  EXPECT_EQ(by_hand.failure_text(), "") << "task 3 runs, and might free memory";
  by_hand.end(3, 300);
  EXPECT_FALSE(by_hand.wait_for(2));
  EXPECT_NE(by_hand.failure_text().find("there is no room for"), std::string::npos);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AFullDiskIsTriedOnceMoreBeforeTheRunFails) {
  disk_.size = 0;
  for (const float bytes : {500.0F, 600.0F, 600.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1200);
  by_hand.run(0, 500);
  ASSERT_TRUE(by_hand.enter(1));
  EXPECT_FALSE(by_hand.enter(2));
  by_hand.gate->wait_until_still();
  disk_.size = 1 << 20;  // the user has made room
  by_hand.end(1, 600);
  ASSERT_TRUE(by_hand.wait_for(2)) << by_hand.failure_text();
  by_hand.end(2, 600);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AUnitWhoseInputComesFromAnotherRankLacksNoRoom) {
  tasks_.add(500);
  tasks_.add(500, {0});
  RunByHand& by_hand = run({{1}}, 1500, true);
  by_hand.gate->announced(by_hand.units[0], 500);
  EXPECT_FALSE(by_hand.enter(1));
  EXPECT_EQ(by_hand.fetched, std::vector<std::uint32_t>{0});
  EXPECT_EQ(by_hand.gate->waiting(), 1u);
  EXPECT_FALSE(by_hand.gate->any_lacks_room());
  { const AddedTime lost = by_hand.gate->add_to_lost(); }
  EXPECT_EQ(by_hand.gate->lost().count(), 0);
  Value value;
  value.emplace<Bytes>(500, 'a');
  by_hand.gate->came(by_hand.units[0], std::move(value));
  by_hand.run(1, 500);
}

TEST_F(MemoryGateTest, AUnitThatWaitsUntilAnotherEndsLacksRoom) {
  for (int task = 0; task < 2; ++task) tasks_.add(900);
  RunByHand& by_hand = run({{0}, {1}}, 1500);
  ASSERT_TRUE(by_hand.enter(0));
  EXPECT_FALSE(by_hand.enter(1));
  EXPECT_TRUE(by_hand.gate->any_lacks_room());
  by_hand.end(0, 900);
  by_hand.run(1, 900);
  EXPECT_FALSE(by_hand.gate->any_lacks_room());
}

TEST_F(MemoryGateTest, WhileTheDiskIsFullOtherRanksMayFreeMemory) {
  for (const bool is_freed : {true, false}) {
    disk_.size = 0;
    tasks_ = {};
    for (const float bytes : {500.0F, 600.0F, 900.0F}) tasks_.add(bytes);
    RunByHand& by_hand = run({{0}, {1}, {2}}, 1500, true);
    for (const std::uint32_t task : {0, 1}) by_hand.run(task, task == 0 ? 500 : 600);
    EXPECT_EQ(by_hand.gate->standing(), MemoryStanding::kIdle);
    EXPECT_FALSE(by_hand.enter(2));
    by_hand.gate->wait_until_still();
    EXPECT_EQ(by_hand.failure_text(), "");
    EXPECT_EQ(by_hand.gate->standing(), MemoryStanding::kDiskFull);
    if (is_freed) {
      ASSERT_NE(by_hand.results.release(by_hand.units[1]), 0u) << "another rank has fetched it";
      by_hand.gate->freed(by_hand.units[1]);
      ASSERT_TRUE(by_hand.wait_for(2)) << by_hand.failure_text();
      EXPECT_EQ(by_hand.gate->standing(), MemoryStanding::kMoves);
      by_hand.end(2, 900);
    } else {
      by_hand.gate->give_up_on_disk();
      EXPECT_FALSE(by_hand.wait_for(2));
      EXPECT_NE(by_hand.failure_text().find("there is no room for"), std::string::npos);
    }
    expect_nothing_left();
  }
}

TEST_F(MemoryGateTest, AResultThatTheDiskHasLostFailsTheRun) {
  tasks_.add(800);
  tasks_.add(1000);
  tasks_.add(100, {0});
  RunByHand& by_hand = run({{1}, {2}}, 1500);
  by_hand.run(0, 800);
  by_hand.run(1, 1000);
  disk_.loses = true;
  EXPECT_FALSE(by_hand.get_in(2));
  EXPECT_EQ(by_hand.failure_text(),
            "spilling results to " + directory_.string() +
                ": 800 B cannot be read back: Input/output error; check that disk (dmesg), or name another "
                "directory with --bask-scratch");
  expect_nothing_left();
}

TEST_F(MemoryGateTest, OthersLeaveForAResultThatAnotherRankAsksFor) {
  for (const float bytes : {800.0F, 1000.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}}, 1500);
  by_hand.run(0, 800);
  ASSERT_TRUE(by_hand.get_in(1));
  ASSERT_EQ(by_hand.state_of(0).place(), ResultState::kAway);
  by_hand.gate->serve(by_hand.units[0]);
  EXPECT_TRUE(by_hand.served_so_far().empty()) << "the unit that runs is going to end";
  by_hand.end(1, 1000);
  EXPECT_EQ(by_hand.served_so_far(), std::vector<std::uint32_t>{0});
  EXPECT_EQ(by_hand.results.at(by_hand.units[0]).get<Bytes>(), Bytes(800, 0));
  EXPECT_EQ(by_hand.state_of(1).place(), ResultState::kAway);
  EXPECT_LE(memory_->ledger().peak(), 1500u);
  by_hand.end_send(0);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, NoUnitIsLetInBeforeAResultThatAnotherRankAsksFor) {
  for (const float bytes : {800.0F, 1000.0F, 500.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1500);
  by_hand.run(0, 800);
  ASSERT_TRUE(by_hand.get_in(1));
  MemoryBudget of_running = by_hand.budget;
  by_hand.gate->serve(by_hand.units[0]);
  EXPECT_FALSE(by_hand.enter(2)) << "though it would fit beside the unit that runs";
  by_hand.budget = of_running;
  by_hand.end(1, 1000);
  EXPECT_EQ(by_hand.served_so_far(), std::vector<std::uint32_t>{0});
  ASSERT_TRUE(by_hand.wait_for(2));
  by_hand.end(2, 500);
  EXPECT_LE(memory_->ledger().peak(), 1500u);
  by_hand.end_send(0);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, OneResultAtATimeIsReadBeyondTheLimitWhereNothingElseGivesBackMemory) {
  for (const float bytes : {800.0F, 700.0F, 1000.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1500);
  for (const std::uint32_t task : {0, 1}) by_hand.run(task, task == 0 ? 800 : 700);
  by_hand.run(2, 1000);
  ASSERT_EQ(by_hand.state_of(0).place(), ResultState::kAway);
  ASSERT_EQ(by_hand.state_of(1).place(), ResultState::kAway);
  memory_->ledger().take(MemoryKind::kConstants, 900);  // what never leaves
  by_hand.gate->serve(by_hand.units[0]);
  EXPECT_EQ(by_hand.served_so_far(), std::vector<std::uint32_t>{0});
  EXPECT_EQ(by_hand.held(), 1700u);
  by_hand.gate->serve(by_hand.units[1]);
  EXPECT_EQ(by_hand.served_so_far(), std::vector<std::uint32_t>{0}) << "until that has been sent";
  EXPECT_EQ(by_hand.held(), 1700u);
  by_hand.end_send(0);
  EXPECT_EQ(by_hand.served_so_far(), (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(by_hand.held(), 1600u) << "the one that was sent has left";
  by_hand.end_send(1);
  memory_->ledger().give_back(MemoryKind::kConstants, 900);
  expect_nothing_left();
}

TEST_F(MemoryGateTest, NothingStaysOnTheDiskOfAResultWhoseLastReaderIsOnAnotherRank) {
  for (const float bytes : {800.0F, 900.0F, 1000.0F}) tasks_.add(bytes);
  RunByHand& by_hand = run({{0}, {1}, {2}}, 1500);
  for (const std::uint32_t task : {0, 1}) by_hand.run(task, task == 0 ? 800 : 900);
  by_hand.run(2, 1000);
  ASSERT_EQ(by_hand.state_of(0).place(), ResultState::kAway);
  ASSERT_EQ(by_hand.state_of(1).place(), ResultState::kAway);
  const std::uint64_t on_disk = memory_->spill_store().bytes_held();
  by_hand.gate->serve(by_hand.units[0]);
  ASSERT_EQ(by_hand.served_so_far(), std::vector<std::uint32_t>{0});
  ASSERT_NE(by_hand.results.release(by_hand.units[0]), 0u) << "it has been sent";
  by_hand.gate->freed(by_hand.units[0]);
  by_hand.gate->end_send(by_hand.units[0]);
  EXPECT_EQ(by_hand.state_of(0).place(), ResultState::kAbsent);
  ASSERT_TRUE(by_hand.results.release_elsewhere(by_hand.units[1])) << "a thief has read it";
  by_hand.gate->freed(by_hand.units[1]);
  EXPECT_EQ(by_hand.state_of(1).place(), ResultState::kAbsent);
  by_hand.gate->wait_until_still();
  EXPECT_LT(memory_->spill_store().bytes_held(), on_disk);
  EXPECT_EQ(memory_->spill_store().bytes_held(), on_disk / 2) << "of task 2, which left for that of task 0";
  expect_nothing_left();
}

TEST_F(MemoryGateTest, AThiefsUnitKeepsItsInputsUntilItIsGivenUp) {
  tasks_.add(800);
  tasks_.add(100, {0, 0});
  RunByHand& by_hand = run({{1}}, 2000);
  by_hand.run(0, 800);
  ASSERT_TRUE(by_hand.gate->pin(by_hand.units[1]));
  EXPECT_TRUE(by_hand.state_of(0).is_pinned());
  by_hand.gate->unpin(by_hand.units[1]);
  EXPECT_FALSE(by_hand.state_of(0).is_pinned());
  by_hand.state_of(0).begin_to_leave();
  by_hand.state_of(0).end_leaving(true);
  EXPECT_FALSE(by_hand.gate->pin(by_hand.units[1])) << "its inputs are not all here";
  EXPECT_FALSE(by_hand.state_of(0).is_pinned());
  expect_nothing_left();
}

}  // namespace bask::memory_gate_test
