// Runners that are fed with parts of a plan and results of other ranks, in any order, and that steal units
// from each other. The ranks run one after the other:
// a rank's imports are made by the ranks that run before it.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/result_sizes.hpp>
#include <bask/plan/split.hpp>

#include "../collections/random_program.hpp"
#include "../many.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

namespace bask::task_runner_parts_test {

Value copy_of(const Value& value) {
  ByteWriter writer;
  value.type()->encode(writer, value.object());
  ByteReader reader(writer.bytes());
  return value.type()->decode(reader);
}

/// A program on several ranks, each of which reads only results of higher ranks.
struct Program {
  Program(std::span<const TaskRef* const> targets, std::uint32_t number_of_ranks, unsigned seed)
      : ranks(number_of_ranks),
        expansion(expand(targets)),
        plan(make_plan(expansion.graph, expansion.targets, {}, result_sizes(expansion.graph, {}))),
        rank_of_unit(ranks_downwards(seed)),
        splitter(plan, expansion.graph, rank_of_unit, {.ranks = ranks}) {}

  std::vector<std::uint32_t> ranks_downwards(unsigned seed) const {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> most(plan.units(), ranks - 1), chosen(plan.units());
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      chosen[unit] = most[unit] - random() % (most[unit] + 1) / (1 + random() % 3);
      for (const std::uint32_t successor : plan.successors_of(unit)) {
        most[successor] = std::min(most[successor], chosen[unit]);
      }
    }
    return chosen;
  }
  PlanShell shell(std::uint32_t rank) const {
    return {splitter.size(rank), plan.groups,
            plan.annotation.empty() ? std::vector<Annotations>{} : plan.annotations, may_spill};
  }
  /// Stretches of `units` units, per rank.
  std::vector<std::vector<PlanPart>> parts(std::uint32_t units) {
    std::vector<std::vector<PlanPart>> all(ranks);
    while (!splitter.done()) {
      std::vector<PlanPart> next = splitter.next(units);
      for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        if (!next[rank].empty()) all[rank].push_back(std::move(next[rank]));
      }
    }
    return all;
  }

  std::uint32_t ranks;
  bool may_spill = false;
  Expansion expansion;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
  Splitter splitter;
};

/// A result as it is sent.
struct Sent {
  Export to;
  Value value;
};
struct Returned {
  std::uint32_t unit;
  Value value;
};

/// A runner whose other ranks are the test: it calls `when_idle` where it would look for messages.
struct Rank final : Outlet {
  Rank(Program& program, std::uint32_t rank, const RunnerOptions& options)
      : threads(std::max(options.threads, 1u)),
        runner(program.shell(rank), program.expansion.graph.constant_values(), options, *this) {}

  void send(std::uint32_t position, const Value& value, std::span<const Export> exports) override {
    {
      const std::lock_guard lock(mutex);
      for (const Export& to : exports) sent.push_back({to, copy_of(value)});
    }
    for (std::size_t i = 0; i < exports.size(); ++i) runner.sent(position);  // it may call fetch()
  }
  void fetch(std::uint32_t position) override {
    const std::lock_guard lock(mutex);
    fetched.push_back(position);
  }
  /// The value of an announced result, if one was asked for, is handed over.
  bool deliver() {
    std::uint32_t position = 0;
    {
      const std::lock_guard lock(mutex);
      if (fetched.empty()) return false;
      position = fetched.back();
      fetched.pop_back();
    }
    EXPECT_TRUE(runner.arrived(position, std::move(announced.at(position)))) << "it was asked for";
    return true;
  }
  void serve(std::uint32_t) override { ADD_FAILURE() << "nothing was asked for"; }
  void give_back(const StolenUnit& stolen, Value value) override {
    const std::lock_guard lock(mutex);
    returned.push_back({stolen.unit, std::move(value)});
  }
  void flush() override {}
  bool progress(unsigned thread) override {
    const std::unique_lock lock(one_progress, std::try_to_lock);
    if (!lock) return false;
    if (deliver() || (when_idle && when_idle())) {
      runner.feed(thread);
      idle = 0;
      return true;
    }
    if (runner.progress().units_left() == 0 && runner.plan().imports_left() == 0) {
      if (runner.fetch_rest()) runner.finish();
    } else if (++idle > 100'000) {
      ADD_FAILURE() << runner.progress().units_left() << " units are left, and nothing comes any more";
      runner.cancel();
    }
    return false;
  }
  void work() {
    std::vector<std::thread> others;
    for (unsigned thread = 1; thread < threads; ++thread) {
      others.emplace_back([this, thread] { runner.work(thread); });
    }
    runner.work(0);
    for (std::thread& other : others) other.join();
  }

  const unsigned threads;
  std::function<bool()> when_idle;  ///< returns whether anything came
  std::mutex mutex, one_progress;
  int idle = 0;
  std::vector<Sent> sent;
  std::vector<Returned> returned;
  std::vector<std::uint32_t> fetched;        ///< announced results that were asked for
  std::map<std::uint32_t, Value> announced;  ///< by position; touched by the thread that makes progress
  TaskRunner runner;
};

/// Runs every computation on several ranks in this process, which are fed in an order drawn from the seed.
class SplitRuntime final : public Runtime {
 public:
  /// `limit`: bytes that each rank may hold; 0: there is none.
  SplitRuntime(std::uint32_t ranks, unsigned threads, unsigned seed, std::uint64_t limit = 0)
      : ranks_(ranks), threads_(threads), limit_(limit), random_(seed) {
    use_runtime(this);
  }
  ~SplitRuntime() override { drop_runtime(this); }

  Results compute(std::span<const TaskRef* const> targets) override {
    Program program(targets, ranks_, random_());
    const std::vector<std::vector<PlanPart>> parts = program.parts(1 + random_() % 9);
    std::vector<std::vector<Sent>> arriving(ranks_);
    const std::vector<Value*> constants = program.expansion.graph.constant_values();
    for (const ConstantExport& sent : program.splitter.constant_exports(0)) {
      arriving[sent.rank].push_back({{sent.rank, sent.position}, copy_of(*constants[sent.constant])});
    }
    std::unique_ptr<Rank> rank;
    for (std::uint32_t number = ranks_; number-- > 0;) {
      RunnerOptions options;
      options.threads = threads_;
      if (limit_ != 0) {
        memories_.push_back(std::make_shared<RankMemory>(limit_, [] { return testing::TempDir(); }));
        options.memory = memories_.back();
        program.may_spill = true;
      }
      rank = std::make_unique<Rank>(program, number, options);
      run(*rank, parts[number], arriving[number]);
      for (Sent& sent : rank->sent) arriving[sent.to.rank].push_back(std::move(sent));
    }
    return rank->runner.take_results(program.splitter.targets());
  }
  /// Nothing is left in the memory of any rank that has run. Returns how much they have spilled.
  std::uint64_t expect_nothing_left() const {
    std::uint64_t spilled = 0;
    for (const std::shared_ptr<RankMemory>& memory : memories_) {
      EXPECT_EQ(memory->ledger().held(), 0u);
      if (memory->use().spilled == 0) continue;
      EXPECT_EQ(memory->spill_store().bytes_held(), 0u);
      spilled += memory->use().spilled;
    }
    return spilled;
  }
  std::vector<TaskRef> persist(std::span<const TaskRef* const>) override { return {}; }
  std::vector<Value> call_everywhere(KernelId, std::span<const std::byte>) override { return {}; }
  void note_input(const std::string&, const std::string&) override {}
  void visualize(std::span<const TaskRef* const>, const std::string&) override {}

 private:
  void run(Rank& rank, const std::vector<PlanPart>& parts, std::vector<Sent>& arriving) {
    std::vector<std::size_t> steps(parts.size() + arriving.size());
    std::iota(steps.begin(), steps.end(), std::size_t{0});
    std::shuffle(steps.begin(), steps.end(), random_);
    const auto next = [&] {
      if (steps.empty()) return false;
      const std::size_t step = steps.back();
      steps.pop_back();
      if (step < parts.size()) {
        rank.runner.add(parts[step]);
      } else {
        Sent& sent = arriving[step - parts.size()];
        const std::uint64_t bytes = sent.value.heap_bytes();
        if (limit_ != 0 && bytes != 0 && random_() % 2 == 0) {
          rank.announced[sent.to.position] = std::move(sent.value);
          rank.runner.announced(sent.to.position, bytes);
        } else {
          rank.runner.arrived(sent.to.position, std::move(sent.value));
        }
      }
      return true;
    };
    for (std::size_t before = random_() % (steps.size() + 1); before > 0; --before) next();
    rank.runner.feed(0);
    rank.when_idle = next;
    rank.work();
    EXPECT_EQ(rank.runner.progress().units_left(), 0u);
    EXPECT_EQ(rank.runner.progress().tasks_done(), rank.runner.plan()->tasks());
  }

  const std::uint32_t ranks_;
  const unsigned threads_;
  const std::uint64_t limit_;
  std::vector<std::shared_ptr<RankMemory>> memories_;
  std::mt19937 random_;
};

TEST(TaskRunnerParts, GiveTheSerialResultWhateverPartOrResultComesFirst) {
  for (const std::uint32_t ranks : {1u, 2u, 4u}) {
    for (unsigned seed = 0; seed < 60; ++seed) {
      const SplitRuntime runtime(ranks, 1, seed);
      const RandomProgram program(seed);
      ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed << ", " << ranks << " ranks";
    }
  }
}

TEST(TaskRunnerParts, GiveTheSerialResultOnSeveralThreadsThatAreFedMeanwhile) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const SplitRuntime runtime(3, 3, seed);
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected()) << "seed " << seed;
  }
}

// ---- What is refused. ----

std::vector<char> make_bytes(int size) {
  return std::vector<char>(static_cast<std::size_t>(size));
}
int count_bytes(const std::vector<char>& bytes) {
  return static_cast<int>(bytes.size());
}

template <class T>
Program program_of(const std::vector<Delayed<T>>& targets, std::uint32_t ranks) {
  open_layer::close();
  std::vector<const TaskRef*> refs;
  for (const Delayed<T>& target : targets) refs.push_back(&target.ref());
  return Program(refs, ranks, 1);
}

// Rank 1 makes a result which rank 0 reads.
struct OneImport {
  explicit OneImport(std::uint64_t limit = ~std::uint64_t{0})
      : program(program_of(std::vector{delayed<count_bytes>(made), delayed<count_bytes>(made)}, 2)) {
    for (std::uint32_t unit = 0; unit < program.plan.units(); ++unit) program.rank_of_unit[unit] = unit == 0;
    splitter.emplace(program.plan, program.expansion.graph, program.rank_of_unit, SplitOptions{.ranks = 2});
    parts = splitter->next(100);
    RunnerOptions options;
    options.memory = std::make_shared<RankMemory>(limit, [] { return std::string(); });
    outlet.emplace(program, 1, RunnerOptions{});
    runner.emplace(PlanShell{splitter->size(0), program.plan.groups, {}},
                   program.expansion.graph.constant_values(), options, *outlet);
  }
  static Value bytes(std::size_t size) {
    Value value;
    value.emplace<std::vector<char>>(size);
    return value;
  }
  Delayed<std::vector<char>> made = delayed<make_bytes>(10);
  Program program;
  std::optional<Splitter> splitter;
  std::vector<PlanPart> parts;
  std::optional<Rank> outlet;
  std::optional<TaskRunner> runner;
};

// Some results of other ranks come at once, some are announced and come when they are asked for.
TEST(TaskRunnerParts, GiveTheSerialResultWithinAMemoryLimitAndLeaveNothing) {
  std::uint64_t spilled = 0;
  for (const std::uint32_t ranks : {1u, 2u, 4u}) {
    for (unsigned seed = 0; seed < static_cast<unsigned>(many(100)); ++seed) {
      SCOPED_TRACE(std::to_string(ranks) + " ranks, seed " + std::to_string(seed));
      const SplitRuntime runtime(ranks, 1 + seed % 3, seed, 60'000 + seed % 7 * 20'000);
      const RandomProgram program(seed);
      std::string computed;
      try {
        computed = program.computed();
      } catch (const Error& error) {
        computed = error.what();
      }
      const bool is_refused = computed.find("raise --bask-memory-limit") != std::string::npos;
      EXPECT_EQ(computed, is_refused ? computed : program.expected());
      spilled += runtime.expect_nothing_left();
    }
  }
  EXPECT_GT(spilled, 0u);
}

TEST(TaskRunnerParts, RefuseAResultThatNobodyWaitsFor) {
  OneImport one;
  ASSERT_EQ(one.runner->plan().imports_left(), 1u);
  const std::uint32_t import = static_cast<std::uint32_t>(one.runner->plan()->tasks());
  EXPECT_THROW(one.runner->arrived(0, OneImport::bytes(1)), Error) << "a task's own";
  EXPECT_THROW(one.runner->arrived(import + 1, OneImport::bytes(1)), Error);
  EXPECT_THROW(one.runner->arrived(kNoIndex, OneImport::bytes(1)), Error);
  one.runner->arrived(import, OneImport::bytes(1));
  EXPECT_THROW(one.runner->arrived(import, OneImport::bytes(1)), Error) << "for the second time";
  EXPECT_EQ(one.runner->plan().imports_left(), 0u);
}

TEST(TaskRunnerParts, RefuseAPartThatReachesBeyondWhatWasAnnounced) {
  OneImport one;
  PlanPart beyond = one.parts[0];
  beyond.first_task += 1;
  EXPECT_THROW(one.runner->add(beyond), Error);
}

TEST(TaskRunnerParts, StopAtAnArrivalThatPassesTheMemoryLimit) {
  OneImport one(1000);
  one.runner->add(one.parts[0]);
  one.runner->arrived(static_cast<std::uint32_t>(one.runner->plan()->tasks()), OneImport::bytes(2000));
  EXPECT_TRUE(one.runner->progress().stopping());
  ASSERT_TRUE(one.runner->progress().failure());
  EXPECT_EQ(one.runner->progress().failure()->task.index, kNoIndex);
  EXPECT_NE(one.runner->progress().failure()->cause.find("memory limit"), std::string::npos);
  one.runner->feed(0);
  one.runner->work(0);
  EXPECT_EQ(one.runner->progress().tasks_done(), 0u);
}

TEST(TaskRunnerParts, GoOnUntilTheyAreFinished) {
  OneImport one;
  one.runner->add(one.parts[0]);
  one.runner->arrived(static_cast<std::uint32_t>(one.runner->plan()->tasks()), OneImport::bytes(7));
  one.runner->feed(0);
  EXPECT_FALSE(one.runner->progress().has_ended());
  one.outlet->when_idle = [&] {
    EXPECT_EQ(one.runner->progress().units_left(), 0u);
    EXPECT_FALSE(one.runner->progress().has_ended());
    one.runner->finish();
    return false;
  };
  one.runner->work(0);
  EXPECT_TRUE(one.runner->progress().has_ended());
  const Results results = one.runner->take_results(one.splitter->targets());
  EXPECT_EQ(results.targets[1].value->get<int>(), 7);
}

// ---- Stolen units. ----

std::atomic<int> runs[200];

int spin(int task, int base) {
  ++runs[task];
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(200);
  while (std::chrono::steady_clock::now() < end) {
  }
  return task + base;
}
int spin_on(int task, const std::vector<char>& bytes) {
  return spin(task, static_cast<int>(bytes.size()));
}
int total_of(Inputs<int> all) {
  return std::accumulate(all.begin(), all.end(), 0);
}

/// Rank 0 has all the work. Where it first looks for messages,
/// rank 1 steals units from it and runs them at once.
struct TwoRanks {
  explicit TwoRanks(const std::vector<Delayed<int>>& targets, const RunnerOptions& options = {})
      : program(program_of(targets, 2)) {
    for (std::atomic<int>& each : runs) each = 0;
    std::ranges::fill(program.rank_of_unit, 0u);
    splitter.emplace(program.plan, program.expansion.graph, program.rank_of_unit, SplitOptions{.ranks = 2});
    for (std::uint32_t rank = 0; rank < 2; ++rank) {
      ranks[rank].emplace(program.plan, *splitter, rank, program.expansion.graph.constant_values(), options);
    }
    victim().runner.add(splitter->next(~0u)[0]);
    victim().runner.feed(0);
    victim().when_idle = [this] { return rob(); };
  }
  struct Side : Outlet {
    Side(const Plan& plan, const Splitter& splitter, std::uint32_t rank, std::vector<Value*> constants,
         const RunnerOptions& options)
        : runner(PlanShell{splitter.size(rank), plan.groups,
                           plan.annotation.empty() ? std::vector<Annotations>{} : plan.annotations},
                 std::move(constants), options, *this) {}
    void send(std::uint32_t, const Value&, std::span<const Export>) override { ADD_FAILURE(); }
    void fetch(std::uint32_t) override { ADD_FAILURE() << "nothing was announced"; }
    void serve(std::uint32_t) override { ADD_FAILURE() << "nothing was asked for"; }
    void give_back(const StolenUnit& stolen, Value value) override {
      returned.push_back({stolen.unit, std::move(value)});
    }
    void flush() override {}
    bool progress(unsigned thread) override {
      if (when_idle && when_idle()) {
        runner.feed(thread);
        return true;
      }
      if (runner.progress().units_left() == 0) runner.finish();
      return false;
    }
    std::vector<Returned> returned;
    std::function<bool()> when_idle;
    TaskRunner runner;
  };
  Side& victim() { return *ranks[0]; }
  Side& thief() { return *ranks[1]; }

  bool rob() {
    if (std::exchange(was_robbed, true)) return false;
    std::vector<StolenUnit> given = victim().runner.give_units();
    stolen = given.size();
    for (StolenUnit& unit : given) thief().runner.steal(std::move(unit));
    thief().runner.work(0);
    for (Returned& returned : thief().returned)
      victim().runner.returned(returned.unit, std::move(returned.value));
    if (thief().runner.progress().failure()) victim().runner.cancel();  // as rank 0 would
    return true;
  }
  Results results() { return victim().runner.take_results(splitter->targets()); }

  Program program;
  std::optional<Splitter> splitter;
  std::optional<Side> ranks[2];
  bool was_robbed = false;
  std::size_t stolen = 0;
};

TEST(StolenUnits, RunEveryUnitOnceAndGiveTheSameResults) {
  std::vector<Delayed<int>> units;
  const auto bytes = delayed<make_bytes>(100);
  for (int i = 0; i < 60; ++i) units.push_back(delayed<spin_on>(i, bytes) + 1);  // each a unit of two tasks
  std::vector<Delayed<int>> targets = units;
  targets.push_back(delayed<total_of>(units));
  TwoRanks two(targets);
  two.victim().runner.work(0);
  EXPECT_GT(two.stolen, 5u);
  EXPECT_EQ(two.thief().returned.size(), two.stolen);
  const Results results = two.results();
  int total = 0;
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(runs[i], 1) << "task " << i;
    EXPECT_EQ(results.targets[static_cast<std::size_t>(i)].value->get<int>(), i + 101);
    total += i + 101;
  }
  EXPECT_EQ(results.targets[60].value->get<int>(), total);
  EXPECT_EQ(two.victim().runner.progress().tasks_done(), two.victim().runner.plan()->tasks());
}

TEST(StolenUnits, AreTheLessUrgentHalfOfWhatIsReady) {
  std::vector<Delayed<int>> units;
  for (int i = 0; i < 60; ++i) units.push_back(delayed<spin>(i, 0));
  TwoRanks two(units);
  two.victim().when_idle = [&] {
    if (std::exchange(two.was_robbed, true)) return false;
    const std::uint32_t ready = two.victim().runner.status().ready;
    std::vector<StolenUnit> given = two.victim().runner.give_units();
    EXPECT_EQ(given.size(), (ready + 1) / 2);
    EXPECT_EQ(two.victim().runner.status().ready, ready / 2);
    for (const StolenUnit& unit : given) {
      Value made;
      made.emplace<int>(-1);
      two.victim().runner.returned(unit.unit, std::move(made));
    }
    return true;
  };
  two.victim().runner.work(0);
  EXPECT_EQ(two.results().targets[0].value->get<int>(), 0) << "the most urgent ran at home";
}

TEST(StolenUnits, AreNotGivenWhereUnitsHoldResources) {
  std::vector<Delayed<int>> units;
  for (int i = 0; i < 60; ++i) units.push_back(delayed<spin>({.resources = {{"gpu", 1}}})(i, 0));
  RunnerOptions options;
  options.resources = {{"gpu", 1}};
  TwoRanks two(units, options);
  two.victim().runner.work(0);
  EXPECT_TRUE(two.was_robbed);
  EXPECT_EQ(two.stolen, 0u);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(runs[i], 1);
}

int fail_late(int task) {
  spin(task, 0);
  if (task == 59) throw std::domain_error("it is " + std::to_string(task));
  return task;
}

TEST(StolenUnits, TellWhichTaskThrewAndStop) {
  std::vector<Delayed<int>> units;
  for (int i = 0; i < 60; ++i) units.push_back(delayed<fail_late>(i));
  TwoRanks two(units);
  two.victim().runner.work(0);
  const std::optional<RunFailure> failure = two.thief().runner.progress().failure();
  ASSERT_TRUE(failure);
  EXPECT_EQ(two.program.expansion.graph.name(failure->task), units[59].name());
  EXPECT_EQ(failure->cause, "std::domain_error: it is 59");
  EXPECT_TRUE(two.thief().runner.progress().stopping());
  EXPECT_LT(two.thief().returned.size(), two.stolen);
}

int third_time(int task) {
  spin(task, 0);
  if (runs[task] < 3) throw std::runtime_error("not yet");
  return task;
}

TEST(StolenUnits, AreRetriedAsOftenAsTheirTasksMay) {
  std::vector<Delayed<int>> units;
  for (int i = 0; i < 60; ++i) units.push_back(delayed<third_time>({.retries = 2})(i));
  TwoRanks two(units);
  two.victim().runner.work(0);
  EXPECT_GT(two.stolen, 0u);
  const Results results = two.results();
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(runs[i], 3);
    EXPECT_EQ(results.targets[static_cast<std::size_t>(i)].value->get<int>(), i);
  }
}

TEST(StolenUnits, AreNeitherGivenNorRunNorTakenBackOnceStopped) {
  std::vector<Delayed<int>> units;
  for (int i = 0; i < 60; ++i) units.push_back(delayed<spin>(i, 0));
  TwoRanks two(units);
  std::vector<StolenUnit> given;
  two.victim().when_idle = [&] {
    given = two.victim().runner.give_units();
    two.victim().runner.cancel();
    return true;
  };
  two.victim().runner.work(0);
  ASSERT_GT(given.size(), 0u);
  EXPECT_EQ(two.victim().runner.give_units().size(), 0u);
  const std::uint64_t done = two.victim().runner.progress().tasks_done();
  Value made;
  made.emplace<int>(1);
  two.victim().runner.returned(given[0].unit, std::move(made));
  EXPECT_EQ(two.victim().runner.progress().tasks_done(), done);
  const int task = static_cast<int>(given[0].steps[0].task.index);
  two.thief().runner.steal(std::move(given[0]));
  two.thief().runner.cancel();
  two.thief().runner.work(0);
  EXPECT_EQ(runs[task], 0);
  EXPECT_TRUE(two.thief().returned.empty());
}

}  // namespace bask::task_runner_parts_test
