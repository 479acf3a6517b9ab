// taskbench: the Task Bench workload (Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating
// Parallel Runtime Performance", SC20) on Bask: grids of small tasks, in twelve patterns of dependence.
//
//   build/release/apps/taskbench -type stencil_1d -width 8 -kernel empty      how many tasks a second
//   build/release/apps/taskbench --metg -type stencil_1d,fft,nearest -width 2,8 --bask-threads=2
//   build/release/apps/taskbench --metg --json                                one JSON object a line
//   build/release/apps/taskbench -type all -width 1,2,8 -output 64 --min-seconds 0 --repeat 1
//   build/release/apps/taskbench --help                                       all options
// On ranks, and beside the same workload written by hand in plain MPI, which runs on the ranks that otherwise
// run Bask's tasks, here 1 and 2 (mpi needs two ranks at least, and --bask-threads=1, so that both have the
// same cores):
//   mpirun -n 3 build/release/apps/taskbench --metg --bask-threads=1 --bask-rank0=off
//   mpirun -n 3 build/release/apps/taskbench --runner bask,mpi --rounds 3 --metg --json
//          -type stencil_1d,fft,nearest -width 2,8 --bask-threads=1 --bask-rank0=off
//
// Prints a line for each pattern and width: the time for building, planning and running the graph, µs a task
// (wall time × cores / tasks), FLOP/s; with --metg also the peak FLOP/s of large tasks, and METG(50 %), the
// smallest granularity at which half of that is left, such as
//   runner type                  width    steps    iter     tasks   seconds    us/task   GFLOP/s    GB/s
//   bask   stencil_1d                8    46063      64    368504    0.2401      1.303     12.57    0.00
// With mpi among several runners, a line ends with its METG (without --metg: seconds a task) as a multiple of
// mpi's ("x mpi", ratio_to_mpi). Every task checks all bytes of all its inputs, so a run that prints a line
// was correct.
#include "bask_runner.hpp"
#include "command_line.hpp"
#include "mpi_runner.hpp"
#include "report.hpp"

#include <bask/run.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace {

using namespace taskbench;

std::unique_ptr<Runner> make_runner(RunnerType type, bask::Client& client) {
  switch (type) {
    case RunnerType::kBask:
      return std::make_unique<BaskRunner>(client);
    case RunnerType::kMpi:
      return std::make_unique<MpiRunner>(client);
  }
  return nullptr;
}

std::vector<std::unique_ptr<Runner>> make_runners(const CommandLine& line, bask::Client& client) {
  std::vector<std::unique_ptr<Runner>> runners;
  for (const RunnerType type : line.runners) runners.push_back(make_runner(type, client));
  return runners;
}

Columns columns_of(const CommandLine& line) {
  const bool has_mpi = std::ranges::find(line.runners, RunnerType::kMpi) != line.runners.end();
  return {.metg = line.rounds.metg, .ratio = has_mpi && line.runners.size() > 1};
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    // 1. Read the command line. Bask has taken out its own options already.
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const CommandLine line = parse_command_line(arguments);
    if (line.help) {
      std::cout << help_text();
      return;
    }
    // 2. Measure each pattern at each width with each runner.
    const auto runners = make_runners(line, client);
    const Columns columns = columns_of(line);
    if (!line.json) print_table_head(std::cout, columns);
    for (const DependenceType type : line.types) {
      for (const std::uint32_t width : line.widths) {
        for (const Result& result : compare(runners, line.workload(type, width), line.rounds)) {
          line.json ? print_json(std::cout, result) : print_table_line(std::cout, columns, result);
        }
      }
    }
  });
}
