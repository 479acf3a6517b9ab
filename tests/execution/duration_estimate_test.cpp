// Durations of tasks: which one is expected after no task, one task and many tasks, of one kind and of two.
#include <gtest/gtest.h>
#include <bask/execution/duration_estimate.hpp>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

namespace bask::duration_estimate_test {

using std::chrono::nanoseconds;

constexpr std::int64_t kMs = 1'000'000;

DurationEstimate& add_all(DurationEstimate& estimate, const std::vector<std::int64_t>& durations) {
  for (const std::int64_t duration : durations) estimate.add(duration);
  return estimate;
}

Durations after(const std::vector<std::int64_t>& durations) {
  DurationEstimate estimate;
  return add_all(estimate, durations).read();
}

std::vector<std::int64_t> normal(std::size_t count, double mean, double deviation) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> draw(mean, deviation);
  std::vector<std::int64_t> durations(count);
  for (auto& duration : durations) duration = static_cast<std::int64_t>(std::max(0.0, draw(random)));
  return durations;
}

TEST(DurationEstimate, ExpectsNothingOfTasksThatNeverRan) {
  EXPECT_EQ(after({}).expected(), nanoseconds(0));
  EXPECT_EQ(after({}).count, 0);
}

TEST(DurationEstimate, ExpectsThreeTimesTheOnlyTask) {
  EXPECT_EQ(after({10 * kMs}).expected(), nanoseconds(30 * kMs));
}

TEST(DurationEstimate, ComesDownToTasksThatAllTakeTheSame) {
  const Durations known = after(std::vector<std::int64_t>(100, 10 * kMs));
  EXPECT_EQ(known.mean_ns, 10 * kMs);
  EXPECT_GE(known.expected(), nanoseconds(10 * kMs));
  EXPECT_LE(known.expected(), nanoseconds(10 * kMs + kMs / 100));
}

TEST(DurationEstimate, TakesThePlainMeanOfTheFirstTasks) {
  EXPECT_EQ(after({80, 40, 60}).mean_ns, 60);
  EXPECT_EQ(after({16800, 0, 0, 0, 0, 0, 0, 0}).mean_ns, 2100);
}

TEST(DurationEstimate, IsRarelyExceededByTasksOfANormalDistribution) {
  const std::vector<std::int64_t> durations = normal(10'000, 100.0 * kMs, 20.0 * kMs);
  DurationEstimate estimate;
  int exceeded = 0;
  for (std::size_t i = 0; i < durations.size(); ++i) {
    if (i >= 8) exceeded += nanoseconds(durations[i]) > estimate.read().expected();
    estimate.add(durations[i]);
  }
  EXPECT_LT(exceeded, 200);
  EXPECT_LT(estimate.read().expected(), nanoseconds(250 * kMs));
}

TEST(DurationEstimate, IsNeverBelowTheLargestOfTheLast32) {
  std::vector<std::int64_t> durations(200, kMs);
  for (std::size_t slow = 5; slow < durations.size(); slow += 31) durations[slow] = 100 * kMs;
  DurationEstimate estimate;
  for (std::size_t i = 0; i < durations.size(); ++i) {
    estimate.add(durations[i]);
    const std::size_t first = i < 31 ? 0 : i - 31;
    const auto largest = *std::max_element(durations.begin() + static_cast<std::ptrdiff_t>(first),
                                           durations.begin() + static_cast<std::ptrdiff_t>(i + 1));
    ASSERT_GE(estimate.read().expected(), nanoseconds(largest)) << "after task " << i;
  }
}

TEST(DurationEstimate, ForgetsALargeOneAfter64) {
  std::vector<std::int64_t> durations(200, kMs);
  durations[0] = 1000 * kMs;
  EXPECT_LT(after(durations).expected(), nanoseconds(2 * kMs));
}

TEST(DurationEstimate, FollowsTasksThatBecomeSlower) {
  std::vector<std::int64_t> durations(100, kMs);
  durations.insert(durations.end(), 10, 50 * kMs);
  EXPECT_GE(after(durations).expected(), nanoseconds(50 * kMs));
}

TEST(DurationEstimate, StaysExactForTasksOfYears) {
  const std::int64_t year = std::int64_t{365} * 86400 * 1'000'000'000;
  EXPECT_EQ(after({year, year, year}).mean_ns, year);
  EXPECT_EQ(merge(after({year}), after({year})).mean_ns, year);
}

TEST(DurationEstimate, MergesWithNothingToItself) {
  const Durations one = after({3, 5, 9});
  for (const Durations& both : {merge(one, {}), merge({}, one)}) {
    EXPECT_EQ(both.count, 3);
    EXPECT_EQ(both.mean_ns, one.mean_ns);
    EXPECT_EQ(both.expected(), one.expected());
  }
}

TEST(DurationEstimate, MergedExpectsWhatEitherThreadHasSeen) {
  const Durations fast = after(std::vector<std::int64_t>(100, kMs));
  const Durations slow = after(std::vector<std::int64_t>(100, 9 * kMs));
  const Durations both = merge(fast, slow);
  EXPECT_EQ(both.count, 200);
  EXPECT_EQ(both.mean_ns, 5 * kMs);
  EXPECT_GE(both.deviation_ns, 4 * kMs);
  EXPECT_GE(both.expected(), slow.expected());
}

TEST(DurationEstimate, IsReadByOtherThreadsWhileOneAdds) {
  DurationEstimate estimate;
  std::thread reader([&] {
    while (estimate.read().count < 10'000) {
      ASSERT_LE(estimate.read().mean_ns, 2 * kMs);
    }
  });
  for (int i = 0; i < 10'000; ++i) estimate.add(kMs + i % 2 * kMs);
  reader.join();
  EXPECT_EQ(estimate.read().count, 10'000);
}

}  // namespace bask::duration_estimate_test
