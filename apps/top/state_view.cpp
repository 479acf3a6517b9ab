#include "state_view.hpp"

#include "checked_json.hpp"
#include "waiting_view.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/version.hpp>

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

namespace top {
namespace {

constexpr std::uint64_t kFormat = 1;

// Large members that are not shown.
bool is_left_out(const std::string& name) {
  return name == "lanes" || name == "sample" || name == "durations" || name == "graph" || name == "totals";
}

void check_format(const CheckedJson& state) {
  const std::uint64_t format = state.member("format").count();
  if (format == kFormat) return;
  throw bask::Error("",
                    fmt::format("its format is {}, and this bask-top ({}) knows format {}", format,
                                bask::kVersion, kFormat),
                    "use the bask-top of the Bask that the job was built with");
}

JobView job_of(const CheckedJson& job) {
  JobView view{.program = job.member("program").text(),
               .arguments = {},
               .host = job.member("host").text(),
               .ranks = job.member("ranks").count(),
               .threads = job.member("threads").count(),
               .now = job.member("now").positive(),
               .ended = job.member("ended").number_or_null(),
               .exit = std::nullopt,
               .said = job.member("said").text_or_null(),
               .slurm = std::nullopt};
  job.member("arguments").for_each([&](const CheckedJson& argument) {
    view.arguments += (view.arguments.empty() ? "" : " ") + argument.text();
  });
  if (!job.member("exit").is_null()) view.exit = job.member("exit").integer();
  const CheckedJson slurm = job.member("slurm");
  if (slurm.is_null()) return view;
  view.slurm = SlurmView{.id = slurm.member("id").text(),
                         .restarts = slurm.member("restarts").count(),
                         .end = slurm.member("end").number_or_null()};
  return view;
}

std::optional<ComputeView> compute_of(const CheckedJson& compute) {
  if (compute.is_null()) return std::nullopt;
  return ComputeView{.number = compute.member("number").count(),
                     .state = compute.member("state").text(),
                     .tasks = compute.member("tasks").count(),
                     .done = compute.member("done").count(),
                     .failed = compute.member("failed").count(),
                     .left = compute.member("left").number_or_null()};
}

LayerView layer_of(const CheckedJson& layer) {
  return {.name = layer.member("name").text(),
          .tasks = layer.member("tasks").count(),
          .done = layer.member("done").count(),
          .running = layer.member("running").count(),
          .failed = layer.member("failed").count(),
          .retried = layer.member("retried").count(),
          .seconds = layer.member("seconds").positive(),
          .longest = layer.member("longest").positive(),
          .bytes = layer.member("bytes").count()};
}

std::vector<double> series_of(const CheckedJson& list) {
  std::vector<double> values;
  list.for_each([&](const CheckedJson& value) { values.push_back(value.positive()); });
  return values;
}

CountsView counts_of(const CheckedJson& counts) {
  const auto count = [&](const char* name) { return counts.member(name).count(); };
  return {.spilled = count("spilled"),
          .spilled_bytes = count("spilled_bytes"),
          .read_back = count("read_back"),
          .read_back_bytes = count("read_back_bytes"),
          .moved = count("moved"),
          .moved_bytes = count("moved_bytes"),
          .stolen = count("stolen"),
          .retried = count("retried"),
          .failed = count("failed"),
          .journalled = count("journalled"),
          .journalled_bytes = count("journalled_bytes")};
}

LineView line_of(const CheckedJson& line, std::string level) {
  return {.at = line.member("at").number(),
          .level = std::move(level),
          .rank = line.member("rank").count_or_null(),
          .text = line.member("text").text()};
}

// ---- Ranks: their facts, memory, bins, and what their threads do stand in four lists. ----

void add_facts(const CheckedJson& list, std::vector<RankView>& ranks) {
  list.for_each([&](const CheckedJson& facts) {
    ranks.push_back({.rank = facts.member("rank").count(),
                     .host = facts.member("host").text(),
                     .threads = facts.member("threads").count(),
                     .heard = facts.member("heard").number(),
                     .limit = std::nullopt,
                     .doing = {},
                     .series = {},
                     .waiting = std::nullopt});
    if (const auto waiting = facts.member_if_there("waiting")) ranks.back().waiting = waiting_of(*waiting);
  });
}

void add_memory(const CheckedJson& list, std::vector<RankView>& ranks) {
  std::size_t rank = 0;
  list.for_each([&](const CheckedJson& memory) {
    if (rank == ranks.size()) return;
    RankView& view = ranks[rank++];
    view.held = memory.member("held").count();
    view.limit = memory.member("limit").count_or_null();
    view.on_disk = memory.member("on_disk").count();
    view.peak = memory.member("peak").count();
  });
}

void add_series(const CheckedJson& list, std::vector<RankView>& ranks) {
  std::size_t rank = 0;
  list.for_each([&](const CheckedJson& series) {
    if (rank == ranks.size()) return;
    ranks[rank++].series = {.busy = series_of(series.member("busy")),
                            .ready = series_of(series.member("ready")),
                            .in = series_of(series.member("in")),
                            .out = series_of(series.member("out")),
                            .spilled = series_of(series.member("spilled")),
                            .read_back = series_of(series.member("read_back"))};
  });
}

struct Activity {
  std::string text;
  bool is_task = false;
};

std::vector<Activity> activities_of(const CheckedJson& timeline) {
  std::vector<Activity> activities;
  timeline.member("activities").for_each([&](const CheckedJson& name) {
    activities.push_back({name.text(), false});
  });
  std::size_t number = 0;
  timeline.member("kinds").for_each([&](const CheckedJson& kind) {
    if (number == activities.size()) return;
    Activity& activity = activities[number++];
    activity.is_task = kind.text() == "task";
    const bool has_nothing = activity.text.starts_with("nothing");
    if (kind.text() == "wait" && !has_nothing) activity.text.insert(0, "waits for ");
  });
  return activities;
}

void add_doing(const CheckedJson& list, const std::vector<Activity>& activities, double now,
               std::vector<RankView>& ranks) {
  const Activity between{"between tasks", false};
  list.for_each([&](const CheckedJson& thread) {
    const std::uint64_t rank = thread.member("rank").count();
    const std::optional<std::uint64_t> number = thread.member("activity").count_or_null();
    const double since = std::max(now - thread.member("since").number(), 0.0);
    const bool is_lane = thread.member("thread").is_null();  // of transfers, of the disk
    if (rank >= ranks.size() || (number && *number >= activities.size()) || (is_lane && !number)) return;
    const Activity& activity = number ? activities[*number] : between;
    std::vector<DoingView>& doing = ranks[rank].doing;
    auto found = std::ranges::find(doing, activity.text, &DoingView::text);
    if (found == doing.end()) found = doing.insert(found, {activity.text, 0, 0, activity.is_task});
    ++found->threads;
    found->since = std::max(found->since, since);
  });
  for (RankView& rank : ranks) std::ranges::stable_sort(rank.doing, std::greater(), &DoingView::threads);
}

std::vector<RankView> ranks_of(const CheckedJson& state, double now) {
  std::vector<RankView> ranks;
  add_facts(state.member("ranks"), ranks);
  add_memory(state.member("memory"), ranks);
  const CheckedJson timeline = state.member("timeline");
  add_series(timeline.member("ranks"), ranks);
  add_doing(state.member("now"), activities_of(timeline), now, ranks);
  return ranks;
}

}  // namespace

StateView parse_state(std::string_view text) {
  const nlohmann::json json = parse_json(text, is_left_out);
  const CheckedJson state(json, "");
  if (!json.is_object())
    throw bask::Error("", "it is JSON, but no state of a job", "show the directory of another job");
  check_format(state);
  StateView view;
  view.interval = state.member("interval").positive();
  view.bin_width = std::clamp(state.member("timeline").member("width").positive(), 1e-9, 1e9);
  view.job = job_of(state.member("job"));
  view.compute = compute_of(state.member("compute"));
  state.member("layers").for_each([&](const CheckedJson& layer) { view.layers.push_back(layer_of(layer)); });
  view.ranks = ranks_of(state, view.job.now);
  view.counts = counts_of(state.member("counts"));
  const CheckedJson numbers = state.member("numbers");
  view.thread_seconds = numbers.member("thread_seconds").positive();
  for (std::size_t i = 0; i < kNumberNames.size(); ++i)
    view.numbers[i] = numbers.member(kNumberNames[i]).number();
  state.member("advice").for_each(
      [&](const CheckedJson& advice) { view.advice.push_back(advice.member("text").text()); });
  state.member("errors").for_each(
      [&](const CheckedJson& error) { view.errors.push_back(line_of(error, "error")); });
  state.member("log").for_each(
      [&](const CheckedJson& line) { view.log.push_back(line_of(line, line.member("level").text())); });
  return view;
}

}  // namespace top
