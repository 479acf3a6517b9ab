#include <gtest/gtest.h>
#include <bask/events/event_log.hpp>
#include <bask/events/thread_lanes.hpp>

#include <atomic>
#include <map>
#include <set>
#include <thread>

namespace bask {
namespace {

TEST(EventLog, LosesNoEventWhileOthersCollect) {
  constexpr unsigned kThreads = 3;
  constexpr std::uint32_t kTasks = 20'000;
  EventLog log;
  const ThreadLanes lanes(&log, kThreads);
  const Activity layer = log.layer("add");
  std::atomic<unsigned> running{kThreads};
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      EventLane& lane = *lanes.of(thread);
      lane.enter();
      for (std::uint32_t task = 0; task < kTasks; ++task) {
        const std::int64_t begin = lane.now();
        lane.begins(layer, begin, task);
        lane.finished();
        lane.write({.begin = begin,
                    .end = lane.now(),
                    .bytes = 1,
                    .task = task,
                    .activity = layer,
                    .kind = EventKind::kTaskFinished});
      }
      --running;
    });
  }
  LayerCounts sum;
  std::vector<std::string> layers;
  const auto collect = [&] {
    const RankReport report = log.collect(Activity::kWaitInput);
    for (const LayerReport& told : report.layers) sum += told.counts;
    layers.insert(layers.end(), report.new_layers.begin(), report.new_layers.end());
  };
  while (running != 0) collect();
  for (std::thread& thread : threads) thread.join();
  collect();
  EXPECT_EQ(sum.done, kThreads * kTasks);
  EXPECT_EQ(sum.bytes, kThreads * kTasks);
  EXPECT_EQ(layers, std::vector<std::string>{"add"});
}

TEST(EventLog, TellsWhatAThreadIsIn) {
  EventLog log;
  EventLane& lane = log.lane("thread 0");
  const Activity layer = log.layer("slow");
  lane.begins(layer, lane.now(), 42);
  const std::int64_t begin_ns = steady_ns();
  while (steady_ns() < begin_ns + 1000) {
  }
  const RankReport report = log.collect(Activity::kWaitInput);
  ASSERT_EQ(report.doing.size(), 1u);
  EXPECT_EQ(report.doing[0].task, 42u);
  EXPECT_EQ(report.doing[0].activity, layer);
  ASSERT_FALSE(report.lanes.empty());
  EXPECT_EQ(report.lanes[0].shares.back().activity, layer);
}

TEST(EventLog, SaysWhyThreadsWaitNow) {
  EventLog log;
  EventLane& lane = log.lane("thread 0");
  const LaneSpan waiting(&lane, Activity::kWaitInput);
  EXPECT_EQ(log.collect(Activity::kWaitMemory).doing.at(0).activity, Activity::kWaitMemory);
  EXPECT_EQ(log.collect(kNoActivity).doing.at(0).activity, Activity::kWaitInput);
}

TEST(EventLog, GivesEqualNamesOneLayerAndTooManyOneForAll) {
  EventLog log;
  EXPECT_EQ(log.layer("a"), log.layer("a"));
  std::set<Activity> layers;
  for (std::size_t i = 0; i < EventLog::kMostLayers + 100; ++i) layers.insert(log.layer(std::to_string(i)));
  EXPECT_EQ(layers.size(), EventLog::kMostLayers);
  EXPECT_EQ(log.layer("yet another"), log.layer("and another"));
}

TEST(EventLog, CountsWhatTheRankMoves) {
  EventLog log;
  log.moved(2, 100);
  log.moved(2, 50);
  log.spilled(7);
  log.read_back(8);
  log.stolen();
  log.look({.held = 10, .limit = 20, .peak = 15, .on_disk = 5, .ready = 3});
  const RankReport report = log.collect(kNoActivity);
  ASSERT_EQ(report.moved.size(), 1u);
  EXPECT_EQ(report.moved[0].from, 2u);
  EXPECT_EQ(report.moved[0].results, 2u);
  EXPECT_EQ(report.moved[0].bytes, 150u);
  EXPECT_EQ(report.counts.spilled_bytes, 7u);
  EXPECT_EQ(report.counts.read_back_bytes, 8u);
  EXPECT_EQ(report.counts.stolen, 1u);
  EXPECT_EQ(report.held, 10u);
  EXPECT_EQ(report.on_disk, 5u);
  EXPECT_EQ(report.samples.back().in, 150u);
  const RankReport next = log.collect(kNoActivity);
  EXPECT_EQ(next.counts.spilled_bytes, 0u);
  EXPECT_TRUE(next.moved.empty());
}

TEST(EventLog, CountsTheCpuTimeOfItsThreads) {
  EventLog log;
  EventLane& lane = log.lane("thread 0");
  lane.enter();
  log.collect(kNoActivity);
  const std::int64_t end = steady_ns() + 20'000'000;
  while (steady_ns() < end) {
  }
  const RankReport report = log.collect(kNoActivity);
  EXPECT_GT(report.lanes_cpu_ns, 0);
  EXPECT_GE(report.process_cpu_ns + 1'000'000, report.lanes_cpu_ns);
  EXPECT_EQ(report.main_cpu_ns, 0) << "the thread that made the log is that of the lane";
}

TEST(EventLog, CountsTheCpuTimeOfTheThreadThatMadeIt) {
  EventLog log;
  log.lane("thread 0");
  log.collect(kNoActivity);
  const std::int64_t end = steady_ns() + 20'000'000;
  while (steady_ns() < end) {
  }
  EXPECT_GT(log.collect(kNoActivity).main_cpu_ns, 0);
}

}  // namespace
}  // namespace bask
