#include "command_line.hpp"

#include "output.hpp"

#include <bask/core/error.hpp>
#include <bask/core/near_miss.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

namespace taskbench {
namespace {

bask::Error usage_error(std::string where, std::string happened, std::string fix) {
  return bask::Error(std::move(where), std::move(happened), std::move(fix), bask::ExitCode::kUsage);
}
// Its `where` is empty: parse_command_line puts the option's name there.
bask::Error bad_value(std::string_view value, const std::string& fix) {
  return usage_error("", "'" + std::string(value) + "' cannot be used", fix);
}

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

template <class T>
T parse_number(std::string_view value, T least, T most, const std::string& meaning) {
  T number{};
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = failure == std::errc() && end == value.data() + value.size();
  if (!whole || !(number >= least && number <= most)) {
    std::ostringstream fix;
    fix << "give " << meaning << " from " << least << " to " << most;
    throw bad_value(value, fix.str());
  }
  return number;
}

// Parses a size: a plain number of bytes, as in Task Bench, or a number with a unit.
std::uint32_t parse_bytes(std::string_view value, std::uint32_t multiple) {
  constexpr std::uint64_t kMost = 1u << 31;
  const bool plain = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  const std::uint64_t size_bytes =
      plain ? parse_number<std::uint64_t>(value, 1, kMost, "a number of bytes") : bask::parse_size(value);
  if (size_bytes == 0 || size_bytes > kMost || size_bytes % multiple != 0) {
    throw bad_value(value, "give a multiple of " + std::to_string(multiple) + " bytes up to 2GiB");
  }
  return static_cast<std::uint32_t>(size_bytes);
}

std::size_t parse_choice(std::string_view value, const std::vector<std::string_view>& names) {
  const auto found = std::ranges::find(names, value);
  if (found == names.end()) throw bad_value(value, "choose " + listed(names));
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string_view> split(std::string_view value) {
  std::vector<std::string_view> items;
  while (true) {
    items.push_back(value.substr(0, value.find(',')));
    if (items.back().size() == value.size()) return items;
    value.remove_prefix(items.back().size() + 1);
  }
}

std::vector<DependenceType> parse_types(std::string_view value) {
  const auto items = value == "all" ? dependence_names() : split(value);
  std::vector<DependenceType> types;
  for (const std::string_view item : items) {
    types.push_back(static_cast<DependenceType>(parse_choice(item, dependence_names())));
  }
  return types;
}

std::vector<std::uint32_t> parse_widths(std::string_view value) {
  std::vector<std::uint32_t> widths;
  for (const std::string_view item : split(value)) {
    widths.push_back(parse_number<std::uint32_t>(item, 1, 1u << 30, "a number of points"));
  }
  return widths;
}

// In the order of RunnerType.
const std::vector<std::string_view>& runner_names() {
  static const std::vector<std::string_view> names = {"bask", "mpi"};
  return names;
}

std::vector<RunnerType> parse_runners(std::string_view value) {
  std::vector<RunnerType> runners;
  for (const std::string_view item : split(value)) {
    runners.push_back(static_cast<RunnerType>(parse_choice(item, runner_names())));
  }
  return runners;
}

struct Option {
  std::string name;   // without dashes
  std::string value;  // what --help calls it; empty for a switch
  std::string meaning;
  std::function<void(CommandLine&, std::string_view)> set;
};

std::vector<Option> workload_options() {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max() - 1;
  return {
      {"width", "N,...", "points in a row (8)",
       [](CommandLine& line, std::string_view value) { line.widths = parse_widths(value); }},
      {"steps", "N", "rows, at least (1000)",
       [](CommandLine& line, std::string_view value) {
         line.steps = parse_number<std::uint32_t>(value, 1, kMost, "a number of steps");
       }},
      {"type", "NAME,...", "dependence pattern (stencil_1d), or all: " + listed(dependence_names()),
       [](CommandLine& line, std::string_view value) { line.types = parse_types(value); }},
      {"radix", "N", "points that a task of nearest, spread and the random patterns reads (5)",
       [](CommandLine& line, std::string_view value) {
         line.radix = parse_number<std::uint16_t>(value, 0, 65535, "a number of points");
       }},
      {"kernel", "NAME", "what a task does (compute_bound): " + listed(kernel_names()),
       [](CommandLine& line, std::string_view value) {
         line.work.kernel = static_cast<KernelType>(parse_choice(value, kernel_names()));
       }},
      {"iter", "N", "iterations of the kernel, of 128 flops each in compute_bound (64)",
       [](CommandLine& line, std::string_view value) {
         line.work.iterations = parse_number<std::uint32_t>(value, 0, kMost, "a number of iterations");
       }},
      {"output", "BYTES", "of each task's result, a multiple of 16 (16)",
       [](CommandLine& line, std::string_view value) {
         line.output_bytes = parse_bytes(value, sizeof(Mark));
       }},
      {"scratch", "BYTES", "that memory_bound reads and writes in each iteration (64KiB)",
       [](CommandLine& line, std::string_view value) {
         line.work.scratch_bytes = parse_bytes(value, sizeof(double));
       }},
      {"imbalance", "X", "load_imbalance: iterations vary by half of it to either side (1)",
       [](CommandLine& line, std::string_view value) {
         line.work.imbalance = parse_number<float>(value, 0, 2, "a number");
       }},
  };
}

std::vector<Option> all_options() {
  std::vector<Option> options = workload_options();
  const std::vector<Option> others = {
      {"metg", "", "find METG(50 %): the smallest tasks at which half of the peak FLOP/s is left",
       [](CommandLine& line, std::string_view) { line.rounds.metg = true; }},
      {"runner", "NAME,...", "what runs the tasks (bask), in turn: " + listed(runner_names()),
       [](CommandLine& line, std::string_view value) { line.runners = parse_runners(value); }},
      {"repeat", "N", "runs of which the median is taken (3)",
       [](CommandLine& line, std::string_view value) {
         line.rounds.effort.repeat = parse_number<unsigned>(value, 1, 1000, "a number of runs");
       }},
      {"rounds", "N", "turns of each runner, of which the median is taken (1); 3 to compare runners",
       [](CommandLine& line, std::string_view value) {
         line.rounds.rounds = parse_number<unsigned>(value, 1, 1000, "a number of turns");
       }},
      {"min-seconds", "X", "that a run lasts at least: steps are added until it does (0.2)",
       [](CommandLine& line, std::string_view value) {
         line.rounds.effort.min_seconds = parse_number<double>(value, 0, 3600, "a number of seconds");
       }},
      {"json", "", "print one JSON object a line",
       [](CommandLine& line, std::string_view) { line.json = true; }},
      {"help", "", "print this", [](CommandLine& line, std::string_view) { line.help = true; }},
  };
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

const std::vector<Option>& option_table() {
  static const std::vector<Option> options = all_options();
  return options;
}

std::string with_dashes(const std::string& name) {
  const bool of_task_bench =
      std::ranges::any_of(workload_options(), [&](const Option& option) { return option.name == name; });
  return (of_task_bench ? "-" : "--") + name;
}

const Option& find_option(std::string_view argument, std::string_view name) {
  const auto found = std::ranges::find(option_table(), name, &Option::name);
  if (found != option_table().end()) return *found;
  std::vector<std::string> names, dashed;
  for (const Option& option : option_table()) {
    names.push_back(option.name);
    dashed.push_back(with_dashes(option.name));
  }
  const std::string near = bask::near_miss(name, names);
  throw usage_error(std::string(argument), "there is no such option",
                    near.empty() ? "use " + listed(dashed) : "did you mean " + with_dashes(near) + "?");
}

void set_option(CommandLine& line, const Option& option, std::string_view value) {
  if (option.value.empty() && !value.empty())
    throw usage_error(with_dashes(option.name), "takes no value", "leave '" + std::string(value) + "' out");
  try {
    option.set(line, value);
  } catch (const bask::Error& error) {
    throw usage_error(with_dashes(option.name), error.happened(), error.fix());
  }
}

void check_whole(const CommandLine& line) {
  for (const std::uint32_t width : line.widths) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
    if (std::uint64_t{width} * line.steps <= kMost) continue;
    throw usage_error("-width " + std::to_string(width) + " -steps " + std::to_string(line.steps),
                      "a graph has at most " + std::to_string(kMost) + " tasks", "ask for fewer");
  }
  const bool has_flops =
      line.work.kernel == KernelType::kComputeBound || line.work.kernel == KernelType::kLoadImbalance;
  if (line.rounds.metg && !has_flops) {
    throw usage_error("--metg",
                      "kernel " + std::string(name_of(line.work.kernel)) + " has no FLOP/s to measure",
                      "use -kernel compute_bound or load_imbalance");
  }
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string_view> arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!argument.starts_with('-'))
      throw usage_error(std::string(argument), "is not an option", "see --help");
    const std::string_view text = argument.substr(argument.starts_with("--") ? 2 : 1);
    const std::size_t equals = text.find('=');
    const Option& option = find_option(argument, text.substr(0, equals));
    const std::string where = with_dashes(option.name);
    std::string_view value;
    if (equals != text.npos) {
      value = text.substr(equals + 1);
    } else if (!option.value.empty()) {
      if (i + 1 == arguments.size())
        throw usage_error(where, "its value is missing", "say " + where + " " + option.value);
      value = arguments[++i];
    }
    set_option(line, option, value);
  }
  check_whole(line);
  return line;
}

std::string help_text() {
  std::ostringstream text;
  text << "taskbench: the Task Bench workload (Slaughter et al., SC20) on Bask\n\n";
  for (const Option& option : option_table()) {
    std::string usage = with_dashes(option.name) + (option.value.empty() ? "" : " " + option.value);
    usage.resize(std::max<std::size_t>(usage.size() + 1, 18), ' ');
    text << "  " << usage << option.meaning << '\n';
  }
  text << "\nBask's own options are listed by --bask-help.\n";
  return text.str();
}

}  // namespace taskbench
