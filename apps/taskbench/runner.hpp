// runner.hpp: what can run a workload, so that several ways of running it are measured alike.
// Runs on: rank 0. Threads: one.
#pragma once

#include "workload.hpp"

#include <string_view>

namespace taskbench {

class Runner {
 public:
  virtual ~Runner() = default;
  /// As --runner names it.
  virtual std::string_view name() const = 0;
  /// How many tasks can run at once.
  virtual unsigned cores() const = 0;
  /// Runs every task once and checks the inputs of each and the outputs that no task reads.
  /// Returns the seconds from before the first task was described until all is done and checked.
  /// Throws: Error when a check fails.
  virtual double run(const Workload& workload) = 0;
};

}  // namespace taskbench
