// A job by Slurm's variables and squeue: times as squeue prints them, and a Slurm that answers or does not.
#include <gtest/gtest.h>
#include <bask/launch/slurm_job.hpp>

#include <stdexcept>

namespace bask {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::system_clock;

SlurmTimeLeft known(seconds left) {
  return {SlurmTimeLeft::Kind::kKnown, left};
}
const SlurmTimeLeft kUnknown{SlurmTimeLeft::Kind::kUnknown};
const SlurmTimeLeft kUnlimited{SlurmTimeLeft::Kind::kUnlimited};

// A Slurm whose squeue prints `text`, and notes its arguments in `asked`.
RunCommand says(std::string text, std::vector<std::string>* asked = nullptr) {
  return [=](const std::vector<std::string>& arguments, const Environment&, std::chrono::milliseconds) {
    if (asked != nullptr) *asked = arguments;
    return CommandResult{.succeeded = true, .output = text};
  };
}

CommandResult must_not_be_asked(const std::vector<std::string>&, const Environment&,
                                std::chrono::milliseconds) {
  throw std::logic_error("squeue was asked");
}

std::string in_seconds(system_clock::time_point time) {
  return std::to_string(std::chrono::duration_cast<seconds>(time.time_since_epoch()).count());
}

TEST(SlurmTime, IsReadInEachFormThatSqueuePrints) {
  EXPECT_EQ(parse_slurm_time_left("0:00"), known(seconds(0)));
  EXPECT_EQ(parse_slurm_time_left("4:59"), known(seconds(299)));
  EXPECT_EQ(parse_slurm_time_left("59:07"), known(minutes(59) + seconds(7)));
  EXPECT_EQ(parse_slurm_time_left("1:00:00"), known(hours(1)));
  EXPECT_EQ(parse_slurm_time_left("23:59:59"), known(seconds(86399)));
  EXPECT_EQ(parse_slurm_time_left("2-03:04:05"), known(hours(51) + minutes(4) + seconds(5)));
  EXPECT_EQ(parse_slurm_time_left("365-00:00:00"), known(hours(365 * 24)));
  EXPECT_EQ(parse_slurm_time_left("  4:59\n"), known(seconds(299)));
  EXPECT_EQ(parse_slurm_time_left("UNLIMITED"), kUnlimited);
}

TEST(SlurmTime, IsUnknownWhenItIsAnythingElse) {
  for (const char* text : {"", "NOT_SET", "INVALID", "N/A", "90", "1-02", "90s", "-1:00", "1:2:3:4", "4:60",
                           "a:bc", "99999999999:00", "1:00 2:00", ":", "1-", "2024-01-01T00:00:00"}) {
    EXPECT_EQ(parse_slurm_time_left(text), kUnknown) << text;
  }
}

TEST(SlurmTime, IsThatOfTheJobAmongOthersOfItsArray) {
  EXPECT_EQ(find_slurm_time_left("17 5:00\n18 6:00\n", "18"), known(minutes(6)));
  EXPECT_EQ(find_slurm_time_left("118 5:00\n18 6:00", "18"), known(minutes(6)));
  EXPECT_EQ(find_slurm_time_left("17 5:00\n", "18"), kUnknown);
  EXPECT_EQ(find_slurm_time_left("18", "18"), kUnknown);
  EXPECT_EQ(find_slurm_time_left("\n\n18 UNLIMITED\n", "18"), kUnlimited);
  EXPECT_EQ(find_slurm_time_left("", "18"), kUnknown);
}

TEST(SlurmTime, OfTheEnvironmentMustLieAhead) {
  const system_clock::time_point now{seconds(1'700'000'000)};
  EXPECT_EQ(parse_slurm_end_time("1700000060", now), now + minutes(1));
  for (const char* text :
       {"1700000000", "1600000000", "", "-1", "1.7e9", "99999999999999999999", "9999999999999"}) {
    EXPECT_EQ(parse_slurm_end_time(text, now), std::nullopt) << text;
  }
}

TEST(SlurmJob, IsNoneOutsideOfSlurm) {
  EXPECT_FALSE(slurm_job({}, must_not_be_asked));
  EXPECT_FALSE(slurm_job({{"SLURM_CONF", "/etc/slurm.conf"}}, must_not_be_asked));
  EXPECT_FALSE(slurm_job({{"SLURM_JOB_ID", "; rm -rf x"}}, must_not_be_asked));
}

TEST(SlurmJob, TakesItsEndFromTheEnvironment) {
  const auto end = std::chrono::time_point_cast<seconds>(system_clock::now()) + hours(2);
  const auto job = slurm_job(
      {{"SLURM_JOB_ID", "18"}, {"SLURM_JOB_END_TIME", in_seconds(end)}, {"SLURM_RESTART_COUNT", "3"}},
      must_not_be_asked);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, "18");
  EXPECT_EQ(job->restarts, 3u);
  EXPECT_EQ(job->end, end);
  EXPECT_EQ(job->warning, "");
}

TEST(SlurmJob, AsksSqueueWhereTheEnvironmentHasNoEnd) {
  std::vector<std::string> asked;
  const auto before = system_clock::now();
  const auto job =
      slurm_job({{"SLURM_JOB_ID", "18"}, {"SLURM_JOB_END_TIME", "1"}}, says("18 1:00:00\n", &asked));
  ASSERT_TRUE(job && job->end);
  EXPECT_GE(*job->end, before + hours(1));
  EXPECT_LE(*job->end, system_clock::now() + hours(1));
  EXPECT_EQ(job->restarts, 0u);
  EXPECT_EQ(job->warning, "");
  EXPECT_EQ(asked, (std::vector<std::string>{"squeue", "-h", "-j", "18", "-o", "%A %L"}));
}

TEST(SlurmJob, HasNoEndWithoutALimit) {
  const auto job = slurm_job({{"SLURM_JOB_ID", "18"}}, says("18 UNLIMITED\n"));
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->end);
  EXPECT_EQ(job->warning, "");
}

TEST(SlurmJob, WarnsWhenSqueueDoesNotKnow) {
  const auto job = slurm_job({{"SLURM_JOB_ID", "18"}}, says("18 NOT_SET\x1b\n"));
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->end);
  EXPECT_EQ(
      job->warning.find(
          "Slurm job 18: squeue's answer '18 NOT_SET?' does not tell the time left; the time limit is not"),
      0u)
      << job->warning;
}

TEST(SlurmJob, WarnsWhenSqueueFails) {
  const auto job = slurm_job({{"SLURM_JOB_ID", "18"}}, [](const auto&, const auto&, auto) {
    return CommandResult{.problem = "is not in PATH"};
  });
  ASSERT_TRUE(job);
  EXPECT_FALSE(job->end);
  EXPECT_EQ(job->warning.find("Slurm job 18: squeue is not in PATH; the time limit is not known: "), 0u)
      << job->warning;
}

}  // namespace
}  // namespace bask
