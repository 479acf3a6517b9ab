// Tasks that are annotated with the memory that they need: when they start, and which are refused.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "calls_at_once.hpp"

namespace bask::annotated_memory_test {

int work(int x) {
  return CallsAtOnce::work(x);
}

class AnnotatedMemory : public testing::TestWithParam<int> {  // threads; 0 for the sync scheduler
 protected:
  void SetUp() override { CallsAtOnce::reset(); }
  static Options options() {
    Options options{.memory_limit = 20_MiB};
    if (GetParam() == 0) {
      options.scheduler = Scheduler::kSync;
    } else {
      options.threads = GetParam();
    }
    return options;
  }
  static int sum_of(std::uint64_t memory) {
    std::vector<Delayed<int>> tasks;
    for (int i = 0; i < 200; ++i) tasks.push_back(delayed<work>({.memory = memory})(i));
    int sum = 0;
    for (const int x : compute(tasks)) sum += x;
    return sum;
  }
};

TEST_P(AnnotatedMemory, LetsNoTwoTasksRunThatNeedMoreThanHalfOfTheLimit) {
  const Client client(options());
  EXPECT_EQ(sum_of(12_MiB), 199 * 100);
  EXPECT_EQ(CallsAtOnce::calls(), 200);
  EXPECT_EQ(CallsAtOnce::most(), 1);
}

TEST_P(AnnotatedMemory, LetsAsManyRunAsFit) {
  const Client client(options());
  EXPECT_EQ(sum_of(8_MiB), 199 * 100);
  EXPECT_LE(CallsAtOnce::most(), 2);
}

TEST_P(AnnotatedMemory, OfMoreThanTheLimitIsRefusedBeforeAnythingRuns) {
  const Client client(options());
  const auto greedy = delayed<work>({.memory = 24_MiB})(delayed<work>(1));
  try {
    greedy.compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(),
              "work: task '" + greedy.name() +
                  "' needs 24 MiB (24 MiB by its annotation), and this rank may use 20 MiB; make "
                  "it in smaller pieces, or raise --bask-memory-limit to 24MiB");
  }
  EXPECT_EQ(CallsAtOnce::calls(), 0);
  EXPECT_EQ(sum_of(1_MiB), 199 * 100) << "the client is of no use any more";
}

TEST_P(AnnotatedMemory, CountsForTheTasksOfAnArrayOperation) {
  const Client client(options());
  const auto x = [] {
    const annotate scope({.memory = 21_MiB});
    return ones({8, 8}, {4, 4}).cumsum(0);
  }();
  try {
    x.sum().compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "cumsum: task (1, 0) needs 21 MiB (two inputs of 288 B together, 21 MiB by its annotation), and "
        "this rank may use 20 MiB; use smaller chunks, or raise --bask-memory-limit to 22MiB");
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, AnnotatedMemory, testing::Values(0, 1, 4));

}  // namespace bask::annotated_memory_test
