#include <gtest/gtest.h>
#include <farm/nursery.hpp>
#include <farm/process.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace {

using farm::ProcessEnd;
using farm::run_process;
using farm::State;

// Started before GoogleTest and the tests make threads.
const bool nursery_is_there = [] {
  farm::start_nursery();
  return true;
}();

char* const kEnvironment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("WORD=of mine"),
                              nullptr};

struct Finished {
  ProcessEnd end;
  std::string output;
};

Finished run(const std::string& line, farm::ProcessSpec spec = {}) {
  Finished finished;
  if (spec.words.empty()) spec.words = {"/bin/sh", "-c", line};
  spec.environment = kEnvironment;
  finished.end = run_process(spec, [&](std::string_view text) { finished.output += text; });
  return finished;
}

TEST(Process, GivesItsExitCodeAndOutputs) {
  const Finished it = run("echo out; echo err >&2; echo \"$WORD\"; exit 3");
  EXPECT_EQ(it.end.state, State::kFailed);
  EXPECT_EQ(it.end.exit_code, 3);
  EXPECT_EQ(it.output, "out\nerr\nof mine\n");
  EXPECT_EQ(run("true").end.state, State::kSucceeded);
}

TEST(Process, ThatASignalKillsIsShownAsSuch) {
  const Finished it = run("kill -SEGV $$");
  EXPECT_EQ(it.end.state, State::kKilled);
  EXPECT_EQ(it.end.signal, SIGSEGV);
  EXPECT_EQ(it.end.exit_code, 128 + SIGSEGV);
}

TEST(Process, ThatCannotBeStartedEndsAsInAShell) {
  EXPECT_EQ(run("", {.words = {"no-such-program"}}).end.exit_code, 127);
  EXPECT_EQ(run("", {.words = {"/"}}).end.exit_code, 126);
  EXPECT_EQ(run("", {.words = {"no-such-program"}}).output, "farm: no-such-program: not found\n");
}

TEST(Process, HasNothingOnItsStandardInput) {
  EXPECT_EQ(run("cat; echo end").output, "end\n");
}

TEST(Process, LeavesNothingBehind) {
  const auto start = std::chrono::steady_clock::now();
  const Finished it = run("sleep 600 & echo $!");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
  const pid_t left = std::stoi(it.output);
  // Until the process is gone; it may also stay as a zombie.
  for (int i = 0; i < 1000 && kill(left, 0) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(farm::memory_of_group(getpgid(left)), 0u);
}

TEST(Process, EndsAtItsTimeLimit) {
  const Finished it = run("sleep 600", {.time_limit_ns = 50'000'000});
  EXPECT_EQ(it.end.state, State::kOutOfTime);
  EXPECT_EQ(it.end.signal, SIGTERM);
}

TEST(Process, EndsAboveItsMemoryLimit) {
  const Finished it = run("head -c 100000000 /dev/zero | tail; sleep 600", {.memory_bytes = 20'000'000});
  EXPECT_EQ(it.end.state, State::kOutOfMemory);
  EXPECT_EQ(it.end.signal, SIGKILL);
}

TEST(Process, IsToldToEndWhenTheFarmStops) {
  const Finished it =
      run("trap 'echo told; exit 7' TERM; sleep 600 & wait", {.must_stop = [] { return true; }});
  EXPECT_TRUE(it.end.was_stopped);
  EXPECT_EQ(it.end.exit_code, 7);
  EXPECT_EQ(it.output, "told\n");
}

TEST(Process, IsGoneWhenItsOutputCannotBeKept) {
  const auto refuse = [](std::string_view) { throw std::runtime_error("the disk is full"); };
  const farm::ProcessSpec spec{.words = {"/bin/sh", "-c", "echo x; sleep 600"}, .environment = kEnvironment};
  EXPECT_THROW(run_process(spec, refuse), std::runtime_error);
  EXPECT_EQ(run("echo next").output, "next\n");  // the next one starts as before
}

TEST(Process, ManyThreadsRunTheirOwn) {
  ASSERT_TRUE(nursery_is_there);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string word = std::to_string(t) + "/" + std::to_string(i);
        if (run("", {.words = {"echo", word}}).output == word + "\n") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
}

TEST(Process, LongArgumentsAndEnvironmentsArrive) {
  const std::string word(100'000, 'x');
  EXPECT_EQ(run("", {.words = {"echo", word, word, word}}).output, word + " " + word + " " + word + "\n");
}

}  // namespace
