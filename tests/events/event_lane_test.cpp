// Tasks that are too short for each to be timed.
#include <gtest/gtest.h>
#include <bask/events/event_log.hpp>

#include <algorithm>
#include <random>
#include <vector>

namespace bask::event_lane_test {

constexpr std::uint32_t kMany = 5000;  // after so many short tasks, most are not timed

void spin(std::int64_t ns) {
  const std::int64_t end = steady_ns() + ns;
  while (steady_ns() < end) {
  }
}

class ShortTasks : public testing::Test {
 protected:
  void run_one(EventKind kind = EventKind::kTaskFinished, std::uint64_t bytes = 8, std::int64_t ns = 0) {
    lane.begin_task(layer, next++, 1);
    if (ns != 0) spin(ns);
    if (kind == EventKind::kTaskFinished) lane.end_kernel();
    lane.end_task(kind, bytes);
  }
  void run_many() {
    for (std::uint32_t i = 0; i < kMany; ++i) run_one();
  }
  LayerCounts counts_in(const RankReport& report) const {
    LayerCounts counts;
    for (const LayerReport& told : report.layers) counts += told.counts;
    return counts;
  }

  EventLog log;
  EventLane& lane = log.lane("thread 0");
  const Activity layer = log.layer("short");
  std::uint32_t next = 0;
};

TEST_F(ShortTasks, AreAllCounted) {
  run_many();
  for (int i = 0; i < 100; ++i) {
    const LaneSpan waits(&lane, Activity::kWaitInput);
  }
  run_many();
  lane.pause();
  const RankReport report = log.collect(kNoActivity);
  EXPECT_EQ(counts_in(report).done, 2 * kMany);
  EXPECT_EQ(counts_in(report).bytes, 2 * kMany * 8);
  std::uint64_t durations = 0;
  for (const std::uint32_t number : counts_in(report).durations) durations += number;
  EXPECT_EQ(durations, 2 * kMany);
}

TEST_F(ShortTasks, AreCountedBeforeAWaitBegins) {
  run_many();
  const LaneSpan waits(&lane, Activity::kWaitInput);
  EXPECT_EQ(counts_in(log.collect(kNoActivity)).done, kMany);
}

TEST_F(ShortTasks, CountAsFailedOrRetriedOneByOne) {
  run_many();
  for (std::uint32_t i = 0; i < kMany; ++i) {
    if (i % 200 == 7) run_one(EventKind::kTaskFailed, 0);
    if (i % 200 == 90) run_one(EventKind::kTaskRetried, 0);
    run_one();
  }
  lane.pause();
  const LayerCounts counts = counts_in(log.collect(kNoActivity));
  EXPECT_EQ(counts.done, 2 * kMany);
  EXPECT_EQ(counts.failed, kMany / 200);
  EXPECT_EQ(counts.retried, kMany / 200);
}

TEST_F(ShortTasks, TakeNoMoreThanTheTimeThatHasPassed) {
  const std::int64_t begin_ns = steady_ns();
  for (int i = 0; i < 10; ++i) run_many();
  lane.pause();
  const std::int64_t took_ns = steady_ns() - begin_ns;
  std::int64_t ns = 0;
  const RankReport report = log.collect(kNoActivity);
  for (const BinShare& share : report.lanes.at(0).shares) ns += share.ns;
  EXPECT_GT(ns, 0);
  EXPECT_LE(ns, took_ns);
}

// Of six long tasks hardly all are timed by chance.
TEST_F(ShortTasks, HideNoLongOne) {
  constexpr std::int64_t kLong_ns = 30'000'000;
  std::vector<std::uint32_t> expected, named;
  run_many();
  for (int i = 0; i < 6; ++i) {
    expected.push_back(next);
    run_one(EventKind::kTaskFinished, 8, kLong_ns);
    run_many();
  }
  lane.pause();
  RankReport report = log.collect(kNoActivity);
  std::ranges::sort(report.slowest, std::greater(), &TaskDetail::ns);
  ASSERT_GE(report.slowest.size(), 6u);
  for (const TaskDetail& task : report.slowest) {
    if (task.ns > kLong_ns * 9 / 10) named.push_back(task.task);
  }
  std::ranges::sort(named);
  EXPECT_TRUE(std::ranges::includes(named, expected));
  std::int64_t ns = 0;
  for (const BinShare& share : report.lanes.at(0).shares) ns += share.ns;
  EXPECT_GT(ns, 6 * kLong_ns * 9 / 10);
  EXPECT_GT(counts_in(report).ns, 6u * kLong_ns * 9 / 10);
  EXPECT_EQ(counts_in(report).done, 7 * kMany + 6);
}

// The timer may not tick while it runs: then it counts without its number.
TEST_F(ShortTasks, HideNoTimeOfOneThatIsNotSoLong) {
  constexpr std::int64_t kLong_ns = 300'000;
  run_many();
  lane.pause();
  log.collect(kNoActivity);
  for (int i = 0; i < 40; ++i) {
    run_one(EventKind::kTaskFinished, 8, kLong_ns);
    for (int other = 0; other < 200; ++other) run_one();
  }
  lane.pause();
  EXPECT_GT(counts_in(log.collect(kNoActivity)).ns, 40u * kLong_ns * 9 / 10);
}

TEST_F(ShortTasks, SayWhatTheyAre) {
  run_many();
  for (int i = 0; i < 50; ++i) {
    lane.begin_task(layer, next, 1);
    const RankReport report = log.collect(kNoActivity);
    ASSERT_EQ(report.doing.size(), 1u);
    EXPECT_EQ(report.doing[0].task, next);
    EXPECT_EQ(report.doing[0].activity, layer);
    lane.end_kernel();
    lane.end_task(EventKind::kTaskFinished, 0);
    EXPECT_TRUE(log.collect(kNoActivity).doing.empty());
    ++next;
  }
}

TEST_F(ShortTasks, AreKeptInDetailWhereTheirResultsAreLargest) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> sizes, told;
  for (std::uint32_t i = 0; i < 4 * kMany; ++i) {
    sizes.push_back(random() % 1'000'000'000);
    run_one(EventKind::kTaskFinished, sizes.back());
  }
  lane.pause();
  const RankReport report = log.collect(kNoActivity);
  for (const TaskDetail& task : report.largest) {
    EXPECT_EQ(task.bytes, sizes.at(task.task));
    told.push_back(task.bytes);
  }
  std::ranges::sort(sizes, std::greater());
  std::ranges::sort(told, std::greater());
  ASSERT_GE(told.size(), 20u);
  EXPECT_TRUE(std::equal(sizes.begin(), sizes.begin() + 20, told.begin()));
  EXPECT_EQ(counts_in(report).largest, sizes.front());
}

class Reader : public EventReader {
 public:
  void on_event(std::uint32_t, const TimedEvent& timed) override {
    EXPECT_EQ(timed.event.kind, EventKind::kTaskFinished);
    EXPECT_EQ(timed.event.task, tasks++);
    EXPECT_GT(timed.event.end, timed.event.begin);
  }
  std::uint32_t tasks = 0;
};

TEST(EventLane, GivesAReaderEveryTask) {
  Reader reader;
  EventLog log;
  log.set_reader(&reader);
  EventLane& lane = log.lane("thread 0");
  const Activity layer = log.layer("short");
  for (std::uint32_t i = 0; i < 2 * kMany; ++i) {
    lane.begin_task(layer, i, 1);
    lane.end_kernel();
    lane.end_task(EventKind::kTaskFinished, 8);
  }
  log.collect(kNoActivity);
  EXPECT_EQ(reader.tasks, 2 * kMany);
}

}  // namespace bask::event_lane_test
