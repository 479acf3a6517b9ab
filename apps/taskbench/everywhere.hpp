// everywhere.hpp: all that this benchmark asks of ranks: which run tasks, and calls on every one of them.
// Runs on: rank 0; workload_here on all. Threads: one, while no tasks run; workload_here any.
#pragma once

#include "mpi_workload.hpp"

#include <bask/client.hpp>

#include <cstdint>
#include <vector>

namespace taskbench {

/// For each rank, how many of its threads run tasks; none on a rank that runs no tasks.
std::vector<unsigned> threads_of_ranks(const bask::Client& client);

/// Tells every rank what the tasks of the next run do. On each, workload_here() is it from then on.
void tell_workload_everywhere(bask::Client& client, const Workload& workload);
const Workload& workload_here();

/// How many tasks of this program all ranks have run.
std::uint64_t count_runs_everywhere(bask::Client& client);

/// What each rank did when all called run_by_mpi with these arguments.
std::vector<MpiCounts> run_by_mpi_everywhere(bask::Client& client, const Workload& workload, Ranks working);

}  // namespace taskbench
