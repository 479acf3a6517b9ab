// Later computations of the same start read the results that earlier ones have kept. Each test counts the
// tasks that run.
#include "checkpoint_attempts.hpp"

namespace bask {
namespace {

class RecallInOneStartTest : public CheckpointTest {};
INSTANTIATE_TEST_SUITE_P(Threads, RecallInOneStartTest, ::testing::Values(0, 2));

TEST_P(RecallInOneStartTest, AComputationReadsWhatOnesBeforeItInTheSameStartHaveKept) {
  const auto small = delayed<increment>(kKept)(1);
  const auto large = delayed<numbers>(kKept)(1 << 20);  // goes into the file by itself
  const auto other = delayed<increment>(kNever)(small);
  const int ran = runs_in([&](Client&) {
    EXPECT_EQ(small.compute(), 2);
    EXPECT_EQ(large.compute().size(), std::size_t{1} << 20);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(other.compute(), 3);
    EXPECT_EQ(other.compute(), 3) << "which is never kept";
    EXPECT_EQ(runs, 4);
    EXPECT_EQ((delayed<total>(kNever)(large) + other).compute(),
              (std::int64_t{1} << 20) * 524'294 + (1 << 19) + 3);
  });
  EXPECT_EQ(ran, 6);
  EXPECT_EQ(log_, "") << "only what earlier attempts have kept is worth a line";
}

TEST_P(RecallInOneStartTest, EachStepOfALoopThatComputesIsComputedOnce) {
  runs = 0;
  attempt([&](Client&) {
    Delayed<int> x = delayed<increment>(kKept)(0);
    for (int step = 1; step < 50; ++step) {
      EXPECT_EQ(x.compute(), step);
      x = delayed<increment>(kKept)(x);
    }
  });
  EXPECT_EQ(runs, 49);
}

TEST_P(RecallInOneStartTest, WhatIsPersistedIsReadByAComputationThatDoesNotHoldIt) {
  const auto x = delayed<numbers>(10);
  EXPECT_EQ(runs_in([&](Client&) {
              x.persist();
              EXPECT_EQ(delayed<total>(kNever)(x).compute(), 115);
            }),
            2);
}

TEST_P(RecallInOneStartTest, AResultThatIsLostInTheSameStartIsComputedAgain) {
  const auto x = delayed<numbers>(kKept)(1 << 20);
  const auto sum = delayed<total>(kNever)(x);
  EXPECT_EQ(runs_in([&](Client&) {
              const std::int64_t expected = sum.compute();
              change_byte("journal/journal-1-0", 3 << 20, 'x');
              EXPECT_EQ(sum.compute(), expected);
              EXPECT_EQ(sum.compute(), expected);
            }),
            5)
      << "the second time both, the third time what it has kept once more";
  EXPECT_TRUE(has_logged(" computed again")) << log_;
}

TEST_P(RecallInOneStartTest, AJournalThatHasFailedLosesNothingThatWasComputed) {
  const auto x = delayed<numbers>(kKept)(1 << 20);
  EXPECT_EQ(runs_in([&](Client&) {
              const FullDisk full(1 << 20);
              EXPECT_EQ(x.compute().back(), (1 << 20) + 6);
              EXPECT_EQ(x.compute().back(), (1 << 20) + 6);
            }),
            2);
}

TEST_F(CheckpointOfRanks, ReadWhatOthersHaveKeptInTheSameStart) {
  options_.most_delay = 3;
  std::vector<Delayed<std::vector<int>>> all;
  for (int i = 0; i < 40; ++i) all.push_back(delayed<numbers>(kKept)(i % 8 == 0 ? 1 << 18 : i));
  std::vector<Delayed<std::int64_t>> sums;
  for (const auto& each : all) sums.push_back(delayed<total>(kNever)(each));
  for (const bool rank0_works : {false, true}) {
    options_.rank0_works = rank0_works;
    options_.client.checkpoint = (directory_ / (rank0_works ? "with" : "without")).string();
    const int ran = runs_on(3, [&](Client&) {
      const std::vector<std::vector<int>> results = compute(all);
      EXPECT_EQ(runs, 40);
      const std::vector<std::int64_t> twice = compute(sums);
      for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(twice[i], std::accumulate(results[i].begin(), results[i].end(), std::int64_t{0}));
    });
    EXPECT_EQ(ran, 80) << log_;
  }
}

}  // namespace
}  // namespace bask
