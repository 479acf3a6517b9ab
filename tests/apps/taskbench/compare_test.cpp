// Turns, medians and ratios, for machines whose tasks take the times given here; and the ranks that the
// runner mpi uses.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <taskbench/mpi_runner.hpp>
#include <taskbench/report.hpp>
#include <taskbench/run_check.hpp>

#include <sstream>
#include <string>

namespace taskbench {
namespace {

Workload workload() {
  return {
      .pattern = {.width = 4, .steps = 100, .radix = 5, .type = DependenceType::kStencil1d},
      .work = {.kernel = KernelType::kComputeBound, .iterations = 10, .scratch_bytes = 64, .imbalance = 1},
      .output_bytes = 16};
}

/// In its n-th turn every task takes `turns[n]` µs of overhead besides 10 ns an iteration.
class Scripted final : public Runner {
 public:
  Scripted(std::string_view name, std::vector<double> turns, std::string& log, unsigned cores = 2)
      : name_(name), turns_(std::move(turns)), log_(log), cores_(cores) {}
  std::string_view name() const override { return name_; }
  unsigned cores() const override { return cores_; }
  double run(const Workload& given) override {
    log_ += name_[0];
    const double task_us = turns_.at(turn_++ % turns_.size()) + 0.01 * given.work.iterations;
    return task_us * 1e-6 * static_cast<double>(given.pattern.tasks()) / cores_;
  }

 private:
  std::string_view name_;
  std::vector<double> turns_;
  std::string& log_;
  unsigned cores_;
  std::size_t turn_ = 0;
};

std::vector<std::unique_ptr<Runner>> runners_of(std::unique_ptr<Runner> first,
                                                std::unique_ptr<Runner> second) {
  std::vector<std::unique_ptr<Runner>> runners;
  runners.push_back(std::move(first));
  runners.push_back(std::move(second));
  return runners;
}

constexpr Effort kOnce{.repeat = 1, .min_seconds = 0};

TEST(Compare, GivesRunnersTheirTurnsAndTakesMedians) {
  std::string log;
  const auto runners = runners_of(std::make_unique<Scripted>("bask", std::vector{7.9, 1.9, 2.9}, log),
                                  std::make_unique<Scripted>("mpi", std::vector{0.9, 0.4, 1.9}, log));
  const std::vector<Result> results = compare(runners, workload(), {.effort = kOnce, .rounds = 3});
  EXPECT_EQ(log, "bmbmbm");
  EXPECT_NEAR(results[0].figure_us(), 3, 1e-9);
  EXPECT_NEAR(results[1].figure_us(), 1, 1e-9);
  EXPECT_NEAR(results[0].ratio_to_mpi.value(), 3, 1e-9);
  EXPECT_FALSE(results[1].ratio_to_mpi);
}

TEST(Compare, TakesTheSmallerOfTwoMiddleRounds) {
  std::string log;
  const auto runners = runners_of(std::make_unique<Scripted>("bask", std::vector{7.9, 1.9, 2.9, 0.9}, log),
                                  std::make_unique<Scripted>("other", std::vector{1.0}, log, 4));
  const std::vector<Result> results = compare(runners, workload(), {.effort = kOnce, .rounds = 4});
  EXPECT_NEAR(results[0].figure_us(), 2, 1e-9);
  EXPECT_FALSE(results[0].ratio_to_mpi);  // there is no runner mpi
}

// METG of such a machine is about twice its overhead.
TEST(Compare, GivesTheRatioOfMetgs) {
  std::string log;
  const auto runners = runners_of(std::make_unique<Scripted>("bask", std::vector{4.0}, log),
                                  std::make_unique<Scripted>("mpi", std::vector{2.0}, log));
  const std::vector<Result> results =
      compare(runners, workload(), {.effort = kOnce, .metg = true, .rounds = 2});
  EXPECT_NEAR(results[0].metg.value().metg_us, 8, 0.2);
  EXPECT_NEAR(results[0].ratio_to_mpi.value(), 2, 0.1);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
    return "accepted";
  } catch (const bask::Error& error) {
    EXPECT_EQ(error.exit_code(), bask::ExitCode::kUsage);
    return error.what();
  }
}

TEST(Compare, RefusesRunnersWithUnequalCoresBesideMpi) {
  std::string log;
  const auto runners = runners_of(std::make_unique<Scripted>("bask", std::vector{1.0}, log, 4),
                                  std::make_unique<Scripted>("mpi", std::vector{1.0}, log, 2));
  EXPECT_EQ(refusal([&] { compare(runners, workload(), {.effort = kOnce}); }),
            "--runner bask,mpi: bask has 4 cores, and mpi has 2, one for each rank that runs tasks; compare "
            "them with --bask-threads=1 and as many ranks as there are cores");
}

TEST(MpiRunner, WorksOnTheRanksThatRunTasks) {
  EXPECT_EQ(working_ranks({1, 1, 2}), (Ranks{0, 3}));
  EXPECT_EQ(working_ranks({0, 1}), (Ranks{1, 2}));
  EXPECT_EQ(refusal([] { working_ranks({8}); }),
            "--runner mpi: there are no ranks; start it with mpirun -n 2 or more");
}

TEST(Report, PrintsTheRatioToMpiWhereThereIsOne) {
  std::string log;
  const auto runners = runners_of(std::make_unique<Scripted>("bask", std::vector{2.9}, log),
                                  std::make_unique<Scripted>("mpi", std::vector{1.9}, log));
  const std::vector<Result> results = compare(runners, workload(), {.effort = kOnce});
  std::ostringstream json, table;
  for (const Result& result : results) print_json(json, result);
  EXPECT_NE(json.str().find(R"("flops_per_s": 8.53333e+08, "ratio_to_mpi": 1.5})"), std::string::npos)
      << json.str();
  EXPECT_EQ(json.str().find("ratio_to_mpi"), json.str().rfind("ratio_to_mpi"));
  const Columns columns{.metg = false, .ratio = true};
  print_table_head(table, columns);
  for (const Result& result : results) print_table_line(table, columns, result);
  EXPECT_NE(table.str().find("   x mpi\n"), std::string::npos);
  EXPECT_NE(table.str().find("    1.50\n"), std::string::npos);
  EXPECT_NE(table.str().find("       -\n"), std::string::npos);
}

TEST(RunCheck, RefusesLostAndRepeatedTasksAndWrongOutputs) {
  EXPECT_NO_THROW(require_all_ran(workload(), {.runs = 400, .correct_sinks = 4}));
  EXPECT_THROW(require_all_ran(workload(), {.runs = 399, .correct_sinks = 4}), bask::Error);
  EXPECT_THROW(require_all_ran(workload(), {.runs = 401, .correct_sinks = 4}), bask::Error);
  EXPECT_THROW(require_all_ran(workload(), {.runs = 400, .correct_sinks = 3}), bask::Error);
}

}  // namespace
}  // namespace taskbench
