#include <bask/record/advice.hpp>

#include <fmt/format.h>
#include <bask/core/units.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace bask {
namespace {

constexpr double kWorthSaying = 0.05;
constexpr double kGoodTask_ns = 10e6, kTinyTask_ns = 50e3;

std::string percent_text(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

std::string duration_text(double ns) {
  return format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
}

std::string quoted(const JobKnowledge& known, std::optional<std::uint32_t> layer) {
  return layer ? "'" + known.names[*layer] + "'" : "the computation";
}

double mean_ns(const LayerCounts& counts) {
  return counts.done == 0 ? 0 : static_cast<double>(counts.ns) / static_cast<double>(counts.done);
}

const LayerCounts* counts_of(const JobKnowledge& known, std::optional<std::uint32_t> layer) {
  const auto found = layer ? known.totals.find(*layer) : known.totals.end();
  return found == known.totals.end() ? nullptr : &found->second;
}

// ---- The runtime itself. ----

Advice about_runtime(const JobKnowledge& known, const Efficiency& efficiency) {
  const Efficiency::Cost& cost = efficiency.cost(Loss::kRuntime);
  const double share = efficiency.of(Loss::kRuntime);
  Advice advice{Loss::kRuntime, "", share, cost.layer, std::nullopt};
  const double planning =
      static_cast<double>(known.planning_ns) * known.facts.threads() / 1e9 / efficiency.thread_seconds;
  const LayerCounts* const counts = counts_of(known, cost.layer);
  const double mean = counts == nullptr ? 0 : mean_ns(*counts);
  if (counts == nullptr || mean > kGoodTask_ns / 10) {
    advice.text = fmt::format("{} of the time is the runtime's own, {} of it planning: compute more at once",
                              percent_text(share), percent_text(std::min(1.0, planning / share)));
    return advice;
  }
  // Tasks so small wait for each other no longer than messages and queues take.
  if (mean < kTinyTask_ns) advice.worth += efficiency.of(Loss::kParallelism) + efficiency.of(Loss::kData);
  const double factor = std::exp2(std::ceil(std::log2(kGoodTask_ns / std::max(mean, 1.0))));
  const std::uint64_t bytes = counts->bytes / std::max<std::uint64_t>(counts->done, 1);
  advice.text = fmt::format("tasks of {} take {} on average: {} of the time is the runtime's own; ",
                            quoted(known, cost.layer), duration_text(mean), percent_text(share));
  if (bytes < 1024) {
    advice.text += fmt::format("have each do {:.0f} times as much", factor);
  } else {
    const auto wished = static_cast<std::uint64_t>(static_cast<double>(bytes) * std::min(factor, 1024.0));
    advice.text += fmt::format("their chunks have {}: use {} or more", format_size(bytes),
                               format_size(std::min<std::uint64_t>(wished, 64u << 20)));
  }
  return advice;
}

// ---- Load imbalance. ----

struct SlowRank {
  std::uint32_t rank;
  double times;  // as long as on the others
};

// Without the longest task, which may be alone in that.
double usual_ns(const LayerCounts& counts) {
  if (counts.done < 2) return mean_ns(counts);
  return static_cast<double>(counts.ns - std::min(counts.ns, counts.longest_ns)) /
         static_cast<double>(counts.done - 1);
}

// A rank on which tasks of the layer usually take much longer than on the others.
std::optional<SlowRank> slow_rank(const JobKnowledge& known, std::uint32_t layer) {
  constexpr double kSlow = 1.4;
  std::optional<SlowRank> slowest;
  for (std::uint32_t rank = 0; rank < known.ranks.size(); ++rank) {
    LayerCounts others;
    for (std::uint32_t other = 0; other < known.ranks.size(); ++other) {
      const auto found = known.ranks[other].by_layer.find(layer);
      if (other != rank && found != known.ranks[other].by_layer.end()) others += found->second;
    }
    const auto here = known.ranks[rank].by_layer.find(layer);
    if (here == known.ranks[rank].by_layer.end() || here->second.done < 2 || others.done < 2) continue;
    const double times = usual_ns(here->second) / std::max(usual_ns(others), 1.0);
    if (times > kSlow && (!slowest || times > slowest->times)) slowest = SlowRank{rank, times};
  }
  return slowest;
}

Advice about_imbalance(const JobKnowledge& known, const Efficiency& efficiency) {
  const double share = efficiency.of(Loss::kImbalance);
  Advice advice{Loss::kImbalance, "", share, efficiency.cost(Loss::kImbalance).layer, std::nullopt};
  const std::string lost = percent_text(share) + " of the time threads had nothing to run while others had";
  const auto outlier =
      std::ranges::find_if(known.slowest, [&](const ToldTask& task) { return is_outlier(known, task); });
  const std::optional<SlowRank> slow = advice.layer ? slow_rank(known, *advice.layer) : std::nullopt;
  if (slow) {
    advice.rank = slow->rank;
    advice.text = fmt::format(
        "{}: on rank {} ({}) a task of {} takes {:.1f} times as long as on the others; look at that node",
        lost, slow->rank, known.facts.ranks[slow->rank].host, quoted(known, advice.layer), slow->times);
  } else if (outlier != known.slowest.end()) {
    advice.layer = outlier->layer;
    advice.text =
        fmt::format("{}: a task of {} took {}, {} on average; cut the work into parts of equal size", lost,
                    quoted(known, advice.layer), duration_text(static_cast<double>(outlier->detail.ns)),
                    duration_text(mean_ns(known.totals.at(outlier->layer))));
  } else {
    advice.text = lost + "; cut the work into more tasks, or let ranks steal (--bask-balance=on)";
  }
  return advice;
}

// ---- The others. ----

Advice about_data(const JobKnowledge& known, const Efficiency& efficiency) {
  std::uint64_t bytes = 0, results = 0;
  for (const std::vector<Moved>& from : known.moved) {
    for (const Moved& moved : from) {
      bytes += moved.bytes;
      results += moved.results;
    }
  }
  const double share = efficiency.of(Loss::kData);
  const Efficiency::Cost& cost = efficiency.cost(Loss::kData);
  return {
      Loss::kData,
      fmt::format("{} of the time went into moving {} in {} results between ranks, most while {} ran; use "
                  "fewer ranks with more threads each, or chunks that later steps read whole",
                  percent_text(share), format_size(bytes), results, quoted(known, cost.layer)),
      share, cost.layer, std::nullopt};
}

Advice about_spilling(const JobKnowledge& known, const Efficiency& efficiency) {
  const double share = efficiency.of(Loss::kSpilling);
  const std::string moved =
      known.counts.spilled_bytes == 0
          ? "results left it and were made again"
          : fmt::format("{} went to the disk and {} came back", format_size(known.counts.spilled_bytes),
                        format_size(known.counts.read_back_bytes));
  return {Loss::kSpilling,
          fmt::format("{} of the time threads waited for room in memory; {}: give ranks more memory (--mem, "
                      "--bask-memory-limit), use more nodes, or smaller chunks",
                      percent_text(share), moved),
          share, efficiency.cost(Loss::kSpilling).layer, std::nullopt};
}

Advice about_parallelism(const JobKnowledge& known, const Efficiency& efficiency) {
  const double share = efficiency.of(Loss::kParallelism);
  const Efficiency::Cost& cost = efficiency.cost(Loss::kParallelism);
  const unsigned threads = known.facts.threads();
  const double busy = threads * efficiency.of(Loss::kUseful);
  return {Loss::kParallelism,
          fmt::format(
              "{} of the time no task was ready anywhere, most while {} ran: {:.1f} of {} threads had "
              "work on average; cut it into more tasks that do not wait for each other, or use fewer threads",
              percent_text(share), quoted(known, cost.layer), busy, threads),
          share, cost.layer, std::nullopt};
}

// Kernels that wait for something themselves, or share their cores with threads that are not the runtime's.
std::optional<Advice> about_kernels(const JobKnowledge& known, const Efficiency& efficiency) {
  double others = 0, lanes = 0;
  for (const RankState& rank : known.ranks) {
    others += static_cast<double>(rank.process_cpu_ns - rank.lanes_cpu_ns - rank.main_cpu_ns) / 1e9;
    lanes += static_cast<double>(rank.lanes_cpu_ns) / 1e9;
  }
  const Efficiency::Cost& cost = efficiency.cost(Loss::kUseful);
  const double useful = efficiency.of(Loss::kUseful) * efficiency.thread_seconds;
  if (useful <= 0 || lanes <= 0) return std::nullopt;
  if (others > 0.25 * useful && lanes < 0.8 * useful) {
    return Advice{
        Loss::kUseful,
        fmt::format("threads that are not Bask's use {:.1f} times as much CPU as its own, and take cores "
                    "from them, most while "
                    "{} ran: let each call use one thread (OPENBLAS_NUM_THREADS=1, OMP_NUM_THREADS=1)",
                    others / std::max(lanes, 1e-9), quoted(known, cost.layer)),
        efficiency.of(Loss::kUseful) * (1 - lanes / useful), cost.layer, std::nullopt};
  }
  if (lanes < 0.7 * useful) {
    return Advice{
        Loss::kUseful,
        fmt::format("kernels use a CPU for {} of their time only, most of them of {}: they wait for a "
                    "lock, for files, or for cores that others use",
                    percent_text(lanes / useful), quoted(known, cost.layer)),
        efficiency.of(Loss::kUseful) * (1 - lanes / useful), cost.layer, std::nullopt};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Advice> advice_for(const JobKnowledge& known, const Efficiency& efficiency) {
  std::vector<Advice> all;
  const auto add = [&](Loss loss, Advice (*about)(const JobKnowledge&, const Efficiency&)) {
    if (efficiency.of(loss) > kWorthSaying) all.push_back(about(known, efficiency));
  };
  add(Loss::kImbalance, about_imbalance);
  add(Loss::kData, about_data);
  add(Loss::kSpilling, about_spilling);
  add(Loss::kParallelism, about_parallelism);
  add(Loss::kRuntime, about_runtime);
  if (std::optional<Advice> kernels = about_kernels(known, efficiency)) all.push_back(std::move(*kernels));
  std::ranges::stable_sort(all, std::ranges::greater(), &Advice::worth);
  return all;
}

}  // namespace bask
