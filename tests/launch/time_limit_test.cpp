// The time by which tasks must have ended: by the options, or by Slurm.
#include <gtest/gtest.h>
#include <bask/launch/time_limit.hpp>

namespace bask {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

const system_clock::time_point kNow = system_clock::time_point(hours(500'000));
constexpr nanoseconds kAuto{-1}, kOff{0};

SlurmJob job_that_ends_in(nanoseconds time) {
  SlurmJob job;
  job.id = "7";
  job.end = kNow + std::chrono::duration_cast<system_clock::duration>(time);
  return job;
}

std::optional<nanoseconds> time(nanoseconds limit, nanoseconds margin,
                                const std::optional<SlurmJob>& job = {}) {
  Options options;
  options.time_limit = limit;
  options.time_margin = margin;
  return time_for_tasks(options, job, kNow);
}

TEST(TimeLimit, IsThatOfSlurmUnlessItIsGivenOrOff) {
  const SlurmJob job = job_that_ends_in(hours(1));
  EXPECT_EQ(time(kAuto, seconds(0), job), hours(1));
  EXPECT_EQ(time(minutes(10), seconds(0), job), minutes(10));
  EXPECT_EQ(time(kOff, seconds(0), job), std::nullopt);
}

TEST(TimeLimit, IsNoneWhereNobodyKnowsOne) {
  SlurmJob endless = job_that_ends_in(hours(1));
  endless.end.reset();
  EXPECT_EQ(time(kAuto, kAuto), std::nullopt);
  EXPECT_EQ(time(kAuto, kAuto, endless), std::nullopt);
}

TEST(TimeLimit, LeavesAMarginOfFivePercentFromOneSecondToThirty) {
  EXPECT_EQ(time(seconds(10), kAuto), seconds(9));
  EXPECT_EQ(time(seconds(100), kAuto), seconds(95));
  EXPECT_EQ(time(hours(10), kAuto), hours(10) - seconds(30));
  EXPECT_EQ(time(kAuto, kAuto, job_that_ends_in(seconds(200))), seconds(190));
}

TEST(TimeLimit, LeavesTheMarginThatIsGiven) {
  EXPECT_EQ(time(minutes(10), minutes(1)), minutes(9));
  EXPECT_EQ(time(minutes(10), seconds(0)), minutes(10));
}

TEST(TimeLimit, IsNeverNegative) {
  EXPECT_EQ(time(seconds(10), minutes(1)), seconds(0));
  EXPECT_EQ(time(kAuto, kAuto, job_that_ends_in(-hours(1))), seconds(0));
}

}  // namespace
}  // namespace bask
