// The watch over MPI_Init: it ends a process that waits too long, and no other.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/launch/start_watch.hpp>

namespace bask {
namespace {

using namespace std::chrono_literals;

const Launch kRank2{Launch::By::kMpirun, 2, 4};

TEST(StartWatch, EndsAProcessThatWaitsTooLong) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const StartWatch watch(20ms, kRank2, "n3");
        while (true) pause();
      },
      testing::ExitedWithCode(69),
      "bask: error: rank 2 \\(n3\\) has waited 20.0 ms in MPI_Init for all 4 ranks to start\\. .*"
      "--bask-start-timeout=40ms\n");
}

TEST(StartWatch, LetsAProcessGoOnThatHasArrived) {
  { const StartWatch watch(1h, kRank2, "n3"); }
  SUCCEED();
}

TEST(StartWatch, DoesNothingWhenItIsOff) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const StartWatch watch(0ns, kRank2, "n3");
        usleep(50'000);
        _exit(0);
      },
      testing::ExitedWithCode(0), "^$");
}

TEST(StartWatch, NamesThePhaseAndThoseWhoHaveNotCome) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        StartWatch watch(20ms, {Launch::By::kMpirun, 0, 4}, "n1");
        watch.enter("at the start, in the exchange of hosts and cores",
                    {"", "rank 1", "rank 2 (n2)", "rank 3"});
        watch.rank_arrived(1);
        while (true) pause();
      },
      testing::ExitedWithCode(69),
      "bask: error: rank 0 \\(n1\\) has waited 20.0 ms at the start, in the exchange of hosts and cores, for "
      "rank 2 "
      "\\(n2\\), rank 3\\. A process that is awaited is stopped, .*--bask-start-timeout=40ms\n");
}

TEST(StartWatch, NamesAFewOfMany) {
  std::vector<std::string> ranks{""};
  for (int rank = 1; rank < 100; ++rank) ranks.push_back("rank " + std::to_string(rank));
  const std::string text = start_timeout_text("rank 0 (n1)", 1s, "MPI", ranks, "");
  EXPECT_NE(text.find("for rank 1, rank 2, rank 3, rank 4, rank 5, rank 6, rank 7, rank 8 and 91 more. "),
            std::string::npos)
      << text;
  EXPECT_NE(start_timeout_text("rank 0 (n1)", 1s, "MPI", {}, "").find(", for another rank. "),
            std::string::npos);
}

TEST(StartWatch, BeginsAnewWithEachPhaseAndWhenItIsTold) {
  StartWatch watch(1s, {Launch::By::kMpirun, 0, 4}, "n1");
  for (int i = 0; i < 6; ++i) {
    usleep(250'000);
    i % 2 == 0 ? watch.restart() : watch.enter("another phase", {});
  }
  SUCCEED() << "after 1.5 s";
}

TEST(StartWatch, CountsNoRanksThatOnlyMpiKnows) {
  EXPECT_EQ(start_timeout_text(120s, {Launch::By::kPmix, 1, 0}, "n3").substr(0, 81),
            "bask: error: rank 1 (n3) has waited 2:00 in MPI_Init for all ranks to start. One ");
}

}  // namespace
}  // namespace bask
