#include <bask/core/error.hpp>
#include <bask/core/option_table.hpp>
#include <bask/core/units.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bask {
namespace {

constexpr int kMostThreads = 4096;  // no machine has more: a typing error is refused before threads start

Error bad_value(std::string_view value, std::string_view problem, std::string fix) {
  return Error("", fmt::format("'{}' {}", value, problem), std::move(fix), ExitCode::kUsage);
}

template <typename T>
struct Choice {
  std::string name;
  T value;
};

// "a, b or c"
std::string listed(const std::vector<std::string>& names) {
  if (names.size() == 1) return names[0];
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

// One of a few words. `true` and `false`, as TOML writes them, stand for `on` and `off`.
template <typename T>
OptionDescriptor choice_option(std::string name, T Options::*field, std::vector<Choice<T>> choices,
                               std::string meaning) {
  std::vector<std::string> names;
  for (const Choice<T>& choice : choices) names.push_back(choice.name);
  const auto read = [=](Options& options, std::string_view value) {
    const std::string_view word = value == "true" ? "on" : value == "false" ? "off" : value;
    const auto found = std::ranges::find(choices, word, &Choice<T>::name);
    if (found == choices.end()) throw bad_value(value, "is not a choice", "choose " + listed(names));
    options.*field = found->value;
  };
  const auto print = [=](const Options& options) {
    return std::ranges::find(choices, options.*field, &Choice<T>::value)->name;
  };
  return {std::move(name), fmt::format("{}", fmt::join(names, "|")), std::move(meaning), read, print};
}

OptionDescriptor thread_count_option(std::string name, int Options::*field, std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    int count = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool whole = failure == std::errc{} && end == value.data() + value.size();
    if (value != "auto" && (!whole || count < 1 || count > kMostThreads)) {
      throw bad_value(value, "is not a number of threads",
                      fmt::format("say auto or a whole number from 1 to {}", kMostThreads));
    }
    options.*field = count;
  };
  const auto print = [=](const Options& options) {
    return options.*field == 0 ? "auto" : std::to_string(options.*field);
  };
  return {std::move(name), "auto|N", std::move(meaning), read, print};
}

OptionDescriptor time_option(std::string name, std::chrono::nanoseconds Options::*field,
                             std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) { options.*field = parse_duration(value); };
  const auto print = [=](const Options& options) { return spell_duration(options.*field); };
  return {std::move(name), "TIME", std::move(meaning), read, print};
}

// A time, or words that stand for 0 (off) and for a negative one (auto).
OptionDescriptor auto_time_option(std::string name, std::chrono::nanoseconds Options::*field, bool has_off,
                                  std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    if (value == "auto") {
      options.*field = std::chrono::nanoseconds(-1);
    } else if (has_off && (value == "off" || value == "false")) {
      options.*field = std::chrono::nanoseconds(0);
    } else {
      options.*field = parse_duration(value);
    }
  };
  const auto print = [=](const Options& options) {
    const std::chrono::nanoseconds time = options.*field;
    if (time.count() < 0) return std::string("auto");
    return has_off && time.count() == 0 ? std::string("off") : spell_duration(time);
  };
  return {std::move(name), has_off ? "auto|off|TIME" : "auto|TIME", std::move(meaning), read, print};
}

OptionDescriptor count_option(std::string name, int Options::*field, std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    int count = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool whole = failure == std::errc{} && end == value.data() + value.size();
    const bool is_off = value == "off" || value == "false";
    if (!is_off && (!whole || count < 1))
      throw bad_value(value, "is not a number", "say off or a whole number from 1 on");
    options.*field = is_off ? 0 : count;
  };
  const auto print = [=](const Options& options) {
    return options.*field == 0 ? "off" : std::to_string(options.*field);
  };
  return {std::move(name), "off|N", std::move(meaning), read, print};
}

// How many times as much of something is too much; 0 stands for never, and is printed as "off".
OptionDescriptor factor_option(std::string name, double Options::*field, std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    double factor = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), factor);
    const bool whole = failure == std::errc{} && end == value.data() + value.size();
    const bool is_off = value == "off" || value == "false";
    if (!is_off && (!whole || !std::isfinite(factor) || factor < 1))
      throw bad_value(value, "is not a factor", "say off or a number from 1 on");
    options.*field = is_off ? 0 : factor;
  };
  const auto print = [=](const Options& options) {
    return options.*field == 0 ? "off" : fmt::format("{}", options.*field);
  };
  return {std::move(name), "off|FACTOR", std::move(meaning), read, print};
}

// A time after which something is given up; 0 stands for never, and is printed as "off".
OptionDescriptor timeout_option(std::string name, std::chrono::nanoseconds Options::*field,
                                std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    const bool is_off = value == "off" || value == "false";
    options.*field = is_off ? std::chrono::nanoseconds(0) : parse_duration(value);
  };
  const auto print = [=](const Options& options) {
    return (options.*field).count() == 0 ? "off" : spell_duration(options.*field);
  };
  return {std::move(name), "off|TIME", std::move(meaning), read, print};
}

OptionDescriptor size_option(std::string name, std::uint64_t Options::*field, std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    const std::uint64_t size_bytes = value == "auto" ? 0 : parse_size(value);
    if (value != "auto" && size_bytes == 0)
      throw bad_value(value, "leaves no memory", "say auto or more than 0B");
    options.*field = size_bytes;
  };
  const auto print = [=](const Options& options) {
    return options.*field == 0 ? "auto" : spell_size(options.*field);
  };
  return {std::move(name), "auto|SIZE", std::move(meaning), read, print};
}

std::map<std::string, double> parse_resources(std::string_view value) {
  std::map<std::string, double> resources;
  if (value == "none") return resources;
  std::string_view rest = value;
  while (true) {
    const std::string_view item = rest.substr(0, rest.find(','));
    const std::size_t equals = item.find('=');
    const std::string_view number = equals == item.npos ? "" : item.substr(equals + 1);
    double amount = -1;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), amount);
    const bool whole = failure == std::errc{} && end == number.data() + number.size();
    if (equals == 0 || !whole || !std::isfinite(amount) || amount < 0) {
      throw bad_value(item, "is not a resource and its amount",
                      "say none, or names and numbers such as GPU=1,db=4");
    }
    if (!resources.emplace(item.substr(0, equals), amount).second) {
      throw bad_value(item.substr(0, equals), "is given twice", "give each resource once, as in GPU=1,db=4");
    }
    if (item.size() == rest.size()) return resources;
    rest.remove_prefix(item.size() + 1);
  }
}

OptionDescriptor resources_option(std::string name, std::map<std::string, double> Options::*field,
                                  std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) {
    options.*field = parse_resources(value);
  };
  const auto print = [=](const Options& options) {
    std::vector<std::string> items;
    for (const auto& [resource, amount] : options.*field)
      items.push_back(fmt::format("{}={}", resource, amount));
    return items.empty() ? std::string("none") : fmt::format("{}", fmt::join(items, ","));
  };
  return {std::move(name), "none|NAME=AMOUNT,...", std::move(meaning), read, print};
}

OptionDescriptor file_option(std::string name, std::string Options::*field, std::string meaning) {
  const auto read = [=](Options& options, std::string_view value) { options.*field = value; };
  const auto print = [=](const Options& options) {
    return (options.*field).empty() ? "none" : options.*field;
  };
  return {std::move(name), "FILE", std::move(meaning), read, print};
}

// A text, or the first of the choices, which stands for an empty one.
OptionDescriptor optional_text_option(std::string name, std::string choices, std::string Options::*field,
                                      std::string meaning) {
  const std::string empty = choices.substr(0, choices.find('|'));
  const auto read = [=](Options& options, std::string_view value) {
    options.*field = value == empty ? "" : value;
  };
  const auto print = [=](const Options& options) {
    return (options.*field).empty() ? empty : options.*field;
  };
  return {std::move(name), std::move(choices), std::move(meaning), read, print};
}

OptionDescriptor dashboard_option() {
  const auto read = [](Options& options, std::string_view value) {
    if (value == "off" || value == "on") {
      options.dashboard = value == "on" ? 0 : -1;
      return;
    }
    int port = -1;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), port);
    if (failure != std::errc{} || end != value.data() + value.size() || port < 1 || port > 65535)
      throw bad_value(value, "is no port", "say off, on for any free port, or a number from 1 to 65535");
    options.dashboard = port;
  };
  const auto print = [](const Options& options) {
    if (options.dashboard <= 0) return std::string(options.dashboard == 0 ? "on" : "off");
    return std::to_string(options.dashboard);
  };
  return {"dashboard",
          "off|on|PORT",
          "a page that shows the job while it runs, for whoever has its address; alone: on",
          read,
          print,
          "on"};
}

std::vector<OptionDescriptor> options_of_running() {
  return {
      choice_option<Scheduler>("scheduler", &Options::scheduler,
                               {{"threads", Scheduler::kThreads}, {"sync", Scheduler::kSync}},
                               "what runs tasks: a pool of threads, or one task at a time for a debugger"),
      thread_count_option("threads", &Options::threads,
                          "threads per rank that run tasks; auto: one per core that is the rank's"),
      choice_option<Rank0>("rank0", &Options::rank0,
                           {{"auto", Rank0::kAuto}, {"on", Rank0::kOn}, {"off", Rank0::kOff}},
                           "whether rank 0, which plans, runs tasks too; auto: unless cores are short"),
      choice_option<bool>("balance", &Options::balance, {{"on", true}, {"off", false}},
                          "ranks that have no tasks left steal some from loaded ranks"),
      choice_option<Pin>("pin", &Options::pin, {{"auto", Pin::kAuto}, {"on", Pin::kOn}, {"off", Pin::kOff}},
                         "keep each thread on one core; auto: where that is allowed"),
      choice_option<bool>("fuse", &Options::fuse, {{"on", true}, {"off", false}},
                          "join chains of tasks into one task each"),
      choice_option<Progress>("progress", &Options::progress,
                              {{"auto", Progress::kAuto},
                               {"bar", Progress::kBar},
                               {"lines", Progress::kLines},
                               {"off", Progress::kOff}},
                              "how progress is shown; auto: a bar on a terminal, lines elsewhere"),
      time_option("progress-delay", &Options::progress_delay,
                  "a computation longer than this shows its progress"),
      size_option("memory-limit", &Options::memory_limit,
                  "results that a rank holds at once, beside the program; what needs more goes to the disk"),
      optional_text_option(
          "scratch", "auto|DIR", &Options::scratch,
          "where results go that memory has no room for, on a disk; auto: $SLURM_TMPDIR, $TMPDIR, /tmp"),
      resources_option("resources", &Options::resources,
                       "what tasks annotated with resources may use at once"),
  };
}

std::vector<OptionDescriptor> options_of_waiting_and_going_on() {
  return {
      timeout_option("heartbeat-timeout", &Options::heartbeat_timeout,
                     "a rank that is silent for so long ends the job"),
      timeout_option("stall-timeout", &Options::stall_timeout,
                     "when nothing has moved for so long, each rank says what it waits for"),
      timeout_option(
          "start-timeout", &Options::start_timeout,
          "the job ends when a rank keeps the others waiting for so long, at the start or in MPI_Finalize"),
      optional_text_option("checkpoint", "none|DIR", &Options::checkpoint,
                           "a directory that all ranks see, where finished results are kept for a restart"),
      optional_text_option("checkpoint-version", "none|TAG", &Options::checkpoint_version,
                           "results of runs with this tag are used, whatever the program; none: those of "
                           "the very same program"),
      choice_option<CheckpointFailure>(
          "checkpoint-failure", &Options::checkpoint_failure,
          {{"warn", CheckpointFailure::kWarn}, {"stop", CheckpointFailure::kStop}},
          "when results cannot be kept, as on a full disk: warn and go on, or stop with an error"),
      choice_option<bool>("checkpoint-keep", &Options::checkpoint_keep, {{"on", true}, {"off", false}},
                          "keep the journal when all is done"),
      count_option("max-restarts", &Options::max_restarts,
                   "with a journal: how many times the program may be started again; off: any number"),
      auto_time_option("time-limit", &Options::time_limit, true,
                       "with a journal: stop in order before so much time has passed; auto: as Slurm says"),
      auto_time_option("time-margin", &Options::time_margin, false,
                       "how long before the time limit all must have ended; auto: 5 % of it, 1 s to 30 s"),
      time_option("stop-timeout", &Options::stop_timeout,
                  "with a journal: how long tasks may go on after a signal; less where mpirun kills"),
      factor_option("slow-task", &Options::slow_task,
                    "the log names a task that takes so many times the mean of its layer, and at least 5 s"),
      timeout_option(
          "task-timeout", &Options::task_timeout,
          "a task that runs longer fails, and ends the job if it goes on; with sync, once it has ended"),
      choice_option<Isolate>(
          "isolate", &Options::isolate,
          {{"off", Isolate::kOff}, {"suspects", Isolate::kSuspects}, {"all", Isolate::kAll}},
          "tasks that run in a process of their own: those that ran at each of the last 3 crashes, or all"),
      optional_text_option("failed-tasks", "none|DIR", &Options::failed_tasks,
                           "where each rank keeps its first 3 failed tasks for --bask-replay; tasks that "
                           "change inputs get copies"),
      optional_text_option("replay", "none|FILE", &Options::replay,
                           "instead of the program, run the failed task of this file once, in the main "
                           "thread, for a debugger"),
  };
}

std::vector<OptionDescriptor> options_of_files() {
  OptionDescriptor plan = choice_option<bool>(
      "plan", &Options::plan, {{"on", true}, {"off", false}},
      "run no task, but tell what each computation would do, and take, on how many ranks");
  plan.alone = "on";
  return {
      std::move(plan),
      optional_text_option("durations", "none|PATH", &Options::durations,
                           "an earlier run's --bask-watch or --bask-tasks (a journal has no times), for "
                           "--bask-plan and the report"),
      optional_text_option("machine", "none|FILE", &Options::machine,
                           "for --bask-plan: how fast a node is, for tasks that no earlier run tells of"),
      optional_text_option("profile-machine", "none|FILE", &Options::profile_machine,
                           "instead of the program, measure this machine (and messages) for --bask-machine"),
      optional_text_option(
          "watch", "none|DIR", &Options::watch,
          "a directory for the state of the job, rewritten each second: bask-top DIR shows it"),
      optional_text_option("report", "none|FILE", &Options::report,
                           "a page about the whole job, written at its end: one HTML file for a browser"),
      optional_text_option(
          "trace", "none|FILE", &Options::trace,
          "a trace for ui.perfetto.dev, or FILE.json, made at the end; all ranks see its directory"),
      optional_text_option("tasks", "none|FILE", &Options::tasks,
                           "all tasks as a table in HDF5, made at the end; all ranks see its directory"),
      optional_text_option("metrics", "none|FILE", &Options::metrics,
                           "how the job stands, for Prometheus, rewritten each second"),
      dashboard_option(),
      choice_option<LogLevel>("log-level", &Options::log_level,
                              {{"error", LogLevel::kError},
                               {"warning", LogLevel::kWarning},
                               {"info", LogLevel::kInfo},
                               {"debug", LogLevel::kDebug}},
                              "the least important lines that are still logged"),
      optional_text_option("log-file", "none|FILE", &Options::log_file,
                           "a file per rank for the log, besides stderr; %r in its name is the rank"),
      file_option("config", &Options::config, "the file of options; without it, bask.toml if there is one"),
  };
}

}  // namespace

const std::vector<OptionDescriptor>& option_table() {
  static const std::vector<OptionDescriptor> table = [] {
    std::vector<OptionDescriptor> all;
    for (const auto& some : {options_of_running(), options_of_waiting_and_going_on(), options_of_files()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return table;
}

const OptionDescriptor* find_option(std::string_view name) {
  std::string dashed(name);
  std::ranges::replace(dashed, '_', '-');
  const auto found = std::ranges::find(option_table(), dashed, &OptionDescriptor::name);
  return found == option_table().end() ? nullptr : &*found;
}

}  // namespace bask
