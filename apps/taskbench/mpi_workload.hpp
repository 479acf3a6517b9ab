// mpi_workload.hpp: the workload written by hand in plain MPI, in the manner of Task Bench's non-blocking
// one: what a runtime is measured against.
// Runs on: every rank at once. Threads: one, which takes its turn of MPI.
#pragma once

#include "workload.hpp"

#include <compare>
#include <cstdint>

namespace taskbench {

/// The ranks `begin`, …, `end - 1` of MPI_COMM_WORLD.
struct Ranks {
  std::uint32_t begin;
  std::uint32_t end;
  friend auto operator<=>(const Ranks&, const Ranks&) = default;
};

/// What one rank did.
struct MpiCounts {
  std::uint64_t runs = 0;           ///< of tasks
  std::uint64_t correct_sinks = 0;  ///< outputs that no task reads, and that are as they should be
  double seconds = 0;               ///< from a barrier before the first task to one after the last
};

/// Runs the tasks on the ranks `working`, each of which owns a block of neighbouring points and runs one task
/// at a time. To be called by all ranks with the same arguments; those that do not work return at once.
/// In each row a rank has its receives posted before the row before is run, runs what needs no message while
/// they are under way, waits for no more than the next task needs, and sends each output once to each rank
/// that reads it, those of neighbouring points in one message. Who sends what is worked out before the time
/// starts, except where rows grow or shrink.
/// Throws: Error when a check of inputs fails, at the end, so that no rank waits for this one. A failure of
/// MPI itself ends the job.
MpiCounts run_by_mpi(Workload workload, Ranks working);

}  // namespace taskbench
