#include "settings.hpp"

#include "refuse.hpp"

#include <CLI/CLI.hpp>
#include <bask/core/error.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iostream>
#include <tuple>

namespace farm {
namespace {

using ForOption = std::tuple<std::string, std::string, std::string>;  // x in 1..10

constexpr const char* kAbout =
    "Many commands, one job: they are shared out over all cores, or all ranks, and what each did is kept.\n"
    "  farm run commands.txt                                       a command per line\n"
    "  farm run --for x in 1..1000 -- ./simulate --seed {x}        one for each value\n"
    "  farm run --csv params.csv -- ./simulate {name} {alpha}      one for each row\n"
    "  mpirun -n 4 farm run commands.txt                           on four ranks\n"
    "Exit codes of run and retry: 0 all have succeeded, 1 some have not, 2 wrong usage, 75 stopped: the "
    "same\n"
    "command goes on. Bask's own options, such as --bask-threads: farm run --bask-help.";

// Adds an option whose value `parse`, one of Bask's parsers, reads.
template <class Value>
void add_parsed(CLI::App& app, const std::string& name, const std::function<Value(const std::string&)>& parse,
                std::optional<Value>& value, const std::string& help) {
  app.add_option_function<std::string>(
      name,
      [&value, parse, name](const std::string& text) {
        try {
          value = parse(text);
        } catch (const bask::Error& error) {
          refuse(name + " " + text + ": " + error.happened(), error.fix());
        }
      },
      help);
}

void add_needs(CLI::App& app, GivenNeeds& needs) {
  app.add_option_function<std::uint32_t>(
         "--cores", [&needs](std::uint32_t cores) { needs.cores = cores; },
         "that a command holds while it runs")
      ->check(CLI::Range(1U, 1U << 20));
  add_parsed<std::uint64_t>(
      app, "--memory", [](const std::string& text) { return bask::parse_size(text); }, needs.memory_bytes,
      "that a command may use, as 4GiB; one that uses more is killed");
  add_parsed<std::int64_t>(
      app, "--time", [](const std::string& text) { return std::int64_t{bask::parse_duration(text).count()}; },
      needs.time_limit_ns, "that a command may take, as 90s or 1:30:00");
  app.add_option_function<std::uint32_t>(
      "--retries", [&needs](std::uint32_t retries) { needs.retries = retries; },
      "how often a command that fails is run again at once");
}

void add_run(CLI::App& app, Settings& settings, std::vector<ForOption>& loops) {
  CLI::App* const run = app.add_subcommand("run", "run all commands; or go on, after a stop");
  run->add_option("commands", settings.commands_file,
                  "a file with a command per line; - for the standard input");
  run->add_option("--for", loops,
                  "x in 1..10, 0..1..0.1, a,b,c: {x} in the command after --; several make a product")
      ->allow_extra_args(false)
      ->type_name("NAME in VALUES");
  run->add_option("--csv", settings.csv_file, "a file with a header: {column} in the command after --");
  run->add_option("--name", settings.name, "of each command, with {x}");
  add_needs(*run, settings.needs);
  run->add_option("--keep-env", settings.kept_variables,
                  "a variable of the launcher's that commands are to see")
      ->allow_extra_args(false);
  run->add_flag("--force", settings.force, "replace the results of another list");
  run->add_flag("-n,--dry-run", settings.dry_run, "print the commands, run none");
  run->callback([&settings] { settings.action = Action::kRun; });
}

void add_others(CLI::App& app, Settings& settings) {
  const auto add = [&](const std::string& name, const std::string& help, Action action) {
    CLI::App* const sub = app.add_subcommand(name, help);
    sub->callback([&settings, action] { settings.action = action; });
    return sub;
  };
  CLI::App* const retry =
      add("retry", "run again what has not succeeded, or the given commands and those after them",
          Action::kRetry);
  retry->add_option("commands", settings.which, "numbers or names");
  retry->add_flag("--all", settings.all, "all commands, also those that have succeeded");
  retry
      ->add_option("--keep-env", settings.kept_variables,
                   "a variable of the launcher's that commands are to see")
      ->allow_extra_args(false);
  add_needs(*retry, settings.needs);
  add("show", "what commands did and printed", Action::kShow)
      ->add_option("commands", settings.which, "numbers or names")
      ->required();
  add("list", "all commands, and how they ended", Action::kList);
  add("failed", "those that have not succeeded", Action::kFailed);
  add("status", "how many have ended, and how", Action::kStatus);
}

void check_run(const Settings& settings) {
  const bool has_template = !settings.template_words.empty();
  const bool has_parameters = !settings.parameters.empty() || !settings.csv_file.empty();
  if (!settings.commands_file.empty() && (has_template || has_parameters)) {
    refuse("both a file of commands and a template are given", "use one of them");
  }
  if (settings.commands_file.empty() && !has_template) {
    refuse(has_parameters ? "there is no command for the parameters" : "there are no commands",
           "name a file with a command per line, or write one after --: farm run --for x in 1..10 -- "
           "./program {x}");
  }
  if (has_template && !has_parameters) {
    refuse("the command after -- has no parameters", "give them with --for x in 1..10, or --csv file");
  }
}

}  // namespace

Needs GivenNeeds::over(Needs given) const {
  given.cores = cores.value_or(given.cores);
  given.retries = retries.value_or(given.retries);
  given.memory_bytes = memory_bytes.value_or(given.memory_bytes);
  given.time_limit_ns = time_limit_ns.value_or(given.time_limit_ns);
  return given;
}

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  std::vector<ForOption> loops;
  CLI::App app(kAbout, "farm");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--log", settings.log, "the directory of results and outputs, for all of these")
      ->capture_default_str();
  add_run(app, settings, loops);
  add_others(app, settings);
  char** const end = argv + argc;
  char** const dashes =
      std::find_if(argv, end, [](const char* word) { return std::strcmp(word, "--") == 0; });
  if (dashes != end) settings.template_words.assign(dashes + 1, end);
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return std::nullopt;
  } catch (const CLI::CallForAllHelp&) {
    std::cout << app.help("", CLI::AppFormatMode::All);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    refuse(error.what(), "see farm --help, farm run --help");
  }
  for (const auto& [name, in, values] : loops) {
    if (in != "in") refuse("--for " + name + " " + in + " …", "write --for " + name + " in " + in);
    settings.parameters.push_back(parse_values(name, values));
  }
  if (settings.action == Action::kRun) check_run(settings);
  if (settings.action != Action::kRun && !settings.template_words.empty()) {
    refuse("a command after -- is for farm run", "leave it out");
  }
  return settings;
}

std::string log_of(int argc, char** argv) {
  std::string log = Settings{}.log;
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view word = argv[i];
    if (word == "--log" && i + 1 < argc) log = argv[i + 1];
    if (word.starts_with("--log=")) log = word.substr(6);
  }
  return log;
}

bool runs_commands(int argc, char** argv) {
  char** const end =
      std::find_if(argv, argv + argc, [](const char* word) { return std::strcmp(word, "--") == 0; });
  return std::none_of(argv, end, [](const std::string& word) {
    return word == "-n" || word == "--dry-run" || word == "-h" || word == "--help";
  });
}

bool only_reads_log(int argc, char** argv) {
  // The subcommand is the first word that is neither an option nor the value of --log.
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--log") {
      ++i;
    } else if (!word.starts_with("-")) {
      return word == "show" || word == "list" || word == "failed" || word == "status";
    } else if (word.starts_with("--bask")) {
      return false;
    }
  }
  return false;
}

}  // namespace farm
