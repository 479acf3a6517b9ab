#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/record/efficiency.hpp>
#include <bask/record/metrics_text.hpp>

#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace bask {
namespace {

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

std::string escaped(std::string_view text) {
  std::string all;
  for (const char c : printable(text)) {  // without ends of lines
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all;
}

std::string label(std::string_view name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, escaped(value));
}
std::string rank_label(std::size_t rank) {
  return fmt::format("rank=\"{}\"", rank);
}

class Metrics {
 public:
  /// The lines that follow are of this metric.
  void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
  void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }
  template <class Number>
  void add(const Number& value, std::string_view labels = {}) {
    const char* const form = labels.empty() ? "{}{} {}\n" : "{}{{{}}} {}\n";
    fmt::format_to(std::back_inserter(text_), fmt::runtime(form), name_, labels, value);
  }
  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  std::string_view name_;
  std::string text_;
};

void add_job(Metrics& metrics, const JobKnowledge& known) {
  const JobFacts& facts = known.facts;
  metrics.gauge("bask_job_info", "The job; its value is 1.");
  metrics.add(1, fmt::format("{},{},{}", label("program", facts.program), label("host", facts.host),
                             label("slurm_job", facts.slurm ? facts.slurm->id : "")));
  metrics.gauge("bask_job_ranks", "Processes of the job.");
  metrics.add(facts.ranks.size());
  metrics.gauge("bask_job_threads", "Threads that run tasks, over all ranks.");
  metrics.add(facts.threads());
  metrics.gauge("bask_job_age_seconds", "Time from the job's start until now or its end.");
  metrics.add(in_seconds(known.now_ns));
  metrics.gauge("bask_job_ended", "1 once the job has ended.");
  metrics.add(known.end_ns ? 1 : 0);
  if (!known.end_ns) return;
  metrics.gauge("bask_job_exit_code", "Exit code of the job, once it has ended.");
  metrics.add(known.exit_code);
}

void add_computations(Metrics& metrics, const JobKnowledge& known) {
  metrics.counter("bask_computations_total", "Computations that have begun.");
  metrics.add(known.compute ? known.compute->number : 0);
  if (!known.compute) return;
  metrics.gauge("bask_computation_tasks", "Tasks of the current or last computation.");
  metrics.add(known.compute->tasks);
  metrics.gauge("bask_computation_tasks_done", "Tasks of the current or last computation that are done.");
  metrics.add(known.done());
  const std::optional<double> left = seconds_left(known);
  if (!left) return;
  metrics.gauge("bask_computation_left_seconds",
                "Time left, as if the tasks to come took as long as the others.");
  metrics.add(*left);
}

template <class Value>
void add_by_layer(Metrics& metrics, const JobKnowledge& known, const Value& value) {
  for (std::uint32_t number = kFixedActivities; number < known.names.size(); ++number) {
    const auto found = known.totals.find(number);
    if (found != known.totals.end()) metrics.add(value(found->second), label("layer", known.names[number]));
  }
}

void add_layers(Metrics& metrics, const JobKnowledge& known) {
  metrics.counter("bask_tasks_done_total", "Tasks that were done, by layer.");
  add_by_layer(metrics, known, [](const LayerCounts& of) { return of.done; });
  metrics.counter("bask_tasks_failed_total", "Tasks that have failed, by layer.");
  add_by_layer(metrics, known, [](const LayerCounts& of) { return of.failed; });
  metrics.counter("bask_tasks_retried_total",
                  "Calls of tasks that have failed and were called again, by layer.");
  add_by_layer(metrics, known, [](const LayerCounts& of) { return of.retried; });
  metrics.counter("bask_kernel_seconds_total", "Time inside kernels, over all threads, by layer.");
  add_by_layer(metrics, known, [](const LayerCounts& of) { return static_cast<double>(of.ns) / 1e9; });
  metrics.counter("bask_result_bytes_total", "Memory of all results that were made, by layer.");
  add_by_layer(metrics, known, [](const LayerCounts& of) { return of.bytes; });
}

void add_traffic(Metrics& metrics, const JobKnowledge& known) {
  metrics.counter("bask_received_bytes_total", "Results that have come from other ranks, by receiving rank.");
  for (std::size_t rank = 0; rank < known.moved.size(); ++rank) {
    std::uint64_t bytes = 0;
    for (const Moved& moved : known.moved[rank]) bytes += moved.bytes;
    metrics.add(bytes, rank_label(rank));
  }
  metrics.counter("bask_spilled_bytes_total", "Results that have left memory for the disk.");
  metrics.add(known.counts.spilled_bytes);
  metrics.counter("bask_read_back_bytes_total", "Results that were read back from the disk.");
  metrics.add(known.counts.read_back_bytes);
  metrics.counter("bask_journalled_bytes_total", "Results that were kept in the journal.");
  metrics.add(known.counts.journalled_bytes);
  metrics.counter("bask_stolen_units_total", "Units of tasks that another rank has taken over.");
  metrics.add(known.counts.stolen);
}

void add_ranks(Metrics& metrics, const JobKnowledge& known) {
  const auto add = [&](const auto& value) {
    for (std::size_t rank = 0; rank < known.ranks.size(); ++rank)
      metrics.add(value(known.ranks[rank]), rank_label(rank));
  };
  metrics.gauge("bask_memory_held_bytes", "Memory that results occupy, by rank.");
  add([](const RankState& rank) { return rank.held; });
  metrics.gauge("bask_memory_peak_bytes", "The most that results have occupied at once, by rank.");
  add([](const RankState& rank) { return rank.peak; });
  metrics.gauge("bask_memory_limit_bytes",
                "Memory that results may occupy, by rank; without a limit there is none.");
  for (std::size_t rank = 0; rank < known.facts.ranks.size(); ++rank) {
    const std::uint64_t limit = known.facts.ranks[rank].memory_limit;
    if (limit != 0) metrics.add(limit, rank_label(rank));
  }
  metrics.gauge("bask_disk_bytes", "Results that are on the disk, by rank.");
  add([](const RankState& rank) { return rank.on_disk; });
  metrics.counter("bask_cpu_seconds_total", "CPU time of the process, by rank.");
  add([](const RankState& rank) { return in_seconds(rank.process_cpu_ns); });
}

void add_times(Metrics& metrics, const JobKnowledge& known) {
  JobBin sum;
  for (const JobBin& bin : known.timeline.job().values()) {
    sum.useful_ns += bin.useful_ns;
    sum.data_ns += bin.data_ns;
    sum.spilling_ns += bin.spilling_ns;
    sum.resource_ns += bin.resource_ns;
    sum.idle_ns += bin.idle_ns;
  }
  metrics.counter(
      "bask_thread_seconds_total",
      "Time of all threads, by kind: useful, inside kernels; waiting for data or moving it, for room "
      "in memory, for resources; idle, without a task to run.");
  metrics.add(in_seconds(sum.useful_ns), label("kind", "useful"));
  metrics.add(in_seconds(sum.data_ns), label("kind", "data"));
  metrics.add(in_seconds(sum.spilling_ns), label("kind", "spilling"));
  metrics.add(in_seconds(sum.resource_ns), label("kind", "resource"));
  metrics.add(in_seconds(sum.idle_ns), label("kind", "idle"));
  const Efficiency efficiency = efficiency_of(known);
  metrics.gauge("bask_time_share_ratio",
                "Where the time of the threads inside computations has gone: shares that add up to 1.");
  for (std::size_t i = 0; i < kLosses; ++i)
    metrics.add(efficiency.shares[i], label("share", name_of(static_cast<Loss>(i))));
}

}  // namespace

std::string metrics_text(const JobKnowledge& known) {
  Metrics metrics;
  add_job(metrics, known);
  add_computations(metrics, known);
  add_layers(metrics, known);
  add_traffic(metrics, known);
  add_ranks(metrics, known);
  add_times(metrics, known);
  return metrics.text();
}

}  // namespace bask
