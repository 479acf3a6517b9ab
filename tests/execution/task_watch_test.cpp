// Tasks that take too long, watched by a clock that the test moves: each task stays inside until it is let
// out.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/safety/task_error.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace bask::task_watch_test {

using namespace std::chrono_literals;

std::atomic<int> begun{0}, let_out{0};

// The n-th call returns once n calls were let out.
int held(int x) {
  const int number = ++begun;
  while (let_out < number) std::this_thread::yield();
  return x;
}
int total(const std::vector<int>& all) {
  int sum = 0;
  for (const int one : all) sum += one;
  return sum;
}
int never_end(int x) {
  while (true) std::this_thread::sleep_for(1h);
  return x;
}
int fail_first(int x) {
  held(x);
  if (begun == 1) throw std::runtime_error("the first call");
  return x;
}

struct TaskWatchTest : testing::Test {
  TaskWatchTest() { begun = let_out = 0; }
  ~TaskWatchTest() override {
    let_out = 1000;
    round.reset();
  }

  // `targets` are summed, so that they are one layer.
  void start(const std::vector<Delayed<int>>& targets, RunnerOptions options) {
    goal = delayed<total>(targets);
    open_layer::close();
    const TaskRef* const ref = &goal->ref();
    expansion = expand(std::span(&ref, 1));
    runner.emplace(make_plan(expansion.graph, expansion.targets, {.fuse = false}),
                   expansion.graph.constant_values(), options);
    pool = std::make_unique<ThreadPool>(options.threads, Pin::kOff);
    round = std::make_unique<ThreadPool::Round>(
        *pool, [&](unsigned thread) { runner->work(thread); }, [&] { runner->cancel(); });
  }
  static std::vector<Delayed<int>> held_tasks(int count,
                                              std::optional<std::chrono::nanoseconds> timeout = {}) {
    std::vector<Delayed<int>> all;
    for (int i = 0; i < count; ++i) all.push_back(delayed<held>({.timeout = timeout})(i));
    return all;
  }
  void wait_for_begun(int count) {
    while (begun < count) std::this_thread::yield();
  }
  // What is logged when the runner is looked at then. Time 0 is that of the first look.
  std::string look(std::chrono::nanoseconds time) {
    testing::internal::CaptureStderr();
    runner->watch_tasks(TaskWatch::TimePoint(time + 1000s));
    return testing::internal::GetCapturedStderr();
  }
  // A task of one second is seen to run, and ends.
  void run_one_second(int number, std::chrono::seconds from) {
    wait_for_begun(number);
    for (int tenth = 0; tenth <= 10; ++tenth) look(from + tenth * 100ms);
    let_out = number;
  }

  std::optional<Delayed<int>> goal;
  Expansion expansion;
  std::optional<TaskRunner> runner;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<ThreadPool::Round> round;
};

TEST_F(TaskWatchTest, NamesATaskOnceThatTakesMuchLongerThanItsLayer) {
  start(held_tasks(3), {.threads = 1, .slow_task = 10});
  run_one_second(1, 0s);
  run_one_second(2, 1s);
  wait_for_begun(3);
  EXPECT_EQ(look(2100ms), "");
  EXPECT_EQ(look(12000ms), "") << "ten times as long is not yet too long";
  const std::string said = look(13s);
  EXPECT_EQ(said.substr(0, 26), "bask: warning: task 'held-");
  EXPECT_NE(
      said.find(" (layer held) has run for 10.9 s, and the tasks of its layer that have ended here took "
                "1.00 s on average\n"),
      std::string::npos)
      << said;
  EXPECT_EQ(look(20s), "");
  EXPECT_FALSE(runner->progress().failure());
}

TEST_F(TaskWatchTest, NamesNoTaskUnderFiveSecondsNorBeforeOneOfItsLayerHasEnded) {
  start(held_tasks(2), {.threads = 1, .slow_task = 2});
  wait_for_begun(1);
  for (int second = 0; second < 100; second += 10) EXPECT_EQ(look(second * 1s), "");
  let_out = 1;
  wait_for_begun(2);
  EXPECT_EQ(look(100s), "");
  EXPECT_EQ(look(104900ms), "");
}

TEST_F(TaskWatchTest, NamesNoTaskWhereThatIsOff) {
  start(held_tasks(2), {.threads = 1});
  run_one_second(1, 0s);
  wait_for_begun(2);
  look(2s);
  EXPECT_EQ(look(2000s), "");
}

TEST_F(TaskWatchTest, FailsATaskThatPassesTheTimeoutOfItsAnnotation) {
  const DescribeTask describe = [](TaskId) {
    TaskFailure failure;
    failure.task = "held-1";
    failure.layer = "held";
    failure.host = "n3";
    return failure;
  };
  start(held_tasks(1, 30s), {.threads = 1, .describe = describe, .task_timeout = 1s});
  wait_for_begun(1);
  look(0s);
  look(30s);
  EXPECT_FALSE(runner->progress().failure());
  look(35s);
  ASSERT_TRUE(runner->progress().failure());
  EXPECT_TRUE(runner->progress().failure()->timed_out);
  EXPECT_EQ(runner->progress().failure()->cause, "has run for 35.0 s, longer than its timeout of 30.0 s");
  const TaskWatch::TimePoint failed_at(1035s);
  EXPECT_FALSE(runner->is_overdue(failed_at + TaskWatch::kTimeToLeave));
  EXPECT_TRUE(runner->is_overdue(failed_at + TaskWatch::kTimeToLeave + 1ms));
  let_out = 1;
  round.reset();
  try {
    runner->take_results(runner->plan()->targets);
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_STREQ(
        error.what(),
        "task 'held-1' (layer held, rank 0, node n3) has run for 35.0 s, longer than its timeout of 30.0 "
        "s; it had no inputs");
    EXPECT_TRUE(error.failure().timed_out);
  }
}

TEST_F(TaskWatchTest, NoticesATaskThatIsStuckInARunThatHasFailed) {
  start(held_tasks(1, 1s), {.threads = 1});
  wait_for_begun(1);
  look(0s);
  runner->cancel();
  look(2s);
  look(3s);
  EXPECT_TRUE(runner->is_overdue(TaskWatch::TimePoint(1002501ms)));
}

TEST_F(TaskWatchTest, FailsATaskByTheOptionUnlessItMayTakeAnyTime) {
  start(held_tasks(1, 0s), {.threads = 1, .task_timeout = 1s});
  wait_for_begun(1);
  look(0s);
  look(100s);
  EXPECT_FALSE(runner->progress().failure());
  EXPECT_FALSE(runner->is_overdue(TaskWatch::TimePoint::max()));
}

TEST_F(TaskWatchTest, CountsTheTimeOfEachTaskFromItsOwnBeginning) {
  start(held_tasks(3), {.threads = 1, .task_timeout = 1500ms});
  run_one_second(1, 0s);
  run_one_second(2, 1s);
  run_one_second(3, 2s);
  EXPECT_FALSE(runner->progress().failure());
}

TEST_F(TaskWatchTest, CountsTheTimeOfEachTryFromItsOwnBeginning) {
  start({delayed<fail_first>({.retries = 1, .timeout = 1500ms})(1)}, {.threads = 1});
  run_one_second(1, 0s);
  run_one_second(2, 1s);
  while (!runner->progress().has_ended()) std::this_thread::yield();
  EXPECT_FALSE(runner->progress().failure());
}

TEST_F(TaskWatchTest, FailsATaskOfTheCallingThreadOnceItHasEnded) {
  let_out = 1000;
  goal = delayed<total>(held_tasks(2, 1ns));
  open_layer::close();
  const TaskRef* const ref = &goal->ref();
  expansion = expand(std::span(&ref, 1));
  runner.emplace(make_plan(expansion.graph, expansion.targets, {.fuse = false}),
                 expansion.graph.constant_values(), RunnerOptions{});
  runner->work_in_order([] {});
  EXPECT_EQ(begun, 1) << "the next one does not begin";
  ASSERT_TRUE(runner->progress().failure());
  EXPECT_TRUE(runner->progress().failure()->timed_out);
  EXPECT_TRUE(runner->progress().failure()->cause.ends_with("longer than its timeout of 1 ns"));
}

TEST_F(TaskWatchTest, LeavesTasksInChildrenToTheThreadThatWaitsForThem) {
  start({delayed<never_end>({.timeout = 50ms})(1)}, {.threads = 1, .isolate_all = true});
  while (
      !runner->progress().failure()) {  // without look(): gtest flushes all streams, which a fork waits for
    runner->watch_tasks(TaskWatch::TimePoint(1000s));
    runner->watch_tasks(TaskWatch::TimePoint(1100s));
    std::this_thread::yield();
  }
  EXPECT_TRUE(runner->progress().failure()->cause.ends_with(
      "longer than its timeout of 50.0 ms, and was killed in a process of its own"))
      << runner->progress().failure()->cause;
  EXPECT_FALSE(runner->is_overdue(TaskWatch::TimePoint::max()));
}

}  // namespace bask::task_watch_test
