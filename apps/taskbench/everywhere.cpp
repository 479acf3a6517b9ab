#include "everywhere.hpp"

#include "run_counter.hpp"

#include <numeric>

namespace taskbench {
namespace {

Workload& own_workload() {
  static Workload workload{};
  return workload;
}

bool set_workload(const Workload& workload) {
  own_workload() = workload;
  return true;
}

}  // namespace

void tell_workload_everywhere(bask::Client& client, const Workload& workload) {
  client.run<set_workload>(workload);
}

const Workload& workload_here() {
  return own_workload();
}

std::vector<unsigned> threads_of_ranks(const bask::Client& client) {
  std::vector<unsigned> threads;
  for (const bask::RankSummary& rank : client.info().ranks) threads.push_back(rank.threads);
  return threads;
}

std::uint64_t count_runs_everywhere(bask::Client& client) {
  const std::vector<std::uint64_t> runs = client.run<count_of_runs>();
  return std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
}

std::vector<MpiCounts> run_by_mpi_everywhere(bask::Client& client, const Workload& workload, Ranks working) {
  return client.run<run_by_mpi>(workload, working);
}

}  // namespace taskbench
