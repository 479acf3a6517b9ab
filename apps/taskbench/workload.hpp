// workload.hpp: one setting of the benchmark: which tasks, what each computes, how large its output is.
// Runs on: every rank. Threads: any; a workload is plain data, which tasks carry along (32 bytes).
#pragma once

#include "kernel.hpp"
#include "pattern.hpp"

#include <cstdint>

namespace taskbench {

struct Workload {
  Pattern pattern;
  Work work;
  std::uint32_t output_bytes;  ///< of each task's result, a multiple of 16
};

/// Counts over all tasks of a run.
struct WorkCount {
  std::uint64_t tasks = 0;
  std::uint64_t flops = 0;
  std::uint64_t bytes = 0;
};

/// The work of all tasks. Cost: a few ns a task for load_imbalance, nothing for the other kernels.
WorkCount count_work(const Workload& workload);

/// The memory in bytes that the task graph and the results of a run may take: about 150 a task, 16 an input,
/// and the outputs of two rows.
double estimated_memory(const Workload& workload);

/// The most steps, at least those of `workload`, that stay within 20,000,000 tasks and 3 GiB.
std::uint32_t most_steps(const Workload& workload);

}  // namespace taskbench
