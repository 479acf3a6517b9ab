#include <bask/core/error.hpp>
#include <bask/forecast/job_forecast.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

constexpr unsigned kMostThreads = 1024;
// A virtual run of a task costs about a microsecond: larger programs are compared on fewer clusters.
constexpr std::uint32_t kSmallProgram = 30'000, kLargeProgram = 1'000'000;

// As the ranks of a job share the work out (launch/rank_map.hpp), one rank on each node.
std::vector<RankShape> ranks_of(unsigned ranks, unsigned threads, std::uint64_t memory_limit) {
  constexpr unsigned kManyRanks = 8;
  std::vector<RankShape> shape(ranks, {threads, memory_limit});
  if (threads == 1 && ranks > kManyRanks) shape[0].threads = 0;
  return shape;
}

std::vector<ComputeForecast::Layer> layers_of(const Plan& plan, const std::vector<float>& ns,
                                              const TaskTimes& times) {
  std::vector<ComputeForecast::Layer> layers;
  std::unordered_map<std::string, std::size_t> number;
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const TaskGroup& group = plan.groups[plan.group[position]];
    const auto [found, is_new] = number.try_emplace(group.layer, layers.size());
    if (is_new) layers.push_back({group.layer, 0, 0, 0, times.knows(group.layer), true});
    ComputeForecast::Layer& layer = layers[found->second];
    ++layer.tasks;
    layer.ns += ns[plan.task[position].index];
    layer.bytes += plan.bytes.empty() ? 0 : plan.bytes[position];
    layer.is_sized = layer.is_sized && (group.sized || plan.bytes.empty() || plan.bytes[position] == 0);
  }
  return layers;
}

std::int64_t critical_path(const Plan& plan, const std::vector<float>& ns) {
  std::vector<double> ends(plan.tasks());
  double longest = 0;
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    double begin = 0;
    for (const Source input : plan.inputs_of(position))
      if (!input.is_constant()) begin = std::max(begin, ends[input.index()]);
    ends[position] = begin + ns[plan.task[position].index];
    longest = std::max(longest, ends[position]);
  }
  return static_cast<std::int64_t>(longest);
}

}  // namespace

void JobForecast::Cluster::add(const RunForecast& run, std::int64_t planning_ns) {
  const std::int64_t ns = run.makespan_ns + planning_ns;
  total.ns += ns;
  total.peak = std::max(total.peak, highest_peak(run.memory));
  for (const MemoryUse& rank : run.memory) total.spilled += rank.spilled;
  for (const RankForecast& rank : run.ranks) {
    busy_ns += static_cast<double>(rank.busy_ns);
    thread_ns += static_cast<double>(ns) * rank.threads;
  }
}

JobForecast::Total JobForecast::Cluster::told() const {
  Total told = total;
  told.busy = thread_ns == 0 ? 0 : busy_ns / thread_ns;
  return told;
}

JobForecast::JobForecast(JobForecastOptions options, TaskTimes times, const MachineSpeed& speed)
    : options_(std::move(options)),
      times_(std::move(times)),
      speed_(speed),
      own_(cluster_of(options_.ranks)) {}

JobForecast::Cluster JobForecast::cluster_of(std::vector<RankShape> ranks) const {
  Cluster cluster;
  cluster.total.shape = ranks;
  cluster.virtual_cluster = std::make_unique<VirtualCluster>(std::move(ranks), speed_, options_.resources);
  CostModel costs;
  times_.tell_sizes(costs);
  cluster.virtual_cluster->set_costs(std::move(costs));
  return cluster;
}

// Persisted results are on all clusters or on none: which ones there are is decided once.
void JobForecast::make_comparisons(std::uint32_t tasks) {
  if (std::exchange(has_comparisons_, true) || !options_.compares) return;
  const unsigned step = tasks <= kSmallProgram ? 2 : 4;
  for (unsigned ranks = 1; ranks <= kMostThreads; ranks *= step) {
    for (unsigned threads = 1; ranks * threads <= kMostThreads; threads *= step) {
      if (tasks > kLargeProgram && threads != 16) continue;
      comparisons_.push_back(cluster_of(ranks_of(ranks, threads, options_.memory_limit)));
    }
  }
}

void JobForecast::number_holds(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes,
                               bool hold) {
  holds_.clear();
  where_.clear();
  if (!hold) return;
  for (const Source target : plan.targets) {
    Constant place;
    if (!target.is_constant()) {
      place.held = ++held_;
      place.bytes = sizes.of(graph, plan.task[target.index()]);
    }
    holds_.push_back(place.held);
    where_.push_back(place);
  }
}

ComputeForecast JobForecast::compute(Expansion& expansion, const Plan& plan, const ResultSizes& sizes,
                                     bool hold, std::int64_t planning_ns) {
  make_comparisons(plan.tasks());
  number_holds(plan, expansion.graph, sizes, hold);
  const std::vector<float> ns = times_.of(plan, expansion.graph, sizes);
  ComputeForecast forecast{.layers = layers_of(plan, ns, times_),
                           .planning_ns = planning_ns,
                           .critical_ns = critical_path(plan, ns),
                           .run = {}};
  const VirtualCluster::Computation computation{expansion, plan, ns, holds_};
  forecast.run = own_.virtual_cluster->run(computation);
  own_.add(forecast.run, planning_ns);
  ++computations_;
  for (Cluster& cluster : comparisons_) {
    if (!cluster.total.refused.empty()) continue;
    try {
      cluster.add(cluster.virtual_cluster->run(computation), planning_ns);
    } catch (const Error& error) {
      cluster.total.refused = error.what();
    }
  }
  return forecast;
}

void JobForecast::drop(std::uint64_t held) {
  own_.virtual_cluster->drop(held);
  for (Cluster& cluster : comparisons_) cluster.virtual_cluster->drop(held);
}

JobForecast::Total JobForecast::total() const {
  return own_.told();
}

std::vector<JobForecast::Total> JobForecast::comparisons() const {
  std::vector<Total> totals;
  for (const Cluster& cluster : comparisons_) totals.push_back(cluster.told());
  return totals;
}

}  // namespace bask
