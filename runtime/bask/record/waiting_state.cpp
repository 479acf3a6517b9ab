#include <bask/record/waiting_state.hpp>

#include <bask/core/units.hpp>
#include <bask/events/explained_waiting.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace bask {
namespace {

bool are_one_unit(const TaskNames& names, std::uint32_t a, std::uint32_t b) {
  return a == b || (names.unit(a) && names.unit(a) == names.unit(b));
}

std::string cause_text(WaitCause cause) {
  switch (cause) {
    case WaitCause::kInput:
      return "waits there, too";
    case WaitCause::kMemory:
      return "waits there for memory";
    case WaitCause::kComing:
      return "waits there for inputs that are on their way";
    case WaitCause::kResource:
      return "waits there for resources";
    case WaitCause::kTime:
      break;
  }
  return "was held back there, as it would not end before the time limit";
}

// What the task of another rank does, by that rank's last report.
std::string state_on(const JobKnowledge& known, std::uint32_t task, std::uint32_t rank) {
  const TaskNames& names = *known.task_names;
  const RankState& state = known.ranks[rank];
  for (const Doing& doing : state.doing) {
    if (!is_layer(doing.activity) || !are_one_unit(names, doing.task, task)) continue;
    const std::chrono::nanoseconds since(std::max<std::int64_t>(known.now_ns - doing.since_ns, 0));
    return "runs there, for " + format_duration(since);
  }
  for (const WaitingTask& waiting : state.waiting.tasks) {
    if (are_one_unit(names, waiting.last, task)) return cause_text(waiting.cause);
  }
  return "could run there, waits behind others, or is on its way";
}

std::optional<ExplainedRank> explained(const JobKnowledge& known, std::size_t rank) {
  const RankWaiting& waiting = known.ranks[rank].waiting;
  if (known.task_names == nullptr || waiting.left == 0) return std::nullopt;
  return explained(waiting, *known.task_names, [&](std::uint32_t task, std::uint32_t other) {
    return other < known.ranks.size() ? state_on(known, task, other) : std::string();
  });
}

void find_tasks(const JobKnowledge& known) {
  std::vector<std::uint32_t> tasks;
  for (const RankState& rank : known.ranks) {
    const std::vector<std::uint32_t> more = tasks_of(rank.waiting, *known.task_names);
    tasks.insert(tasks.end(), more.begin(), more.end());
    for (const Doing& doing : rank.doing) {
      if (is_layer(doing.activity)) tasks.push_back(doing.task);
    }
  }
  known.task_names->find(tasks);
}

Json task_of(const ExplainedTask& task) {
  Json inputs = Json::array(), resources = Json::array();
  for (const AwaitedInput& input : task.inputs)
    inputs.push_back({{"task", input.task}, {"rank", or_null(input.rank)}, {"state", input.state}});
  for (const AwaitedResource& resource : task.resources) {
    resources.push_back({{"name", resource.name},
                         {"wanted", resource.wanted},
                         {"free", resource.free},
                         {"offered", resource.offered}});
  }
  return {{"task", task.task},
          {"layer", task.layer},
          {"until", task.until.empty() ? Json(nullptr) : Json(task.until)},
          {"cause", task.cause},
          {"missing", task.missing},
          {"inputs", std::move(inputs)},
          {"bytes", task.bytes},
          {"resources", std::move(resources)}};
}

}  // namespace

Json waiting_of(const ExplainedRank& rank) {
  Json kinds = Json::array(), tasks = Json::array();
  for (const HeldKind& kind : rank.kinds) kinds.push_back({{"kind", kind.kind}, {"bytes", kind.bytes}});
  for (const ExplainedTask& task : rank.tasks) tasks.push_back(task_of(task));
  return {{"left", rank.left},
          {"ready", rank.ready},
          {"too_long", rank.too_long},
          {"held", rank.held},
          {"limit", rank.limit == 0 ? Json(nullptr) : Json(rank.limit)},
          {"kinds", std::move(kinds)},
          {"tasks", std::move(tasks)}};
}

std::vector<Json> waiting_of(const JobKnowledge& known) {
  if (known.task_names != nullptr) find_tasks(known);
  std::vector<Json> all;
  for (std::size_t rank = 0; rank < known.ranks.size(); ++rank) {
    const std::optional<ExplainedRank> waits = explained(known, rank);
    all.push_back(waits ? waiting_of(*waits) : Json(nullptr));
  }
  return all;
}

}  // namespace bask
