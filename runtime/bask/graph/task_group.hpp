// task_group.hpp: the tasks of one layer that call one kernel: what progress and pictures count as one.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <cstdint>
#include <string>

namespace bask {

struct Kernel;

/// Group 0 of a graph is its constants, which call no kernel.
struct TaskGroup {
  std::string
      layer;  ///< its name; of arrays a list of what its tasks do, "normal, add, mean" (core/name_list.hpp)
  const Kernel* kernel;
  bool sized = false;         ///< in a plan: the sizes of its results are known, not guessed
  std::uint64_t scratch = 0;  ///< the most bytes that a task needs beside its result while it runs
};

}  // namespace bask
