// Whole programs over several ranks in one process: the same results however messages are delayed and
// reordered, persisted results that stay where they are, failures that are told.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "../collections/random_program.hpp"
#include "local_cluster.hpp"

#include <atomic>

namespace bask {
namespace {

TEST(Ranks, GiveTheSerialResultWhateverIsDelayed) {
  for (const std::uint32_t ranks : {2u, 3u, 5u}) {
    for (const std::uint32_t delay : {0u, 3u, 40u}) {
      LocalCluster cluster({.ranks = ranks, .seed = ranks + delay, .most_delay = delay});
      for (unsigned seed = 0; seed < 30; ++seed) {
        const RandomProgram program(seed);
        ASSERT_EQ(program.computed(), program.expected())
            << "seed " << seed << ", " << ranks << " ranks, delay " << delay;
      }
    }
  }
}

TEST(Ranks, GiveTheSerialResultWithSeveralThreadsEach) {
  LocalCluster cluster({.ranks = 3, .threads = 2, .most_delay = 10});
  for (unsigned seed = 0; seed < 30; ++seed) {
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

TEST(Ranks, GiveTheSerialResultWhereRank0OnlyPlans) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 10});
  for (unsigned seed = 0; seed < 30; ++seed) {
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

std::atomic<int> executions{0};
std::vector<double> make_large(int size) {
  ++executions;
  return std::vector<double>(static_cast<std::size_t>(size), size);
}
double total(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

TEST(Ranks, KeepPersistedResultsWhereTheyAre) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  executions = 0;
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int i = 1; i <= 8; ++i) blocks.push_back(delayed<make_large>(5000 + i));
  blocks = persist(blocks);
  EXPECT_EQ(executions, 8);
  EXPECT_EQ(cluster.client().last_compute().results_moved, 0u);
  std::vector<Delayed<double>> totals;
  for (const auto& block : blocks) totals.push_back(delayed<total>(block));
  double sum = 0;
  for (const double each : compute(totals)) sum += each;
  EXPECT_EQ(executions, 8);
  double expected = 0;
  for (int i = 1; i <= 8; ++i) expected += (5000.0 + i) * (5000 + i);
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(cluster.client().last_compute().results_moved, 8u);  // the totals
  EXPECT_EQ(blocks[3].compute(), std::vector<double>(5004, 5004));
  EXPECT_EQ(executions, 8);
}

TEST(Ranks, SendLargeConstantsToThoseWhoReadThem) {
  LocalCluster cluster({.ranks = 4, .most_delay = 5});
  const auto numbers = delayed(std::vector<double>(10000, 0.5));
  std::vector<Delayed<double>> totals;
  for (int i = 0; i < 20; ++i) totals.push_back(delayed<total>(numbers));
  EXPECT_EQ(compute(totals), std::vector<double>(20, 5000.0));
}

int fail_if_negative(int x) {
  if (x < 0) throw std::domain_error("x is " + std::to_string(x));
  return x;
}

TEST(Ranks, TellWhichTaskThrewAndWhere) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(delayed<fail_if_negative>(i == 13 ? -1 : i));
  try {
    compute(all);
    FAIL();
  } catch (const TaskError& error) {
    const TaskFailure& failure = error.failure();
    EXPECT_EQ(failure.task, all[13].name());
    EXPECT_GE(failure.rank, 1);
    EXPECT_EQ(failure.host, "host" + std::to_string(failure.rank));
    EXPECT_EQ(failure.cause, "std::domain_error: x is -1");
  }
  EXPECT_EQ((all[3] + all[4]).compute(), 7) << "usable afterwards";
}

int host_number(int add) {
  return add + 1;
}

TEST(Ranks, CallAFunctionOnceOnEveryRank) {
  LocalCluster cluster({.ranks = 4, .most_delay = 5});
  EXPECT_EQ(cluster.client().run<host_number>(5), std::vector<int>(4, 6));
  EXPECT_THROW(cluster.client().run<fail_if_negative>(-1), Error);
}

}  // namespace
}  // namespace bask
