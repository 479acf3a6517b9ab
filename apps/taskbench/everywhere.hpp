// everywhere.hpp: which ranks run tasks, and functions that this benchmark calls on every rank.
// Runs on: rank 0; workload_here on all. Threads: one, while no tasks run; workload_here any.
#pragma once

#include "mpi_workload.hpp"

#include <bask/client.hpp>

#include <cstdint>
#include <vector>

namespace taskbench {

/// For each rank, how many of its threads run tasks; 0 for a rank that runs no tasks.
std::vector<unsigned> threads_of_ranks(const bask::Client& client);

/// Tells every rank the workload of the next run. From then on workload_here() returns it there.
void tell_workload_everywhere(bask::Client& client, const Workload& workload);
const Workload& workload_here();

/// How many tasks of this program all ranks have run.
std::uint64_t count_runs_everywhere(bask::Client& client);

/// Calls run_by_mpi on all ranks with these arguments. Returns its result for each rank.
std::vector<MpiCounts> run_by_mpi_everywhere(bask::Client& client, const Workload& workload, Ranks working);

}  // namespace taskbench
