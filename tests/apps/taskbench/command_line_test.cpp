// The options: Task Bench's names and meanings, and the messages of wrong ones.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <taskbench/command_line.hpp>

namespace taskbench {
namespace {

CommandLine parse(const std::vector<std::string_view>& arguments) {
  return parse_command_line(arguments);
}

std::string refusal(const std::vector<std::string_view>& arguments) {
  try {
    parse(arguments);
    return "accepted";
  } catch (const bask::Error& error) {
    EXPECT_EQ(error.exit_code(), bask::ExitCode::kUsage);
    return error.what();
  }
}

TEST(CommandLine, TakesTaskBenchsOptions) {
  const CommandLine line = parse({"-steps", "50", "-width", "4", "-type", "nearest", "-radix", "3", "-kernel",
                                  "memory_bound", "-iter", "16", "-scratch", "8192", "-output", "64"});
  const Workload workload = line.workload(line.types[0], line.widths[0]);
  EXPECT_EQ(workload.pattern.steps, 50u);
  EXPECT_EQ(workload.pattern.width, 4u);
  EXPECT_EQ(workload.pattern.type, DependenceType::kNearest);
  EXPECT_EQ(workload.pattern.radix, 3u);
  EXPECT_EQ(workload.work.kernel, KernelType::kMemoryBound);
  EXPECT_EQ(workload.work.iterations, 16u);
  EXPECT_EQ(workload.work.scratch_bytes, 8192u);
  EXPECT_EQ(workload.output_bytes, 64u);
}

TEST(CommandLine, TakesListsEqualsSignsAndUnits) {
  const CommandLine line = parse({"--type=fft,tree", "-width=2,8", "-output", "1KiB", "--metg", "--json"});
  EXPECT_EQ(line.types, (std::vector{DependenceType::kFft, DependenceType::kTree}));
  EXPECT_EQ(line.widths, (std::vector<std::uint32_t>{2, 8}));
  EXPECT_EQ(line.output_bytes, 1024u);
  EXPECT_TRUE(line.rounds.metg && line.json);
  EXPECT_EQ(parse({"-type", "all"}).types.size(), 12u);
}

TEST(CommandLine, TakesRunnersAndTheirTurns) {
  const CommandLine line = parse({"--runner", "bask,mpi", "--rounds", "3", "--repeat=2"});
  EXPECT_EQ(line.runners, (std::vector{RunnerType::kBask, RunnerType::kMpi}));
  EXPECT_EQ(line.rounds.rounds, 3u);
  EXPECT_EQ(line.rounds.effort.repeat, 2u);
  EXPECT_EQ(parse({}).runners, std::vector{RunnerType::kBask});
  EXPECT_EQ(refusal({"--rounds", "0"}),
            "--rounds: '0' cannot be used; give a number of turns from 1 to 1000");
}

TEST(CommandLine, NamesTheChoicesForAWrongValue) {
  EXPECT_EQ(refusal({"-kernel", "dgemm"}),
            "-kernel: 'dgemm' cannot be used; choose empty, compute_bound, memory_bound, load_imbalance");
  EXPECT_EQ(refusal({"-type", "fft,foo"}).find("-type: 'foo' cannot be used; choose trivial, no_comm, "), 0u);
  EXPECT_EQ(refusal({"--runner", "pvm"}), "--runner: 'pvm' cannot be used; choose bask, mpi");
  EXPECT_EQ(refusal({"-width", "0"}),
            "-width: '0' cannot be used; give a number of points from 1 to 1073741824");
  EXPECT_EQ(refusal({"-steps", "7x"}).find("-steps: '7x' cannot be used; give a number of steps from 1 to "),
            0u);
  EXPECT_EQ(refusal({"-output", "20"}),
            "-output: '20' cannot be used; give a multiple of 16 bytes up to 2GiB");
  EXPECT_EQ(refusal({"-imbalance", "nan"}), "-imbalance: 'nan' cannot be used; give a number from 0 to 2");
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal({"-widht", "3"}), "-widht: there is no such option; did you mean -width?");
  EXPECT_EQ(refusal({"stencil_1d"}), "stencil_1d: is not an option; see --help");
  EXPECT_EQ(refusal({"-steps"}), "-steps: its value is missing; say -steps N");
  EXPECT_EQ(refusal({"--json=yes"}), "--json: takes no value; leave 'yes' out");
}

TEST(CommandLine, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(refusal({"--metg", "-kernel", "empty"}),
            "--metg: kernel empty has no FLOP/s to measure; use -kernel compute_bound or load_imbalance");
  EXPECT_EQ(refusal({"-width", "1000000000"}),
            "-width 1000000000 -steps 1000: a graph has at most 4294967294 tasks; ask for fewer");
}

TEST(CommandLine, ExplainsEveryOption) {
  const std::string text = help_text();
  for (const char* option :
       {"-width", "-steps", "-type", "-radix", "-kernel", "-iter", "-output", "-scratch", "-imbalance",
        "--metg", "--runner", "--rounds", "--repeat", "--min-seconds", "--json", "--help"}) {
    EXPECT_NE(text.find("  " + std::string(option) + " "), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace taskbench
