#include "run_check.hpp"

#include <bask/core/error.hpp>

#include <string>

namespace taskbench {
namespace {

void require_equal(const Workload& workload, const char* what, std::uint64_t expected, std::uint64_t found) {
  if (expected == found) return;
  throw bask::Error(
      std::string(name_of(workload.pattern.type)) + " run",
      std::to_string(expected) + " " + what + " were expected, and " + std::to_string(found) + " were found",
      "this is an error in the runtime: report it with the command line that showed it");
}

}  // namespace

void require_all_ran(const Workload& workload, const RunCounts& counts) {
  const Pattern& pattern = workload.pattern;
  std::uint64_t sinks = 0;
  for (std::uint32_t step = pattern.first_step_with_sinks(); step < pattern.steps; ++step) {
    sinks += pattern.sinks(step).size();
  }
  require_equal(workload, "correct outputs", sinks, counts.correct_sinks);
  require_equal(workload, "runs of tasks", pattern.tasks(), counts.runs);
}

}  // namespace taskbench
