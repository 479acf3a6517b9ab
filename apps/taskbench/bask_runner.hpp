// bask_runner.hpp: the workload as a lazy graph of Bask: one layer of its tasks, one that checks its results.
// Runs on: rank 0; the tasks on any rank. Threads: one.
#pragma once

#include "runner.hpp"

#include <bask/client.hpp>

namespace taskbench {

/// Outputs that no task of the pattern reads are read by check tasks, one per 256 outputs. These count in the
/// time but not in the number of tasks. A task's argument is its Place, 8 bytes; every rank is told the
/// workload before the run.
class BaskRunner final : public Runner {
 public:
  /// `client` must outlive the runner.
  explicit BaskRunner(bask::Client& client) : client_(client) {}
  std::string_view name() const override { return "bask"; }
  /// The number of threads that run tasks, over all ranks.
  unsigned cores() const override;
  /// Throws: TaskError when a task found a wrong input; Error when not every task has run exactly once.
  double run(const Workload& workload) override;

 private:
  bask::Client& client_;
};

}  // namespace taskbench
