#include <bask/record/job_record.hpp>

#include <bask/core/id.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr std::size_t kMostComputes = 100, kMostTold = 20, kMostNewest = 50, kMostSample = 500;
constexpr std::size_t kMostErrors = 100, kMostLines = 200;

template <class T>
void keep_newest(std::deque<T>& all, T one, std::size_t most) {
  all.push_back(std::move(one));
  if (all.size() > most) all.pop_front();
}

// Keeps the tasks that measure most, in falling order.
template <class Measure>
void keep_most(std::vector<ToldTask>& kept, const ToldTask& task, const Measure& measure) {
  const auto more = [&](const ToldTask& a, const ToldTask& b) { return measure(a) > measure(b); };
  if (kept.size() == kMostTold && !more(task, kept.back())) return;
  kept.insert(std::ranges::upper_bound(kept, task, more), task);
  if (kept.size() > kMostTold) kept.pop_back();
}

}  // namespace

std::optional<double> seconds_left(const JobKnowledge& known) {
  const std::uint64_t done = known.done();
  if (!known.compute || known.compute->end_ns || done == 0) return std::nullopt;
  const ComputeFacts& compute = *known.compute;
  if (compute.state != ComputeState::kRunning) return std::nullopt;
  const double so_far = static_cast<double>(known.now_ns - compute.begin_ns) / 1e9;
  return so_far * static_cast<double>(compute.tasks - std::min(done, compute.tasks)) /
         static_cast<double>(done);
}

JobRecord::JobRecord(JobFacts facts, std::function<std::int64_t()> clock)
    : clock_(std::move(clock)), known_(std::move(facts)) {
  known_.moved.resize(known_.ranks.size());
}

// ---- Computations. ----

void JobRecord::begin_compute() {
  const Held held(mutex_);
  const std::uint32_t number = known_.compute ? known_.compute->number + 1 : 1;
  if (known_.compute) keep_newest(known_.computes, *known_.compute, kMostComputes);
  known_.compute.emplace();
  known_.compute->number = number;
  known_.compute->begin_ns = now_ns();
  known_.layers.clear();
  known_.layer_by_name.clear();
  known_.layer_of_group.clear();
  known_.graph.begin(0, {});
}

void JobRecord::forecast(const ComputeUse& forecast, const std::string& source) {
  const Held held(mutex_);
  known_.compute->forecast = forecast;
  known_.compute->forecast_source = source;
}

void JobRecord::used(const ComputeUse& use) {
  const Held held(mutex_);
  known_.compute->use = use;
}

void JobRecord::begin_running(const std::vector<GroupFacts>& groups, std::uint32_t run,
                              std::vector<TaskFacts> tasks) {
  const Held held(mutex_);
  known_.graph.begin(run, std::move(tasks));
  known_.compute->state = ComputeState::kRunning;
  known_.planning_ns += now_ns() - known_.compute->begin_ns;
  for (const GroupFacts& group : groups) {
    if (group.tasks == 0) {
      known_.layer_of_group.push_back(kNoIndex);
      continue;
    }
    const auto [found, is_new] = known_.layer_by_name.try_emplace(group.layer, known_.layers.size());
    if (is_new) known_.layers.push_back({.name = group.layer, .inputs = {}});
    known_.layers[found->second].tasks += group.tasks;
    known_.layer_of_group.push_back(static_cast<std::uint32_t>(found->second));
    known_.compute->tasks += group.tasks;
  }
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (groups[group].tasks == 0) continue;
    std::vector<std::uint32_t>& inputs = known_.layers[known_.layer_of_group[group]].inputs;
    for (const std::uint32_t input : groups[group].inputs) {
      const std::uint32_t layer = known_.layer_of_group[input];
      if (std::ranges::find(inputs, layer) == inputs.end()) inputs.push_back(layer);
    }
  }
}

void JobRecord::set_task_names(std::shared_ptr<TaskNames> names) {
  const Held held(mutex_);
  known_.task_names = std::move(names);
  if (known_.task_names != nullptr) known_.graph.name_by(*known_.task_names);
  for (RankState& rank : known_.ranks) {
    known_.ended_run = std::max(known_.ended_run, rank.waiting.run);
    rank.waiting = {};
  }
}

void JobRecord::progress(const std::vector<std::uint64_t>& done_by_group) {
  const Held held(mutex_);
  for (LayerState& layer : known_.layers) layer.done = 0;
  const std::size_t groups = std::min(done_by_group.size(), known_.layer_of_group.size());
  for (std::size_t group = 0; group < groups; ++group) {
    const std::uint32_t layer = known_.layer_of_group[group];
    if (layer != kNoIndex) known_.layers[layer].done += done_by_group[group];
  }
}

void JobRecord::end_compute(ComputeState state) {
  const Held held(mutex_);
  ComputeFacts& compute = *known_.compute;
  if (compute.end_ns) return;
  compute.end_ns = now_ns();
  if (compute.state == ComputeState::kPlanning) known_.planning_ns += *compute.end_ns - compute.begin_ns;
  compute.state = state;
  known_.computing_ns += *compute.end_ns - compute.begin_ns;
}

void JobRecord::end_job(int exit_code) {
  const Held held(mutex_);
  known_.end_ns = now_ns();
  known_.exit_code = exit_code;
}

// ---- What ranks tell. ----

void JobRecord::learn_names(std::uint32_t rank, const RankReport& report) {
  RankState& state = known_.ranks[rank];
  for (const std::string& layer : report.new_layers) state.layers.push_back(known_.names.number(layer));
  for (const std::string& lane : report.new_lanes) {
    state.lanes.push_back(known_.timeline.add_lane(rank, lane));
    state.lane_names.push_back(lane);
  }
}

std::uint32_t JobRecord::number_of(std::uint32_t rank, Activity activity) const {
  if (!is_layer(activity)) return static_cast<std::uint32_t>(activity);
  return known_.ranks[rank].layers.at(layer_of(activity));
}

ToldTask JobRecord::told(std::uint32_t rank, const TaskDetail& detail) const {
  return {.rank = rank,
          .layer = number_of(rank, detail.layer),
          .thread = thread_of_lane(known_.ranks[rank].lane_names.at(detail.lane)),
          .detail = detail};
}

void JobRecord::add_tasks(std::uint32_t rank, const RankReport& report) {
  for (const auto* const tasks : {&report.slowest, &report.largest, &report.newest, &report.sample}) {
    for (const TaskDetail& task : *tasks) known_.graph.learn(rank, task);
  }
  for (const TaskDetail& task : report.slowest)
    keep_most(known_.slowest, told(rank, task), [](const ToldTask& of) { return of.detail.ns; });
  for (const TaskDetail& task : report.largest)
    keep_most(known_.largest, told(rank, task), [](const ToldTask& of) { return of.detail.bytes; });
  for (const TaskDetail& task : report.newest) keep_newest(known_.newest, told(rank, task), kMostNewest);
  for (const TaskDetail& task : report.sample) {
    if (known_.sample_seen++ % known_.sample_step != 0) continue;
    known_.sample.push_back(told(rank, task));
    if (known_.sample.size() <= kMostSample) continue;
    for (std::size_t i = 0; 2 * i < known_.sample.size(); ++i) known_.sample[i] = known_.sample[2 * i];
    known_.sample.resize((known_.sample.size() + 1) / 2);
    known_.sample_step *= 2;
  }
}

void JobRecord::add(std::uint32_t rank, RankReport report) {
  const Held held(mutex_);
  RankState& state = known_.ranks[rank];
  const std::uint64_t number = report.number;
  state.early.emplace(number, std::move(report));
  while (!state.early.empty() && state.early.begin()->first == state.reports) {
    add_next(rank, state.early.begin()->second);
    state.early.erase(state.early.begin());
    ++state.reports;
  }
}

void JobRecord::add_next(std::uint32_t rank, const RankReport& report) {
  learn_names(rank, report);
  RankState& state = known_.ranks[rank];
  for (const LaneReport& lane : report.lanes) {
    for (const BinShare& share : lane.shares)
      known_.timeline.add(rank, state.lanes.at(lane.lane), share, number_of(rank, share.activity));
  }
  for (const RankSample& sample : report.samples) known_.timeline.add(rank, sample);
  for (const LayerReport& layer : report.layers) {
    const std::uint32_t number = number_of(rank, layer.layer);
    known_.totals[number] += layer.counts;
    state.by_layer[number] += layer.counts;
    const auto found = known_.layer_by_name.find(known_.names[number]);
    if (found != known_.layer_by_name.end()) known_.layers[found->second].counts += layer.counts;
  }
  add_tasks(rank, report);
  std::vector<Moved>& from = known_.moved[rank];
  for (const Moved& moved : report.moved) {
    if (from.empty()) from.resize(known_.ranks.size());
    from[moved.from].results += moved.results;
    from[moved.from].bytes += moved.bytes;
    known_.timeline.add_sent(moved.from, moved.bytes, report.made_ns);
  }
  known_.counts += report.counts;
  state.doing = report.doing;
  const bool is_old = report.waiting.run != 0 && report.waiting.run <= known_.ended_run;
  state.waiting = is_old ? RankWaiting{} : report.waiting;
  state.heard_ns = report.made_ns;
  state.clock_error_ns = report.clock_error_ns;
  state.held = report.held;
  state.peak = std::max(state.peak, report.peak);
  state.on_disk = report.on_disk;
  state.process_cpu_ns += report.process_cpu_ns;
  state.lanes_cpu_ns += report.lanes_cpu_ns;
  state.main_cpu_ns += report.main_cpu_ns;
}

void JobRecord::log(const LogLine& line) {
  const Held held(mutex_);
  keep_newest(known_.log, line, kMostLines);
}

void JobRecord::error(std::optional<std::uint32_t> rank, const std::string& text) {
  const Held held(mutex_);
  known_.said = text;
  keep_newest(known_.errors, {.at_ns = now_ns(), .level = "error", .rank = rank, .text = text}, kMostErrors);
}

void JobRecord::read(const std::function<void(const JobKnowledge&)>& look) {
  const Held held(mutex_);
  known_.now_ns = known_.end_ns.value_or(now_ns());
  known_.timeline.coarsen(known_.now_ns);
  look(known_);
}

}  // namespace bask
