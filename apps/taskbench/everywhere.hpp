// everywhere.hpp: all that this benchmark asks of ranks: which run tasks, and calls on every one of them.
// Runs on: rank 0. Threads: one, while no tasks run.
#pragma once

#include "mpi_workload.hpp"

#include <bask/client.hpp>

#include <cstdint>
#include <vector>

namespace taskbench {

/// For each rank, how many of its threads run tasks; none on a rank that runs no tasks.
std::vector<unsigned> threads_of_ranks(const bask::Client& client);

/// How many tasks of this program all ranks have run.
std::uint64_t count_runs_everywhere(bask::Client& client);

/// What each rank did when all called run_by_mpi with these arguments.
std::vector<MpiCounts> run_by_mpi_everywhere(bask::Client& client, const Workload& workload, Ranks working);

}  // namespace taskbench
