// Kernels in a child process: results, exceptions and every way to end.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/core/log.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/isolation.hpp>
#include <bask/safety/task_error.hpp>

#include "../many.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace bask {
namespace {

constexpr const char* kForks =
    "a sanitizer's allocator has locks that nobody sees to at a fork of several threads";

Kernel kernel(void (*run)(KernelCall&)) {
  return {"simulate", hash_text("simulate"), run, KernelId{0}, nullptr};
}

Value isolated(void (*run)(KernelCall&), std::span<const Input> inputs = {},
               const std::byte* arguments = nullptr) {
  Value result;
  KernelCall call{arguments, inputs, result};
  run_isolated(kernel(run), call);
  return result;
}

// The text of an isolated kernel's failure, as the runner writes it.
std::string failure_of(void (*run)(KernelCall&)) {
  try {
    isolated(run);
  } catch (...) {
    return describe_current_exception();
  }
  return "no failure";
}

volatile int null = 0;

[[gnu::noinline]] void throw_one() {
  throw 1;
}

void crash(KernelCall&) {
  *reinterpret_cast<volatile int*>(static_cast<std::intptr_t>(null)) = 1;
}

TEST(Isolation, ReturnsResultsOfEveryKind) {
  EXPECT_EQ(isolated([](KernelCall& call) { call.result.emplace<int>(42); }).get<int>(), 42);
  EXPECT_EQ(isolated([](KernelCall& call) { call.result.emplace<std::string>("text"); }).get<std::string>(),
            "text");
  using Counts = std::map<std::string, std::vector<double>>;
  EXPECT_EQ(isolated([](KernelCall& call) {
              call.result.emplace<Counts>(Counts{{"a", {1, 2}}, {"b", {}}});
            }).get<Counts>(),
            (Counts{{"a", {1, 2}}, {"b", {}}}));
  EXPECT_TRUE(isolated([](KernelCall& call) { call.result.emplace<std::vector<double>>(); })
                  .get<std::vector<double>>()
                  .empty());
  EXPECT_FALSE(isolated([](KernelCall&) {}).has_value());
}

TEST(Isolation, ReadsArgumentsAndInputsAndNeverMovesFromThem) {
  Value first, second;
  first.emplace<std::vector<int>>(std::vector<int>{1, 2, 3});
  second.emplace<std::string>("abc");
  const std::vector<Input> inputs{{&first, true}, {&second, false}};
  const int argument = 7;
  const Value result = isolated(
      [](KernelCall& call) {
        std::vector<int> moved = std::move(call.inputs[0].value->get_mutable<std::vector<int>>());
        moved.push_back(static_cast<int>(call.inputs[1].value->get<std::string>().size()));
        moved.push_back(*reinterpret_cast<const int*>(call.arguments));
        call.result.emplace<std::vector<int>>(std::move(moved));
      },
      inputs, reinterpret_cast<const std::byte*>(&argument));
  EXPECT_EQ(result.get<std::vector<int>>(), (std::vector<int>{1, 2, 3, 3, 7}));
  EXPECT_EQ(first.get<std::vector<int>>(), (std::vector<int>{1, 2, 3}));
}

TEST(Isolation, ReturnsLargeResults) {
  static constexpr std::size_t kElements = (std::size_t{64} << 20) / sizeof(std::uint64_t);
  const Value result = isolated([](KernelCall& call) {
    auto& numbers = call.result.emplace<std::vector<std::uint64_t>>(kElements);
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{5});
  });
  std::vector<std::uint64_t> expected(kElements);
  std::iota(expected.begin(), expected.end(), std::uint64_t{5});
  EXPECT_TRUE(result.get<std::vector<std::uint64_t>>() == expected);
}

TEST(Isolation, ReturnsLargeResultsThatAreEncoded) {
  using Texts = std::vector<std::string>;
  const Value result =
      isolated([](KernelCall& call) { call.result.emplace<Texts>(1000, std::string(4000, 'x')); });
  EXPECT_TRUE(result.get<Texts>() == Texts(1000, std::string(4000, 'x')));
}

TEST(Isolation, HandsOnTheTypeAndTextOfAnException) {
  EXPECT_EQ(failure_of([](KernelCall&) { throw std::domain_error("x < 0"); }), "std::domain_error: x < 0");
  EXPECT_EQ(failure_of([](KernelCall&) { throw Error("load", "no such file", "name another"); }),
            "bask::Error: load: no such file; name another");
  EXPECT_EQ(failure_of([](KernelCall&) { throw 3; }), "a value of type int");
  EXPECT_EQ(failure_of([](KernelCall&) { throw std::runtime_error(std::string(200'000, 'y')); }),
            "std::runtime_error: " + std::string(200'000, 'y'));
}

TEST(Isolation, TellsHowTheChildEnded) {
  EXPECT_EQ(
      failure_of([](KernelCall&) { raise(SIGKILL); }),
      "bask::Error: simulate: killed by signal 9 (SIGKILL) in a process of its own; probably memory had "
      "run out: give the job more, or the task less to do");
  EXPECT_EQ(
      failure_of([](KernelCall&) { _exit(3); }),
      "bask::Error: simulate: ended with exit code 3 in a process of its own, without a result; a kernel "
      "must return or throw, not call exit");
  EXPECT_NE(failure_of([](KernelCall&) { _exit(0); }).find("ended with exit code 0"), std::string::npos);
}

TEST(Isolation, SurvivesCrashes) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer ends the child in its own way";
  EXPECT_NE(failure_of(crash).find("simulate: killed by signal 11 (SIGSEGV) in a process of its own"),
            std::string::npos);
  EXPECT_NE(failure_of([](KernelCall&) { std::abort(); }).find("killed by signal 6 (SIGABRT)"),
            std::string::npos);
  EXPECT_NE(failure_of([](KernelCall&) noexcept { throw_one(); }).find("killed by signal 6 (SIGABRT)"),
            std::string::npos);
}

TEST(Isolation, EndsAKernelWhoseTimeIsUp) {
  Value result;
  KernelCall call{nullptr, {}, result};
  const Kernel pausing = kernel([](KernelCall&) {
    while (true) pause();
  });
  try {
    run_isolated(pausing, call, std::chrono::milliseconds(20));
    FAIL();
  } catch (const TaskTimeout& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("has run for ")) << error.what();
    EXPECT_TRUE(
        std::string(error.what())
            .ends_with(", longer than its timeout of 20.0 ms, and was killed in a process of its own"));
  }
  run_isolated(kernel([](KernelCall& done) { done.result.emplace<int>(42); }), call, std::chrono::hours(1));
  EXPECT_EQ(result.get<int>(), 42);
}

TEST(Isolation, RunsNoHandlerOfAtexitWhenTheKernelExits) {
  static std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  static const bool registered = std::atexit([] {
                                   if (write(ends[1], "!", 1) != 1) _exit(9);
                                 }) == 0;
  ASSERT_TRUE(registered);
  EXPECT_NE(failure_of([](KernelCall&) { std::exit(3); }).find("ended with exit code 3"), std::string::npos);
  EXPECT_NE(failure_of([](KernelCall&) { std::quick_exit(3); }).find("ended with exit code 1"),
            std::string::npos);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), -1);
}

TEST(Isolation, EndsATaskThatWantsTooMuch) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs memory of its own";
  EXPECT_EQ(failure_of([](KernelCall& call) {
              const rlimit limit{std::size_t{2} << 30, std::size_t{2} << 30};
              setrlimit(RLIMIT_AS, &limit);
              auto& blocks = call.result.emplace<std::vector<std::string>>();
              while (true) blocks.emplace_back().reserve(std::size_t{256} << 20);
            }).substr(0, 14),
            "std::bad_alloc");
  EXPECT_NE(failure_of([](KernelCall&) { raise(SIGXCPU); }).find("killed by signal 24 (SIGXCPU)"),
            std::string::npos);
}

TEST(Isolation, TellsOfAResultThatCannotBeHandedOver) {
  EXPECT_NE(failure_of([](KernelCall& call) {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit small{4096, 4096};
              setrlimit(RLIMIT_FSIZE, &small);
              call.result.emplace<std::vector<double>>(10'000);
            }).find("isolation: the result cannot be handed over: File too large"),
            std::string::npos);
}

TEST(Isolation, WorksFromSeveralThreadsAtOnce) {
  if (kSanitized) GTEST_SKIP() << kForks;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread, &right] {
      for (int i = 0; i < 10; ++i) {
        const int argument = 100 * thread + i;
        if (i % 3 == 2) {
          right += failure_of([](KernelCall&) { raise(SIGKILL); }).find("signal 9") != std::string::npos;
          continue;
        }
        const Value result = isolated(
            [](KernelCall& call) {
              call.result.emplace<std::vector<int>>(50'000, *reinterpret_cast<const int*>(call.arguments));
            },
            {}, reinterpret_cast<const std::byte*>(&argument));
        right += result.get<std::vector<int>>() == std::vector<int>(50'000, argument);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
}

TEST(Isolation, LogsInTheChildWhileOthersLog) {
  if (kSanitized) GTEST_SKIP() << kForks;
  testing::internal::CaptureStderr();
  log_line(LogLevel::kInfo, "begins");  // sets the log up, as a run does before it has threads
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) log_line(LogLevel::kInfo, "from the parent");
  });
  for (int i = 0; i < 50; ++i) isolated([](KernelCall&) { log_line(LogLevel::kInfo, "from a child"); });
  done = true;
  other.join();
  const std::string said = testing::internal::GetCapturedStderr();
  int lines = 0;
  for (std::size_t at = said.find("bask: from a child\n"); at != said.npos;
       at = said.find("bask: from a child\n", at + 1))
    ++lines;
  EXPECT_EQ(lines, 50);
}

TEST(Isolation, PrintsOutputOnceAndInOrder) {
  testing::internal::CaptureStdout();
  std::printf("before ");
  isolated([](KernelCall&) { std::printf("inside "); });
  std::printf("after");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "before inside after");
}

TEST(Isolation, IsNotEndedByTheSignalsThatStopAJob) {
  EXPECT_EQ(isolated([](KernelCall& call) {
              for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) raise(signal);
              call.result.emplace<int>(1);
            }).get<int>(),
            1);
}

TEST(Isolation, WorksWhereEndsOfChildrenAreIgnored) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(isolated([](KernelCall& call) { call.result.emplace<int>(5); }).get<int>(), 5);
  EXPECT_NE(failure_of([](KernelCall&) { _exit(3); }).find("ended unseen"), std::string::npos);
  std::signal(SIGCHLD, before);
}

TEST(Isolation, ClosesInTheChildWhatHoldsALock) {
  std::string name = testing::TempDir() + "bask_isolation_XXXXXX";
  static int file;
  file = mkstemp(name.data());
  ASSERT_EQ(flock(file, LOCK_EX), 0);
  const auto is_open = [](KernelCall& call) { call.result.emplace<bool>(fcntl(file, F_GETFD) >= 0); };
  EXPECT_TRUE(isolated(is_open).get<bool>());
  {
    const ClosedInChild closed(file);
    EXPECT_FALSE(isolated(is_open).get<bool>());
  }
  EXPECT_TRUE(isolated(is_open).get<bool>());
  const int again = open(name.c_str(), O_RDWR);
  EXPECT_EQ(flock(again, LOCK_EX | LOCK_NB), -1) << "the parent has lost its lock";
  close(again);
  close(file);
  unlink(name.c_str());
}

// The reader sees the end of the pipe only when the child, too, has gone.
TEST(Isolation, EndsTheChildWithItsParent) {
  static std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(ends[0]);
    isolated([](KernelCall&) {
      if (write(ends[1], "!", 1) == 1)
        while (true) pause();
    });
    _exit(0);
  }
  close(ends[1]);
  char byte = 0;
  ASSERT_EQ(read(ends[0], &byte, 1), 1);
  kill(parent, SIGKILL);
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  waitpid(parent, nullptr, 0);
  close(ends[0]);
}

TEST(Isolation, LeavesAReportOfTheCrashThatNamesTheTaskAlone) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer has reports of its own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_crash_report(2, "n3");
        const CrashWatch watch;
        RunningTask::of_this_thread().set("simulate", 17);
        const std::string text = failure_of(crash);
        std::fprintf(stderr, "afterwards: %s; signal noted: %d\n", text.c_str(),
                     RunningTask::of_this_thread().crash_signal());
        _exit(text.find("SIGSEGV") != text.npos ? 0 : 1);
      },
      testing::ExitedWithCode(0),
      "bask: error: rank 2 \\(n3\\): SIGSEGV .* in task 17 \\(simulate\\), which has a process of its own\n"
      "  backtrace(.|\n)*afterwards: .*signal noted: 0");
}

}  // namespace
}  // namespace bask
