#include <fmt/format.h>
#include <bask/core/units.hpp>
#include <bask/forecast/forecast_text.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kMostLayers = 30, kMostRanks = 16;

std::string time_text(double ns) {
  return format_duration(std::chrono::nanoseconds(std::llround(ns)));
}
std::string size_text(double bytes) {
  return format_size(static_cast<std::uint64_t>(bytes));
}

std::string limit_text(std::uint64_t limit) {
  return limit == ~std::uint64_t{0} ? "no limit" : format_size(limit);
}

std::string layers_text(const ComputeForecast& forecast) {
  std::string text = fmt::format("  {:>10}  {:>10}  {:>12}  layer\n", "tasks", "bytes", "a task takes");
  std::size_t shown = 0;
  for (const ComputeForecast::Layer& layer : forecast.layers) {
    if (++shown > kMostLayers) {
      return text + fmt::format("  … and {} layers more\n", forecast.layers.size() - kMostLayers);
    }
    text += fmt::format(
        "  {:>10}  {:>10}  {:>12}  {}{}\n", layer.tasks, (layer.is_sized ? "" : "~") + size_text(layer.bytes),
        (layer.is_measured ? "" : "~") + time_text(layer.ns / static_cast<double>(layer.tasks)), layer.name,
        layer.is_measured ? "" : "  (guessed)");
  }
  return text;
}

std::string ranks_text(const RunForecast& run) {
  std::string text =
      fmt::format("  {:>5} {:>8} {:>10} {:>6} {:>11} {:>11} {:>11} {:>11} {:>11}\n", "rank", "threads",
                  "tasks", "busy", "peak memory", "come in", "gone out", "spilled", "made again");
  for (std::size_t rank = 0; rank < run.ranks.size(); ++rank) {
    if (rank == kMostRanks)
      return text + fmt::format("  … and {} ranks more\n", run.ranks.size() - kMostRanks);
    const RankForecast& done = run.ranks[rank];
    const MemoryUse& memory = run.memory[rank];
    const double thread_ns = static_cast<double>(run.makespan_ns) * done.threads;
    const double busy = thread_ns == 0 ? 0 : static_cast<double>(done.busy_ns) / thread_ns;
    text +=
        fmt::format("  {:>5} {:>8} {:>10} {:>5.0f}% {:>11} {:>11} {:>11} {:>11} {:>11}\n", rank, done.threads,
                    done.tasks, 100 * busy, format_size(memory.peak), format_size(done.bytes_in),
                    format_size(done.bytes_out), format_size(memory.spilled), format_size(memory.made_again));
  }
  return text;
}

// The ranks and threads of a cluster for comparison; all of its ranks but perhaps rank 0 are alike.
struct Size {
  std::size_t ranks;
  unsigned threads;
  auto operator<=>(const Size&) const = default;
};
Size size_of(const JobForecast::Total& total) {
  return {total.shape.size(), total.shape.back().threads};
}
std::size_t cores(const JobForecast::Total& total) {
  return size_of(total).ranks * size_of(total).threads;
}

std::string table_text(const std::vector<JobForecast::Total>& totals) {
  std::set<unsigned> threads;
  std::map<std::size_t, std::map<unsigned, std::string>> rows;
  for (const JobForecast::Total& total : totals) {
    const Size size = size_of(total);
    threads.insert(size.threads);
    rows[size.ranks][size.threads] =
        total.refused.empty() ? time_text(static_cast<double>(total.ns)) : "no room";
  }
  std::string text = fmt::format("  {:>5} |", "ranks");
  for (const unsigned number : threads) text += fmt::format(" {:>8}", number);
  text += " threads of each\n";
  for (const auto& [ranks, row] : rows) {
    text += fmt::format("  {:>5} |", ranks);
    for (const auto& [number, cell] : row) text += fmt::format(" {:>8}", cell);
    text += "\n";
  }
  return text;
}

// The smallest of those that are at most a tenth slower than any: the fewest cores, then the fewest ranks.
// Where most of the cores would be idle, half of them: until at least half of their time is used.
std::optional<JobForecast::Total> suggested(const std::vector<JobForecast::Total>& totals) {
  constexpr double kUsed = 0.5;
  std::optional<JobForecast::Total> best;
  for (const JobForecast::Total& total : totals) {
    if (!total.refused.empty() || (cores(total) > 1 && total.busy < kUsed)) continue;
    const auto rank = [](const JobForecast::Total& of) {
      return std::tuple(static_cast<double>(of.ns), cores(of), of.shape.size());
    };
    if (!best || rank(total) < rank(*best)) best = total;
  }
  if (!best) return best;
  for (const JobForecast::Total& total : totals) {
    const bool is_as_fast =
        total.refused.empty() && static_cast<double>(total.ns) <= 1.1 * static_cast<double>(best->ns);
    if (is_as_fast &&
        std::pair(cores(total), total.shape.size()) < std::pair(cores(*best), best->shape.size()))
      best = total;
  }
  return best;
}

// Twice the time, and at least a minute, as hours:minutes:seconds.
std::string limit_of(std::int64_t ns) {
  const std::int64_t minutes = std::max<std::int64_t>((2 * ns + 59'999'999'999) / 60'000'000'000, 1);
  return fmt::format("{}:{:02}:00", minutes / 60, minutes % 60);
}

std::string suggestion_text(const JobForecast::Total& total, const std::string& program) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  const Size size = size_of(total);
  const std::uint64_t memory = (total.peak + total.peak / 4) / kGiB + 1;
  std::string text = fmt::format(
      "Suggested: bask-submit --nodes {} --cpus-per-task {} --mem {}GiB --time {} -- {}\n"
      "  {} x {} threads use {:.0f} % of their time; those that are faster leave more than half of it idle, "
      "or gain "
      "less than a tenth.\n"
      "  A rank holds {} at most; --mem has a quarter and 1 GiB more. --time is twice the forecast.\n",
      size.ranks, size.threads, memory, limit_of(total.ns), program, size.ranks, size.threads,
      100 * total.busy, format_size(total.peak));
  return text;
}

}  // namespace

std::string forecast_text(const ComputeForecast& forecast, std::uint32_t number, const std::string& source) {
  const RunForecast& run = forecast.run;
  std::string text = fmt::format("Forecast of computation {}: {} tasks in {} units, durations from {}\n",
                                 number, run.tasks, run.units, source);
  text += layers_text(forecast) + ranks_text(run);
  text += fmt::format(
      "  {} in all: {} of planning, then {}; the longest chain of tasks takes {}\n"
      "  {} results move between ranks, {}\n\n",
      time_text(static_cast<double>(forecast.planning_ns + run.makespan_ns)),
      time_text(static_cast<double>(forecast.planning_ns)), time_text(static_cast<double>(run.makespan_ns)),
      time_text(static_cast<double>(forecast.critical_ns)), run.results_moved, format_size(run.bytes_moved));
  return text;
}

std::string total_text(const JobForecast& forecast, const std::string& program) {
  const JobForecast::Total own = forecast.total();
  std::uint64_t limit = 0;
  unsigned threads = 0;
  for (const RankShape& rank : own.shape) {
    limit = std::max(limit, rank.memory_limit);
    threads += rank.threads;
  }
  std::string text = fmt::format(
      "Forecast of the program: {} computations, {} on {} ranks with {} threads in all, each with {}\n",
      forecast.computations(), time_text(static_cast<double>(own.ns)), own.shape.size(), threads,
      limit_text(limit));
  text += fmt::format("  a rank holds {} at most; {} are spilled\n", format_size(own.peak),
                      format_size(own.spilled));
  const std::vector<JobForecast::Total> comparisons = forecast.comparisons();
  if (comparisons.empty()) return text;
  text += "\n" + table_text(comparisons) + "\n";
  if (const auto best = suggested(comparisons)) text += suggestion_text(*best, program);
  return text;
}

}  // namespace bask
