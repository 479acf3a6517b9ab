// Events: a sink receives them while it is registered, and none afterwards.
#include <gtest/gtest.h>
#include <bask/core/event.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace bask {
namespace {

struct Counter : EventSink {
  void on_event(const Event& event) override { sum += event.count; }
  std::atomic<std::uint64_t> sum{0};
};

Event with_count(std::uint64_t count) {
  return {EventKind::kTaskFinished, 0, 0, "layer", events::now_ns(), count};
}

TEST(Events, AreWantedWhileSomebodyListens) {
  EXPECT_FALSE(events::wanted());
  {
    Counter counter;
    const Subscription one(counter);
    EXPECT_TRUE(events::wanted());
    {
      Counter other;
      const Subscription two(other);
    }
    EXPECT_TRUE(events::wanted());
  }
  EXPECT_FALSE(events::wanted());
}

TEST(Events, ReachEverySink) {
  Counter a, b;
  const Subscription to_a(a), to_b(b);
  events::emit(with_count(3));
  events::emit(with_count(4));
  EXPECT_EQ(a.sum, 7u);
  EXPECT_EQ(b.sum, 7u);
}

TEST(Events, DoNotReachASinkThatLeft) {
  Counter stays, leaves;
  const Subscription to_stays(stays);
  { const Subscription to_leaves(leaves); }
  events::emit(with_count(1));
  EXPECT_EQ(stays.sum, 1u);
  EXPECT_EQ(leaves.sum, 0u);
}

TEST(Events, ComeFromManyThreadsWhileSinksComeAndGo) {
  Counter stays;
  const Subscription to_stays(stays);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([] {
      for (int i = 0; i < 1000; ++i) events::emit(with_count(1));
    });
  }
  for (int i = 0; i < 100; ++i) {
    Counter passes;
    const Subscription to_passes(passes);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stays.sum, 2000u);
}

TEST(Events, CarryATimeThatDoesNotGoBack) {
  const std::int64_t before = events::now_ns();
  EXPECT_LE(before, events::now_ns());
}

}  // namespace
}  // namespace bask
