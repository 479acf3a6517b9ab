// The task runner: order, failures, retries, cancellation, resources and memory, on threads and in order.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace bask::task_runner_test {

// What tasks tell the test. Reset by each test.
struct Log {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> started;
  std::atomic<int> runs{0}, running{0}, most_running{0};

  void note(int task) {
    const std::lock_guard lock(mutex);
    started.push_back(task);
    changed.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return started.size() >= count; });
  }
};
Log& log_of_tasks() {
  static Log log;
  return log;
}

int note(int task) {
  log_of_tasks().note(task);
  return task;
}
int note_after(int task, int) {
  return note(task);
}
int fail(int x) {
  if (x >= 0) throw std::domain_error("x is " + std::to_string(x));
  return x;
}

class TaskRunnerTest : public testing::TestWithParam<int> {  // threads; 0 for the sync scheduler
 protected:
  void SetUp() override {
    Log& log = log_of_tasks();
    log.started.clear();
    log.runs = log.running = log.most_running = 0;
  }
  static Options options() {
    if (GetParam() == 0) return {.scheduler = Scheduler::kSync};
    return {.threads = GetParam()};
  }
  static std::vector<int> started() { return log_of_tasks().started; }
};
INSTANTIATE_TEST_SUITE_P(Threads, TaskRunnerTest, testing::Values(0, 1, 2, 4));

template <class T>
TaskFailure failure_of(const Delayed<T>& lazy) {
  try {
    lazy.compute();
  } catch (const TaskError& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kTaskFailed);
    return error.failure();
  }
  ADD_FAILURE() << "nothing failed";
  return {};
}

TEST_P(TaskRunnerTest, TellsWhichTaskThrewWhatAndWhatItRead) {
  const Client client(options());
  const auto input = delayed<note>(1);
  const auto failing = delayed<fail>(input);
  const TaskFailure failure = failure_of(failing + 1);
  EXPECT_EQ(failure.task, failing.name());
  EXPECT_EQ(failure.layer, "fail");
  EXPECT_EQ(failure.key, failing.key());
  EXPECT_EQ(failure.rank, 0);
  EXPECT_EQ(failure.host, client.info().host);
  EXPECT_EQ(failure.inputs, std::vector<std::string>{input.name()});
  EXPECT_EQ(failure.cause, "std::domain_error: x is 1");
}

TEST_P(TaskRunnerTest, SaysAllThatInOneLine) {
  const Client client(options());
  const auto input = delayed<note>(1);
  const auto failing = delayed<fail>(input);
  try {
    failing.compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "task '" + failing.name() + "' (layer fail, rank 0, node " + client.info().host +
                                ") threw std::domain_error: x is 1; its input was '" + input.name() + "'");
  }
}

TEST_P(TaskRunnerTest, KeepsTheOriginalExceptionNested) {
  const Client client(options());
  try {
    delayed<fail>(3).compute();
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
  }
}

TEST_P(TaskRunnerTest, DescribesWhateverIsThrown) {
  const Client client(options());
  const auto throwing = delayed([](int what) {
    if (what == 0) throw std::string("text");
    if (what == 1) throw "literal";
    if (what == 2) throw 5;
    return what;
  });
  EXPECT_EQ(failure_of(throwing(0)).cause, "std::string: text");
  EXPECT_EQ(failure_of(throwing(1)).cause, "const char*: literal");
  EXPECT_EQ(failure_of(throwing(2)).cause, "a value of type int");
  EXPECT_EQ(failure_of(throwing(0)).inputs, std::vector<std::string>());
}

TEST_P(TaskRunnerTest, NeverRunsWhatDependsOnAFailure) {
  const Client client(options());
  const auto failing = delayed<fail>(1);
  Delayed<int> below = delayed<note_after>(0, failing);
  for (int i = 1; i < 50; ++i) below = delayed<note_after>(i, below);
  failure_of(below);
  EXPECT_TRUE(started().empty());
}

std::atomic<bool> has_failed{false};

TEST_P(TaskRunnerTest, StopsTheRestAfterAFailureAndIsUsableAfterwards) {
  has_failed = false;
  const Client client(options());
  const auto noted_failure = delayed([](int x) {
    has_failed = true;
    return fail(x);
  });
  std::vector<Delayed<int>> many{noted_failure(1)};
  const auto once_it_failed = delayed([](int x) {
    while (!has_failed) std::this_thread::yield();
    return log_of_tasks().runs += x;
  });
  for (int i = 0; i < 100'000; ++i) many.push_back(once_it_failed(1));
  EXPECT_THROW(compute(many), TaskError);
  EXPECT_LT(log_of_tasks().runs, 100'000);
  EXPECT_EQ(delayed<note>(5).compute(), 5);
}

TEST_P(TaskRunnerTest, RetriesATaskAsOftenAsItIsAllowedTo) {
  const Client client(options());
  const auto third_time = delayed(
      [](int x) {
        if (++log_of_tasks().runs < 3) throw std::runtime_error("not yet");
        return x;
      },
      {.retries = 2});
  EXPECT_EQ(third_time(5).compute(), 5);
  EXPECT_EQ(log_of_tasks().runs, 3);
  log_of_tasks().runs = -1;
  EXPECT_EQ(failure_of(third_time(5)).cause, "std::runtime_error: not yet");
  EXPECT_EQ(log_of_tasks().runs, 2);
}

TEST_P(TaskRunnerTest, GivesARetriedTaskItsInputsUnchanged) {
  const Client client(options());
  const auto made = delayed([](int n) { return std::vector<int>(static_cast<std::size_t>(n), 7); })(1000);
  const auto used = delayed(
      [](std::vector<int> numbers) {
        const std::vector<int> mine = std::move(numbers);
        if (++log_of_tasks().runs < 3) throw std::runtime_error("not yet");
        return mine.size();
      },
      {.retries = 5});
  EXPECT_EQ(used(made).compute(), 1000u);
}

struct Counted {
  static inline std::atomic<int> alive{0};
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

TEST_P(TaskRunnerTest, FreesAllResultsWhenATaskFails) {
  Counted::alive = 0;
  const Client client(options());
  const auto make = delayed([](int) { return Counted(); });
  const auto both = delayed([](const Counted&, int) { return 1; });
  EXPECT_THROW(both(make(1), delayed<fail>(1)).compute(), TaskError);
  EXPECT_EQ(Counted::alive, 0);
}

TEST_P(TaskRunnerTest, HoldsResourcesWhileTasksRun) {
  Options with_gpus = options();
  with_gpus.resources = {{"gpu", 1}};
  const Client client(with_gpus);
  const auto exclusive = delayed(
      [](int x) {
        Log& log = log_of_tasks();
        const int now = ++log.running;
        if (now > log.most_running) log.most_running = now;
        for (int i = 0; i < 100; ++i) std::this_thread::yield();
        --log.running;
        return x;
      },
      {.resources = {{"gpu", 1}}});
  std::vector<Delayed<int>> many;
  for (int i = 0; i < 200; ++i) many.push_back(exclusive(i) + delayed<note>(i));
  EXPECT_EQ(compute(many)[199], 398);
  EXPECT_EQ(log_of_tasks().most_running, 1);
}

TEST_P(TaskRunnerTest, RefusesResourcesThatAreNotOfferedBeforeAnythingRuns) {
  const Client client(options());
  const auto greedy = delayed<note_after>({.name = "train", .resources = {{"gpu", 2}}})(2, delayed<note>(1));
  try {
    greedy.compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "compute: task '" + greedy.name() +
                                "' wants 2 of resource 'gpu', and nothing is offered; offer it with "
                                "--bask-resources=gpu=2");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
  EXPECT_TRUE(started().empty());
}

TEST_P(TaskRunnerTest, RefusesAResultThatPassesTheMemoryLimit) {
  Options small = options();
  small.memory_limit = 1 << 20;
  const Client client(small);
  const auto make = delayed([](int n) { return std::vector<char>(static_cast<std::size_t>(n)); });
  EXPECT_EQ(make(1000).compute().size(), 1000u);
  const std::string cause = failure_of(make(2 << 20)).cause;
  EXPECT_EQ(cause.substr(0, 82),
            "bask::Error: memory limit: the result has 2 MiB, and this rank may use 1 MiB; make");
}

TEST_P(TaskRunnerTest, StaysWithinTheMemoryLimitWhereResultsAreMovedOn) {
  Options small = options();
  small.memory_limit = 3 << 20;
  const Client client(small);
  using Bytes = std::vector<char>;
  Delayed<Bytes> chain = delayed([](int n) { return Bytes(static_cast<std::size_t>(n)); })(1 << 20);
  for (int i = 0; i < 20; ++i) {
    chain = delayed([](Bytes bytes) { return bytes; })(chain);                       // moved
    chain = delayed([](const Bytes& bytes) { return Bytes(bytes.size()); })(chain);  // freed
  }
  EXPECT_EQ(chain.compute().size(), 1u << 20);
}

TEST_P(TaskRunnerTest, StartsUrgentTasksFirst) {
  const Client client(options());
  std::vector<Delayed<int>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(delayed<note>({.priority = (i * 7) % 20})((i * 7) % 20));
  compute(tasks);
  std::vector<int> order = started();
  if (GetParam() <= 1) {
    EXPECT_TRUE(std::is_sorted(order.rbegin(), order.rend()));
  }
  std::sort(order.begin(), order.end());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(TaskRunner, FollowsThePlanWhereThereIsOneThread) {
  for (const Options& options : {Options{.scheduler = Scheduler::kSync}, Options{.threads = 1}}) {
    log_of_tasks().started.clear();
    const Client client(options);
    Delayed<int> left = delayed<note>(1), right = delayed<note>(3);
    left = delayed<note_after>(2, left);
    right = delayed<note_after>(4, right);
    const auto both = delayed([](int, int) { return note(5); })(left, right);
    compute(both, delayed<note>(6));
    EXPECT_EQ(log_of_tasks().started, (std::vector<int>{1, 2, 3, 4, 5, 6}));
  }
}

TEST(SyncScheduler, RunsInTheCallingThread) {
  const Client client({.scheduler = Scheduler::kSync});
  static std::thread::id in_task;
  delayed([](int x) {
    in_task = std::this_thread::get_id();
    return x;
  })(1)
      .compute();
  EXPECT_EQ(in_task, std::this_thread::get_id());
}

TEST(ThreadsScheduler, KeepsAllThreadsAtWork) {
  const Client client({.threads = 3});
  log_of_tasks().started.clear();
  const auto meet = delayed([](int x) {  // returns only once three tasks run at the same time
    log_of_tasks().note(x);
    log_of_tasks().wait_for(3);
    return x;
  });
  EXPECT_EQ(compute(std::vector{meet(1), meet(2), meet(3)}), (std::vector<int>{1, 2, 3}));
}

// A runner without a Client, for what a Client does not show.
struct OwnRun {
  explicit OwnRun(const std::vector<Delayed<int>>& targets, unsigned threads = 1) {
    std::vector<const TaskRef*> refs;
    for (const Delayed<int>& target : targets) refs.push_back(&target.ref());
    expansion = expand(refs);
    RunnerOptions options;
    options.threads = threads;
    runner.emplace(make_plan(expansion.graph, expansion.targets, {}), expansion.graph.constant_values(),
                   options);
  }
  Expansion expansion;
  std::optional<TaskRunner> runner;
};

TEST(TaskRunner, CountsWhatIsDoneByGroup) {
  OwnRun run({delayed<note>(1) + 1, delayed<note>(2)});
  EXPECT_EQ(run.runner->progress().tasks_done(), 0u);
  run.runner->work(0);
  EXPECT_TRUE(run.runner->progress().has_ended());
  EXPECT_EQ(run.runner->progress().tasks_done(), 3u);
  EXPECT_EQ(run.runner->progress().done_by_group(), tasks_by_group(*run.runner->plan()));
}

TEST(TaskRunner, GivesNoResultsOnceCancelled) {
  OwnRun run({delayed<note>(1) + 1});
  run.runner->cancel();
  run.runner->work(0);
  EXPECT_TRUE(run.runner->progress().has_ended());
  EXPECT_EQ(run.runner->progress().tasks_done(), 0u);
  EXPECT_THROW(run.runner->take_results(run.runner->plan()->targets), Error);
}

TEST(TaskRunner, StopsWithinAChainWhenCancelledBetweenTasks) {
  open_layer::close();
  Delayed<int> chain = delayed<note>(0);
  for (int i = 1; i < 10; ++i) chain = delayed<note_after>(i, chain);
  OwnRun run({chain});
  int looks = 0;
  run.runner->work_in_order([&] {
    if (++looks == 3) run.runner->cancel();
  });
  EXPECT_EQ(run.runner->progress().tasks_done(), 3u);
  EXPECT_THROW(run.runner->take_results(run.runner->plan()->targets), Error);
}

TEST(TaskRunner, EndsAllThreadsWhenOneCancels) {
  for (int round = 0; round < 20; ++round) {
    std::vector<Delayed<int>> tasks;
    for (int i = 0; i < 2000; ++i) tasks.push_back(delayed([](int x) { return x; })(i) + 1);
    OwnRun run(tasks, 2);
    std::thread other([&] { run.runner->work(1); });
    std::thread canceller([&] { run.runner->cancel(); });
    run.runner->work(0);
    other.join();
    canceller.join();
    EXPECT_TRUE(run.runner->progress().has_ended());
  }
}

}  // namespace bask::task_runner_test
