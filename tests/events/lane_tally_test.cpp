#include <gtest/gtest.h>
#include <bask/events/lane_tally.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace bask {
namespace {

constexpr Activity kLayer = Activity::kFirstLayer;
constexpr std::int64_t kMs = 1'000'000;

Event task_event(std::uint32_t task, Activity layer = kLayer, std::uint64_t bytes = 0) {
  return {.begin = 0,
          .end = 0,
          .bytes = bytes,
          .task = task,
          .activity = layer,
          .kind = EventKind::kTaskFinished};
}

std::map<Activity, std::int64_t> times_in(const RankReport& report) {
  std::map<Activity, std::int64_t> times;
  for (const LaneReport& lane : report.lanes) {
    for (const BinShare& share : lane.shares) times[share.activity] += share.ns;
  }
  return times;
}

TEST(LaneTally, SplitsTimeOverBins) {
  LaneTally tally(3);
  tally.add({kMs / 2, 2 * kMs + kMs / 4, task_event(7)});
  RankReport report;
  tally.take(report);
  ASSERT_EQ(report.lanes.size(), 1u);
  EXPECT_EQ(report.lanes[0].lane, 3u);
  ASSERT_EQ(report.lanes[0].shares.size(), 3u);
  EXPECT_EQ(report.lanes[0].shares[0].ns, kMs / 2);
  EXPECT_EQ(report.lanes[0].shares[1].ns, kMs);
  EXPECT_EQ(report.lanes[0].shares[2].ns, kMs / 4);
  EXPECT_EQ(report.lanes[0].shares[2].bin, 2u);
}

TEST(LaneTally, CountsWhatRunsOnce) {
  LaneTally tally(0);
  tally.add_so_far(kLayer, 10 * kMs, 30 * kMs);
  RankReport first, second;
  tally.take(first);
  tally.add({10 * kMs, 50 * kMs, task_event(1)});
  tally.take(second);
  EXPECT_EQ(times_in(first)[kLayer], 20 * kMs);
  EXPECT_EQ(times_in(second)[kLayer], 20 * kMs);
  ASSERT_EQ(second.layers.size(), 1u);
  EXPECT_EQ(second.layers[0].counts.done, 1u);
  EXPECT_EQ(second.layers[0].counts.ns, 40u * kMs);
}

TEST(LaneTally, TimesBeforeTheJobCountFromItsStart) {
  LaneTally tally(0);
  tally.add({-5 * kMs, 2 * kMs, task_event(1)});
  RankReport report;
  tally.take(report);
  EXPECT_EQ(times_in(report)[kLayer], 2 * kMs);
}

TEST(LaneTally, AddsUpRandomEventsOverAllZoomLevels) {
  std::mt19937_64 random(1);
  LaneTally tally(0);
  std::map<Activity, std::int64_t> expected, found;
  std::int64_t now = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += static_cast<std::int64_t>(random() % 3 * kMs / 7);
    const std::int64_t end = now + static_cast<std::int64_t>(random() % (i % 100 == 0 ? 700 * kMs : kMs));
    const auto activity = static_cast<Activity>(random() % 2 == 0 ? 16 + random() % 9 : random() % 6);
    tally.add(
        {now, end, Event{.begin = 0, .end = 0, .activity = activity, .kind = EventKind::kTaskFinished}});
    expected[activity] += end - now;
    now = end;
    if (i % 1000 != 999) continue;
    RankReport report;
    tally.take(report);
    for (const auto& [of, ns] : times_in(report)) found[of] += ns;
    for (const BinShare& share : report.lanes.at(0).shares) EXPECT_LT(share.bin, 256u);
  }
  EXPECT_EQ(found, expected);
}

TEST(LaneTally, TellsTheSlowestOfAllSoFar) {
  std::mt19937_64 random(2);
  LaneTally tally(0);
  std::vector<std::int64_t> durations, told;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const auto ns = static_cast<std::int64_t>(random() % kMs + 1);
    durations.push_back(ns);
    tally.add({i * kMs, i * kMs + ns, task_event(i)});
    if (i % 500 != 499) continue;
    RankReport report;
    tally.take(report);
    for (const TaskDetail& task : report.slowest) told.push_back(task.ns);
  }
  std::ranges::sort(durations, std::greater());
  std::ranges::sort(told, std::greater());
  EXPECT_TRUE(std::equal(durations.begin(), durations.begin() + 20, told.begin()));
  EXPECT_LT(told.size(), 400u);
}

TEST(LaneTally, SamplesAMillionTasksInAFewHundred) {
  LaneTally tally(0);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) tally.add({i, i + 1, task_event(i)});
  RankReport report;
  tally.take(report);
  EXPECT_GT(report.sample.size(), 500u);
  EXPECT_LT(report.sample.size(), 1200u);
  EXPECT_GT(report.sample.back().task, 900'000u);
}

TEST(LaneTally, CountsFailuresRetriesBytesAndDurations) {
  LaneTally tally(0);
  Event failed = task_event(1), retried = task_event(2);
  failed.kind = EventKind::kTaskFailed;
  retried.kind = EventKind::kTaskRetried;
  tally.add({0, 1024, failed});
  tally.add({2000, 2001, retried});
  tally.add({3000, 3000 + 4096, task_event(3, kLayer, 500)});
  RankReport report;
  tally.take(report);
  const LayerCounts& counts = report.layers.at(0).counts;
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.retried, 1u);
  EXPECT_EQ(counts.done, 1u);
  EXPECT_EQ(counts.bytes, 500u);
  EXPECT_EQ(counts.longest_ns, 4096u);
  EXPECT_EQ(counts.durations[10], 1u);
  EXPECT_EQ(counts.durations[0], 1u);
  EXPECT_EQ(counts.durations[12], 1u);
}

}  // namespace
}  // namespace bask
