#include "workload.hpp"

#include <algorithm>

namespace taskbench {

WorkCount count_work(const Workload& workload) {
  const Pattern& pattern = workload.pattern;
  WorkCount count{.tasks = pattern.tasks()};
  if (workload.work.kernel != KernelType::kLoadImbalance) {
    count.flops = count.tasks * flops_at(workload.work, {0, 0});
    count.bytes = count.tasks * bytes_at(workload.work, {0, 0});
    return count;
  }
  for (std::uint32_t step = 0; step < pattern.steps; ++step) {
    const Points row = pattern.row(step);
    for (std::uint32_t point = row.begin; point < row.end; ++point) {
      count.flops += flops_at(workload.work, {step, point});
    }
  }
  return count;
}

double estimated_memory(const Workload& workload) {
  constexpr double kBytesPerTask = 150, kBytesPerInput = 16;
  const std::uint32_t middle = workload.pattern.steps / 2;  // the middle row is as wide as most
  const Points row = workload.pattern.row(middle);
  double inputs = 0;
  for (std::uint32_t point = row.begin; point < row.end; ++point) {
    workload.pattern.for_each_predecessor({middle, point}, [&](std::uint32_t) { ++inputs; });
  }
  return static_cast<double>(workload.pattern.tasks()) *
             (kBytesPerTask + kBytesPerInput * inputs / row.size()) +
         2.0 * workload.pattern.width * workload.output_bytes;
}

std::uint32_t most_steps(const Workload& workload) {
  constexpr double kMostTasks = 20e6, kMostBytes = 3.0 * (1u << 30);
  const double more = std::min(kMostTasks / static_cast<double>(workload.pattern.tasks()),
                               kMostBytes / estimated_memory(workload));
  return static_cast<std::uint32_t>(workload.pattern.steps * std::max(1.0, more));
}

}  // namespace taskbench
