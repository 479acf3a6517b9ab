// mpi_runner.hpp: the workload in plain MPI, on the ranks that otherwise run Bask's tasks.
// Runs on: rank 0, and run_by_mpi on all. Threads: one.
#pragma once

#include "mpi_workload.hpp"
#include "runner.hpp"

#include <bask/client.hpp>

#include <vector>

namespace taskbench {

/// Runs one task at a time on each rank that has threads for tasks; so each such rank counts as one core.
class MpiRunner final : public Runner {
 public:
  /// `client` must outlive the runner. Throws: Error (kUsage) when there is only one rank.
  explicit MpiRunner(bask::Client& client);
  std::string_view name() const override { return "mpi"; }
  unsigned cores() const override { return working_.end - working_.begin; }
  /// Returns the seconds of the slowest rank, from a barrier before the first task to one after the last.
  /// Throws: Error when a task found a wrong input, or not every task has run exactly once.
  double run(const Workload& workload) override;

 private:
  bask::Client& client_;
  Ranks working_;
};

/// The ranks that have threads for tasks: all, or all but rank 0. `threads`: by rank.
/// Throws: Error (kUsage) when there is only one rank.
Ranks working_ranks(const std::vector<unsigned>& threads);

}  // namespace taskbench
