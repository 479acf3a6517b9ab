// Counts of flops and bytes, and how steps are raised.
#include <gtest/gtest.h>

#include <taskbench/measure.hpp>
#include <taskbench/metg.hpp>

#include <cmath>

namespace taskbench {
namespace {

Workload workload_of(KernelType kernel, std::uint32_t iterations) {
  return {.pattern = {.width = 4, .steps = 100, .radix = 5, .type = DependenceType::kStencil1d},
          .work = {.kernel = kernel, .iterations = iterations, .scratch_bytes = 4096, .imbalance = 1},
          .output_bytes = 16};
}

TEST(Work, IsCountedExactly) {
  EXPECT_EQ(count_work(workload_of(KernelType::kEmpty, 7)).flops, 0u);
  EXPECT_EQ(count_work(workload_of(KernelType::kComputeBound, 7)).flops, 400u * 7 * 128);
  EXPECT_EQ(count_work(workload_of(KernelType::kMemoryBound, 7)).bytes, 400u * 7 * 2 * 4096);
  EXPECT_EQ(count_work(workload_of(KernelType::kMemoryBound, 7)).flops, 0u);
}

TEST(Work, OfLoadImbalanceVariesAroundItsMean) {
  const Workload workload = workload_of(KernelType::kLoadImbalance, 1000);
  std::uint64_t least = ~0ull, most = 0, sum = 0;
  for (std::uint32_t task = 0; task < 400; ++task) {
    const std::uint64_t iterations = iterations_at(workload.work, workload.pattern.place_of(task));
    least = std::min(least, iterations);
    most = std::max(most, iterations);
    sum += iterations;
  }
  EXPECT_GE(least, 500u);
  EXPECT_LT(least, 550u);
  EXPECT_LE(most, 1500u);
  EXPECT_GT(most, 1450u);
  EXPECT_NEAR(static_cast<double>(sum) / 400, 1000, 50);
  EXPECT_EQ(count_work(workload).flops, sum * kFlopsPerIteration);
}

TEST(Work, RunsEveryKernel) {
  for (const KernelType kernel : {KernelType::kEmpty, KernelType::kComputeBound, KernelType::kMemoryBound,
                                  KernelType::kLoadImbalance}) {
    run_kernel(workload_of(kernel, 3).work, {1, 2});
  }
}

/// A machine whose tasks take a fixed time beside their iterations.
class Model final : public Runner {
 public:
  static constexpr double kOverhead_s = 2e-6, kIteration_s = 10e-9;
  std::string_view name() const override { return "model"; }
  unsigned cores() const override { return 2; }
  double run(const Workload& workload) override {
    ++runs;
    const double a_task = kOverhead_s + kIteration_s * workload.work.iterations;
    return a_task * static_cast<double>(workload.pattern.tasks()) / cores();
  }
  int runs = 0;
};

TEST(Measure, AddsStepsUntilARunIsLongEnough) {
  Model model;
  const Measurement measured =
      measure(model, workload_of(KernelType::kComputeBound, 100), {.repeat = 3, .min_seconds = 0.2});
  EXPECT_GE(measured.seconds, 0.2);
  EXPECT_LT(measured.seconds, 0.3);
  EXPECT_NEAR(measured.granularity_us(), 3, 1e-6);
  EXPECT_EQ(measured.count.tasks, measured.workload.pattern.tasks());
}

TEST(Measure, KeepsTheStepsAskedForWhenTheyAreEnough) {
  Model model;
  const Measurement measured =
      measure(model, workload_of(KernelType::kComputeBound, 100), {.repeat = 4, .min_seconds = 0});
  EXPECT_EQ(measured.workload.pattern.steps, 100u);
  EXPECT_EQ(model.runs, 4);
}

TEST(Measure, StopsAddingStepsWhenMemoryWouldRunOut) {
  Model model;
  const Measurement measured =
      measure(model, workload_of(KernelType::kEmpty, 0), {.repeat = 1, .min_seconds = 3600});
  EXPECT_LE(measured.count.tasks, 20'000'000u);
  EXPECT_GT(measured.count.tasks, 10'000'000u);
}

// Half of the peak is reached where the iterations take as long as the fixed time: at a granularity of twice
// the fixed time, or a little less, as the peak itself lies a little below the speed of the iterations alone.
TEST(Metg, FindsTheGranularityAtHalfOfThePeak) {
  Model model;
  const Metg metg =
      find_metg(model, workload_of(KernelType::kComputeBound, 1), {.repeat = 1, .min_seconds = 0.2});
  EXPECT_NEAR(metg.metg_us, 4, 0.1);
  EXPECT_NEAR(metg.peak_flops_per_s, 2 * 128 / Model::kIteration_s, 0.03 * 2 * 128 / Model::kIteration_s);
  EXPECT_GE(metg.smallest.flops_per_s(), metg.peak_flops_per_s / 2);
}

}  // namespace
}  // namespace taskbench
