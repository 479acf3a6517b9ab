#include <bask/record/advice.hpp>
#include <bask/record/efficiency.hpp>
#include <bask/record/job_state.hpp>
#include <bask/record/job_state_parts.hpp>
#include <bask/record/waiting_state.hpp>

#include <algorithm>
#include <optional>

namespace bask {
namespace {

// ---- The job. ----

Json slurm_of(const std::optional<SlurmFacts>& slurm) {
  if (!slurm) return nullptr;
  return {{"id", slurm->id},       {"name", slurm->name},         {"partition", slurm->partition},
          {"nodes", slurm->nodes}, {"restarts", slurm->restarts}, {"end", or_null(slurm->end)}};
}

Json job_of(const JobKnowledge& known) {
  const JobFacts& facts = known.facts;
  return {{"program", facts.program},
          {"arguments", facts.arguments},
          {"host", facts.host},
          {"pid", facts.pid},
          {"ranks", facts.ranks.size()},
          {"threads", facts.threads()},
          {"started", facts.started},
          {"now", seconds(known.now_ns)},
          {"ended", seconds_or_null(known.end_ns)},
          {"exit", known.end_ns ? Json(known.exit_code) : Json(nullptr)},
          {"said", known.said.empty() ? Json(nullptr) : Json(known.said)},
          {"slurm", slurm_of(facts.slurm)}};
}

Json options_of(const std::vector<Fact>& options) {
  Json all = Json::array();
  for (const Fact& option : options)
    all.push_back({{"name", option.name}, {"value", option.value}, {"source", option.source}});
  return all;
}

Json ranks_of(const JobKnowledge& known) {
  Json all = Json::array();
  std::vector<Json> waiting = waiting_of(known);
  for (std::size_t rank = 0; rank < known.facts.ranks.size(); ++rank) {
    const RankFacts& facts = known.facts.ranks[rank];
    all.push_back({{"rank", rank},
                   {"host", facts.host},
                   {"cores", facts.cores},
                   {"threads", facts.threads},
                   {"memory_limit", facts.memory_limit == 0 ? Json(nullptr) : Json(facts.memory_limit)},
                   {"memory_margin", facts.memory_margin},
                   {"clock_error", seconds(known.ranks[rank].clock_error_ns)},
                   {"heard", seconds(known.ranks[rank].heard_ns)},
                   {"waiting", std::move(waiting[rank])}});
  }
  return all;
}

std::string name_of(ComputeState state) {
  switch (state) {
    case ComputeState::kPlanning:
      return "planning";
    case ComputeState::kRunning:
      return "running";
    case ComputeState::kDone:
      return "done";
    case ComputeState::kFailed:
      return "failed";
    case ComputeState::kStopped:
      break;
  }
  return "stopped";
}

Json forecast_of(const std::optional<ComputeFacts>& compute) {
  if (!compute || !compute->forecast) return nullptr;
  const ComputeUse& forecast = *compute->forecast;
  return {{"seconds", or_null(forecast.seconds)},
          {"peak_memory", forecast.peak_memory},
          {"bytes_moved", forecast.bytes_moved},
          {"source", compute->forecast_source}};
}

Json computation_of(const ComputeFacts& compute) {
  Json all = {{"number", compute.number},
              {"state", name_of(compute.state)},
              {"began", seconds(compute.begin_ns)},
              {"ended", seconds_or_null(compute.end_ns)},
              {"tasks", compute.tasks},
              {"peak_memory", nullptr},
              {"bytes_moved", nullptr},
              {"forecast", forecast_of(compute)}};
  if (compute.use) {
    all["peak_memory"] = compute.use->peak_memory;
    all["bytes_moved"] = compute.use->bytes_moved;
  }
  return all;
}

Json compute_of(const JobKnowledge& known) {
  if (!known.compute) return nullptr;
  std::uint64_t failed = 0;
  for (const LayerState& layer : known.layers) failed += layer.counts.failed;
  const std::optional<double> left = seconds_left(known);
  Json all = computation_of(*known.compute);
  all["done"] = known.done();
  all["failed"] = failed;
  all["left"] = left ? Json(short_share(*left)) : Json(nullptr);
  return all;
}

Json computes_of(const JobKnowledge& known) {
  Json all = Json::array();
  for (const ComputeFacts& compute : known.computes) all.push_back(computation_of(compute));
  return all;
}

// ---- Layers. ----

Json layer_of(const std::string& name, const LayerCounts& counts) {
  return {{"name", name},
          {"failed", counts.failed},
          {"retried", counts.retried},
          {"seconds", seconds(static_cast<std::int64_t>(counts.ns))},
          {"longest", seconds(static_cast<std::int64_t>(counts.longest_ns))},
          {"bytes", counts.bytes},
          {"largest", counts.largest},
          {"durations", counts.durations}};
}

Json layers_of(const JobKnowledge& known) {
  std::unordered_map<std::string, std::uint64_t> running;
  for (std::size_t rank = 0; rank < known.ranks.size(); ++rank) {
    for (const Doing& doing : known.ranks[rank].doing) {
      if (is_layer(doing.activity))
        ++running[known.names[known.ranks[rank].layers[bask::layer_of(doing.activity)]]];
    }
  }
  Json all = Json::array();
  for (const LayerState& layer : known.layers) {
    Json one = layer_of(layer.name, layer.counts);
    one["tasks"] = layer.tasks;
    one["done"] = layer.done;
    const bool is_over = known.compute->end_ns.has_value();
    one["running"] =
        is_over ? 0 : std::min(running[layer.name], layer.tasks - std::min(layer.done, layer.tasks));
    all.push_back(std::move(one));
  }
  return all;
}

Json totals_of(const JobKnowledge& known) {
  Json all = Json::array();
  for (std::uint32_t number = kFixedActivities; number < known.names.size(); ++number) {
    const auto found = known.totals.find(number);
    if (found == known.totals.end()) continue;
    Json one = layer_of(known.names[number], found->second);
    one["tasks"] = one["done"] = found->second.done;
    one["running"] = 0;
    all.push_back(std::move(one));
  }
  return all;
}

// Where tasks of the current computation run now: by their numbers, the ranks.
std::unordered_map<std::uint32_t, std::size_t> running_tasks(const JobKnowledge& known) {
  std::unordered_map<std::uint32_t, std::size_t> running;
  if (!known.compute || known.compute->end_ns) return running;
  for (std::size_t rank = 0; rank < known.ranks.size(); ++rank) {
    for (const Doing& doing : known.ranks[rank].doing) {
      const bool is_of_it = is_layer(doing.activity) && doing.since_ns >= known.compute->begin_ns;
      if (is_of_it) running[doing.task] = rank;
    }
  }
  return running;
}

Json graph_tasks_of(const JobKnowledge& known) {
  if (known.graph.all().empty()) return nullptr;
  const auto running = running_tasks(known);
  Json all = Json::array();
  for (const GraphTask& task : known.graph.all()) {
    const std::uint32_t layer = known.layer_of_group[task.facts.group];
    const auto runs = running.find(task.facts.task);
    const bool has_ended = task.has_ended || known.layers[layer].done >= known.layers[layer].tasks;
    Json one = {
        {"layer", layer}, {"name", task.name}, {"inputs", task.facts.inputs}, {"rank", or_null(task.rank)}};
    one["state"] = task.has_failed         ? "failed"
                   : has_ended             ? "done"
                   : runs != running.end() ? "running"
                                           : "waiting";
    if (!has_ended && runs != running.end()) one["rank"] = runs->second;
    all.push_back(std::move(one));
  }
  return all;
}

Json graph_of(const JobKnowledge& known) {
  Json inputs = Json::array();
  for (const LayerState& layer : known.layers) inputs.push_back(layer.inputs);
  return {{"inputs", std::move(inputs)}, {"tasks", graph_tasks_of(known)}};
}

// ---- What it means. ----

void add_efficiency(const JobKnowledge& known, Json& all) {
  const Efficiency efficiency = efficiency_of(known);
  Json numbers = {{"thread_seconds", efficiency.thread_seconds}}, costs = Json::array(),
       advice = Json::array();
  const auto layer_name = [&](const std::optional<std::uint32_t>& layer) {
    return layer ? Json(known.names[*layer]) : Json(nullptr);
  };
  for (std::size_t i = 0; i < kLosses; ++i) {
    const std::string name(name_of(static_cast<Loss>(i)));
    numbers[name] = efficiency.shares[i];
    costs.push_back({{"number", name},
                     {"layer", layer_name(efficiency.costs[i].layer)},
                     {"share", short_share(efficiency.costs[i].share)}});
  }
  for (const Advice& one : advice_for(known, efficiency)) {
    advice.push_back({{"number", name_of(one.loss)},
                      {"text", one.text},
                      {"layer", layer_name(one.layer)},
                      {"rank", or_null(one.rank)}});
  }
  all["numbers"] = std::move(numbers);
  all["costs"] = std::move(costs);
  all["advice"] = std::move(advice);
}

// ---- Tasks and lines. ----

Json task_of(const JobKnowledge& known, const ToldTask& task) {
  const char* const state = task.detail.kind == EventKind::kTaskFailed    ? "failed"
                            : task.detail.kind == EventKind::kTaskRetried ? "retried"
                                                                          : "done";
  const auto totals = known.totals.find(task.layer);
  const bool has_mean = totals != known.totals.end() && totals->second.done != 0;
  const std::uint64_t mean = has_mean ? totals->second.ns / totals->second.done : 0;
  return {{"layer", known.names[task.layer]},
          {"task", task.detail.task},
          {"rank", task.rank},
          {"thread", or_null(task.thread)},
          {"began", seconds(task.detail.begin_ns)},
          {"seconds", static_cast<double>(task.detail.ns) / 1e9},
          {"bytes", task.detail.bytes},
          {"mean", static_cast<double>(mean) / 1e9},
          {"state", state}};
}

template <class Tasks>
Json tasks_of(const JobKnowledge& known, const Tasks& tasks) {
  Json all = Json::array();
  for (const ToldTask& task : tasks) all.push_back(task_of(known, task));
  return all;
}

Json lines_of(const std::deque<LogLine>& lines) {
  Json all = Json::array();
  for (const LogLine& line : lines)
    all.push_back({{"at", seconds(line.at_ns)},
                   {"level", line.level},
                   {"rank", or_null(line.rank)},
                   {"text", line.text}});
  return all;
}

}  // namespace

std::string state_text(const JobKnowledge& known) {
  Json versions = Json::object();
  for (const Fact& version : known.facts.versions) versions[version.name] = version.value;
  Json all = {{"format", 1},
              {"interval", 1},
              {"job", job_of(known)},
              {"options", options_of(known.facts.options)},
              {"versions", std::move(versions)},
              {"ranks", ranks_of(known)},
              {"compute", compute_of(known)},
              {"computes", computes_of(known)},
              {"layers", layers_of(known)},
              {"totals", totals_of(known)},
              {"graph", graph_of(known)},
              {"timeline", timeline_of(known)},
              {"now", now_of(known)},
              {"memory", memory_of(known)},
              {"moved", moved_of(known)},
              {"counts", counts_of(known)},
              {"slowest", tasks_of(known, known.slowest)},
              {"largest", tasks_of(known, known.largest)},
              {"newest", tasks_of(known, known.newest)},
              {"sample", tasks_of(known, known.sample)},
              {"errors", lines_of(known.errors)},
              {"log", lines_of(known.log)},
              {"forecast", forecast_of(known.compute)}};
  add_efficiency(known, all);
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bask
