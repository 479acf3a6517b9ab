// bask_runner.hpp: the workload as a lazy graph of Bask: one layer of the tasks, one that checks the last
// ones.
// Runs on: rank 0; its tasks on any. Threads: one.
#pragma once

#include "runner.hpp"

#include <bask/client.hpp>

namespace taskbench {

/// The tasks that check outputs which no other task reads, one per 256 outputs, count in the time and not in
/// the number of tasks. A task's argument is its place, 8 bytes; every rank is told the workload before.
class BaskRunner final : public Runner {
 public:
  /// `client` must outlive the runner.
  explicit BaskRunner(bask::Client& client) : client_(client) {}
  std::string_view name() const override { return "bask"; }
  /// The threads of all ranks that run tasks.
  unsigned cores() const override;
  /// Throws: TaskError when a task found a wrong input; Error when not every task has run just once.
  double run(const Workload& workload) override;

 private:
  bask::Client& client_;
};

}  // namespace taskbench
