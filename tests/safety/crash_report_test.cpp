// Crash reports: each test crashes a process of its own and reads its report.
#include <gtest/gtest.h>
#include <bask/safety/crash_report.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

namespace bask {
namespace {

class CrashReport : public testing::Test {
 protected:
  void SetUp() override {
    if (!kCrashReports) GTEST_SKIP() << "a sanitizer has reports of its own";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

// Runs `body` as task `number` called `name`, in a watched thread.
std::thread task_thread(const char* name, std::uint32_t number, std::function<void()> body) {
  return std::thread([=] {
    const CrashWatch watch;
    RunningTask& task = RunningTask::of_this_thread();
    task.set(name, number);
    body();
    task.clear();
  });
}

void crash_as_task(std::function<void()> body) {
  install_crash_report(2, "n3");
  task_thread("increment", 17, std::move(body)).join();
}

volatile int zero = 0;

[[gnu::noinline]] void touch_nothing() {
  *reinterpret_cast<volatile int*>(static_cast<std::intptr_t>(zero)) = 1;
}

[[gnu::noinline]] int fall(int depth) {
  volatile char block[4096];
  block[0] = static_cast<char>(depth);
  return depth < zero ? 0 : fall(depth + 1) + block[0];
}

TEST_F(CrashReport, NamesSignalRankHostAndTaskAndEndsByTheSignal) {
  EXPECT_EXIT(crash_as_task(touch_nothing), testing::KilledBySignal(SIGSEGV),
              "bask: error: rank 2 \\(n3\\): SIGSEGV \\(segmentation fault\\) at address 0x0 in task 17 "
              "\\(increment\\)\n  backtrace .*\n.*/safety_test");
}

TEST_F(CrashReport, TellsAStackOverflow) {
  EXPECT_EXIT(crash_as_task([] { zero = fall(0); }), testing::KilledBySignal(SIGSEGV),
              "rank 2 \\(n3\\): SIGSEGV .*, a stack overflow, in task 17 \\(increment\\)");
}

TEST_F(CrashReport, TellsAStackOverflowOfTheMainThread) {
  EXPECT_EXIT(
      {
        install_crash_report(-1, "");
        const CrashWatch watch;
        RunningTask::of_this_thread().set("fall", 3);
        zero = fall(0);
      },
      testing::KilledBySignal(SIGSEGV), "bask: error: SIGSEGV .* in task 3 \\(fall\\)");
}

TEST_F(CrashReport, ComesForEachSignal) {
  EXPECT_EXIT(crash_as_task([] { raise(SIGBUS); }), testing::KilledBySignal(SIGBUS),
              "SIGBUS \\(bus error\\) in task 17");
  EXPECT_EXIT(crash_as_task([] { raise(SIGFPE); }), testing::KilledBySignal(SIGFPE),
              "SIGFPE \\(arithmetic error\\) in task 17");
  EXPECT_EXIT(crash_as_task([] { raise(SIGILL); }), testing::KilledBySignal(SIGILL),
              "SIGILL \\(illegal instruction\\) in task 17");
  EXPECT_EXIT(crash_as_task([] { std::abort(); }), testing::KilledBySignal(SIGABRT),
              "SIGABRT \\(abort\\) in task 17");
}

TEST_F(CrashReport, ComesForAnExceptionThatNobodyCatches) {
  EXPECT_EXIT(crash_as_task([] { throw std::runtime_error("nobody catches me"); }),
              testing::KilledBySignal(SIGABRT), "nobody catches me(.|\n)*SIGABRT \\(abort\\) in task 17");
}

TEST_F(CrashReport, NamesTheTasksOfOtherThreads) {
  EXPECT_EXIT(
      {
        std::atomic<bool> runs{false};
        std::thread other = task_thread("add", 12, [&] {
          runs = true;
          while (true) std::this_thread::yield();
        });
        while (!runs) std::this_thread::yield();
        crash_as_task(touch_nothing);
        other.join();
      },
      testing::KilledBySignal(SIGSEGV),
      "in task 17 \\(increment\\)\n  another thread ran task 12 \\(add\\)\n  backtrace");
}

TEST_F(CrashReport, EndsWhenTwoThreadsCrash) {
  EXPECT_EXIT(
      {
        install_crash_report(2, "n3");
        std::atomic<int> ready{0};
        const auto crash = [&] {
          ++ready;
          while (ready < 2) std::this_thread::yield();
          touch_nothing();
        };
        std::thread one = task_thread("add", 1, crash);
        std::thread two = task_thread("add", 2, crash);
        one.join();
        two.join();
      },
      testing::KilledBySignal(SIGSEGV), "SIGSEGV");
}

TEST_F(CrashReport, TellsAThreadThatRunsNoTask) {
  EXPECT_EXIT(
      {
        install_crash_report(0, "n1");
        touch_nothing();
      },
      testing::KilledBySignal(SIGSEGV), "SIGSEGV .* in a thread that runs no task");
}

TEST_F(CrashReport, LeavesASignalThatTheProgramHandles) {
  EXPECT_EXIT(
      {
        std::signal(SIGFPE, [](int) { _Exit(7); });
        crash_as_task([] { raise(SIGFPE); });
      },
      testing::ExitedWithCode(7), "^$");
}

TEST_F(CrashReport, TakesASignalBackFromALibrary) {
  EXPECT_EXIT(
      {
        install_crash_report(0, "n1");
        std::signal(SIGSEGV, [](int) { _Exit(7); });
        crash_as_task(touch_nothing);
      },
      testing::KilledBySignal(SIGSEGV), "rank 2 \\(n3\\): SIGSEGV");
}

TEST_F(CrashReport, ShowsNoTaskOfAThreadThatHasGone) {
  task_thread("add", 1, [] { EXPECT_STREQ(RunningTask::of_this_thread().name(), "add"); }).join();
  for (const RunningTask& slot : RunningTasks::slots) EXPECT_EQ(slot.name(), nullptr);
}

TEST_F(CrashReport, GivesEachWatchedThreadASlotOfItsOwn) {
  const CrashWatch watch, second;
  RunningTask& own = RunningTask::of_this_thread();
  EXPECT_NE(&own, &RunningTasks::spare);
  task_thread("add", 1, [&] { EXPECT_NE(&RunningTask::of_this_thread(), &own); }).join();
}

}  // namespace
}  // namespace bask
