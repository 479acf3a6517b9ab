#include "compare.hpp"

#include <bask/core/error.hpp>

#include <algorithm>
#include <string>

namespace taskbench {
namespace {

constexpr std::string_view kMpi = "mpi";

Result take_turn(Runner& runner, const Workload& workload, const Rounds& rounds) {
  Result result{.runner = runner.name(), .measurement = {}};
  if (rounds.metg) {
    result.metg = find_metg(runner, workload, rounds.effort);
    result.measurement = result.metg->smallest;
  } else {
    result.measurement = measure(runner, workload, rounds.effort);
  }
  return result;
}

Result median(std::vector<Result> results) {
  const auto middle = results.begin() + static_cast<std::ptrdiff_t>((results.size() - 1) / 2);
  std::ranges::nth_element(results, middle, {}, &Result::figure_us);
  return *middle;
}

// A ratio says nothing when one runner has more cores than the other.
void require_equal_cores(std::span<const std::unique_ptr<Runner>> runners) {
  const auto mpi = std::ranges::find(runners, kMpi, &Runner::name);
  if (mpi == runners.end()) return;
  for (const auto& runner : runners) {
    if (runner->cores() == (*mpi)->cores()) continue;
    const std::string name(runner->name());
    throw bask::Error("--runner " + name + ",mpi",
                      name + " has " + std::to_string(runner->cores()) + " cores, and mpi has " +
                          std::to_string((*mpi)->cores()) + ", one for each rank that runs tasks",
                      "compare them with --bask-threads=1 and as many ranks as there are cores",
                      bask::ExitCode::kUsage);
  }
}

}  // namespace

std::vector<Result> compare(std::span<const std::unique_ptr<Runner>> runners, const Workload& workload,
                            const Rounds& rounds) {
  require_equal_cores(runners);
  std::vector<std::vector<Result>> turns(runners.size());
  for (unsigned round = 0; round < rounds.rounds; ++round) {
    for (std::size_t i = 0; i < runners.size(); ++i) {
      turns[i].push_back(take_turn(*runners[i], workload, rounds));
    }
  }
  std::vector<Result> results;
  for (std::vector<Result>& turns_of_one : turns) results.push_back(median(std::move(turns_of_one)));

  const auto mpi = std::ranges::find(results, kMpi, &Result::runner);
  if (mpi == results.end()) return results;
  for (Result& result : results) {
    if (result.runner != kMpi) result.ratio_to_mpi = result.figure_us() / mpi->figure_us();
  }
  return results;
}

}  // namespace taskbench
