// VirtualCluster: the times of shapes that can be told by hand, and for random graphs what must hold of any
// schedule.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/forecast/virtual_cluster.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>

#include "../plan/random_graph.hpp"

#include <algorithm>
#include <numeric>

namespace bask {
namespace {

constexpr std::uint64_t kMiB = 1 << 20, kNoLimit = ~std::uint64_t{0};

// Nothing costs time but tasks.
MachineSpeed only_tasks() {
  MachineSpeed speed;
  for (const NamedSpeed& named : named_speeds()) speed.*named.ns = 0;
  return speed;
}

struct Program {
  Expansion expansion;
  Plan plan;
  std::vector<float> task_ns;
};

// `bytes` of each result; 0: they hold no memory.
Program program_of(TaskGraph graph, std::vector<TaskId> targets, float ns, float bytes = 0,
                   bool fuse = false) {
  if (bytes != 0) {
    graph.result_bytes.assign(graph.size(), bytes);
    for (std::uint32_t task = 0; task < graph.size(); ++task)
      if (graph.is_constant({task})) graph.result_bytes[task] = 0;
  }
  Program program{{std::move(graph), std::move(targets)}, {}, {}};
  const TaskGraph& made = program.expansion.graph;
  program.task_ns.assign(made.size(), ns);
  program.plan = make_plan(made, program.expansion.targets, {.fuse = fuse}, result_sizes(made, {}));
  return program;
}

TaskGraph independent_tasks(std::uint32_t count) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  for (std::uint32_t task = 0; task < count; ++task) graph.end_task(group);
  return graph;
}

std::vector<TaskId> all_of(const TaskGraph& graph) {
  std::vector<TaskId> all;
  for (std::uint32_t task = 0; task < graph.size(); ++task) all.push_back({task});
  return all;
}

RunForecast run_on(std::vector<RankShape> ranks, Program& program, const MachineSpeed& speed = only_tasks()) {
  VirtualCluster cluster(std::move(ranks), speed, {});
  return cluster.run({program.expansion, program.plan, program.task_ns, {}});
}

TEST(VirtualCluster, RunsAChainTaskAfterTask) {
  TaskGraph graph = chain_graph(50);
  Program program = program_of(std::move(graph), {{49}}, 1000);
  EXPECT_EQ(run_on({{4}}, program).makespan_ns, 50'000);
}

TEST(VirtualCluster, RunsIndependentTasksOnAllThreads) {
  TaskGraph graph = independent_tasks(12);
  const std::vector<TaskId> all = all_of(graph);
  Program program = program_of(std::move(graph), all, 1000);
  EXPECT_EQ(run_on({{1}}, program).makespan_ns, 12'000);
  EXPECT_EQ(run_on({{4}}, program).makespan_ns, 3'000);
  EXPECT_EQ(run_on({{100}}, program).makespan_ns, 1'000);
  EXPECT_EQ(run_on({{2}, {2}}, program).makespan_ns, 3'000);
  EXPECT_EQ(run_on({{0}, {1}, {1}}, program).makespan_ns, 6'000);
}

TEST(VirtualCluster, CountsWhatTheRuntimeTakesForEachUnit) {
  TaskGraph graph = chain_graph(10);
  Program program = program_of(std::move(graph), {{9}}, 1000);
  MachineSpeed speed = only_tasks();
  speed.unit_ns = 100;
  EXPECT_EQ(run_on({{1}}, program, speed).makespan_ns, 11'000);
}

TEST(VirtualCluster, MovesResultsInTheTimeOfTheNetwork) {
  TaskGraph graph = independent_tasks(2);
  const std::uint32_t group = graph.group_for("read", nullptr);
  graph.add_input({0});
  graph.add_input({1});
  graph.end_task(group);
  Program program = program_of(std::move(graph), {{2}}, 1000, kMiB);
  MachineSpeed speed = only_tasks();
  speed.moved_ns_per_byte = 1;
  speed.message_ns = 50;
  const RunForecast run = run_on({{1}, {1}}, program, speed);
  EXPECT_GT(run.bytes_moved, kMiB - 1);
  EXPECT_GE(run.makespan_ns, static_cast<std::int64_t>(2000 + 2 * kMiB + 50)) << "each end takes its time";
}

// Two tasks whose results a third one reads, on another rank than one of them; and many tasks beside them.
std::int64_t makespan_with_busy_threads(double cpu_ns_per_byte, std::uint32_t others) {
  TaskGraph graph = independent_tasks(2 + others);
  const std::uint32_t group = graph.group_for("read", nullptr);
  graph.add_input({0});
  graph.add_input({others + 1});
  graph.end_task(group);
  std::vector<TaskId> targets{{others + 2}};
  for (std::uint32_t task = 1; task <= others; ++task) targets.push_back({task});
  Program program = program_of(std::move(graph), targets, 1000, kMiB);
  MachineSpeed speed = only_tasks();
  speed.moved_cpu_ns_per_byte = cpu_ns_per_byte;
  return run_on({{1}, {1}}, program, speed).makespan_ns;
}

TEST(VirtualCluster, TakesTimeOfThreadsThatWorkForWhatMoves) {
  constexpr std::uint32_t kOthers = 5000;  // longer than the result takes to move
  EXPECT_GT(makespan_with_busy_threads(1, kOthers), makespan_with_busy_threads(0, kOthers) + kMiB / 2);
  EXPECT_EQ(makespan_with_busy_threads(1, 0), makespan_with_busy_threads(0, 0))
      << "no thread works meanwhile";
}

TEST(VirtualCluster, RunsEachTaskOfRandomGraphsOnceAndInNoLessThanItsLongestChain) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    auto [graph, targets] = random_graph(seed);
    Program program = program_of(std::move(graph), targets, 1000, seed % 2 == 0 ? 0.0f : 1000.0f);
    const std::vector<RankShape> shapes[]{{{1}}, {{3}}, {{2}, {1}}, {{0}, {1}, {4}, {1}}};
    for (const auto& shape : shapes) {
      const RunForecast run = run_on(shape, program);
      EXPECT_EQ(run.tasks, program.plan.tasks()) << "seed " << seed;
      unsigned threads = 0;
      std::int64_t busy = 0;
      for (const RankForecast& rank : run.ranks) {
        threads += rank.threads;
        busy += rank.busy_ns;
      }
      EXPECT_EQ(busy, std::int64_t{1000} * program.plan.tasks());
      EXPECT_GE(run.makespan_ns * threads, busy) << "seed " << seed;
      EXPECT_EQ(run.makespan_ns, run_on(shape, program).makespan_ns) << "not the same again";
    }
  }
}

TEST(VirtualCluster, HoldsWhatIsNeededAtOnce) {
  TaskGraph graph = chain_graph(20);
  Program program = program_of(std::move(graph), {{19}}, 1000, kMiB);
  const RunForecast run = run_on({{1}}, program);
  EXPECT_EQ(run.memory[0].peak, 2 * kMiB) << "a task reads one result, and makes another";
}

// A heap of results that are made one after the other, and all read in the end, twice each.
Program wide_program() {
  constexpr std::uint32_t kCount = 32;
  TaskGraph graph = independent_tasks(kCount);
  const std::uint32_t first = graph.group_for("first", nullptr), second = graph.group_for("second", nullptr);
  for (const std::uint32_t group : {first, second}) {
    for (std::uint32_t task = 0; task < kCount; ++task) {
      graph.add_input({task});
      if (group == second || task > 0) graph.add_input({static_cast<std::uint32_t>(graph.size() - 1)});
      graph.end_task(group);
    }
  }
  const TaskId last{graph.size() - 1};
  return program_of(std::move(graph), {last}, 1000, kMiB);
}

TEST(VirtualCluster, SpillsWhatDoesNotFitAndStaysWithinTheLimit) {
  Program program = wide_program();
  MachineSpeed speed = only_tasks();
  const RunForecast free = run_on({{1, kNoLimit}}, program, speed);
  EXPECT_EQ(free.memory[0].spilled, 0u);
  EXPECT_GT(free.memory[0].peak, 30 * kMiB);
  speed.written_ns_per_byte = 1;
  const RunForecast tight = run_on({{1, 8 * kMiB}}, program, speed);
  EXPECT_LE(tight.memory[0].peak, 8 * kMiB);
  EXPECT_GT(tight.memory[0].spilled, 20 * kMiB);
  EXPECT_GT(tight.memory[0].read_back, 20 * kMiB);
  EXPECT_GT(tight.makespan_ns, free.makespan_ns) << "the disk takes time";
}

TEST(VirtualCluster, RefusesWhatNeverFits) {
  Program program = wide_program();
  EXPECT_THROW(run_on({{1, 2 * kMiB}}, program), Error);
}

TEST(VirtualCluster, KeepsWhatIsPersistedUntilNobodyNeedsIt) {
  VirtualCluster cluster({{1}, {1}}, only_tasks(), {});
  TaskGraph graph = independent_tasks(4);
  const std::vector<TaskId> all = all_of(graph);
  Program first = program_of(std::move(graph), all, 1000, kMiB);
  const std::vector<std::uint64_t> holds{1, 2, 3, 4};
  cluster.run({first.expansion, first.plan, first.task_ns, holds});

  TaskGraph reader;
  const std::uint32_t group = reader.group_for("read", nullptr);
  for (const std::uint64_t held : holds) reader.add_constant({.held = held, .bytes = kMiB});
  for (std::uint32_t constant = 0; constant < 4; ++constant) {
    reader.add_input({constant});
    reader.end_task(group);
  }
  Program second = program_of(std::move(reader), {{4}, {5}, {6}, {7}}, 1000);
  const RunForecast run = cluster.run({second.expansion, second.plan, second.task_ns, {}});
  EXPECT_EQ(run.makespan_ns, 2000) << "each rank reads what it holds";
  EXPECT_GE(run.memory[0].peak, 2 * kMiB);
  for (const std::uint64_t held : holds) cluster.drop(held);
  Program third = program_of(independent_tasks(1), {{0}}, 1000, kMiB);
  EXPECT_LE(cluster.run({third.expansion, third.plan, third.task_ns, {}}).memory[0].peak, kMiB);
}

}  // namespace
}  // namespace bask
