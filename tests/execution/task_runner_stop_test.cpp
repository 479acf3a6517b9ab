// How a runner comes to rest: drained, cancelled, out of time; and what is kept then.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/bask.hpp>
#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <mutex>
#include <thread>

namespace bask::task_runner_stop_test {

using std::chrono::steady_clock;

std::atomic<bool> is_open{false};
std::atomic<int> inside{0}, runs{0};

std::vector<int> make(int x) {
  ++runs;
  return std::vector<int>(100, x);
}
std::vector<int> wait_at_the_gate(const std::vector<int>& x) {
  ++inside;
  while (!is_open) std::this_thread::yield();
  ++runs;
  return x;
}
std::vector<int> join(const std::vector<int>& a, const std::vector<int>&) {
  ++runs;
  return a;
}

std::vector<int> join_all(const std::vector<std::vector<int>>&, const std::vector<int>& last) {
  ++runs;
  return last;
}

class TestRecorder final : public Recorder {
 public:
  void record(const Key& key, const Value& value) override {
    if (throws || key == throws_for) throw Error("checkpoint", "the disk is full", "make room");
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(value.has_value());
    keys.push_back(key);
  }
  std::int64_t cost_ns(std::uint64_t) const override { return cost; }
  void finish(int) override {}
  bool has(const Key& key) const { return std::ranges::count(keys, key) == 1; }

  static constexpr std::int64_t kTooMuch = std::numeric_limits<std::int64_t>::max() / 2;
  std::atomic<std::int64_t> cost{kTooMuch};
  std::atomic<bool> throws{false};
  Key throws_for;
  std::vector<Key> keys;

 private:
  std::mutex mutex_;
};

class TaskRunnerStop : public testing::Test {
 protected:
  TaskRunnerStop() {
    is_open = false;
    inside = runs = 0;
  }
  ~TaskRunnerStop() override { is_open = true; }

  template <class T>
  TaskRunner& runner(const std::vector<Delayed<T>>& targets, RunnerOptions options) {
    open_layer::close();
    std::vector<const TaskRef*> refs;
    for (const Delayed<T>& target : targets) refs.push_back(&target.ref());
    expansion_ = expand(refs);
    options.recorder = &recorder_;
    runner_.emplace(make_plan(expansion_.graph, expansion_.targets, {.fuse = false, .keys = true}),
                    expansion_.graph.constant_values(), options);
    return *runner_;
  }
  /// Runs the runner on `threads` threads; meanwhile the calling thread calls `meanwhile`.
  template <class Meanwhile>
  void work(unsigned threads, const Meanwhile& meanwhile) {
    ThreadPool pool(threads, Pin::kOff);
    const ThreadPool::Round round(
        pool, [&](unsigned thread) { runner_->work(thread); }, [&] { runner_->cancel(); });
    meanwhile();
    while (!pool.wait_for(std::chrono::milliseconds(50))) {
    }
  }
  static void wait_until_inside(int count) {
    while (inside < count) std::this_thread::yield();
  }

  // A task that waits at the gate reads it, and so does the task after that one.
  const Delayed<std::vector<int>> first_ = delayed<make>(1);
  const Delayed<std::vector<int>> gate_ = delayed<wait_at_the_gate>(first_);
  const Delayed<std::vector<int>> last_ = delayed<join>(first_, gate_);
  TestRecorder recorder_;
  Expansion expansion_;
  std::optional<TaskRunner> runner_;
};

TEST_F(TaskRunnerStop, ADrainLetsWhatRunsEndAndKeepsTheFrontier) {
  for (const unsigned threads : {1u, 3u}) {
    runs = inside = 0;
    is_open = false;
    recorder_.keys.clear();
    recorder_.cost = TestRecorder::kTooMuch;
    TaskRunner& run = runner<std::vector<int>>({last_}, {.threads = threads});
    work(threads, [&] {
      wait_until_inside(1);
      recorder_.cost = 0;
      run.drain(steady_clock::now() + std::chrono::hours(1));
      is_open = true;
    });
    EXPECT_EQ(runs, 2) << "the last one did not start";
    EXPECT_EQ(run.progress().units_left(), 1u);
    EXPECT_FALSE(run.progress().failure());
    EXPECT_EQ(recorder_.keys.size(), 2u);
    EXPECT_TRUE(recorder_.has(first_.key()));
    EXPECT_TRUE(recorder_.has(gate_.key()));
    EXPECT_THROW(run.take_results(run.plan()->targets), Error);
  }
}

// Three results, of which none fits into memory beside what the gate reads and makes. In the second round the
// disk has lost what it had.
TEST_F(TaskRunnerStop, ADrainKeepsWhatIsOnTheDiskToo) {
  for (const bool is_lost : {false, true}) {
    runs = inside = 0;
    is_open = false;
    recorder_.keys.clear();
    recorder_.cost = TestRecorder::kTooMuch;
    std::atomic<bool> loses = false;
    TransferCalls calls = TransferCalls::of_system();
    calls.read = [&](int from, void* memory, std::size_t bytes, off_t offset) -> ssize_t {
      errno = EIO;
      return loses ? -1 : ::pread(from, memory, bytes, offset);
    };
    const auto memory = std::make_shared<RankMemory>(
        1000, [] { return testing::TempDir(); }, calls);
    std::vector<Delayed<std::vector<int>>> made;
    for (int i = 0; i < 3; ++i) made.push_back(delayed<make>(i));
    const auto gate = delayed<wait_at_the_gate>(delayed<join>(delayed<join>(made[0], made[1]), made[2]));
    const auto last = delayed<join_all>(made, gate);
    TaskRunner& run = runner<std::vector<int>>({last}, {.threads = 1, .memory = memory});
    work(1, [&] {
      wait_until_inside(1);
      recorder_.cost = 0;
      loses = is_lost;
      run.drain(steady_clock::now() + std::chrono::hours(1));
      is_open = true;
    });
    EXPECT_EQ(runs, 6);
    EXPECT_GE(memory->use().spilled, 400u);
    EXPECT_FALSE(run.progress().failure()) << "the computation can go on from what was kept";
    EXPECT_TRUE(recorder_.has(gate.key()));
    EXPECT_EQ(recorder_.keys.size() < 4, is_lost);
    for (const auto& each : made) EXPECT_TRUE(is_lost || recorder_.has(each.key()));
    runner_.reset();
    EXPECT_EQ(memory->ledger().held(), 0u);
  }
}

TEST_F(TaskRunnerStop, ADrainKeepsNothingMoreWhenItsTimeIsOver) {
  TaskRunner& run = runner<std::vector<int>>({last_}, {.threads = 1});
  work(1, [&] {
    wait_until_inside(1);
    recorder_.cost = 0;
    run.drain(steady_clock::now());
    is_open = true;
  });
  EXPECT_FALSE(recorder_.has(first_.key()));
}

TEST_F(TaskRunnerStop, ACancelAfterADrainKeepsNothingMore) {
  TaskRunner& run = runner<std::vector<int>>({last_}, {.threads = 2});
  work(2, [&] {
    wait_until_inside(1);
    recorder_.cost = 0;
    run.drain(steady_clock::now() + std::chrono::hours(1));
    run.cancel();
    is_open = true;
  });
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(recorder_.has(first_.key()));
}

TEST_F(TaskRunnerStop, ADrainOfARunThatIsDoneChangesNothing) {
  is_open = true;
  TaskRunner& run = runner<std::vector<int>>({last_}, {.threads = 2});
  work(2, [] {});
  run.drain(steady_clock::now() + std::chrono::hours(1));
  EXPECT_EQ(run.take_results(run.plan()->targets).values.size(), 1u);
  EXPECT_EQ(runs, 3);
}

TEST_F(TaskRunnerStop, ARecorderThatThrowsFailsTheRun) {
  recorder_.throws = true;
  recorder_.cost = 0;
  TaskRunner& run = runner<std::vector<int>>({first_}, {.threads = 2});
  work(2, [] {});
  ASSERT_TRUE(run.progress().failure());
  EXPECT_NE(run.progress().failure()->cause.find("the disk is full"), std::string::npos);
  EXPECT_EQ(run.progress().failure()->task.index, kNoIndex);
}

TEST_F(TaskRunnerStop, ARecorderThatThrowsAtTheFrontierFailsTheRun) {
  TaskRunner& run = runner<std::vector<int>>({last_}, {.threads = 2});
  recorder_.throws_for = first_.key();
  work(2, [&] {
    wait_until_inside(1);
    recorder_.cost = 0;
    run.drain(steady_clock::now() + std::chrono::hours(1));
    is_open = true;
  });
  ASSERT_TRUE(run.progress().failure());
  EXPECT_NE(run.progress().failure()->cause.find("the disk is full"), std::string::npos);
}

TEST_F(TaskRunnerStop, StartsNothingAfterTheEndOfTheTime) {
  is_open = true;
  TaskRunner& run =
      runner<std::vector<int>>({last_, delayed<make>(2)}, {.threads = 2, .end = steady_clock::now()});
  work(2, [&] {
    while (!run.status().is_out_of_time() || run.status().too_long < 2) std::this_thread::yield();
    run.drain(steady_clock::now());
  });
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(run.status().too_long, 2u);
}

TEST_F(TaskRunnerStop, StartsAllLongBeforeTheEndOfTheTime) {
  is_open = true;
  TaskRunner& run = runner<std::vector<int>>(
      {last_, delayed<make>(2)}, {.threads = 2, .end = steady_clock::now() + std::chrono::hours(24)});
  work(2, [] {});
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(run.status().too_long, 0u);
}

// Takes until the time is over.
std::atomic<steady_clock::time_point> over{};
int last_until_it_is_over(int x) {
  ++runs;
  while (steady_clock::now() <= over.load()) std::this_thread::yield();
  return x;
}

TEST_F(TaskRunnerStop, HoldsNoResourcesForUnitsThatAreHeldBack) {
  constexpr int kTasks = 20;
  over = steady_clock::now() + std::chrono::milliseconds(100);
  std::vector<Delayed<int>> all;
  for (int i = 0; i < kTasks; ++i)
    all.push_back(delayed<last_until_it_is_over>({.resources = {{"gpu", 1}}})(i));
  TaskRunner& run = runner<int>(all, {.threads = 3, .resources = {{"gpu", 1}}, .end = over.load()});
  work(3, [&] {
    while (!run.status().is_out_of_time() || static_cast<int>(run.status().too_long) + runs < kTasks)
      std::this_thread::yield();
    run.drain(steady_clock::now());
  });
  EXPECT_EQ(static_cast<int>(run.status().too_long) + runs, kTasks) << "each unit had its turn";
}

TEST_F(TaskRunnerStop, InOrderStopsWhereTheTimeIsOverAndSaysSoToWhoWatches) {
  over = steady_clock::now() + std::chrono::milliseconds(50);
  const auto first = delayed<last_until_it_is_over>(1);
  const auto second = first + 1;
  recorder_.cost = TestRecorder::kTooMuch;
  TaskRunner& run = runner<int>({second, delayed<last_until_it_is_over>(3) + second}, {.end = over.load()});
  int told = 0;
  run.work_in_order([&] {
    if (!run.status().is_out_of_time()) return;
    ++told;
    recorder_.cost = 0;
    run.drain(steady_clock::now() + std::chrono::hours(1));
  });
  EXPECT_EQ(told, 1);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(run.status().too_long, 1u);
  EXPECT_EQ(recorder_.keys, std::vector<Key>{first.key()}) << "the frontier";
}

std::int64_t process(int) {
  return ::getpid();
}

TEST_F(TaskRunnerStop, RunsInAProcessOfItsOwnWhatIsToBeIsolated) {
  const auto apart = delayed<process>(1), here = delayed<process>(2);
  const auto isolated = std::make_shared<std::unordered_set<Key>>(std::initializer_list<Key>{apart.key()});
  TaskRunner& some = runner<std::int64_t>({apart, here}, {.threads = 1, .isolated = isolated});
  work(1, [] {});
  Results results = some.take_results(some.plan()->targets);
  EXPECT_NE(results.targets[0].value->get<std::int64_t>(), ::getpid());
  EXPECT_EQ(results.targets[1].value->get<std::int64_t>(), ::getpid());
  TaskRunner& all = runner<std::int64_t>({apart, here}, {.threads = 1, .isolate_all = true});
  work(1, [] {});
  results = all.take_results(all.plan()->targets);
  EXPECT_NE(results.targets[1].value->get<std::int64_t>(), ::getpid());
}

}  // namespace bask::task_runner_stop_test
