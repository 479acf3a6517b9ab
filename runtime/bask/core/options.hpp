// options.hpp: the settings of one run, put together from defaults, bask.toml, BASK_* variables and
// --bask-* arguments; the later of these count. A new option is a field here and an entry in
// option_table.cpp.
// Runs on: every rank. Threads: any; load them once, before threads start.
// Invariants: (1) options do not change once loaded; (2) a name or value that is not understood is an
//             Error, wherever it stands.
#pragma once

#include <bask/core/environment.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// What runs the tasks: a pool of threads, or the calling thread, one task at a time in plan order.
enum class Scheduler { kThreads, kSync };

/// Whether each thread stays on one core: kAuto does so where the machine allows it and nothing is lost.
enum class Pin { kAuto, kOn, kOff };

/// How progress is shown: kAuto takes a bar on a terminal and lines elsewhere.
enum class Progress { kAuto, kBar, kLines, kOff };

/// Whether rank 0, which plans, runs tasks too: kAuto does so unless cores are short (launch/rank_map.hpp).
enum class Rank0 { kAuto, kOn, kOff };

/// What a journal that cannot be written does: the run goes on without it, with a warning, or stops.
enum class CheckpointFailure { kWarn, kStop };

/// Which tasks run in a process of their own, so that their crash ends nothing else.
enum class Isolate { kOff, kSuspects, kAll };

/// The least important lines that are still logged.
enum class LogLevel { kError, kWarning, kInfo, kDebug };

/// The settings of one run, with their defaults. A timeout of 0 is off.
struct Options {
  Scheduler scheduler = Scheduler::kThreads;
  int threads = 0;  // of each rank; 0: one per core that is this rank's
  Rank0 rank0 = Rank0::kAuto;
  bool balance = true;  // ranks that run dry steal tasks from loaded ones
  Pin pin = Pin::kAuto;
  bool fuse = true;
  Progress progress = Progress::kAuto;
  std::chrono::nanoseconds progress_delay = std::chrono::seconds(1);
  std::uint64_t memory_limit = 0;                // bytes; 0: from the machine
  std::string scratch = {};                      // directory for results beyond it; empty: on a local disk
  std::map<std::string, double> resources = {};  // what tasks may hold at once, by resource name
  std::chrono::nanoseconds heartbeat_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds stall_timeout = std::chrono::seconds(60);
  std::chrono::nanoseconds start_timeout = std::chrono::seconds(120);
  std::string checkpoint = {};          // directory of the journal; empty: none
  std::string checkpoint_version = {};  // tag of the runs whose results count; empty: those of this binary
  CheckpointFailure checkpoint_failure = CheckpointFailure::kWarn;
  bool checkpoint_keep = false;              // keep the journal when all is done
  int max_restarts = 0;                      // 0: any number
  std::chrono::nanoseconds time_limit{-1};   // from the start on; 0: none; below 0: what Slurm says
  std::chrono::nanoseconds time_margin{-1};  // before the limit, to keep what would be lost; below 0: auto
  std::chrono::nanoseconds stop_timeout = std::chrono::seconds(20);
  double slow_task = 10;                     // times the mean of its layer: a task is named; 0: off
  std::chrono::nanoseconds task_timeout{0};  // of tasks without one of their own; 0: off
  Isolate isolate = Isolate::kOff;
  std::string failed_tasks = {};  // directory for tasks that fail, to be replayed; empty: none is kept
  std::string replay = {};        // the file of such a task, which is run instead of the program; empty: none
  bool plan = false;              // forecast each computation in place of running it
  std::string durations = {};     // an earlier run, for forecasts; empty: they guess
  std::string machine = {};       // the file of a machine's speed, for forecasts; empty: a modest one
  std::string profile_machine = {};  // write such a file, in place of running the program; empty: no
  std::string watch = {};            // directory of the job's state, rewritten each second; empty: none
  std::string report = {};           // the file of the report; empty: none
  std::string trace = {};            // the file of the trace; empty: none
  std::string tasks = {};            // the file of the table of tasks; empty: none
  std::string metrics = {};          // the file of the metrics, rewritten each second; empty: none
  int dashboard = -1;                // its port; 0: any; below 0: there is none
  LogLevel log_level = LogLevel::kInfo;
  std::string log_file = {};  // %r stands for the rank; empty: none
  std::string config = {};    // the bask.toml that was read; empty: none
  /// Where values were given, by the option's name: "--bask-threads", "BASK_THREADS", "bask.toml line 3".
  std::map<std::string, std::string> origins = {};
};

/// All that options are made of, as plain data, so that tests need neither environment nor file system.
struct OptionSources {
  std::vector<std::string> arguments = {};  // without the program's name
  Environment environment = {};             // names that do not begin with BASK_ are ignored
  /// The text of a file, or nothing when there is no file of that name.
  std::function<std::optional<std::string>(const std::string& path)> read_file = {};
};

/// What the command line asks for: the program itself, or only a text about it.
enum class Request { kRun, kHelp, kVersion };

/// What `load_options` found.
struct LoadedOptions {
  Options options;
  Request request = Request::kRun;
  std::string text;  // what to print for kHelp and kVersion, whole lines; empty for kRun
  std::vector<std::size_t> application_arguments;  // positions in `arguments` that are not Bask's, in order
};

/// Puts options together. Arguments are `--bask-name=value` or `--bask-name value`, up to a lone `--`; the
/// last one counts. The file is the one that `--bask-config` or BASK_CONFIG names, else `bask.toml` if there
/// is one.
/// Throws: Error (kUsage) that names the argument, variable, or file and line, and lists the choices.
///
///     LoadedOptions loaded = load_options({.arguments = {"--bask-threads=2", "input.txt"}});
///     // loaded.options.threads == 2, loaded.application_arguments == {1}
LoadedOptions load_options(const OptionSources& sources);

/// The same from this process's arguments, environment and files; takes Bask's arguments out of `argv`, so
/// that the application finds its own, in order (a lone `--` and all that follows it stay).
/// Throws: as above; `argv` is then as it was.
LoadedOptions load_options(int& argc, char** argv);

}  // namespace bask
