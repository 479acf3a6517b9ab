#include "measure.hpp"

#include <algorithm>
#include <vector>

namespace taskbench {
namespace {

std::uint32_t more_steps(const Workload& workload, double seconds, double min_seconds, std::uint32_t most) {
  constexpr double kMargin = 1.2;        // so that the next run lasts long enough in spite of noise
  constexpr double kMostGrowth = 100.0;  // a short run predicts a long one only roughly
  const double growth = std::min(kMargin * min_seconds / std::max(seconds, 1e-9), kMostGrowth);
  return static_cast<std::uint32_t>(std::min<double>(most, workload.pattern.steps * growth + 1));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

Measurement measure(Runner& runner, Workload workload, const Effort& effort, Pick pick) {
  const std::uint32_t most = most_steps(workload);
  std::vector<double> runs;
  while (runs.size() < effort.repeat) {
    const double seconds = runner.run(workload);
    if (seconds < effort.min_seconds && workload.pattern.steps < most) {
      workload.pattern.steps = more_steps(workload, seconds, effort.min_seconds, most);
      runs.clear();
    } else {
      runs.push_back(seconds);
    }
  }
  return {.workload = workload,
          .cores = runner.cores(),
          .count = count_work(workload),
          .seconds = pick == Pick::kBest ? *std::ranges::min_element(runs) : median(std::move(runs))};
}

}  // namespace taskbench
