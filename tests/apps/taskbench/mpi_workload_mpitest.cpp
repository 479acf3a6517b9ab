// The workload in plain MPI, on any number of ranks, all of which run each test together.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <taskbench/mpi_workload.hpp>
#include <taskbench/run_check.hpp>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>

#include <functional>

namespace taskbench {
namespace {

class MpiWorkloadTest : public testing::Test {
 protected:
  std::uint32_t rank() const { return static_cast<std::uint32_t>(world_.rank()); }
  Ranks all() const { return {0, static_cast<std::uint32_t>(world_.size())}; }

  static Workload workload_of(DependenceType type, std::uint32_t width, std::uint32_t steps,
                              std::uint32_t output_bytes) {
    return {
        .pattern = {.width = width, .steps = steps, .radix = 5, .type = type},
        .work = {.kernel = KernelType::kComputeBound, .iterations = 1, .scratch_bytes = 64, .imbalance = 1},
        .output_bytes = output_bytes};
  }
  /// Runs the workload on all ranks and checks the counts over all of them.
  MpiCounts run(const Workload& workload, Ranks working) {
    const MpiCounts mine = run_by_mpi(workload, working);
    const std::uint64_t runs = boost::mpi::all_reduce(world_, mine.runs, std::plus<>());
    const std::uint64_t correct = boost::mpi::all_reduce(world_, mine.correct_sinks, std::plus<>());
    EXPECT_NO_THROW(require_all_ran(workload, {.runs = runs, .correct_sinks = correct}));
    return mine;
  }
  void run_every_pattern(std::uint32_t width, std::uint32_t steps, std::uint32_t output_bytes) {
    for (std::size_t type = 0; type < dependence_names().size(); ++type) {
      SCOPED_TRACE(std::string(dependence_names()[type]) + ", width " + std::to_string(width));
      run(workload_of(static_cast<DependenceType>(type), width, steps, output_bytes), all());
    }
  }

  boost::mpi::communicator world_;
};

TEST_F(MpiWorkloadTest, RunsEveryPatternAtEveryWidth) {
  for (const std::uint32_t width : {1u, 2u, 3u, 7u, 8u, 13u}) run_every_pattern(width, 30, 16);
}

TEST_F(MpiWorkloadTest, RunsGraphsOfOneAndTwoSteps) {
  for (const std::uint32_t steps : {1u, 2u}) run_every_pattern(5, steps, 16);
}

// 1 KiB is sent at once, 64 KiB only when the receiver is ready.
TEST_F(MpiWorkloadTest, HandsOnLargeOutputs) {
  for (const std::uint32_t output_bytes : {1024u, 65536u}) run_every_pattern(7, 12, output_bytes);
}

TEST_F(MpiWorkloadTest, SharesThePointsOut) {
  const MpiCounts mine = run(workload_of(DependenceType::kStencil1d, 8, 10, 16), all());
  EXPECT_EQ(mine.runs, 80u / all().end);
  EXPECT_GT(mine.seconds, 0);
}

TEST_F(MpiWorkloadTest, RunsOnTheWorkingRanksOnly) {
  if (world_.size() == 1) GTEST_SKIP() << "one rank cannot stand aside";
  const Ranks but_the_first{1, all().end};
  for (int again = 0; again < 3; ++again) {
    const MpiCounts mine = run(workload_of(DependenceType::kFft, 8, 10, 16), but_the_first);
    EXPECT_EQ(mine.runs > 0, rank() > 0);
  }
}

}  // namespace
}  // namespace taskbench
