// Options: which source counts, which arguments are taken out of argv, the text of the help, and the message
// of each mistake.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/option_table.hpp>
#include <bask/core/options.hpp>
#include <bask/core/version.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bask {
namespace {

using Files = std::map<std::string, std::string>;
using Arguments = std::vector<std::string>;

LoadedOptions load(const Arguments& arguments, const Environment& environment = {}, const Files& files = {}) {
  const auto read = [&](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  };
  return load_options(OptionSources{arguments, environment, read});
}

Options from_file(const std::string& text) {
  return load({}, {}, {{"bask.toml", text}}).options;
}

std::string refusal(const Arguments& arguments, const Environment& environment = {},
                    const Files& files = {}) {
  try {
    load(arguments, environment, files);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.what();
  }
  return "no error";
}

std::string file_refusal(const std::string& text) {
  return refusal({}, {}, {{"bask.toml", text}});
}

Arguments application_arguments(const Arguments& arguments) {
  Arguments kept;
  for (const std::size_t position : load(arguments).application_arguments)
    kept.push_back(arguments[position]);
  return kept;
}

// Sources

TEST(Options, HaveDefaultsWhenNothingIsSaid) {
  const Options options = load({}).options;
  EXPECT_EQ(options.scheduler, Scheduler::kThreads);
  EXPECT_EQ(options.threads, 0);
  EXPECT_EQ(options.pin, Pin::kAuto);
  EXPECT_TRUE(options.fuse);
  EXPECT_EQ(options.progress, Progress::kAuto);
  EXPECT_EQ(options.progress_delay, std::chrono::seconds(1));
  EXPECT_EQ(options.memory_limit, 0u);
  EXPECT_EQ(options.scratch, "");
  EXPECT_TRUE(options.resources.empty());
  EXPECT_EQ(options.rank0, Rank0::kAuto);
  EXPECT_TRUE(options.balance);
  EXPECT_EQ(options.heartbeat_timeout, std::chrono::seconds(10));
  EXPECT_EQ(options.stall_timeout, std::chrono::seconds(60));
  EXPECT_EQ(options.start_timeout, std::chrono::seconds(120));
  EXPECT_EQ(options.log_level, LogLevel::kInfo);
  EXPECT_EQ(options.log_file, "");
  EXPECT_EQ(options.config, "");
}

TEST(Options, TakeEachValueFromAnArgument) {
  const Options options =
      load({"--bask-scheduler=sync", "--bask-threads=3", "--bask-pin=on", "--bask-fuse=off",
            "--bask-progress=lines", "--bask-progress-delay=500ms", "--bask-memory-limit=4GiB",
            "--bask-scratch=/local", "--bask-resources=GPU=1,db=0.5"})
          .options;
  EXPECT_EQ(options.scheduler, Scheduler::kSync);
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.pin, Pin::kOn);
  EXPECT_FALSE(options.fuse);
  EXPECT_EQ(options.progress, Progress::kLines);
  EXPECT_EQ(options.progress_delay, std::chrono::milliseconds(500));
  EXPECT_EQ(options.memory_limit, 4ull << 30);
  EXPECT_EQ(options.scratch, "/local");
  EXPECT_EQ(options.resources, (std::map<std::string, double>{{"GPU", 1}, {"db", 0.5}}));
}

TEST(Options, TakeEachValueForSeveralRanksFromAnArgument) {
  const Options options = load({"--bask-rank0=off", "--bask-balance=off", "--bask-heartbeat-timeout=30s",
                                "--bask-stall-timeout=5min", "--bask-start-timeout=1:00:00",
                                "--bask-log-level=debug", "--bask-log-file=bask-%r.log"})
                              .options;
  EXPECT_EQ(options.rank0, Rank0::kOff);
  EXPECT_FALSE(options.balance);
  EXPECT_EQ(options.heartbeat_timeout, std::chrono::seconds(30));
  EXPECT_EQ(options.stall_timeout, std::chrono::minutes(5));
  EXPECT_EQ(options.start_timeout, std::chrono::hours(1));
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_EQ(options.log_file, "bask-%r.log");
}

TEST(Options, TakeATimeoutAsOff) {
  for (const std::string off : {"off", "0s", "0ms"}) {
    EXPECT_EQ(load({"--bask-stall-timeout=" + off}).options.stall_timeout.count(), 0) << off;
  }
  EXPECT_EQ(from_file("heartbeat-timeout = false").heartbeat_timeout.count(), 0);
  const std::string help = load({"--bask-help", "--bask-stall-timeout=0s"}).text;
  EXPECT_NE(help.find("--bask-stall-timeout=off|TIME"), std::string::npos) << help;
}

TEST(Options, TakeNoLogFileByNone) {
  EXPECT_EQ(load({"--bask-log-file=none"}, {{"BASK_LOG_FILE", "a.log"}}).options.log_file, "");
  EXPECT_EQ(load({"--bask-scratch=auto"}, {{"BASK_SCRATCH", "/local"}}).options.scratch, "");
}

TEST(Options, TakeEachValueFromTheEnvironment) {
  const Options options =
      load({}, {{"BASK_MEMORY_LIMIT", "512MiB"}, {"BASK_THREADS", "auto"}, {"PATH", "/bin"}}).options;
  EXPECT_EQ(options.memory_limit, 512ull << 20);
  EXPECT_EQ(options.threads, 0);
}

TEST(Options, TakeNativeTomlValues) {
  const Options options = from_file(
      "threads = 4\nfuse = false\npin = true\nprogress-delay = 00:00:05\nmemory_limit = \"4GiB\"\n"
      "[resources]\nGPU = 1\ndb = 0.5\n");
  EXPECT_EQ(options.threads, 4);
  EXPECT_FALSE(options.fuse);
  EXPECT_EQ(options.pin, Pin::kOn);
  EXPECT_EQ(options.progress_delay, std::chrono::seconds(5));
  EXPECT_EQ(options.memory_limit, 4ull << 30);
  EXPECT_EQ(options.resources, (std::map<std::string, double>{{"GPU", 1}, {"db", 0.5}}));
  EXPECT_EQ(options.config, "bask.toml");
}

TEST(Options, TakeResourcesFromAStringAndClearThemByNone) {
  EXPECT_EQ(from_file("resources = \"GPU=2\"").resources, (std::map<std::string, double>{{"GPU", 2}}));
  EXPECT_TRUE(from_file("[resources]").resources.empty());
  EXPECT_TRUE(load({"--bask-resources=none"}, {{"BASK_RESOURCES", "GPU=1"}}).options.resources.empty());
}

TEST(Options, PreferArgumentsToEnvironmentToFileToDefaults) {
  const Files file{{"bask.toml", "threads = 2\npin = \"on\"\nscheduler = \"sync\""}};
  const Options options =
      load({"--bask-threads=4"}, {{"BASK_THREADS", "3"}, {"BASK_PIN", "off"}}, file).options;
  EXPECT_EQ(options.threads, 4);
  EXPECT_EQ(options.pin, Pin::kOff);
  EXPECT_EQ(options.scheduler, Scheduler::kSync);
  EXPECT_TRUE(options.fuse);
}

TEST(Options, TakeTheLastOfEqualArguments) {
  EXPECT_EQ(load({"--bask-threads=4", "--bask-threads", "5"}).options.threads, 5);
}

TEST(Options, ReadTheFileThatIsNamedInPlaceOfTheOneInTheDirectory) {
  const Files files{{"bask.toml", "threads = 2"}, {"a.toml", "threads = 3"}, {"b.toml", "threads = 4"}};
  EXPECT_EQ(load({}, {{"BASK_CONFIG", "a.toml"}}, files).options.threads, 3);
  const Options options = load({"--bask-config", "b.toml"}, {{"BASK_CONFIG", "a.toml"}}, files).options;
  EXPECT_EQ(options.threads, 4);
  EXPECT_EQ(options.config, "b.toml");
}

TEST(Options, ReadBackWhatTheyPrint) {
  const Options options =
      load({"--bask-scheduler=sync", "--bask-threads=3", "--bask-fuse=off", "--bask-pin=off",
            "--bask-progress=bar", "--bask-progress-delay=1:30", "--bask-memory-limit=1.5GiB",
            "--bask-resources=db=0.1,GPU=1", "--bask-rank0=on", "--bask-heartbeat-timeout=off",
            "--bask-start-timeout=7s", "--bask-log-file=%r.log", "--bask-scratch=/local"})
          .options;
  Options again;
  for (const OptionDescriptor& option : option_table()) {
    if (option.name == "config") continue;
    option.read(again, option.print(options));
    EXPECT_EQ(option.print(again), option.print(options)) << option.name;
  }
  EXPECT_EQ(again.memory_limit, options.memory_limit);
  EXPECT_EQ(again.heartbeat_timeout.count(), 0);
  EXPECT_EQ(again.resources, options.resources);
}

TEST(Options, AreLoadedAsTheHeaderShows) {
  LoadedOptions loaded = load_options({.arguments = {"--bask-threads=2", "input.txt"}});
  EXPECT_EQ(loaded.options.threads, 2);
  EXPECT_EQ(loaded.application_arguments, std::vector<std::size_t>{1});
}

// Arguments

TEST(OptionArguments, LeaveTheApplicationItsOwnInOrder) {
  EXPECT_EQ(application_arguments({"-n", "4", "--bask-threads", "2", "in.txt", "--bask-pin=off", "--basket"}),
            (Arguments{"-n", "4", "in.txt", "--basket"}));
}

TEST(OptionArguments, EndAtALoneDoubleDash) {
  EXPECT_EQ(application_arguments({"--bask-threads=2", "a", "--", "--bask-nonsense", "--bask-help"}),
            (Arguments{"a", "--", "--bask-nonsense", "--bask-help"}));
}

TEST(OptionArguments, AreTakenOutOfArgv) {
  std::vector<std::string> words{"program", "--bask-threads", "2", "input", "--bask-fuse=off", "-v"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int argc = static_cast<int>(words.size());
  const LoadedOptions loaded = load_options(argc, argv.data());
  ASSERT_EQ(argc, 3);
  EXPECT_STREQ(argv[0], "program");
  EXPECT_STREQ(argv[1], "input");
  EXPECT_STREQ(argv[2], "-v");
  EXPECT_EQ(argv[3], nullptr);
  EXPECT_EQ(loaded.options.threads, 2);
  EXPECT_FALSE(loaded.options.fuse);
}

TEST(OptionArguments, MayBeNone) {
  int argc = 0;
  char* argv[] = {nullptr};
  EXPECT_EQ(load_options(argc, argv).request, Request::kRun);
  EXPECT_EQ(argc, 0);
}

TEST(OptionArguments, AreLeftInArgvAfterAnError) {
  std::string program = "program", wrong = "--bask-threads=0";
  char* argv[] = {program.data(), wrong.data(), nullptr};
  int argc = 2;
  EXPECT_THROW(load_options(argc, argv), Error);
  EXPECT_EQ(argc, 2);
  EXPECT_STREQ(argv[1], "--bask-threads=0");
}

TEST(OptionArguments, MayStandAloneWhereThatHasAMeaning) {
  const LoadedOptions loaded = load({"--bask-dashboard", "8787", "--bask-dashboard"});
  EXPECT_EQ(loaded.options.dashboard, 0);
  EXPECT_EQ(loaded.application_arguments, (std::vector<std::size_t>{1}));
  EXPECT_EQ(load({"--bask-dashboard=8787"}).options.dashboard, 8787);
  EXPECT_EQ(load({"--bask-dashboard", "--bask-dashboard=off"}).options.dashboard, -1);
}

TEST(OptionMistake, ABadPortIsToldTheRange) {
  EXPECT_EQ(
      refusal({"--bask-dashboard=65536"}),
      "--bask-dashboard: '65536' is no port; say off, on for any free port, or a number from 1 to 65535");
  EXPECT_EQ(refusal({"--bask-dashboard=0"}),
            "--bask-dashboard: '0' is no port; say off, on for any free port, or a number from 1 to 65535");
  EXPECT_EQ(refusal({"--bask-dashboard=80x"}),
            "--bask-dashboard: '80x' is no port; say off, on for any free port, or a number from 1 to 65535");
}

TEST(OptionArguments, WithoutValueAreRefused) {
  const std::string advice = ": has no value; say --bask-threads=VALUE; --bask-help lists the options";
  EXPECT_EQ(refusal({"--bask-threads"}), "--bask-threads" + advice);
  EXPECT_EQ(refusal({"--bask-threads", "--"}), "--bask-threads" + advice);
  EXPECT_EQ(refusal({"--bask-threads", "--bask-pin=on"}), "--bask-threads" + advice);
}

TEST(OptionArguments, RefuseAValueForARequest) {
  EXPECT_EQ(refusal({"--bask-help=all"}), "--bask-help: takes no value; say --bask-help alone");
}

// The process itself

TEST(ProcessOptions, ReadTheEnvironmentAndAFileOnDisk) {
  const std::string path = testing::TempDir() + "options_test.toml";
  std::ofstream(path) << "threads = 7\n";
  setenv("BASK_CONFIG", path.c_str(), 1);
  std::string program = "program";
  char* argv[] = {program.data(), nullptr};
  int argc = 1;
  const Options options = load_options(argc, argv).options;
  unsetenv("BASK_CONFIG");
  EXPECT_EQ(options.threads, 7);
  EXPECT_EQ(options.config, path);
}

TEST(ProcessOptions, RefuseADirectoryForAFile) {
  std::string program = "program", config = "--bask-config=/", message;
  char* argv[] = {program.data(), config.data(), nullptr};
  int argc = 2;
  try {
    load_options(argc, argv);
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_EQ(message,
            "/: cannot be read: Is a directory; make it a readable file, or name another by --bask-config");
}

// Help and version

TEST(OptionHelp, ShowsEachOptionWithItsValueAndSource) {
  const LoadedOptions loaded = load({"--bask-help", "--bask-threads=4"}, {{"BASK_PIN", "off"}},
                                    {{"bask.toml", "# mine\n\nmemory-limit = \"1.5GiB\"\n"}});
  EXPECT_EQ(loaded.request, Request::kHelp);
  std::istringstream text(loaded.text);
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(text, line);) {
    std::string usage, value, origin;
    std::istringstream words(line);
    words >> usage >> value >> std::ws;
    std::getline(words, origin);
    if (line.starts_with("--bask-")) rows[usage] = value + " from " + origin;
  }
  EXPECT_EQ(rows["--bask-scheduler=threads|sync"], "threads from default");
  EXPECT_EQ(rows["--bask-threads=auto|N"], "4 from --bask-threads");
  EXPECT_EQ(rows["--bask-pin=auto|on|off"], "off from BASK_PIN");
  EXPECT_EQ(rows["--bask-memory-limit=auto|SIZE"], "1536MiB from bask.toml line 3");
  EXPECT_EQ(rows["--bask-config=FILE"], "bask.toml from current directory");
}

TEST(OptionHelp, NamesEveryOptionAndItsMeaning) {
  const std::string text = load({"--bask-help"}).text;
  for (const OptionDescriptor& option : option_table()) {
    EXPECT_NE(text.find("--bask-" + option.name + "=" + option.choices), std::string::npos) << option.name;
    EXPECT_NE(text.find(option.meaning), std::string::npos) << option.name;
  }
}

TEST(OptionHelp, FitsATerminalLine) {
  std::istringstream text(load({"--bask-help"}).text);
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 110u) << line;
}

TEST(Version, IsThatOfTheProject) {
  EXPECT_EQ(kVersion, std::string_view(BASK_PROJECT_VERSION));
  EXPECT_EQ(load({"--bask-version"}).text, "bask " + std::string(kVersion) + "\n");
}

// Mistakes

TEST(OptionMistake, UnknownNamesAreToldWithWhatWasMeant) {
  EXPECT_EQ(refusal({"--bask-schedular=sync"}),
            "--bask-schedular: unknown option; did you mean --bask-scheduler?");
  EXPECT_EQ(refusal({"--bask-versoin=1"}), "--bask-versoin: unknown option; did you mean --bask-version?");
  EXPECT_EQ(refusal({}, {{"BASK_MEMORY", "4GiB"}}),
            "BASK_MEMORY: unknown variable; did you mean BASK_MEMORY_LIMIT?");
  EXPECT_EQ(refusal({}, {{"BASK_threads", "4"}}),
            "BASK_threads: unknown variable; did you mean BASK_THREADS?");
  EXPECT_EQ(file_refusal("\n\nthread = 4"), "bask.toml line 3: unknown key 'thread'; did you mean threads?");
}

TEST(OptionMistake, UnknownNamesAreToldWithAllNamesWhenNoneIsNear) {
  EXPECT_EQ(refusal({"--bask-frobnicate=1"}),
            "--bask-frobnicate: unknown option; there are --bask-scheduler, --bask-threads, --bask-rank0, "
            "--bask-balance, --bask-pin, --bask-fuse, --bask-progress, --bask-progress-delay, "
            "--bask-memory-limit, --bask-scratch, --bask-resources, --bask-heartbeat-timeout, "
            "--bask-stall-timeout, "
            "--bask-start-timeout, --bask-checkpoint, --bask-checkpoint-version, --bask-checkpoint-failure, "
            "--bask-checkpoint-keep, --bask-max-restarts, --bask-time-limit, --bask-time-margin, "
            "--bask-stop-timeout, --bask-slow-task, --bask-task-timeout, --bask-isolate, "
            "--bask-failed-tasks, --bask-replay, --bask-plan, --bask-durations, --bask-machine, "
            "--bask-profile-machine, --bask-watch, --bask-report, --bask-trace, --bask-tasks, "
            "--bask-metrics, --bask-dashboard, --bask-log-level, --bask-log-file, --bask-config");
  EXPECT_EQ(
      file_refusal("[bask]\nthreads = 4"),
      "bask.toml line 1: unknown key 'bask'; there are scheduler, threads, rank0, balance, pin, fuse, "
      "progress, progress-delay, memory-limit, scratch, resources, heartbeat-timeout, stall-timeout, "
      "start-timeout, checkpoint, checkpoint-version, checkpoint-failure, checkpoint-keep, max-restarts, "
      "time-limit, time-margin, stop-timeout, slow-task, task-timeout, isolate, failed-tasks, replay, "
      "plan, durations, machine, profile-machine, watch, report, trace, tasks, metrics, dashboard, "
      "log-level, log-file");
}

TEST(OptionMistake, ABadChoiceIsToldWithTheChoices) {
  EXPECT_EQ(refusal({"--bask-scheduler=thread"}),
            "--bask-scheduler: 'thread' is not a choice; choose threads or sync");
  EXPECT_EQ(refusal({}, {{"BASK_PROGRESS", ""}}),
            "BASK_PROGRESS: '' is not a choice; choose auto, bar, lines or off");
  EXPECT_EQ(file_refusal("scheduler = true"),
            "bask.toml line 1, scheduler: 'true' is not a choice; choose threads or sync");
  EXPECT_EQ(file_refusal("pin = [\"on\"]"),
            "bask.toml line 1, pin: '[ 'on' ]' is not a choice; choose auto, on or off");
}

TEST(OptionMistake, ABadThreadCountIsToldItsRange) {
  for (const std::string value : {"0", "-1", "4097", "99999999999", "2x", "1.5", ""}) {
    EXPECT_EQ(refusal({"--bask-threads=" + value}),
              "--bask-threads: '" + value +
                  "' is not a number of threads; say auto or a whole number from 1 to 4096");
  }
  EXPECT_EQ(refusal({}, {{"BASK_THREADS", "many"}}),
            "BASK_THREADS: 'many' is not a number of threads; say auto or a whole number from 1 to 4096");
}

TEST(OptionMistake, ABadSizeIsToldTheUnits) {
  EXPECT_EQ(refusal({"--bask-memory-limit=4GB"}),
            "--bask-memory-limit: '4GB' is not a size; say 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
  EXPECT_EQ(
      file_refusal("\nmemory_limit = 4"),
      "bask.toml line 2, memory_limit: '4' has no unit; say 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
  EXPECT_EQ(refusal({}, {{"BASK_MEMORY_LIMIT", "0B"}}),
            "BASK_MEMORY_LIMIT: '0B' leaves no memory; say auto or more than 0B");
}

TEST(OptionMistake, ABadTimeIsToldTheUnits) {
  EXPECT_EQ(
      refusal({"--bask-progress-delay", "2"}),
      "--bask-progress-delay: '2' has no unit; say 2s (units: ns, us, ms, s, min, h, d; or a clock such as "
      "1:30:00 or 1-12:00:00)");
}

TEST(OptionMistake, BadResourcesAreToldTheForm) {
  const std::string advice =
      "' is not a resource and its amount; say none, or names and numbers such as GPU=1,db=4";
  for (const std::string value :
       {"GPU", "=1", "GPU=", "GPU=one", "GPU=-1", "GPU=nan", "GPU=inf", "GPU=1e999"}) {
    EXPECT_EQ(refusal({"--bask-resources=" + value}), "--bask-resources: '" + value + advice);
  }
  EXPECT_EQ(refusal({"--bask-resources=GPU=1,"}), "--bask-resources: '" + advice);
  EXPECT_EQ(refusal({"--bask-resources=db=1,db=2"}),
            "--bask-resources: 'db' is given twice; give each resource once, as in GPU=1,db=4");
  EXPECT_EQ(file_refusal("\n[resources]\nGPU = \"all\""), "bask.toml line 2, resources: 'GPU=all" + advice);
}

TEST(OptionMistake, ABrokenFileIsToldWithLineColumnAndReason) {
  const std::string message = file_refusal("threads = 4\nmemory-limit = 4GiB\n");
  EXPECT_EQ(message.substr(0, message.find(": ")), "bask.toml line 2, column 17");
  EXPECT_NE(message.find("Error while parsing"), std::string::npos) << message;
  EXPECT_NE(message.find("; write lines such as threads = 4, with sizes, times and words in quotes: "
                         "memory-limit = \"4GiB\""),
            std::string::npos)
      << message;
}

TEST(OptionMistake, AKeyWrittenInBothWaysIsRefused) {
  EXPECT_EQ(file_refusal("memory_limit = \"4GiB\"\nmemory-limit = \"2GiB\""),
            "bask.toml line 2: 'memory-limit' is on line 1 already, as 'memory_limit'; keep one of them");
}

TEST(OptionMistake, AFileThatIsNamedMustExist) {
  EXPECT_EQ(refusal({"--bask-config=none.toml"}),
            "--bask-config: there is no file 'none.toml'; name a TOML file of options");
  EXPECT_EQ(refusal({}, {{"BASK_CONFIG", "none.toml"}}),
            "BASK_CONFIG: there is no file 'none.toml'; name a TOML file of options");
}

TEST(OptionMistake, TheFileCannotNameAnotherFile) {
  EXPECT_EQ(file_refusal("config = \"b.toml\"").substr(0, 38), "bask.toml line 1: unknown key 'config'");
}

}  // namespace
}  // namespace bask
