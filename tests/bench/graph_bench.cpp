// graph_bench.cpp: what a task costs to build, to plan and to run, on three large graphs of empty tasks,
// compared with OpenMP tasks with the same dependences, run in turn in the same process.
//
//   graph_bench [independent|chain|tree …] [--bask-threads=2]
//
// Prints for each graph nanoseconds per task (medians of five rounds), the ratio to OpenMP, bytes per task of
// the graph, and the peak memory of the process; each graph has a process of its own.
#include <omp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/bask.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace {

constexpr int kTasks = 1'000'000;
constexpr int kLeaves = 1 << 20;
constexpr int kRounds = 5;

void nothing() {}
int increment(int x) {
  return x + 1;
}
int identity(int x) {
  return x;
}
int add(int a, int b) {
  return a + b;
}

// ---- The graphs, lazily. ----

std::vector<bask::Delayed<void>> independent() {
  std::vector<bask::Delayed<void>> tasks;
  tasks.reserve(kTasks);
  for (int i = 0; i < kTasks; ++i) tasks.push_back(bask::delayed<nothing>());
  return tasks;
}

bask::Delayed<int> chain() {
  auto x = bask::delayed<increment>(0);
  for (int i = 1; i < kTasks; ++i) x = bask::delayed<increment>(x);
  return x;
}

bask::Delayed<int> tree() {
  std::vector<bask::Delayed<int>> level;
  level.reserve(kLeaves);
  for (int i = 0; i < kLeaves; ++i) level.push_back(bask::delayed<identity>(i));
  while (level.size() > 1) {
    std::vector<bask::Delayed<int>> above;
    above.reserve(level.size() / 2);
    for (std::size_t i = 0; i + 1 < level.size(); i += 2)
      above.push_back(bask::delayed<add>(level[i], level[i + 1]));
    level.swap(above);
  }
  return level.front();
}

// ---- The same as OpenMP tasks. ----

volatile int sink;  // keeps the compiler from removing the tasks

void independent_openmp() {
  for (int i = 0; i < kTasks; ++i) {
#pragma omp task
    sink = 0;
  }
#pragma omp taskwait
}

void chain_openmp() {
  int x = 0;
  for (int i = 0; i < kTasks; ++i) {
#pragma omp task depend(inout : x) shared(x)
    x = x + 1;
  }
#pragma omp taskwait
  sink = x;
}

int subtree_openmp(int first, int leaves) {
  if (leaves == 1) return first;
  int left = 0;
  int right = 0;
#pragma omp task shared(left)
  left = subtree_openmp(first, leaves / 2);
#pragma omp task shared(right)
  right = subtree_openmp(first + leaves / 2, leaves / 2);
#pragma omp taskwait
  return left + right;
}

void tree_openmp() {
  sink = subtree_openmp(0, kLeaves);
}

// ---- Measuring. ----

double seconds(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

struct Round {
  double build, plan, run, openmp;
};

std::vector<const bask::TaskRef*> refs_of(const bask::Delayed<int>& target) {
  return {&target.ref()};
}
std::vector<const bask::TaskRef*> refs_of(const std::vector<bask::Delayed<void>>& targets) {
  std::vector<const bask::TaskRef*> refs;
  for (const auto& target : targets) refs.push_back(&target.ref());
  return refs;
}

template <class Build>
Round measure(const Build& build, void (*openmp)(), unsigned threads, double& graph_bytes) {
  Round round{};
  auto start = std::chrono::steady_clock::now();
  const auto wanted = build();
  round.build = seconds(start);
  {
    const auto refs = refs_of(wanted);
    start = std::chrono::steady_clock::now();
    const bask::Expansion expansion = bask::merge_equal(bask::expand(refs));
    const bask::Plan plan = bask::make_plan(expansion.graph, expansion.targets, {});
    round.plan = seconds(start);
    graph_bytes = static_cast<double>(expansion.graph.bytes());
  }
  start = std::chrono::steady_clock::now();
  bask::compute(wanted);  // plans once more, then runs
  round.run = std::max(seconds(start) - round.plan, 0.0);
  start = std::chrono::steady_clock::now();
#pragma omp parallel num_threads(static_cast <int>(threads))
#pragma omp single
  openmp();
  round.openmp = seconds(start);
  return round;
}

double median(const std::vector<Round>& rounds, double Round::*figure) {
  std::vector<double> figures;
  for (const Round& round : rounds) figures.push_back(round.*figure);
  std::sort(figures.begin(), figures.end());
  return figures[figures.size() / 2];
}

template <class Build>
void show(const char* name, const bask::Client& client, double tasks, const Build& build, void (*openmp)()) {
  std::vector<Round> rounds;
  double graph_bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    rounds.push_back(measure(build, openmp, client.info().threads, graph_bytes));
  }
  const auto ns = [&](double Round::*figure) { return median(rounds, figure) / tasks * 1e9; };
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double total = ns(&Round::build) + ns(&Round::plan) + ns(&Round::run);
  std::printf(
      "%-12s %9.0f tasks  build %4.0f  plan %4.0f  run %4.0f ns/task  (OpenMP %5.0f, ratio %.2f)  "
      "graph %3.0f B/task  peak %4ld MiB\n",
      name, tasks, ns(&Round::build), ns(&Round::plan), ns(&Round::run), ns(&Round::openmp),
      total / ns(&Round::openmp), graph_bytes / tasks, usage.ru_maxrss / 1024);
}

int bench(const std::string& name, int argc, char** argv) {
  return bask::run(argc, argv, [&](const bask::Client& client) {
    if (name == "independent") show("independent", client, kTasks, independent, independent_openmp);
    if (name == "chain") show("chain", client, kTasks, chain, chain_openmp);
    if (name == "tree") show("tree", client, 2.0 * kLeaves - 1, tree, tree_openmp);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  int exit_code = 0;
  for (const std::string name : {"independent", "chain", "tree"}) {
    const bool all =
        std::none_of(words.begin(), words.end(), [](const auto& word) { return word[0] != '-'; });
    if (!all && std::find(words.begin(), words.end(), name) == words.end()) continue;
    const pid_t child = fork();  // a process for each, to measure its peak memory; no thread has started yet
    if (child == 0) return bench(name, argc, argv);
    int status = 0;
    waitpid(child, &status, 0);
    exit_code = std::max(exit_code, WEXITSTATUS(status));
  }
  return exit_code;
}
