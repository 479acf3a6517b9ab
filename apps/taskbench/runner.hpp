// runner.hpp: the interface of a program that can run a workload, so that all are measured alike.
// Runs on: rank 0. Threads: one.
#pragma once

#include "workload.hpp"

#include <string_view>

namespace taskbench {

class Runner {
 public:
  virtual ~Runner() = default;
  /// The name for --runner.
  virtual std::string_view name() const = 0;
  /// How many tasks can run at once.
  virtual unsigned cores() const = 0;
  /// Runs every task once, and checks the inputs of each task and the outputs that no task reads.
  /// Returns the seconds from before the first task is described until everything is done and checked.
  /// Throws: Error when a check fails.
  virtual double run(const Workload& workload) = 0;
};

}  // namespace taskbench
