// Client and run: signals, exit codes and what is printed.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/at_exit.hpp>
#include <bask/bask.hpp>
#include <bask/client_setup.hpp>
#include <bask/system/memory_limit.hpp>
#include <bask/system/resident_memory.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

namespace bask {
namespace {

int send(int signal) {
  raise(signal);
  return signal;
}
int times_ran = 0;
int follow(int x) {
  ++times_ran;
  return x;
}

// The error with which a computation ends when `signal` comes while it runs.
Error stopped_by(int signal, const Options& options) {
  const Client client(options);
  try {
    delayed<follow>(delayed<send>(signal)).compute();
  } catch (const Error& error) {
    EXPECT_EQ(delayed<follow>(5).compute(), 5) << "the client is of no use any more";
    return error;
  }
  ADD_FAILURE() << "nothing was stopped";
  return Error("", "", "");
}

TEST(Signal, StopsAComputationInOrder) {
  times_ran = 0;
  const Error error = stopped_by(SIGINT, {.scheduler = Scheduler::kSync});
  EXPECT_STREQ(error.what(),
               "compute: SIGINT (Ctrl-C) stopped the computation after 1 of 2 tasks; start it again to "
               "compute the rest");
  EXPECT_EQ(error.exit_code(), ExitCode::kInterrupted);
  EXPECT_EQ(times_ran, 1);  // by the next computation
}

TEST(Signal, ThatSlurmSendsHasAnExitCodeOfItsOwn) {
  const Error error = stopped_by(SIGTERM, {.scheduler = Scheduler::kSync});
  EXPECT_STREQ(
      error.what(),
      "compute: SIGTERM stopped the computation after 1 of 2 tasks; start it again to compute the rest");
  EXPECT_EQ(static_cast<int>(error.exit_code()), 143);
}

TEST(Signal, StopsThreadsToo) {
  const Error error = stopped_by(SIGINT, {.threads = 2});
  EXPECT_EQ(error.happened().substr(0, 46), "SIGINT (Ctrl-C) stopped the computation after ");
  EXPECT_EQ(error.exit_code(), ExitCode::kInterrupted);
}

void send_two(int first, int second) {
  const Client client({.scheduler = Scheduler::kSync});
  delayed([](int a, int b) { return send(a) + send(b); })(first, second).compute();
}

TEST(SignalDeathTest, EndsTheProcessAtTheSecondOne) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(send_two(SIGINT, SIGINT), testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(send_two(SIGINT, SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

TEST(SignalDeathTest, EndsTheProcessWhereNothingIsComputed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Client client({.threads = 1});
        delayed<follow>(1).compute();
        raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(Client, SaysWhatItComputesWith) {
  std::ostringstream out;
  out << Client({.threads = 2, .pin = Pin::kOff, .memory_limit = 1ull << 30});
  const ClientInfo info = Client().info();
  EXPECT_EQ(out.str(), "Client: threads scheduler, 2 threads on " + std::to_string(info.cores) +
                           (info.cores == 1 ? " core" : " cores") + " of " + info.host +
                           ", memory limit 1 GiB");
  out.str("");
  out << Client({.scheduler = Scheduler::kSync, .memory_limit = 1ull << 30});
  EXPECT_EQ(out.str(),
            "Client: sync scheduler, in the calling thread of " + info.host + ", memory limit 1 GiB");
}

TEST(Client, AddsUpWhatTheRanksHave) {
  Options options;
  const ClientInfo info =
      info_of_ranks(options, {{"n1", 8, 0, 1000, 10}, {"n2", 4, 4, 2000, 20}, {"n1", 8, 8, 3000, 30}}, true);
  EXPECT_EQ(info.host, "n1");
  EXPECT_EQ(info.cores, 8u);
  EXPECT_EQ(info.threads, 12u);
  EXPECT_EQ(info.memory_limit, 6000u);
  EXPECT_EQ(info.memory_margin, 60u);
  EXPECT_TRUE(info.pinned);
  EXPECT_EQ(info.ranks.size(), 3u);
  EXPECT_EQ(info.scheduler, options.scheduler);
}

TEST(Client, HasAThreadPerCoreAndTheMachinesMemoryUnlessTold) {
  const Client client;
  EXPECT_EQ(client.info().threads, client.info().cores);
  const ClientInfo& info = client.info();
  EXPECT_GT(info.memory_limit, 0u);
  EXPECT_LE(info.memory_limit, (memory_limit() - info.memory_margin) / 10 * 9);
  EXPECT_GE(info.memory_margin, resident_memory().now / 2);
}

TEST(Client, TakesALimitAsItIsGiven) {
  EXPECT_EQ(Client({.memory_limit = 100 << 20}).info().memory_limit, 100u << 20);
}

TEST(Client, WarnsOfALimitThatTheMachineDoesNotHave) {
  testing::internal::CaptureStderr();
  const Client client({.memory_limit = 1ull << 60});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("bask: warning: --bask-memory-limit=1048576TiB, beside "), 0u) << text;
  EXPECT_LT(client.info().memory_limit, memory_limit());
}

TEST(Client, MayEndBeforeOneThatWasMadeEarlierOrLater) {
  auto first = std::make_unique<Client>(Options{.threads = 1});
  auto second = std::make_unique<Client>(Options{.threads = 1});
  first.reset();
  EXPECT_EQ(delayed<follow>(3).compute(), 3);
  second.reset();
  EXPECT_THROW(delayed<follow>(3).compute(), Error);
}

TEST(Client, HandsBackToTheOneBefore) {
  const Client outer({.scheduler = Scheduler::kSync});
  { const Client inner({.threads = 1}); }
  EXPECT_EQ(delayed<follow>(3).compute(), 3);
}

struct Outcome {
  int code;
  std::string out, error;
  std::vector<std::string> arguments;  // those left for the program
};

Outcome run_with(std::vector<std::string> arguments, const std::function<void(Client&)>& program) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int argc = static_cast<int>(arguments.size());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome{run(argc, argv.data(), program), {}, {}, {}};
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.error = testing::internal::GetCapturedStderr();
  outcome.arguments.assign(argv.data() + 1, argv.data() + argc);
  return outcome;
}

TEST(Run, CallsTheProgramAndLeavesItItsArguments) {
  int result = 0;
  const Outcome outcome =
      run_with({"a", "--bask-threads=1", "b"}, [&](Client&) { result = delayed<follow>(7).compute(); });
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(result, 7);
  EXPECT_EQ(outcome.arguments, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(outcome.out + outcome.error, "");
}

TEST(Run, GivesOneAndOneLineWhenATaskFails) {
  std::string task;
  const Outcome outcome = run_with({"--bask-scheduler=sync"}, [&](Client&) {
    const auto failing = delayed([](int x) {
      if (x < 0) throw std::domain_error("x < 0");
      return x;
    })(-1);
    task = failing.name();
    failing.compute();
  });
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.error, "bask: error: task '" + task + "' (layer lambda, rank 0, node " +
                               Client().info().host + ") threw std::domain_error: x < 0; it had no inputs\n");
}

TEST(Run, GivesOneWhenTheProgramThrows) {
  const Outcome outcome = run_with({}, [](Client&) { throw std::runtime_error("no such file"); });
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.error, "bask: error: no such file\n");
}

TEST(Run, GivesOneWhenTheProgramThrowsANumber) {
  int argc = 1;
  char name[] = "program";
  char* argv[] = {name, nullptr};
  testing::internal::CaptureStderr();
  EXPECT_EQ(run(argc, argv, [](Client&) { throw 42; }), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "bask: error: a value of type int\n");
}

TEST(Run, GivesWhatTheProgramReturns) {
  int argc = 1;
  char name[] = "program";
  char* argv[] = {name, nullptr};
  EXPECT_EQ(run(argc, argv, [](Client&) { return 7; }), 7);
}

TEST(Run, GivesTwoForAnUnknownOption) {
  bool called = false;
  const Outcome outcome = run_with({"--bask-treads=2"}, [&](Client&) { called = true; });
  EXPECT_EQ(outcome.code, 2);
  EXPECT_FALSE(called);
  EXPECT_EQ(outcome.error.substr(0, 13), "bask: error: ");
  EXPECT_NE(outcome.error.find("--bask-threads"), std::string::npos) << outcome.error;
}

TEST(Run, GivesTwoForScratchThatIsNotThere) {
  bool called = false;
  const Outcome outcome = run_with({"--bask-scratch=/absent"}, [&](Client&) { called = true; });
  EXPECT_EQ(outcome.code, 2);
  EXPECT_FALSE(called);
  EXPECT_EQ(outcome.error,
            "bask: error: scratch directory /absent: no file can be made in it: No such file or directory; "
            "name a directory in which you may write with --bask-scratch\n");
}

TEST(Run, Gives130AfterCtrlC) {
  const Outcome outcome =
      run_with({"--bask-scheduler=sync"}, [](Client&) { delayed<follow>(delayed<send>(SIGINT)).compute(); });
  EXPECT_EQ(outcome.code, 130);
  EXPECT_EQ(outcome.error,
            "bask: error: compute: SIGINT (Ctrl-C) stopped the computation after 1 of 2 tasks; start it "
            "again to compute "
            "the rest\n");
}

// ---- What ends the program from inside of a task, or before one. ----

int leave(int code) {
  std::exit(code);
}
int leave_quickly(int code) {
  std::quick_exit(code);
}
template <auto kLeave>
void leave_in_a_task(int code) {
  int argc = 1;
  char name[] = "program";
  char* argv[] = {name, nullptr};
  run(argc, argv, [&](Client&) { delayed<kLeave>({.name = "leave"})(int{code}).compute(); });
}

TEST(RunDeathTest, EndsAsAnErrorWhenATaskExits) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(leave_in_a_task<leave>(3), testing::ExitedWithCode(3),
              "bask: error: std::exit\\(3\\) was called in task 0 \\(.*leave.*\\); what Bask runs must "
              "return or throw, because other tasks wait for its result");
  EXPECT_EXIT(leave_in_a_task<leave>(0), testing::ExitedWithCode(1), "std::exit\\(0\\) was called in task 0");
  EXPECT_EXIT(leave_in_a_task<leave_quickly>(0), testing::ExitedWithCode(1),
              "std::quick_exit was called in task 0");
}

TEST(Run, StopsAtASignalThatCameBeforeTheComputationWhereThereIsAJournal) {
  const std::string directory = testing::TempDir() + "bask_client_" + std::to_string(getpid());
  times_ran = 0;
  const Outcome outcome = run_with({"--bask-checkpoint=" + directory}, [](Client&) {
    send(SIGTERM);
    delayed<follow>(1).compute();
  });
  std::filesystem::remove_all(directory);
  EXPECT_EQ(outcome.code, 75);
  EXPECT_EQ(times_ran, 0);
  EXPECT_NE(outcome.error.find(
                "bask: error: compute: SIGTERM stopped the computation after 0 of 1 tasks; start it again"),
            std::string::npos)
      << outcome.error;
}

TEST(Run, PrintsTheOptionsInsteadWhenAsked) {
  bool called = false;
  const Outcome outcome = run_with({"--bask-help"}, [&](Client&) { called = true; });
  EXPECT_EQ(outcome.code, 0);
  EXPECT_FALSE(called);
  EXPECT_NE(outcome.out.find("--bask-scheduler"), std::string::npos);
}

}  // namespace
}  // namespace bask
