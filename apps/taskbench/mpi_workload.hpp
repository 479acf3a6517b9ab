// mpi_workload.hpp: the workload written by hand in plain MPI, in the manner of Task Bench's non-blocking
// version: a runtime is measured against it.
// Runs on: every rank at once. Threads: one, which holds an MpiTurn.
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
  std::uint64_t runs = 0;           ///< tasks that it has run
  std::uint64_t correct_sinks = 0;  ///< correct outputs that no task reads
  double seconds = 0;               ///< from a barrier before the first task to one after the last
};

/// Runs the tasks on the ranks `working`. Each of these owns a block of neighbouring points and runs one task
/// at a time. All ranks call this with the same arguments; ranks that do not work return at once. A rank
/// posts its receives for a row before it runs the row before. While they are under way, it runs tasks that
/// need no message. It waits only for the messages that the next task needs. It sends each output once to
/// each rank that reads it; outputs of neighbouring points go in one message. The messages of each row are
/// planned before the time starts, except where rows grow or shrink.
/// Throws: Error when a check of inputs has failed; only at the end, so that no rank waits for this one. An
/// error of MPI itself ends the job.
MpiCounts run_by_mpi(Workload workload, Ranks working);

}  // namespace taskbench
