// The memory gate by hand: who waits, who is let in and in which order; what leaves and comes back; what is
// refused, and how; disks that are full or lose results; runs that stop.
#include <gtest/gtest.h>
#include <bask/execution/memory_gate.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include "../system/directory_test.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bask::memory_gate_test {

using Bytes = std::vector<char>;

ssize_t fails_with(int error) {
  errno = error;
  return -1;
}

// A cache that only counts.
std::uint64_t kept_by_cache = 0;
const bool is_known_cache = spare_memory::add({[] { return kept_by_cache; },
                                               [](std::uint64_t bytes) {
                                                 const std::uint64_t given = std::min(bytes, kept_by_cache);
                                                 kept_by_cache -= given;
                                                 return given;
                                               }});

/// A disk that has room for some bytes, and may fail to read.
struct Disk {
  std::atomic<off_t> size{1 << 30};
  std::atomic<bool> loses{false};
  TransferCalls calls() {
    TransferCalls all;
    all.write = [this](int to, const void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      if (offset + static_cast<off_t>(bytes) > size) return fails_with(ENOSPC);
      return ::pwrite(to, memory, bytes, offset);
    };
    all.read = [this](int from, void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      return loses ? fails_with(EIO) : ::pread(from, memory, bytes, offset);
    };
    return all;
  }
};

/// A graph of tasks that each make so many bytes (0: nobody knows) of what they read.
struct Tasks {
  std::uint32_t add(float bytes, std::initializer_list<std::uint32_t> inputs = {}) {
    for (const std::uint32_t input : inputs) graph.add_input({input});
    graph.end_task(graph.group_for("task " + std::to_string(graph.size()), nullptr));
    graph.result_bytes.push_back(bytes);
    return graph.size() - 1;
  }
  TaskGraph graph;
};

/// A run whose units the test starts and ends. Units and results go by the number of their task.
struct RunByHand {
  RunByHand(const Tasks& tasks, const std::vector<TaskId>& targets,
            const std::shared_ptr<RankMemory>& rank_memory, bool has_peers)
      : memory(rank_memory),
        plan(make_plan(tasks.graph, targets, {.fuse = false}, result_sizes(tasks.graph, {}))),
        results(plan.take_uses(), tasks.graph.constant_values(), *memory, true) {
    units.resize(tasks.graph.size(), kNoIndex);
    for (std::uint32_t unit = 0; unit < plan->units(); ++unit) units[plan->task[unit].index] = unit;
    gate.emplace(plan, results, *memory, MemoryGate::Setting{.threads = 1, .has_peers = has_peers},
                 MemoryGate::Hooks{[this](std::span<const ReadyUnit> ready) {
                                     const std::lock_guard lock(mutex);
                                     for (const ReadyUnit& each : ready)
                                       granted.push_back(task_of(each.unit));
                                   },
                                   [this](std::uint32_t, const Error& error) {
                                     const std::lock_guard lock(mutex);
                                     if (failure.empty()) failure = error.what();
                                   },
                                   {},
                                   [this](std::uint32_t place) {
                                     const std::lock_guard lock(mutex);
                                     served.push_back(task_of(place));
                                   }});
    gate->add_units(0, plan->units());
  }
  std::uint32_t task_of(std::uint32_t unit) const { return plan->task[unit].index; }

  bool enter(std::uint32_t task) {
    const std::optional<MemoryBudget> entered = gate->enter(units[task]);
    if (entered) budget = *entered;
    return entered.has_value();
  }
  /// Waits until the task is let in; false when that fails.
  bool wait_for(std::uint32_t task) {
    for (int round = 0; round < 1000; ++round) {
      gate->wait_for_granted(units[task], std::chrono::milliseconds(10));
      if (const std::optional<MemoryBudget> entered = gate->granted(units[task])) {
        budget = *entered;
        return true;
      }
      if (!failure_text().empty()) return false;
    }
    ADD_FAILURE() << "task " << task << " is not let in";
    return false;
  }
  bool get_in(std::uint32_t task) { return enter(task) || wait_for(task); }
  /// Ends a task that was let in, whose result has so many bytes.
  void end(std::uint32_t task, std::size_t bytes) {
    const std::uint32_t at = units[task];
    results.room_for(at).emplace<Bytes>(bytes, static_cast<char>(task));
    results.made(at, budget);
    gate->learn(plan.group_of(at), bytes);
    for (const Source input : plan->inputs_of(at)) {
      EXPECT_TRUE(results.at(input.index()).has_value()) << "input of task " << task;
      if (results.release(input.index()) != 0) {
        gate->freed(input.index());
      } else {
        gate->may_leave(input.index());
      }
    }
    if (results.publish(at)) gate->may_leave(at);
    gate->leave(budget);
  }
  void run(std::uint32_t task, std::size_t bytes) {
    ASSERT_TRUE(get_in(task)) << failure_text();
    end(task, bytes);
  }
  ResultState state_of(std::uint32_t task) { return results.state(units[task]); }
  std::string failure_text() {
    const std::lock_guard lock(mutex);
    return failure;
  }
  /// Tasks that were handed out, in order.
  std::vector<std::uint32_t> granted_so_far() {
    gate->wait_until_still();
    const std::lock_guard lock(mutex);
    return granted;
  }
  /// Results that other ranks have asked for and that are here for them, in order.
  std::vector<std::uint32_t> served_so_far() {
    gate->wait_until_still();
    const std::lock_guard lock(mutex);
    return served;
  }
  /// A result that was served has gone to its rank, and may leave.
  void end_send(std::uint32_t task) {
    results.unpin(units[task]);
    gate->may_leave(units[task]);
    gate->end_send(units[task]);
  }
  std::uint64_t held() const { return memory->ledger().held(); }

  std::shared_ptr<RankMemory> memory;
  PlanStore plan;
  ResultStore results;
  std::vector<std::uint32_t> units;
  MemoryBudget budget;
  std::mutex mutex;
  std::vector<std::uint32_t> granted, served;
  std::string failure;
  std::optional<MemoryGate> gate;
};

class MemoryGateTest : public DirectoryTest {
 protected:
  RunByHand& run(const std::vector<TaskId>& targets, std::uint64_t limit, bool has_peers = false) {
    memory_ = std::make_shared<RankMemory>(
        limit, [this] { return directory_.string(); }, disk_.calls());
    return run_.emplace(tasks_, targets, memory_, has_peers);
  }
  void expect_nothing_left() {
    run_.reset();
    EXPECT_EQ(memory_->ledger().held(), 0u);
    if (memory_->use().spilled == 0) return;
    EXPECT_EQ(memory_->spill_file().bytes_held(), 0u);
  }
  Disk disk_;
  Tasks tasks_;
  std::shared_ptr<RankMemory> memory_;
  std::optional<RunByHand> run_;
};

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
  const std::uint64_t on_disk = memory_->spill_file().bytes_held();
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
  EXPECT_LT(memory_->spill_file().bytes_held(), on_disk);
  EXPECT_EQ(memory_->spill_file().bytes_held(), on_disk / 2) << "of task 2, which left for that of task 0";
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
