// Whole programs over several ranks in one process: the same results however messages are delayed and
// reordered; persisted results stay where they are; failures are reported.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <boost/serialization/vector.hpp>

#include "../collections/random_program.hpp"
#include "local_cluster.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

namespace bask::ranks_test {

TEST(Ranks, GiveTheSerialResultWhateverIsDelayed) {
  for (const std::uint32_t ranks : {2u, 3u, 5u}) {
    for (const std::uint32_t delay : {0u, 3u, 40u}) {
      LocalCluster cluster({.ranks = ranks, .seed = ranks + delay, .most_delay = delay});
      for (unsigned seed = 0; seed < 30; ++seed) {
        const RandomProgram program(seed);
        ASSERT_EQ(program.computed(), program.expected())
            << "seed " << seed << ", " << ranks << " ranks, delay " << delay;
      }
    }
  }
}

TEST(Ranks, GiveTheSerialResultWithSeveralThreadsEach) {
  LocalCluster cluster({.ranks = 3, .threads = 2, .most_delay = 10});
  for (unsigned seed = 0; seed < 30; ++seed) {
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

TEST(Ranks, GiveTheSerialResultWhereRank0OnlyPlans) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 10});
  for (unsigned seed = 0; seed < 30; ++seed) {
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

std::atomic<int> executions{0};
std::vector<double> make_large(int size) {
  ++executions;
  return std::vector<double>(static_cast<std::size_t>(size), size);
}
double total(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

TEST(Ranks, KeepPersistedResultsWhereTheyAre) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  executions = 0;
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int i = 1; i <= 8; ++i) blocks.push_back(delayed<make_large>(5000 + i));
  blocks = persist(blocks);
  EXPECT_EQ(executions, 8);
  EXPECT_EQ(cluster.client().last_compute().results_moved, 0u);
  std::vector<Delayed<double>> totals;
  for (const auto& block : blocks) totals.push_back(delayed<total>(block));
  double sum = 0;
  for (const double each : compute(totals)) sum += each;
  EXPECT_EQ(executions, 8);
  double expected = 0;
  for (int i = 1; i <= 8; ++i) expected += (5000.0 + i) * (5000 + i);
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(cluster.client().last_compute().results_moved, 8u);  // the totals
  EXPECT_EQ(blocks[3].compute(), std::vector<double>(5004, 5004));
  EXPECT_EQ(executions, 8);
}

TEST(Ranks, SendLargeConstantsToThoseWhoReadThem) {
  LocalCluster cluster({.ranks = 4, .most_delay = 5});
  const auto numbers = delayed(std::vector<double>(10000, 0.5));
  std::vector<Delayed<double>> totals;
  for (int i = 0; i < 20; ++i) totals.push_back(delayed<total>(numbers));
  EXPECT_EQ(compute(totals), std::vector<double>(20, 5000.0));
}

int fail_if_negative(int x) {
  if (x < 0) throw std::domain_error("x is " + std::to_string(x));
  return x;
}

TEST(Ranks, TellWhichTaskThrewAndWhere) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(delayed<fail_if_negative>(i == 13 ? -1 : i));
  try {
    compute(all);
    FAIL();
  } catch (const TaskError& error) {
    const TaskFailure& failure = error.failure();
    EXPECT_EQ(failure.task, all[13].name());
    EXPECT_GE(failure.rank, 1);
    EXPECT_EQ(failure.host, "host" + std::to_string(failure.rank));
    EXPECT_EQ(failure.cause, "std::domain_error: x is -1");
  }
  EXPECT_EQ((all[3] + all[4]).compute(), 7) << "usable afterwards";
}

int fail_at_length(int characters) {
  throw std::domain_error(std::string(static_cast<std::size_t>(characters), 'x'));
}

// The rank sends no results to rank 0. Its message that it has stopped would overtake a large one.
TEST(Ranks, TellOfAFailureWithALongText) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false, .most_delay = 5});
  try {
    static_cast<void>(delayed<fail_at_length>(100'000).persist());
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_EQ(error.failure().cause.find("std::domain_error: xxxx"), 0u);
    EXPECT_NE(error.failure().cause.find("x... (96019 bytes more)"), std::string::npos);
  }
}

int host_number(int add) {
  return add + 1;
}

TEST(Ranks, CallAFunctionOnceOnEveryRank) {
  LocalCluster cluster({.ranks = 4, .most_delay = 5});
  EXPECT_EQ(cluster.client().run<host_number>(5), std::vector<int>(4, 6));
  EXPECT_THROW(cluster.client().run<fail_if_negative>(-1), Error);
}

TEST(Ranks, ComputeConstantsAndNothing) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  EXPECT_EQ(delayed(5).compute(), 5);
  EXPECT_EQ(delayed(std::vector<double>(5000, 2.0)).compute().size(), 5000u);
  EXPECT_EQ(compute(std::vector<Delayed<int>>{}), std::vector<int>{});
  EXPECT_EQ(compute(std::vector{delayed(1), delayed<host_number>(1), delayed(3)}), (std::vector{1, 2, 3}));
}

TEST(Ranks, PersistWhatIsPersistedAlready) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  executions = 0;
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int i = 1; i <= 5; ++i) blocks.push_back(delayed<make_large>(2000 + i));
  const auto once = persist(blocks);
  const auto twice = persist(once);
  const auto constant = persist(delayed(7));
  EXPECT_EQ(executions, 5);
  EXPECT_EQ(delayed<total>(twice[2]).compute(), 2003.0 * 2003);
  EXPECT_EQ(constant.compute(), 7);
  EXPECT_EQ(executions, 5);
}

// How many results all ranks hold; waits until that is `expected`, or gives up after a while.
std::size_t held_by_all(LocalCluster& cluster, std::uint32_t ranks, std::size_t expected) {
  std::size_t held = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  do {
    std::this_thread::yield();
    held = 0;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) held += cluster.node(rank).held();
  } while (held != expected && std::chrono::steady_clock::now() < deadline);
  return held;
}

TEST(Ranks, FreePersistedResultsThatNobodyHasAHandleTo) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int i = 1; i <= 6; ++i) blocks.push_back(delayed<make_large>(2000 + i));
  blocks = persist(blocks);
  EXPECT_EQ(held_by_all(cluster, 3, 6), 6u);
  blocks.erase(blocks.begin() + 2, blocks.end());
  EXPECT_EQ(held_by_all(cluster, 3, 2), 2u);
  EXPECT_EQ(delayed<total>(blocks[1]).compute(), 2002.0 * 2002);
  blocks.clear();
  EXPECT_EQ(held_by_all(cluster, 3, 0), 0u);
}

TEST(Ranks, LeaveAtOnceThoughResultsAreDroppedAtTheEnd) {
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < 20; ++round) {
    LocalCluster cluster({.ranks = 3, .most_delay = 5});
    const auto block = delayed<make_large>(100).persist();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30))
      << "of 60 to wait for goodbyes";
}

// Messages grow beyond a parcel: the counts of done tasks by layer, and the list of results to be dropped.
TEST(Ranks, TakeThousandsOfLayersAndPersistedResults) {
  LocalCluster cluster({.ranks = 2, .most_delay = 5});
  std::vector<Delayed<int>> all;
  std::vector<int> expected;
  for (int i = 0; i < 3000; ++i) {
    all.push_back(delayed<host_number>({.name = "layer" + std::to_string(i)})(i));
    expected.push_back(i + 1);
  }
  EXPECT_EQ(compute(all), expected);
  all = persist(all);
  EXPECT_EQ(held_by_all(cluster, 2, 3000), 3000u);
  all.clear();
  EXPECT_EQ(held_by_all(cluster, 2, 0), 0u);
}

struct Sums {  // task i adds i to the results of tasks i / 2 and i - 1
  void operator()(std::uint32_t i, TaskWriter& task) const {
    task.argument(i);
    if (i > 0) task.own_input(i - 1);
    if (i > 1) task.own_input(i / 2);
  }
};
unsigned add_index(unsigned i, Inputs<unsigned> before) {
  return std::accumulate(before.begin(), before.end(), i);
}

TEST(Ranks, RunALayerOfAThousandTasks) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  std::vector<unsigned> expected{0, 1};
  for (unsigned i = 2; i < 1000; ++i) expected.push_back(i + expected[i - 1] + expected[i / 2]);
  const auto sums = tasks<add_index>(1000, Sums{});
  EXPECT_EQ(compute(sums[999], sums[500], sums[0]), (std::tuple{expected[999], expected[500], 0u}));
  EXPECT_EQ(cluster.client().last_compute().tasks, 1000u);
}

std::mutex started_mutex;
std::vector<int> started;
int note_start(int priority) {
  const std::lock_guard lock(started_mutex);
  started.push_back(priority);
  return priority;
}

TEST(Ranks, StartUrgentTasksFirst) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false});
  started.clear();
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 50; ++i) all.push_back(delayed<note_start>({.priority = i * 7 % 50})(i * 7 % 50));
  compute(all);
  EXPECT_EQ(started.size(), 50u);
  EXPECT_TRUE(std::is_sorted(started.rbegin(), started.rend()));
}

std::atomic<int> attempts[100];
int third_time(int task) {
  if (++attempts[task] % 3 != 0) throw std::runtime_error("not yet");
  return task;
}

TEST(Ranks, RetryATaskAsOftenAsItMay) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  for (std::atomic<int>& each : attempts) each = 0;
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 30; ++i) all.push_back(delayed<third_time>({.retries = 2})(i));
  EXPECT_EQ(compute(all)[29], 29);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(attempts[i], 3);
  EXPECT_THROW(delayed<third_time>({.retries = 1})(0).compute(), TaskError);
}

std::atomic<int> holders{0}, most_holders{0};
int hold_gpu(int x) {
  const int now = ++holders;
  for (int most = most_holders; now > most && !most_holders.compare_exchange_weak(most, now);) {
  }
  for (int i = 0; i < 10; ++i) std::this_thread::yield();
  --holders;
  return x;
}

TEST(Ranks, HoldTheirOwnResourcesEach) {
  Options options;
  options.resources = {{"gpu", 1}};
  LocalCluster cluster({.ranks = 3, .threads = 2, .most_delay = 5, .client = options});
  most_holders = 0;
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 60; ++i) all.push_back(delayed<hold_gpu>({.resources = {{"gpu", 1}}})(i));
  EXPECT_EQ(compute(all)[59], 59);
  EXPECT_LE(most_holders, 3) << "one for each rank";
  EXPECT_THROW(delayed<hold_gpu>({.resources = {{"gpu", 2}}})(1).compute(), Error);
}

int throw_anything(int what) {
  if (what == 0) throw std::string("text");
  if (what == 1) throw 5;
  return what;
}
std::string cause_of(const Delayed<int>& failing) {
  try {
    failing.compute();
  } catch (const TaskError& error) {
    return error.failure().cause;
  }
  return "nothing";
}

TEST(Ranks, TellWhateverIsThrown) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false, .most_delay = 5});
  EXPECT_EQ(cause_of(delayed<throw_anything>(0)), "std::string: text");
  EXPECT_EQ(cause_of(delayed<throw_anything>(1)), "a value of type int");
}

TEST(Ranks, TellWhatMemoryEachHasTaken) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .memory_limit = 64 << 20});
  compute(delayed<total>(delayed<make_large>(100'000)), delayed<total>(delayed<make_large>(100'001)));
  const std::vector<MemoryUse>& memory = cluster.client().last_compute().memory;
  ASSERT_EQ(memory.size(), 3u);
  for (const MemoryUse& rank : memory) {
    EXPECT_EQ(rank.limit, 64u << 20);
    EXPECT_EQ(rank.peak, rank.peak_of(MemoryKind::kResults));
    EXPECT_GT(rank.resident_peak, 0u);
  }
  EXPECT_GE(memory[1].peak + memory[2].peak, 800'000u);
}

TEST(Ranks, TellOfTheMemoryLimitWhichTaskPassedItWhere) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false, .memory_limit = 1 << 20});
  EXPECT_EQ(delayed<total>(delayed<make_large>(1000)).compute(), 1e6);
  const auto large = delayed<make_large>(200'000);
  try {
    delayed<total>(large).compute();
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_EQ(error.failure().rank, 1);
    EXPECT_EQ(error.failure().task, large.name());
    EXPECT_NE(error.failure().cause.find("memory limit"), std::string::npos);
  }
}

TEST(Ranks, TellOfTheMemoryLimitWhereResultsOfOthersPassIt) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5, .memory_limit = 1 << 20});
  std::vector<Delayed<std::vector<double>>> blocks;
  for (int i = 0; i < 2; ++i) blocks.push_back(delayed<make_large>(100'000 + i));
  try {
    compute(blocks);
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(
        text,
        "compute: rank 0 (node host0) failed: memory limit: the results that were asked for have 1.53 MiB "
        "together, and this rank may use 1 MiB; "
        "persist them, write them to files, or compute in parts; or raise --bask-memory-limit");
  }
  EXPECT_EQ(delayed<host_number>(1).compute(), 2);
}

std::atomic<bool> is_open{false}, is_inside{false};
int wait_at_the_gate(int x) {
  is_inside = true;
  while (!is_open) std::this_thread::yield();
  return x;
}
int fail_when_another_waits(int x) {
  while (!is_inside) std::this_thread::yield();
  throw std::domain_error("x is " + std::to_string(x));
}

TEST(Ranks, ComputeAnewWhileAThreadIsStillInsideATaskOfAComputationThatFailed) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  is_open = is_inside = false;
  EXPECT_THROW(compute(delayed<wait_at_the_gate>(1), delayed<fail_when_another_waits>(2)), TaskError);
  EXPECT_FALSE(is_open);
  std::thread opener([] { is_open = true; });
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(delayed<host_number>(i));
  EXPECT_EQ(compute(all)[19], 20);
  opener.join();
}

// A target, planned as Client does it, for tests that start runs themselves.
struct PlannedTarget {
  explicit PlannedTarget(const Delayed<int>& target) {
    open_layer::close();
    const TaskRef* const ref = &target.ref();
    expansion = expand(std::span(&ref, 1));
    plan = make_plan(expansion.graph, expansion.targets, {.fuse = false});
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) rank_of_unit.push_back((unit + 1) % 3);
  }
  Expansion expansion;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
};

TEST(Ranks, ComputeAnewWhenTheThreadThatWaitsForARunDoesSoNoMore) {
  LocalCluster cluster({.ranks = 3, .most_delay = 5});
  is_open = is_inside = false;
  const PlannedTarget waits(delayed<wait_at_the_gate>(1));
  const auto give_up = [](const std::vector<std::uint64_t>&) { throw std::runtime_error("enough"); };
  EXPECT_THROW(cluster.node(0).run(waits.plan, waits.expansion.graph, waits.rank_of_unit, {}, give_up),
               std::runtime_error);
  EXPECT_FALSE(is_open) << "the run has not come to its end";
  std::thread opener([] { is_open = true; });
  EXPECT_EQ(delayed<host_number>(7).compute(), 8);
  opener.join();
}

TEST(Ranks, CompleteSeveralRunsThatWereStartedAtOnce) {
  LocalCluster cluster({.ranks = 3, .seed = 3, .most_delay = 2});
  Coordinator& runs = cluster.node(0).coordinator();
  std::vector<std::unique_ptr<PlannedTarget>> programs;
  std::map<std::uint32_t, int> results;
  for (int n = 0; n < 4; ++n) {
    Delayed<int> target = delayed<host_number>(n);
    for (int step = 0; step < 6; ++step) target = delayed<host_number>(target);
    programs.push_back(std::make_unique<PlannedTarget>(target));
    const PlannedTarget& program = *programs.back();
    runs.start(program.plan, program.expansion.graph, program.rank_of_unit, {},
               [&](const RunOutcome& outcome) {
                 results[outcome.run] = outcome.results.targets[0].value->get<int>();
               });
  }
  while (results.size() < 4) {
    runs.drive();
    std::this_thread::yield();
  }
  EXPECT_EQ(results, (std::map<std::uint32_t, int>{{1, 7}, {2, 8}, {3, 9}, {4, 10}}));
}

int interrupt_once(int x) {
  if (x == 0) std::raise(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return x;
}

TEST(Ranks, StopAtCtrlC) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .most_delay = 5});
  cluster.client().run<host_number>(1);  // all serve now
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 20'000; ++i) all.push_back(delayed<interrupt_once>(i));
  try {
    compute(all);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kInterrupted);
    const std::string text = error.what();
    EXPECT_EQ(text.find("compute: SIGINT (Ctrl-C) stopped the computation after "), 0u) << text;
    EXPECT_NE(text.find(" of 20000 tasks"), std::string::npos) << text;
  }
  EXPECT_EQ(delayed<host_number>(1).compute(), 2) << "usable afterwards";
}

using Triple = std::array<double, 3>;  // the pieces of a transfer are not multiples of its size
std::vector<Triple> make_triples(int count) {
  std::vector<Triple> triples;
  for (int i = 0; i < count; ++i) triples.push_back({1.0 * i, 2.0 * i, 3.0 * i});
  return triples;
}

TEST(Ranks, MoveLargeVectorsOfElementsOfAnySize) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false, .most_delay = 3});
  EXPECT_EQ(delayed<make_triples>(5000).compute(), make_triples(5000));
}

struct Grid : std::vector<double> {
  int rows = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    std::vector<double>& numbers = *this;
    archive& numbers& rows;
  }
};
Grid make_grid(int rows) {
  Grid grid;
  grid.assign(static_cast<std::size_t>(rows) * 100, 0.5);
  grid.rows = rows;
  return grid;
}

TEST(Ranks, MoveContainersWithMembersOfTheirOwnWhole) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false});
  for (const int rows : {1, 1000}) {
    const Grid grid = delayed<make_grid>(rows).compute();
    EXPECT_EQ(grid.rows, rows);
    EXPECT_EQ(grid.size(), static_cast<std::size_t>(rows) * 100);
  }
}

TEST(Ranks, PersistInTheCallingThreadWithTheSyncScheduler) {
  LocalCluster cluster({.ranks = 2, .client = {.scheduler = Scheduler::kSync}});
  EXPECT_EQ(delayed<host_number>(3).persist().compute(), 4);
}

struct Unencodable {
  int number = 0;
  std::string text = {};
  template <class Archive>
  void serialize(Archive&, unsigned) {
    if (number < 0) throw std::invalid_argument("the number is negative");
  }
};
Unencodable make_unencodable(int number) {
  return {.number = number};
}

TEST(Ranks, TellWhichResultCannotBePutIntoBytes) {
  LocalCluster cluster({.ranks = 2, .rank0_works = false});
  const auto object = delayed<make_unencodable>(-1);
  try {
    object.compute();
    FAIL();
  } catch (const TaskError& error) {
    EXPECT_EQ(error.failure().task, object.name());
    EXPECT_EQ(error.failure().cause, "std::invalid_argument: the number is negative");
  }
}

}  // namespace bask::ranks_test
