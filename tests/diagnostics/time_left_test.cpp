// Estimates of the time that a computation still takes.
#include <gtest/gtest.h>
#include <bask/diagnostics/time_left.hpp>

namespace bask {
namespace {

using namespace std::chrono_literals;

double seconds_left(const TimeLeft& time_left, std::uint64_t total) {
  const auto left = time_left.estimate(total);
  return left ? std::chrono::duration<double>(*left).count() : -1;
}

TEST(TimeLeft, IsUnknownBeforeATaskIsDoneAndASecondHasPassed) {
  TimeLeft time_left;
  EXPECT_FALSE(time_left.estimate(100));
  time_left.observe(500ms, 1);
  EXPECT_FALSE(time_left.estimate(100));
  time_left.observe(1s, 1);
  EXPECT_TRUE(time_left.estimate(100));
  TimeLeft idle;
  idle.observe(100s, 0);
  EXPECT_FALSE(idle.estimate(100));
}

TEST(TimeLeft, GoesOnAtAConstantRate) {
  TimeLeft time_left;
  for (int i = 1; i <= 1000; ++i) time_left.observe(i * 100ms, static_cast<std::uint64_t>(i));
  EXPECT_NEAR(seconds_left(time_left, 3000), 200, 1);
}

TEST(TimeLeft, ForgetsASlowBeginning) {
  TimeLeft time_left;
  for (int i = 1; i <= 100; ++i) time_left.observe(i * 100ms, 1);  // 10 s for one task
  for (int i = 1; i <= 300; ++i) time_left.observe(10s + i * 100ms, 1 + 10 * static_cast<std::uint64_t>(i));
  EXPECT_NEAR(seconds_left(time_left, 4001), 10, 0.5);
}

TEST(TimeLeft, CountsAllTheTimeWhileLongTasksRun) {
  TimeLeft time_left;
  time_left.observe(10s, 2);
  for (int i = 1; i <= 200; ++i) time_left.observe(10s + i * 100ms, 2);
  EXPECT_NEAR(seconds_left(time_left, 4), 30, 0.1);
}

TEST(TimeLeft, IsZeroWhenAllIsDoneAndEndlessForNobody) {
  TimeLeft time_left;
  EXPECT_EQ(seconds_left(time_left, 0), 0);
  time_left.observe(24h * 365, 1);
  EXPECT_GT(seconds_left(time_left, ~0ull), 1e9);
  EXPECT_EQ(seconds_left(time_left, 1), 0);
}

TEST(TimeLeft, BearsCountsAndClocksThatGoBack) {
  TimeLeft time_left;
  time_left.observe(10s, 10);
  time_left.observe(5s, 4);
  EXPECT_NEAR(seconds_left(time_left, 20), 10, 0.1);
}

}  // namespace
}  // namespace bask
