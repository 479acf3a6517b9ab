#include "dependencies.hpp"

#include "refuse.hpp"

#include <bask/core/near_miss.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

namespace farm {
namespace {

using Names = std::unordered_map<std::string, std::uint32_t>;

Names names_of(const std::vector<Command>& commands) {
  Names names;
  for (const Command& command : commands) {
    if (command.name.empty()) continue;
    const auto [other, is_new] = names.emplace(command.name, command.number);
    if (is_new) continue;
    refuse(command.where,
           "there is a command '" + command.name + "' already, at " + commands[other->second - 1].where,
           "give each a name of its own");
  }
  return names;
}

// The number that the text is, or 0 when it is no number.
std::uint32_t number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::uint32_t command_at_line(const std::vector<Command>& commands, std::uint32_t line) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return line != 0 && command.line == line; });
  return found == commands.end() ? 0 : found->number;
}

std::uint32_t resolve(const std::string& text, const Command& command, const std::vector<Command>& commands,
                      const Names& names) {
  constexpr std::string_view kLine = "line:";
  std::uint32_t number = 0;
  if (text.starts_with(kLine)) {
    number = command_at_line(commands, number_in(std::string_view(text).substr(kLine.size())));
    if (number == 0)
      refuse(command.where, "after=" + text + ": no command stands there", "name the line of a command");
  } else if (text.find_first_not_of("0123456789") == std::string::npos) {
    number = number_in(text);
    if (number == 0 || number > commands.size()) {
      refuse(command.where, "after=" + text + ": there is no such command",
             "the commands have the numbers 1 to " + std::to_string(commands.size()));
    }
  } else if (const auto found = names.find(text); found != names.end()) {
    number = found->second;
  } else {
    std::vector<std::string> known;
    for (const auto& [name, of] : names) known.push_back(name);
    std::sort(known.begin(), known.end());
    const std::string meant = bask::near_miss(text, known);
    refuse(command.where, "after=" + text + ": no command has that name",
           meant.empty() ? "name one with #farm: name=" + text : "did you mean '" + meant + "'?");
  }
  if (number == command.number)
    refuse(command.where, "the command comes after itself", "remove after=" + text);
  return number;
}

// Follows dependencies among the remaining commands until it meets one for the second time.
[[noreturn]] void refuse_circle(const std::vector<Command>& commands,
                                const std::vector<std::uint32_t>& waits_for) {
  std::size_t at = 0;
  while (waits_for[at] == 0) ++at;
  std::vector<std::size_t> way;
  while (std::find(way.begin(), way.end(), at) == way.end()) {
    way.push_back(at);
    const auto& after = commands[at].after;
    at =
        *std::find_if(after.begin(), after.end(), [&](std::uint32_t n) { return waits_for[n - 1] != 0; }) - 1;
  }
  std::string circle;
  for (auto step = std::find(way.begin(), way.end(), at); step != way.end(); ++step) {
    circle += title_of(commands[*step]) + " (" + commands[*step].where + ") comes after ";
  }
  refuse(commands[at].where, "commands wait for each other: " + circle + title_of(commands[at]),
         "remove one of these dependencies");
}

}  // namespace

void resolve_dependencies(std::vector<Command>& commands) {
  const Names names = names_of(commands);
  for (Command& command : commands) {
    for (const std::string& text : command.after_text) {
      command.after.push_back(resolve(text, command, commands, names));
    }
    std::sort(command.after.begin(), command.after.end());
    command.after.erase(std::unique(command.after.begin(), command.after.end()), command.after.end());
  }
  topological_order(commands);
}

std::vector<std::size_t> topological_order(const std::vector<Command>& commands) {
  std::vector<std::uint32_t> waits_for(commands.size());
  std::vector<std::vector<std::size_t>> readers(commands.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    waits_for[i] = static_cast<std::uint32_t>(commands[i].after.size());
    for (const std::uint32_t number : commands[i].after) readers[number - 1].push_back(i);
    if (waits_for[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const std::size_t reader : readers[next]) {
      if (--waits_for[reader] == 0) ready.push(reader);
    }
  }
  if (order.size() != commands.size()) refuse_circle(commands, waits_for);
  return order;
}

}  // namespace farm
