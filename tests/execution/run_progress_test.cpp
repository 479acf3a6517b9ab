// What a run counts, what ends it, how long its units take, and when its results leave for other ranks.
#include <gtest/gtest.h>
#include <bask/execution/peer_traffic.hpp>
#include <bask/execution/run_progress.hpp>
#include <bask/execution/unit_clock.hpp>
#include <bask/safety/task_error.hpp>

#include <stdexcept>
#include <thread>

namespace bask::run_progress_test {

using std::chrono::steady_clock;
using Counts = std::vector<std::uint64_t>;

struct RunProgressTest : testing::Test {
  RunProgress run(RunProgress::End end, std::uint32_t units = 2, DescribeTask describe = {}) {
    return RunProgress({units, 2, 2}, end, std::move(describe), parking);
  }
  Parking parking;
};

TEST_F(RunProgressTest, CountsTasksOfAllThreadsByGroup) {
  RunProgress progress = run(RunProgress::End::kWhenDone);
  progress.task_done(0, 0);
  progress.task_done(1, 0);
  progress.task_done(1, 1);
  progress.task_done(1, 2);  // by the feeding thread
  EXPECT_EQ(progress.done_by_group(), (Counts{1, 3}));
  EXPECT_EQ(progress.tasks_done(), 4u);
}

TEST_F(RunProgressTest, EndsOnceAllUnitsAreReported) {
  RunProgress progress = run(RunProgress::End::kWhenDone);
  progress.unit_done(0);
  progress.unit_done(1);
  EXPECT_EQ(progress.units_left(), 2u) << "told now and then";
  progress.report(0);
  EXPECT_EQ(progress.units_left(), 1u);
  EXPECT_FALSE(progress.has_ended());
  progress.report(1);
  progress.report(1);
  EXPECT_EQ(progress.units_left(), 0u);
  EXPECT_TRUE(progress.has_ended());
  EXPECT_FALSE(progress.stopping());
}

TEST_F(RunProgressTest, ReportsByItselfAfterManyUnits) {
  RunProgress progress = run(RunProgress::End::kWhenDone, 1024);
  for (int unit = 0; unit < 1024; ++unit) progress.unit_done(0);
  EXPECT_TRUE(progress.has_ended());
}

TEST_F(RunProgressTest, GoesOnUntilItIsToldWhereOtherRanksMayGiveItMore) {
  RunProgress progress = run(RunProgress::End::kWhenTold, 0);
  EXPECT_FALSE(progress.has_ended());
  progress.finish();
  EXPECT_TRUE(progress.has_ended());
}

TEST_F(RunProgressTest, TellsADrainFromACancel) {
  RunProgress drained = run(RunProgress::End::kWhenDone), cancelled = run(RunProgress::End::kWhenDone);
  const steady_clock::time_point end = steady_clock::now() + std::chrono::hours(1);
  drained.drain(end);
  EXPECT_TRUE(drained.stopping() && drained.has_ended() && !drained.cancelled());
  EXPECT_EQ(drained.drain_end(), end);
  cancelled.cancel();
  EXPECT_TRUE(cancelled.stopping() && cancelled.has_ended() && cancelled.cancelled());
  EXPECT_EQ(cancelled.drain_end(), std::nullopt);
}

TEST_F(RunProgressTest, WakesSleepersWhenItEnds) {
  for (const bool by_report : {true, false}) {
    RunProgress progress = run(RunProgress::End::kWhenDone, 1);
    std::thread sleeper([&] {
      while (!progress.has_ended()) parking.wait_for_work([&] { return progress.has_ended(); });
    });
    if (by_report) {
      progress.unit_done(0);
      progress.report(0);
    } else {
      progress.cancel();
    }
    sleeper.join();
    EXPECT_TRUE(progress.has_ended());
  }
}

TEST_F(RunProgressTest, KeepsTheFirstFailureInThePlansOrder) {
  RunProgress progress = run(RunProgress::End::kWhenDone);
  EXPECT_FALSE(progress.failure());
  progress.fail({{70}, 7, nullptr, "seven"});
  progress.fail({{30}, 3, nullptr, "three"});
  progress.fail({{50}, 5, nullptr, "five"});
  ASSERT_TRUE(progress.failure());
  EXPECT_EQ(progress.failure()->task.index, 30u);
  EXPECT_EQ(progress.failure()->cause, "three");
  EXPECT_TRUE(progress.cancelled());
}

TEST_F(RunProgressTest, MakesATaskErrorOfWhatATaskThrew) {
  RunProgress progress = run(RunProgress::End::kWhenDone, 2, [](TaskId task) {
    TaskFailure failure;
    failure.task = "task-" + std::to_string(task.index);
    failure.layer = "tasks";
    failure.host = "n1";
    return failure;
  });
  try {
    throw std::domain_error("x < 0");
  } catch (...) {
    progress.fail_with_current(1, {4});
  }
  EXPECT_EQ(progress.failure()->cause, "std::domain_error: x < 0");
  try {
    std::rethrow_exception(progress.failure()->error);
  } catch (const TaskError& error) {
    EXPECT_EQ(error.failure().task, "task-4");
    EXPECT_EQ(error.failure().cause, "std::domain_error: x < 0");
    EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
  }
}

TEST_F(RunProgressTest, TellsOneThreadThatItIsTheLastOut) {
  RunProgress progress = run(RunProgress::End::kWhenDone);
  EXPECT_FALSE(progress.last_out());
  EXPECT_TRUE(progress.last_out());
}

void spend(std::chrono::microseconds time) {
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end) {
  }
}

TEST(UnitClock, TimesEveryUnitWhereThatIsWanted) {
  UnitClock clock(2, UnitClock::Timing::kAlways);
  for (int unit = 0; unit < 3; ++unit) {
    EXPECT_FALSE(clock.skips_next(1));
    clock.start(1);
    spend(std::chrono::microseconds(50));
    EXPECT_GE(clock.stop(1), std::chrono::microseconds(50));
  }
  EXPECT_GE(clock.mean(1), std::chrono::microseconds(50));
  EXPECT_EQ(clock.mean(0).count(), 0);
  EXPECT_EQ(clock.mean(), clock.mean(1)) << "who has timed nothing does not count";
}

TEST(UnitClock, TimesShortUnitsEverMoreRarely) {
  UnitClock clock(1, UnitClock::Timing::kSometimes);
  int timed = 0;
  for (int unit = 0; unit < 1000; ++unit) {
    if (clock.skips_next(0)) continue;
    clock.start(0);
    clock.stop(0);
    ++timed;
  }
  EXPECT_GT(timed, 20);
  EXPECT_LT(timed, 500);
}

TEST(UnitClock, CountsAUnitThatRunsByItsTimeSoFar) {
  UnitClock clock(1, UnitClock::Timing::kSometimes);
  clock.start(0);
  spend(std::chrono::microseconds(300));
  EXPECT_GE(clock.mean(), std::chrono::microseconds(300));
  EXPECT_EQ(clock.mean(0).count(), 0);
}

TEST(UnitClock, StartsAUnitWhereTheOneBeforeHasEndedUnlessThereWasAPause) {
  UnitClock clock(1, UnitClock::Timing::kAlways);
  clock.start(0);
  clock.stop(0);
  const UnitClock::TimePoint end = clock.now(0);
  EXPECT_EQ(clock.now(0), end);
  clock.pause(0);
  EXPECT_GT(clock.now(0), end);
}

TEST(UnitClock, CountsThreadsThatAreInsideOfAUnit) {
  UnitClock clock(3, UnitClock::Timing::kSometimes);
  clock.enter(0);
  clock.enter(2);
  EXPECT_EQ(clock.running(), 2u);
  clock.leave(0);
  EXPECT_EQ(clock.running(), 1u);
}

struct CountingOutlet final : Outlet {
  void send(std::uint32_t position, const Value&, std::span<const Export> exports) override {
    sent_position = position;
    sent += exports.size();
  }
  void fetch(std::uint32_t) override { ADD_FAILURE() << "nothing was announced"; }
  void serve(std::uint32_t) override { ADD_FAILURE() << "nothing was asked for"; }
  void give_back(const StolenUnit&, Value) override {}
  void flush() override { ++flushed; }
  bool progress(unsigned) override { return ++looks < 3; }
  std::uint32_t sent_position = 0;
  std::size_t sent = 0;
  int flushed = 0;
  std::atomic<int> looks{0};
};

// Ten units of one task each; the results of the last five go to another rank.
Plan plan_with_exports() {
  Plan plan;
  plan.task.resize(10);
  plan.waits_for.resize(10);
  for (std::uint32_t unit = 0; unit < 10; ++unit) {
    plan.unit_begin.push_back(unit + 1);
    plan.export_begin.push_back(unit < 5 ? 0 : unit - 5);
    if (unit >= 5) plan.exports.push_back({1, unit});
  }
  plan.export_begin.push_back(5);
  return plan;
}

struct PeerTrafficTest : testing::Test {
  CountingOutlet outlet;
  const PlanStore plan{plan_with_exports()};
  UnitClock clock{1, UnitClock::Timing::kSometimes};
  ThreadLanes lanes{nullptr, 1};
  PeerTraffic traffic{&outlet, plan, clock, lanes, {1, {}}};
  Parking parking;
};

TEST_F(PeerTrafficTest, PostsAResultToTheRanksThatReadIt) {
  traffic.send(7, Value(), 0);
  EXPECT_EQ(outlet.sent_position, 7u);
  EXPECT_EQ(outlet.sent, 1u);
}

TEST_F(PeerTrafficTest, FlushesBeforeTheThreadRestsOrRunsWhatNobodyElseReads) {
  traffic.before_unit(7, 0);
  traffic.before_unit(std::nullopt, 0);
  EXPECT_EQ(outlet.flushed, 0) << "nothing was posted";
  traffic.posted(0);
  traffic.before_unit(std::nullopt, 0);
  EXPECT_EQ(outlet.flushed, 1);
  traffic.posted(0);
  traffic.before_unit(2, 0);
  EXPECT_EQ(outlet.flushed, 2);
}

TEST_F(PeerTrafficTest, LetsResultsOfShortUnitsLeaveTogether) {
  for (int unit = 0; unit < 7; ++unit) {
    traffic.posted(0);
    traffic.before_unit(7, 0);
  }
  EXPECT_EQ(outlet.flushed, 0);
  traffic.posted(0);
  traffic.before_unit(7, 0);
  EXPECT_EQ(outlet.flushed, 1) << "eight are enough";
}

TEST_F(PeerTrafficTest, LooksForWhatHasComeAfterEveryFewUnits) {
  int looked = 0;
  for (int unit = 0; unit < 64; ++unit) looked += traffic.after_unit(0);
  EXPECT_EQ(looked, 4);
  EXPECT_EQ(outlet.looks, 4);
}

TEST_F(PeerTrafficTest, LooksUntilThereIsWork) {
  traffic.wait(
      0, [&] { return outlet.looks >= 5; }, parking);
  EXPECT_EQ(outlet.looks, 5);
}

}  // namespace bask::run_progress_test
