// The watch over MPI_Init: it ends a process that waits too long, and no other.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/cluster/start_watch.hpp>

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
      testing::ExitedWithCode(1),
      "bask: error: rank 2 \\(n3\\) has waited 20.0 ms in MPI_Init for all 4 ranks to start; .*"
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

TEST(StartWatch, CountsNoRanksThatOnlyMpiKnows) {
  EXPECT_EQ(start_timeout_text(120s, {Launch::By::kPmix, 1, 0}, "n3").substr(0, 81),
            "bask: error: rank 1 (n3) has waited 2:00 in MPI_Init for all ranks to start; one ");
}

}  // namespace
}  // namespace bask
