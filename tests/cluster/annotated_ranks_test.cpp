// Tasks that are annotated with the memory that they need, on several ranks.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "../execution/calls_at_once.hpp"
#include "local_cluster.hpp"

namespace bask::annotated_ranks_test {

int work(int x) {
  return CallsAtOnce::work(x);
}

TEST(AnnotatedRanks, RunNoTwoTasksThatNeedMoreThanHalfOfARanksLimit) {
  CallsAtOnce::reset();
  LocalCluster cluster({.ranks = 2, .threads = 4, .memory_limit = 20_MiB});
  std::vector<Delayed<int>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(delayed<work>({.memory = 12_MiB})(i));
  int sum = 0;
  for (const int x : compute(tasks)) sum += x;
  EXPECT_EQ(sum, 199 * 100);
  EXPECT_LE(CallsAtOnce::most(), 2) << "one on each rank";
}

TEST(AnnotatedRanks, RefuseBeforeAnythingRunsWhatNoRankHasRoomFor) {
  CallsAtOnce::reset();
  LocalCluster cluster({.ranks = 2, .rank0_works = false, .memory_limit = 20_MiB});
  const auto greedy = delayed<work>({.memory = 24_MiB})(delayed<work>(1));
  try {
    greedy.compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(),
              "work: task '" + greedy.name() +
                  "' needs 24 MiB (24 MiB by its annotation), and rank 1 may use 20 MiB; make it "
                  "in smaller pieces, or raise --bask-memory-limit to 24MiB");
  }
  EXPECT_EQ(CallsAtOnce::calls(), 0);
  EXPECT_EQ(delayed<work>(5).compute(), 5) << "the ranks are of no use any more";
}

}  // namespace bask::annotated_ranks_test
