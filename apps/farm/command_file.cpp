#include "command_file.hpp"

#include "refuse.hpp"
#include "shell_words.hpp"

#include <bask/core/error.hpp>
#include <bask/core/near_miss.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

namespace farm {
namespace {

constexpr std::string_view kDirective = "#farm:";

std::uint32_t count_of(const std::string& value, const std::string& key, std::uint32_t least,
                       const std::string& where) {
  std::uint32_t count = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (failure != std::errc{} || end != value.data() + value.size() || count < least) {
    refuse(where, key + "=" + value + " is no number of them",
           "write " + key + "=" + std::to_string(least) + " or more");
  }
  return count;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void read_setting(const std::string& word, Command& command) {
  static const std::vector<std::string> keys{"name", "after", "cores", "memory", "time", "retries"};
  const std::size_t equals = word.find('=');
  const std::string key = word.substr(0, equals);
  if (equals == std::string::npos || std::find(keys.begin(), keys.end(), key) == keys.end()) {
    const std::string meant = bask::near_miss(key, keys);
    refuse(command.where, "'" + word + "' is not a setting of a command",
           meant.empty() ? "use name=, after=, cores=, memory=, time= or retries="
                         : "did you mean " + meant + "=?");
  }
  const std::string value = word.substr(equals + 1);
  try {
    if (key == "name") command.name = value;
    if (key == "after") {
      for (std::string& one : split_list(value)) command.after_text.push_back(std::move(one));
    }
    if (key == "cores") command.needs.cores = count_of(value, key, 1, command.where);
    if (key == "memory") command.needs.memory_bytes = bask::parse_size(value);
    if (key == "time") command.needs.time_limit_ns = bask::parse_duration(value).count();
    if (key == "retries") command.needs.retries = count_of(value, key, 0, command.where);
  } catch (const bask::Error& error) {
    if (!error.where().empty()) throw;
    refuse(command.where, key + "=" + value + ": " + error.happened(), error.fix());
  }
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\v\f";
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

// Whether a comment was probably meant as a #farm: line: "# farm: name=x", "#farm name=x".
bool looks_like_directive(std::string_view comment) {
  const std::string_view words = trimmed(comment.substr(1));
  return words.starts_with("farm") && words.find('=') != std::string_view::npos &&
         words.find_first_of(" :") == std::string_view("farm").size();
}

std::string number_list(const std::vector<std::uint32_t>& numbers) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    if (!text.empty()) text += ',';
    text += std::to_string(number);
  }
  return text;
}

}  // namespace

void check_text(const Command& command) {
  if (command.text.find('\0') != std::string::npos) {
    refuse(command.where, "the command has a NUL byte in it", "remove it; is this a text file?");
  }
  if (command.text.find('\n') != std::string::npos) {
    refuse(command.where, "the command has a line break in it", "put the lines into a script, and run that");
  }
  try {
    parse_shell_line(command.text);
  } catch (const bask::Error& error) {
    refuse(command.where, error.happened(), error.fix());
  }
}

void check_name(const Command& command) {
  const std::string& name = command.name;
  if (name.empty()) return;
  const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
  if (is_number || name.find_first_of(" \t\r\n\v\f,:'\"\\#") != std::string::npos) {
    refuse(
        command.where, "'" + name + "' cannot be a name",
        "use letters, digits, - _ . and the like, and not digits alone: commands have numbers of their own");
  }
}

std::vector<Command> parse_commands(std::string_view text, const std::string& file, const Needs& defaults) {
  std::vector<Command> commands;
  Command next;
  next.needs = defaults;
  bool is_announced = false;
  std::uint32_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    next.where = file + ":" + std::to_string(++line_number);
    if (line.starts_with(kDirective)) {
      try {
        for (const std::string& word : split_words(line.substr(kDirective.size()))) read_setting(word, next);
      } catch (const bask::Error& error) {
        if (!error.where().empty()) throw;
        refuse(next.where, error.happened(), error.fix());
      }
      check_name(next);
      is_announced = true;
      continue;
    }
    if (line.starts_with('#') && looks_like_directive(line)) {
      refuse(next.where, "'" + std::string(line) + "' would be a comment",
             "begin it with " + std::string(kDirective));
    }
    if (line.empty() || line.front() == '#') continue;
    next.text = line;
    next.line = line_number;
    next.number = static_cast<std::uint32_t>(commands.size() + 1);
    check_text(next);
    commands.push_back(std::move(next));
    next = Command{};
    next.needs = defaults;
    is_announced = false;
  }
  if (is_announced)
    refuse(next.where, "a #farm: line has no command after it", "add the command, or remove it");
  return commands;
}

std::string write_commands(const std::vector<Command>& commands) {
  std::string text;
  for (const Command& command : commands) {
    std::string settings;
    if (!command.name.empty()) settings += " name=" + command.name;
    if (!command.after.empty()) settings += " after=" + number_list(command.after);
    const Needs& needs = command.needs;
    if (needs.cores != 1) settings += " cores=" + std::to_string(needs.cores);
    if (needs.memory_bytes != 0) settings += " memory=" + bask::spell_size(needs.memory_bytes);
    if (needs.time_limit_ns != 0) {
      settings += " time=" + bask::spell_duration(std::chrono::nanoseconds(needs.time_limit_ns));
    }
    if (needs.retries != 0) settings += " retries=" + std::to_string(needs.retries);
    if (!settings.empty()) text += std::string(kDirective) + settings + "\n";
    text += command.text + "\n";
  }
  return text;
}

}  // namespace farm
