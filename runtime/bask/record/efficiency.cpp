#include <bask/record/efficiency.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <vector>

namespace bask {
namespace {

using ByLayer = std::unordered_map<std::uint32_t, double>;  // nanoseconds of thread time

struct Sums {
  std::array<double, kLosses> ns{};
  std::array<ByLayer, kLosses> by_layer;

  void add(Loss loss, double more, const std::vector<ActivityTime>& layers) {
    const auto at = static_cast<std::size_t>(loss);
    ns[at] += more;
    double all = 0;
    for (const ActivityTime& time : layers) all += static_cast<double>(time.ns);
    for (const ActivityTime& time : layers)
      by_layer[at][time.activity] += more * static_cast<double>(time.ns) / all;
  }
};

// The part of each bin in which a task ran that is much longer than others of its layer.
std::vector<double> outlier_share(const JobKnowledge& known) {
  const Timeline::JobSeries& job = known.timeline.job();
  const std::int64_t width = bin_width_ns(job.level());
  std::vector<double> share(job.values().size());
  for (const ToldTask& task : known.slowest) {
    if (!is_outlier(known, task)) continue;
    const std::int64_t begin = std::max<std::int64_t>(task.detail.begin_ns, 0), end = begin + task.detail.ns;
    for (std::int64_t bin = begin / width; bin <= end / width && bin < std::ssize(share); ++bin) {
      const std::int64_t inside = std::min(end, (bin + 1) * width) - std::max(begin, bin * width);
      double& here = share[static_cast<std::size_t>(bin)];
      here = std::min(1.0, here + static_cast<double>(inside) / static_cast<double>(width));
    }
  }
  return share;
}

Sums sums_of(const JobKnowledge& known) {
  Sums sums;
  const std::vector<double> outliers = outlier_share(known);
  const std::vector<JobBin>& bins = known.timeline.job().values();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const JobBin& bin = bins[i];
    const auto idle = static_cast<double>(bin.idle_ns);
    const double unbalanced = std::min(idle, std::max(static_cast<double>(bin.ready_ns), outliers[i] * idle));
    sums.add(Loss::kUseful, static_cast<double>(bin.useful_ns), bin.layers);
    sums.add(Loss::kData, static_cast<double>(bin.data_ns), bin.layers);
    sums.add(Loss::kSpilling, static_cast<double>(bin.spilling_ns), bin.layers);
    sums.add(Loss::kImbalance, unbalanced, bin.layers);
    sums.add(Loss::kParallelism, idle - unbalanced + static_cast<double>(bin.resource_ns), bin.layers);
  }
  return sums;
}

// The runtime's own time goes with the number of tasks.
ByLayer tasks_by_layer(const JobKnowledge& known) {
  ByLayer tasks;
  for (const auto& [layer, counts] : known.totals) tasks[layer] = static_cast<double>(counts.done);
  return tasks;
}

Efficiency::Cost most_of(const ByLayer& by_layer, double share) {
  const auto most = std::ranges::max_element(by_layer, {}, [](const auto& entry) { return entry.second; });
  if (most == by_layer.end() || most->second <= 0) return {};
  const double all = std::accumulate(by_layer.begin(), by_layer.end(), 0.0,
                                     [](double sum, const auto& entry) { return sum + entry.second; });
  return {most->first, share * most->second / all};
}

double computing_ns(const JobKnowledge& known) {
  double ns = static_cast<double>(known.computing_ns);
  if (known.compute && !known.compute->end_ns)
    ns += static_cast<double>(known.now_ns - known.compute->begin_ns);
  return ns;
}

}  // namespace

bool is_outlier(const JobKnowledge& known, const ToldTask& task) {
  constexpr std::uint64_t kFewTasks = 4;
  constexpr double kMuchLonger = 2;
  const auto found = known.totals.find(task.layer);
  if (found == known.totals.end() || found->second.done < kFewTasks) return false;
  const LayerCounts& layer = found->second;
  const double others = static_cast<double>(layer.ns - std::min<std::uint64_t>(layer.ns, layer.longest_ns)) /
                        static_cast<double>(layer.done - 1);
  return static_cast<double>(task.detail.ns) > kMuchLonger * others;
}

Efficiency efficiency_of(const JobKnowledge& known) {
  Efficiency found;
  const double total = computing_ns(known) * known.facts.threads();
  found.thread_seconds = total / 1e9;
  if (total <= 0) return found;
  Sums sums = sums_of(known);
  const double told = std::accumulate(sums.ns.begin(), sums.ns.end(), 0.0);
  const auto runtime = static_cast<std::size_t>(Loss::kRuntime);
  sums.ns[runtime] = std::max(0.0, total - told);
  sums.by_layer[runtime] = tasks_by_layer(known);
  const double all = told + sums.ns[runtime];
  for (std::size_t i = 0; i < kLosses; ++i) {
    found.shares[i] = sums.ns[i] / all;
    found.costs[i] = most_of(sums.by_layer[i], found.shares[i]);
  }
  return found;
}

}  // namespace bask
