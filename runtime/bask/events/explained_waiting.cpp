#include <bask/events/explained_waiting.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace bask {
namespace {

std::string text_of(InputPlace place) {
  constexpr std::array kTexts{"",
                              "waits, too",
                              "runs",
                              "could run, or has run",
                              "is announced, and fetched once there is room",
                              "is coming",
                              "is on the disk"};
  return kTexts[static_cast<std::size_t>(place)];
}

std::string text_of(WaitCause cause) {
  constexpr std::array kTexts{"input", "memory", "coming", "resource", "time"};
  return kTexts[static_cast<std::size_t>(cause)];
}

// What a task of the same rank waits for that has all its inputs; empty: it is not told of.
std::string state_here(std::uint32_t task, const RankWaiting& waiting) {
  for (const WaitingTask& other : waiting.tasks) {
    if (other.last != task) continue;
    if (other.cause == WaitCause::kMemory) return "waits for memory";
    if (other.cause == WaitCause::kComing) return "waits for inputs that are on their way";
    if (other.cause == WaitCause::kResource) return "waits for resources";
    if (other.cause == WaitCause::kTime) return "was held back, as it would not end before the time limit";
  }
  return {};
}

std::optional<AwaitedInput> explained(const WaitingInput& input, const RankWaiting& waiting,
                                      const TaskNames& names, const StateOnRank& state) {
  const std::optional<std::uint32_t> task = names.input(input.reader, input.number);
  if (!task) return std::nullopt;
  AwaitedInput awaited{.task = names.name(*task), .rank = names.rank(*task), .state = text_of(input.place)};
  const bool is_elsewhere = input.place == InputPlace::kOtherRank;
  if (is_elsewhere && awaited.rank) awaited.state = state(*task, *awaited.rank);
  if (input.place == InputPlace::kReadyOrMade) {
    if (std::string here = state_here(*task, waiting); !here.empty()) awaited.state = std::move(here);
  }
  return awaited;
}

ExplainedTask explained(const WaitingTask& waiting, const RankWaiting& all, const TaskNames& names,
                        const StateOnRank& state) {
  ExplainedTask task{.task = names.name(waiting.first),
                     .layer = names.layer(waiting.first),
                     .until = waiting.first == waiting.last ? "" : names.name(waiting.last),
                     .cause = text_of(waiting.cause),
                     .missing = waiting.missing,
                     .bytes = waiting.bytes};
  for (const WaitingInput& input : waiting.inputs) {
    if (auto awaited = explained(input, all, names, state)) task.inputs.push_back(std::move(*awaited));
  }
  for (const WantedResource& resource : waiting.resources)
    task.resources.push_back({resource.name, resource.wanted, resource.free, resource.offered});
  return task;
}

}  // namespace

std::vector<std::uint32_t> tasks_of(const RankWaiting& waiting, const TaskNames& names) {
  std::vector<std::uint32_t> tasks;
  for (const WaitingTask& task : waiting.tasks) {
    tasks.push_back(task.first);
    for (const WaitingInput& input : task.inputs) {
      if (const auto made_by = names.input(input.reader, input.number)) tasks.push_back(*made_by);
    }
  }
  return tasks;
}

ExplainedRank explained(const RankWaiting& waiting, const TaskNames& names, const StateOnRank& state) {
  ExplainedRank rank{.left = waiting.left,
                     .ready = waiting.ready,
                     .too_long = waiting.too_long,
                     .held = waiting.held,
                     .limit = waiting.limit};
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    rank.kinds.push_back({std::string(name_of(static_cast<MemoryKind>(kind))), waiting.by_kind[kind]});
  for (const WaitingTask& task : waiting.tasks) rank.tasks.push_back(explained(task, waiting, names, state));
  return rank;
}

}  // namespace bask
