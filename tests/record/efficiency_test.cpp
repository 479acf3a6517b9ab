#include <gtest/gtest.h>
#include <bask/record/advice.hpp>
#include <bask/record/efficiency.hpp>

#include "made_up_job.hpp"

#include <numeric>

namespace bask {
namespace {

struct Found {
  Efficiency efficiency;
  std::vector<Advice> advice;
};

// A job of ten milliseconds in which these ranks did what they have told.
Found job_of(std::vector<MadeUpRank> ranks) {
  MadeUpClock clock;
  JobRecord record(facts_of_ranks(ranks.size()), read(clock));
  compute_for(record, clock, 10);
  for (std::size_t rank = 0; rank < ranks.size(); ++rank)
    record.add(static_cast<std::uint32_t>(rank), ranks[rank].report());
  Found found;
  record.read([&](const JobKnowledge& known) {
    found.efficiency = efficiency_of(known);
    found.advice = advice_for(known, found.efficiency);
  });
  const double sum = std::accumulate(found.efficiency.shares.begin(), found.efficiency.shares.end(), 0.0);
  EXPECT_NEAR(sum, 1, 1e-9);
  return found;
}

MadeUpRank rank() {
  return MadeUpRank({"a", "b"});
}
const Activity kA = MadeUpRank::layer(0), kB = MadeUpRank::layer(1);

TEST(Efficiency, IsWhollyUsefulWhereAllThreadsAreInKernels) {
  const Found found =
      job_of({rank().does(kA, 10).ran(0, 2, 10 * kMs), rank().does(kA, 10).ran(0, 2, 10 * kMs)});
  EXPECT_NEAR(found.efficiency.of(Loss::kUseful), 1, 1e-9);
}

TEST(Efficiency, CallsItImbalanceWhereUnitsWaitOnOtherRanks) {
  const Found found = job_of({rank().does(kA, 10).has_ready(0, 10, 5).ran(0, 4, 10 * kMs),
                              rank().does(kA, 2).does(Activity::kWaitNothingLeft, 8).ran(0, 4, 2 * kMs)});
  EXPECT_NEAR(found.efficiency.of(Loss::kImbalance), 0.4, 1e-9);
  EXPECT_LT(found.efficiency.of(Loss::kParallelism), 1e-9);
  ASSERT_FALSE(found.advice.empty());
  EXPECT_EQ(found.advice[0].loss, Loss::kImbalance);
  EXPECT_EQ(found.advice[0].rank, 0u);
  EXPECT_NE(found.advice[0].text.find("on rank 0 (n1) a task of 'a' takes 5.0 times as long"),
            std::string::npos)
      << found.advice[0].text;
}

TEST(Efficiency, CallsItTooLittleParallelismWhereNothingIsReadyAnywhere) {
  const Found found =
      job_of({rank().does(kA, 10).ran(0, 10, 10 * kMs), rank().does(Activity::kWaitInput, 10)});
  EXPECT_NEAR(found.efficiency.of(Loss::kParallelism), 0.5, 1e-9);
  EXPECT_EQ(found.advice.at(0).loss, Loss::kParallelism);
  EXPECT_EQ(found.advice.at(0).layer, found.efficiency.cost(Loss::kParallelism).layer);
}

TEST(Efficiency, CallsItImbalanceWhereOneTaskIsMuchLongerThanItsLayer) {
  MadeUpRank one = rank().does(kA, 10).ran(0, 5, 10 * kMs);
  one.report().layers[0].counts.longest_ns = 9 * kMs;
  one.report().slowest = {
      {.begin_ns = kMs, .ns = 9 * kMs, .task = 3, .layer = kA, .kind = EventKind::kTaskFinished}};
  const Found found = job_of({one, rank().does(Activity::kWaitInput, 10)});
  EXPECT_NEAR(found.efficiency.of(Loss::kImbalance), 0.45, 1e-9);
  EXPECT_NE(found.advice.at(0).text.find("a task of 'a' took 9.00 ms"), std::string::npos)
      << found.advice[0].text;
}

TEST(Efficiency, TellsDataAndSpillingByTheirWaits) {
  MadeUpRank moves =
      rank().does(kA, 4).does(Activity::kWaitData, 5).does(Activity::kTransfer, 1).ran(0, 4, 4 * kMs);
  moves.report().moved = {{.from = 1, .results = 3, .bytes = 3u << 20}};
  const Found found = job_of({moves, rank().does(kB, 6).does(Activity::kWaitMemory, 4).ran(1, 2, 6 * kMs)});
  EXPECT_NEAR(found.efficiency.of(Loss::kData), 0.3, 1e-9);
  EXPECT_NEAR(found.efficiency.of(Loss::kSpilling), 0.2, 1e-9);
  ASSERT_GE(found.advice.size(), 2u);
  EXPECT_NE(found.advice[0].text.find("moving 3 MiB in 3 results between ranks"), std::string::npos)
      << found.advice[0].text;
  EXPECT_EQ(found.advice[1].loss, Loss::kSpilling);
}

TEST(Efficiency, NamesTinyTasksBeforeTheWaitsThatTheyCause) {
  const Found found =
      job_of({rank().does(kA, 2).does(Activity::kWaitInput, 4).ran(0, 2000, 2 * kMs, 1 << 18),
              rank().does(kA, 2).does(Activity::kWaitInput, 4).ran(0, 2000, 2 * kMs, 1 << 18)});
  EXPECT_NEAR(found.efficiency.of(Loss::kRuntime), 0.4, 1e-9);
  EXPECT_EQ(found.advice.at(0).loss, Loss::kRuntime);
  EXPECT_NE(found.advice[0].text.find("tasks of 'a' take 1.00 µs on average"), std::string::npos)
      << found.advice[0].text;
  EXPECT_NE(found.advice[0].text.find("their chunks have 256 KiB: use 64 MiB or more"), std::string::npos)
      << found.advice[0].text;
}

TEST(Efficiency, NamesKernelsThatDoNotUseTheirCores) {
  MadeUpRank waits = rank().does(kA, 10).ran(0, 10, 10 * kMs);
  waits.report().process_cpu_ns = waits.report().lanes_cpu_ns = 2 * kMs;
  const Found locked = job_of({waits});
  EXPECT_NE(
      locked.advice.at(0).text.find("kernels use a CPU for 20 % of their time only, most of them of 'a'"),
      std::string::npos)
      << locked.advice[0].text;
  waits.report().process_cpu_ns = 12 * kMs;
  const Found crowded = job_of({waits});
  EXPECT_NE(crowded.advice.at(0).text.find("threads that are not Bask's use 5.0 times as much CPU"),
            std::string::npos)
      << crowded.advice[0].text;
  waits.report().main_cpu_ns = 10 * kMs;
  const Found busy_main = job_of({waits});
  EXPECT_EQ(busy_main.advice.at(0).text, locked.advice[0].text) << "the main thread is Bask's";
}

TEST(Efficiency, IsNothingBeforeTheFirstComputation) {
  JobRecord record(facts_of_ranks(2), [] { return std::int64_t{0}; });
  record.read([](const JobKnowledge& known) {
    const Efficiency efficiency = efficiency_of(known);
    EXPECT_EQ(efficiency.thread_seconds, 0);
    EXPECT_TRUE(advice_for(known, efficiency).empty());
  });
}

}  // namespace
}  // namespace bask
