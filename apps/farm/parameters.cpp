#include "parameters.hpp"

#include "command_file.hpp"
#include "refuse.hpp"
#include "shell_words.hpp"

#include <bask/core/error.hpp>
#include <bask/core/near_miss.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <optional>

namespace farm {
namespace {

constexpr std::size_t kMostCommands = 100'000'000;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

// An exact decimal number: scaled / 10^digits.
struct Decimal {
  std::int64_t scaled = 0;
  int digits = 0;         // after the point
  std::size_t width = 0;  // its width when it has leading zeros, else 0
};

std::optional<Decimal> decimal_of(std::string_view text) {
  Decimal number;
  std::string plain;
  const std::size_t point = text.find('.');
  plain = text.substr(0, point);
  const std::size_t first_digit = plain.starts_with('-') || plain.starts_with('+') ? 1 : 0;
  if (plain.size() > first_digit + 1 && plain[first_digit] == '0') number.width = plain.size();
  if (plain.size() == first_digit) return std::nullopt;
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > 9) return std::nullopt;
    plain += fraction;
    number.digits = static_cast<int>(fraction.size());
  }
  if (plain.starts_with('+')) plain.erase(0, 1);
  if (plain.size() > 16) return std::nullopt;
  const auto [end, failure] = std::from_chars(plain.data(), plain.data() + plain.size(), number.scaled);
  if (failure != std::errc{} || end != plain.data() + plain.size()) return std::nullopt;
  return number;
}

std::int64_t scaled_to(const Decimal& number, int digits) {
  std::int64_t scaled = number.scaled;
  for (int i = number.digits; i < digits; ++i) {
    if (std::abs(scaled) > INT64_MAX / 16)
      refuse("--for", "a range has numbers of too many digits", "use fewer");
    scaled *= 10;
  }
  return scaled;
}

std::string spelled(std::int64_t scaled, int digits, std::size_t width) {
  const bool is_negative = scaled < 0;
  std::string text = std::to_string(std::abs(scaled));
  const auto fraction = static_cast<std::size_t>(digits);
  if (text.size() <= fraction) text.insert(0, fraction + 1 - text.size(), '0');
  if (fraction > 0) text.insert(text.size() - fraction, 1, '.');
  const std::size_t whole = text.size() - (fraction > 0 ? fraction + 1 : 0) + (is_negative ? 1 : 0);
  if (whole < width) text.insert(0, width - whole, '0');
  if (is_negative) text.insert(text.begin(), '-');
  return text;
}

void add_range(const std::string& text, std::vector<std::vector<std::string>>& rows,
               const std::string& where) {
  const std::size_t first_dots = text.find(".."), second_dots = text.find("..", first_dots + 2);
  const auto low = decimal_of(std::string_view(text).substr(0, first_dots));
  const auto high = decimal_of(std::string_view(text).substr(first_dots + 2, second_dots - first_dots - 2));
  std::optional<Decimal> step = Decimal{1, 0, 0};
  if (second_dots != std::string::npos) step = decimal_of(std::string_view(text).substr(second_dots + 2));
  if (!low || !high || !step || step->scaled == 0) {
    refuse(where, "'" + text + "' is not a range",
           "write lowest..highest or lowest..highest..step: 1..10..2");
  }
  const int digits = std::max({low->digits, high->digits, step->digits});
  const std::int64_t begin = scaled_to(*low, digits), end = scaled_to(*high, digits);
  const std::int64_t stride = std::abs(scaled_to(*step, digits));
  const std::int64_t count = std::abs(end - begin) / stride + 1;
  if (static_cast<std::size_t>(count) > kMostCommands) {
    refuse(where, "'" + text + "' has " + std::to_string(count) + " values",
           "use ranges of " + std::to_string(kMostCommands) + " at most");
  }
  const std::size_t width = std::max(low->width, high->width);
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back({spelled(begin + (end < begin ? -i : i) * stride, digits, width)});
  }
}

// The template with values in place of {names}.
std::string filled(const std::string& text, const Parameters& parameters, const std::vector<std::string>& row,
                   bool quotes) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const bool is_shell_variable = at > 0 && text[at - 1] == '$';
    if (close == std::string::npos || is_shell_variable) {
      result += text[at];
      continue;
    }
    const std::string name = text.substr(at + 1, close - at - 1);
    const auto found = std::find(parameters.names.begin(), parameters.names.end(), name);
    if (found == parameters.names.end()) {
      if (is_name(name)) {
        const std::string meant = bask::near_miss(name, parameters.names);
        refuse("template", "no parameter is called {" + name + "}",
               meant.empty() ? "give it with --for " + name + " in …, or as a column of --csv"
                             : "did you mean {" + meant + "}?");
      }
      result += text[at];
      continue;
    }
    const std::string& value = row[static_cast<std::size_t>(found - parameters.names.begin())];
    result += quotes ? shell_quoted(value) : value;
    at = close;
  }
  return result;
}

}  // namespace

Parameters parse_values(const std::string& name, const std::string& values) {
  if (!is_name(name)) refuse("--for", "'" + name + "' cannot be a parameter", "use letters, digits, _ and -");
  Parameters parameters{{name}, {}};
  const std::string where = "--for " + name;
  for (std::size_t begin = 0; begin <= values.size();) {
    const std::size_t end = std::min(values.find(',', begin), values.size());
    const std::string value = values.substr(begin, end - begin);
    begin = end + 1;
    // A value with a slash is no range: paths such as ../data have two dots, too.
    const bool is_range = value.find("..") != std::string::npos && value.find('/') == std::string::npos;
    if (is_range) {
      add_range(value, parameters.rows, where);
    } else {
      parameters.rows.push_back({value});
    }
  }
  return parameters;
}

Parameters product(const std::vector<Parameters>& tables) {
  Parameters all{{}, {{}}};
  for (const Parameters& table : tables) {
    for (const std::string& name : table.names) {
      if (std::find(all.names.begin(), all.names.end(), name) != all.names.end()) {
        refuse("parameters", "'" + name + "' is given twice", "name each once");
      }
      all.names.push_back(name);
    }
    if (!table.rows.empty() && all.rows.size() > kMostCommands / table.rows.size()) {
      refuse("parameters", "there are more than " + std::to_string(kMostCommands) + " combinations",
             "split them over several runs");
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(all.rows.size() * table.rows.size());
    for (const auto& left : all.rows) {
      for (const auto& right : table.rows) {
        rows.push_back(left);
        rows.back().insert(rows.back().end(), right.begin(), right.end());
      }
    }
    all.rows = std::move(rows);
  }
  return all;
}

std::vector<Command> expand_template(const std::vector<std::string>& words, const std::string& name,
                                     const Parameters& parameters, const Needs& needs) {
  if (words.empty())
    refuse("template", "there is no command", "write it after --: farm run … -- ./program {x}");
  const bool is_line = words.size() == 1;
  std::vector<Command> commands;
  commands.reserve(parameters.rows.size());
  for (const auto& row : parameters.rows) {
    Command command;
    command.number = static_cast<std::uint32_t>(commands.size() + 1);
    command.where = "command " + std::to_string(command.number);
    command.needs = needs;
    for (const std::string& word : words) {
      if (!command.text.empty()) command.text += ' ';
      const std::string value = filled(word, parameters, row, is_line);
      command.text += is_line ? value : shell_quoted(value);
    }
    command.name = filled(name, parameters, row, false);
    check_text(command);
    check_name(command);
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace farm
