// What a run writes down of its tasks and its waits, where somebody looks.
#include <gtest/gtest.h>
#include <bask/collections/delayed.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>

#include <atomic>
#include <map>
#include <stdexcept>
#include <thread>

namespace bask::task_events_test {

std::atomic<int> calls{0};

std::vector<int> make_list(int n) {
  return std::vector<int>(static_cast<std::size_t>(n));
}
std::size_t length_at_second_try(const std::vector<int>& list) {
  if (++calls == 1) throw std::runtime_error("once");
  return list.size();
}
int never(int) {
  throw std::runtime_error("never");
}
int spin(int ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (std::chrono::steady_clock::now() < end) {
  }
  return ms;
}
int after(int x, int) {
  return x;
}

struct Told {
  std::map<std::string, LayerCounts> layers;
  std::map<Activity, std::int64_t> times;
};

// Runs one target on so many threads; 0: in order.
Told run(const TaskRef& target, unsigned threads) {
  open_layer::close();
  const TaskRef* const targets[] = {&target};
  const Expansion expansion = expand(targets);
  RunnerOptions options{.threads = std::max(threads, 1u)};
  options.events = std::make_shared<EventLog>();
  TaskRunner runner(make_plan(expansion.graph, expansion.targets, {.fuse = false}, {}),
                    expansion.graph.constant_values(), options);
  if (threads == 0) {
    runner.work_in_order([] {});
  } else {
    std::vector<std::thread> pool;
    for (unsigned thread = 0; thread < threads; ++thread)
      pool.emplace_back([&, thread] { runner.work(thread); });
    for (std::thread& thread : pool) thread.join();
  }
  const RankReport report = options.events->collect(kNoActivity);
  Told told;
  for (const LayerReport& layer : report.layers)
    told.layers[report.new_layers.at(layer_of(layer.layer))] += layer.counts;
  for (const LaneReport& lane : report.lanes) {
    for (const BinShare& share : lane.shares) told.times[share.activity] += share.ns;
  }
  return told;
}

class TaskEvents : public testing::TestWithParam<unsigned> {};  // threads; 0 for the sync scheduler

TEST_P(TaskEvents, CountTasksRetriesAndBytesByLayer) {
  calls = 0;
  const auto length = delayed<length_at_second_try>({.retries = 1})(delayed<make_list>(100));
  const Told told = run(length.ref(), GetParam());
  EXPECT_EQ(told.layers.at("make_list").done, 1u);
  EXPECT_EQ(told.layers.at("make_list").bytes, 400u);
  EXPECT_EQ(told.layers.at("length_at_second_try").done, 1u);
  EXPECT_EQ(told.layers.at("length_at_second_try").retried, 1u);
}

TEST_P(TaskEvents, TellOfATaskThatFails) {
  const Told told = run(delayed<never>(1).ref(), GetParam());
  EXPECT_EQ(told.layers.at("never").failed, 1u);
  EXPECT_EQ(told.layers.at("never").done, 0u);
}

TEST_P(TaskEvents, MeasureTheTimeInsideKernels) {
  const Told told = run(delayed<after>(delayed<spin>(20), 0).ref(), GetParam());
  EXPECT_GE(told.layers.at("spin").ns, 20'000'000u);
  EXPECT_GE(told.layers.at("spin").longest_ns, 20'000'000u);
}

// Most of them are not timed.
TEST_P(TaskEvents, CountAllOfManyShortTasksAndTheTimeOfALongOne) {
  constexpr std::uint64_t kTasks = 4000;
  constexpr int kLong_ms = 40;
  Delayed<int> chain = delayed<spin>(0);
  for (std::uint64_t i = 1; i < kTasks; ++i)
    chain = delayed<after>(chain, delayed<spin>(i == kTasks - 100 ? kLong_ms : 0));
  const Told told = run(chain.ref(), GetParam());
  EXPECT_EQ(told.layers.at("spin").done, kTasks);
  EXPECT_EQ(told.layers.at("after").done, kTasks - 1);
  EXPECT_GE(told.layers.at("spin").ns, 40'000'000u * 9 / 10);
  EXPECT_GE(told.layers.at("spin").longest_ns, 40'000'000u * 9 / 10);
  std::int64_t inside = 0;
  for (const auto& [activity, ns] : told.times) inside += is_layer(activity) ? ns : 0;
  EXPECT_GE(inside, 40'000'000 * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Schedulers, TaskEvents, testing::Values(0u, 1u, 2u));

TEST(TaskEventsOfThreads, TellWhyAThreadWaits) {
  Delayed<int> chain = delayed<spin>(200);
  for (int i = 0; i < 3; ++i) chain = delayed<after>(chain, 0);
  const Told told = run(chain.ref(), 2);
  ASSERT_TRUE(told.times.contains(Activity::kWaitNothingReady))
      << "the other thread has not waited for 0.2 s";
  EXPECT_GT(told.times.at(Activity::kWaitNothingReady), 10'000'000);
}

}  // namespace bask::task_events_test
