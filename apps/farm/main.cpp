// farm: many commands in one job. It shares them out over the cores of all ranks, and keeps what each
// printed, how it ended and what it used in one directory.
//
//   farm run commands.txt                                    a command per line
//   farm run --for x in 1..1000 -- ./simulate --seed {x}     one for each value
//   mpirun -n 4 farm run --csv params.csv -- ./simulate {name} {alpha}
//   farm status, farm list, farm failed, farm show 17, farm retry
//
// Prints how many have succeeded. Exit codes: 0 all have, 1 not all, 2 wrong usage, 75 stopped: the same
// command line goes on.
#include "farm_run.hpp"
#include "log_directory.hpp"
#include "nursery.hpp"
#include "reports.hpp"
#include "settings.hpp"

#include <bask/bask.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

// Actions that only read the log: they need no ranks and no threads, and take a few milliseconds.
int report(const farm::Settings& settings) {
  const farm::FarmLog log = farm::read_log(settings.log);
  if (settings.action == farm::Action::kShow) {
    farm::show_commands(log, farm::find_commands(log, settings.which), std::cout);
  } else if (settings.action == farm::Action::kStatus) {
    farm::show_status(log, std::cout);
  } else {
    farm::list_commands(log, settings.action == farm::Action::kFailed, std::cout);
  }
  return 0;
}

int report_only(int argc, char** argv) {
  try {
    const auto settings = farm::read_settings(argc, argv);
    return settings ? report(*settings) : 0;
  } catch (const bask::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.exit_code());
  }
}

bool is_run(farm::Action action) {
  return action == farm::Action::kRun || action == farm::Action::kRetry;
}

}  // namespace

int main(int argc, char** argv) {
  // 1. Questions about a log are answered at once.
  if (farm::only_reads_log(argc, argv)) return report_only(argc, argv);
  // 2. Fork the process that will start the commands, and end them with the rank: now, before MPI starts and
  //    makes this process large.
  farm::start_nursery();
  // 3. Results are kept in a journal beside the log, so that a farm that was stopped or killed goes on.
  const auto checkpoint = std::filesystem::path(farm::log_of(argc, argv)) / farm::kCheckpoint;
  if (farm::runs_commands(argc, argv)) setenv("BASK_CHECKPOINT", checkpoint.c_str(), 0);
  // 4. Rank 0 reads the commands and makes a task of each; all ranks run them.
  return bask::run(argc, argv, [&](bask::Client& client) {
    const auto settings = farm::read_settings(argc, argv);
    if (!settings) return 0;
    return is_run(settings->action) ? farm::run_farm(client, *settings) : report(*settings);
  });
}
