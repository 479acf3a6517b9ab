// The thread pool: every thread takes part in every round, and in one round at a time.
#include <gtest/gtest.h>
#include <bask/core/spare_memory.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/system/affinity.hpp>

#include <sched.h>

#include <atomic>

namespace bask::thread_pool_test {

constexpr std::chrono::milliseconds kLong{60'000};

TEST(ThreadPool, CallsTheBodyOnceInEachThreadOfEachRound) {
  ThreadPool pool(3, Pin::kOff);
  std::vector<std::atomic<int>> calls(3);
  const std::function<void(unsigned)> body = [&](unsigned thread) { ++calls[thread]; };
  for (int round = 1; round <= 200; ++round) {
    pool.start(body);
    ASSERT_TRUE(pool.wait_for(kLong));
    for (const auto& of_thread : calls) ASSERT_EQ(of_thread, round);
  }
}

TEST(ThreadPool, SaysThatItIsNotDoneYet) {
  ThreadPool pool(1, Pin::kOff);
  std::atomic<bool> may_return{false};
  const std::function<void(unsigned)> body = [&](unsigned) {
    while (!may_return) std::this_thread::yield();
  };
  pool.start(body);
  EXPECT_FALSE(pool.wait_for(std::chrono::milliseconds(1)));
  may_return = true;
  EXPECT_TRUE(pool.wait_for(kLong));
}

TEST(ThreadPool, EndsWithoutHavingBeenUsed) {
  ThreadPool pool(4, Pin::kAuto);
  EXPECT_EQ(pool.threads(), 4u);
}

TEST(ThreadPool, KeepsAPinnedThreadOnOneCore) {
  ThreadPool pool(2, Pin::kOn);
  EXPECT_TRUE(pool.pinned());
  std::vector<int> cores(2);
  const std::function<void(unsigned)> body = [&](unsigned thread) {
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof(mask), &mask) == 0) cores[thread] = CPU_COUNT(&mask);
  };
  pool.start(body);
  ASSERT_TRUE(pool.wait_for(kLong));
  EXPECT_EQ(cores, (std::vector<int>{1, 1}));
}

std::atomic<int> times_given_back{0};
const bool is_known = spare_memory::add({[]() -> std::uint64_t { return 0; },
                                         [](std::uint64_t) -> std::uint64_t {
                                           ++times_given_back;
                                           times_given_back.notify_all();
                                           return 0;
                                         }});

TEST(ThreadPool, GivesFreedMemoryBackOnceWhenNoRoundHasBegunForAWhile) {
  ASSERT_TRUE(is_known);
  const std::function<void(unsigned)> body = [](unsigned) {};
  {
    ThreadPool pool(2, Pin::kOff, {}, kLong);
    pool.start(body);
    EXPECT_TRUE(pool.wait_for(kLong));
  }
  EXPECT_EQ(times_given_back, 0) << "it was to wait for longer";
  ThreadPool pool(2, Pin::kOff, {}, std::chrono::milliseconds(1));
  for (int round = 1; round <= 3; ++round) {
    pool.start(body);
    ASSERT_TRUE(pool.wait_for(kLong));
    times_given_back.wait(round - 1);
    EXPECT_EQ(times_given_back, round);
  }
}

TEST(ThreadPool, IsNotPinnedWhenTold) {
  EXPECT_FALSE(ThreadPool(CoreMask::of_process().count(), Pin::kOff).pinned());
}

TEST(CoreMask, HasACoreAtLeast) {
  EXPECT_GE(CoreMask::of_process().count(), 1u);
}

}  // namespace bask::thread_pool_test
