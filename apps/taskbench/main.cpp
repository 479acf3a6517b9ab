// taskbench: the Task Bench workload (Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating
// Parallel Runtime Performance", SC20) on Bask: grids of small tasks, in twelve patterns of dependence.
//
//   build/release/apps/taskbench -type stencil_1d -width 8 -kernel empty      how many tasks a second
//   build/release/apps/taskbench --metg -type stencil_1d,fft,nearest -width 2,8 --bask-threads=2
//   build/release/apps/taskbench --metg --json                                one JSON object a line
//   build/release/apps/taskbench -type all -width 1,2,8 -output 64 --min-seconds 0 --repeat 1
//   build/release/apps/taskbench --help                                       all options
//
// Prints a line for each pattern and width: the time for building, planning and running the graph, µs a task
// (wall time × cores / tasks), FLOP/s; with --metg also the peak FLOP/s of large tasks, and METG(50 %), the
// smallest granularity at which half of that is left, such as
//   runner type                  width    steps    iter     tasks   seconds    us/task   GFLOP/s    GB/s
//   bask   stencil_1d                8    46063      64    368504    0.2401      1.303     12.57    0.00
// Every task checks all bytes of all its inputs, so a run that prints a line has computed what it should.
#include "bask_runner.hpp"
#include "command_line.hpp"
#include "report.hpp"

#include <bask/run.hpp>

#include <iostream>
#include <memory>

namespace {

using namespace taskbench;

std::unique_ptr<Runner> make_runner(RunnerType type, const bask::Client& client) {
  switch (type) {
    case RunnerType::kBask:
      return std::make_unique<BaskRunner>(client);
  }
  return nullptr;
}

void run_setting(Runner& runner, const CommandLine& line, const Workload& workload) {
  Result result{.runner = runner.name(), .measurement = {}, .metg = nullptr};
  Metg metg;
  if (line.metg) {
    metg = find_metg(runner, workload, line.effort);
    result.metg = &metg;
    result.measurement = metg.smallest;
  } else {
    result.measurement = measure(runner, workload, line.effort);
  }
  line.json ? print_json(std::cout, result) : print_table_line(std::cout, result);
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    // 1. What is asked for. Bask has taken its own options already.
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const CommandLine line = parse_command_line(arguments);
    if (line.help) {
      std::cout << help_text();
      return;
    }
    // 2. Each pattern at each width, by each runner.
    if (!line.json) print_table_head(std::cout, line.metg);
    for (const DependenceType type : line.types) {
      for (const std::uint32_t width : line.widths) {
        for (const RunnerType runner : line.runners) {
          run_setting(*make_runner(runner, client), line, line.workload(type, width));
        }
      }
    }
  });
}
