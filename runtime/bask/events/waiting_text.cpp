#include <bask/events/waiting_text.hpp>

#include <fmt/format.h>
#include <bask/core/units.hpp>

#include <algorithm>

namespace bask {
namespace {

std::string input_line(const AwaitedInput& input) {
  std::string line = fmt::format("  its input '{}'", input.task);
  if (input.rank) line += fmt::format(" of rank {}", *input.rank);
  return input.state.empty() ? line : line + ": " + input.state;
}

std::string resource_line(const AwaitedResource& resource) {
  return fmt::format("  it wants {} of resource '{}': {} of {} are free", resource.wanted, resource.name,
                     resource.free, resource.offered);
}

std::string held_text(const ExplainedRank& rank) {
  std::string kinds;
  for (const HeldKind& kind : rank.kinds) {
    if (kind.bytes != 0)
      kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", kind.kind, format_size(kind.bytes));
  }
  return kinds.empty() ? kinds : " (" + kinds + ")";
}

std::string memory_line(const ExplainedTask& task, const ExplainedRank& rank) {
  if (rank.limit == 0) return fmt::format("  it wants room for {}", format_size(task.bytes));
  return fmt::format("  it wants room for {}: {} of {} are free, {} are held{}", format_size(task.bytes),
                     format_size(rank.limit - std::min(rank.limit, rank.held)), format_size(rank.limit),
                     format_size(rank.held), held_text(rank));
}

std::string cause_text(const ExplainedTask& task) {
  if (task.cause == "input")
    return task.missing == 1 ? "waits for an input" : fmt::format("waits for {} inputs", task.missing);
  if (task.cause == "memory") return "waits for memory";
  if (task.cause == "coming") return "has room, and waits for inputs that are on their way";
  if (task.cause == "resource") return "waits for resources";
  if (task.cause == "time") return "was held back, as it would not end before the time limit";
  return "waits for " + task.cause;
}

}  // namespace

std::vector<std::string> waiting_lines(const ExplainedTask& task, const ExplainedRank& rank) {
  const std::string until = task.until.empty() ? "" : fmt::format(", run as one up to '{}'", task.until);
  std::vector<std::string> lines{
      fmt::format("'{}' (layer {}{}) {}", task.task, task.layer, until, cause_text(task))};
  for (const AwaitedInput& input : task.inputs) lines.push_back(input_line(input));
  if (task.cause == "input" && task.missing > task.inputs.size() && !task.inputs.empty())
    lines.push_back("  and others");
  if (task.cause == "memory") lines.push_back(memory_line(task, rank));
  for (const AwaitedResource& resource : task.resources) lines.push_back(resource_line(resource));
  return lines;
}

std::vector<std::string> waiting_lines(const ExplainedRank& rank) {
  std::string head = fmt::format("units that are left: {}, of which {} could run", rank.left, rank.ready);
  if (rank.too_long != 0)
    head += fmt::format("; {} were held back, as they would not end before the time limit", rank.too_long);
  std::vector<std::string> lines{std::move(head)};
  for (const ExplainedTask& task : rank.tasks) {
    for (std::string& line : waiting_lines(task, rank)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace bask
