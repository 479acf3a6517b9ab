#include "mpi_runner.hpp"

#include "everywhere.hpp"
#include "run_check.hpp"

#include <bask/core/error.hpp>

#include <algorithm>

namespace taskbench {

Ranks working_ranks(const std::vector<unsigned>& threads) {
  if (threads.size() < 2) {
    throw bask::Error("--runner mpi", "there are no ranks", "start it with mpirun -n 2 or more",
                      bask::ExitCode::kUsage);
  }
  return {.begin = threads[0] > 0 ? 0u : 1u, .end = static_cast<std::uint32_t>(threads.size())};
}

MpiRunner::MpiRunner(bask::Client& client)
    : client_(client), working_(working_ranks(threads_of_ranks(client))) {}

double MpiRunner::run(const Workload& workload) {
  MpiCounts all;
  for (const MpiCounts& rank : run_by_mpi_everywhere(client_, workload, working_)) {
    all.runs += rank.runs;
    all.correct_sinks += rank.correct_sinks;
    all.seconds = std::max(all.seconds, rank.seconds);
  }
  require_all_ran(workload, {.runs = all.runs, .correct_sinks = all.correct_sinks});
  return all.seconds;
}

}  // namespace taskbench
