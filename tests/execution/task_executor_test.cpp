// Single tasks and units, and units that a thief runs from the inputs that it was given.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/bask.hpp>
#include <bask/execution/task_executor.hpp>
#include <bask/execution/work_stealing.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/split.hpp>
#include <bask/safety/failed_tasks.hpp>

#include <atomic>
#include <filesystem>
#include <optional>
#include <stdexcept>

namespace bask::task_executor_test {

using Numbers = std::vector<int>;

std::atomic<int> calls{0};

Numbers make(int n) {
  return Numbers(static_cast<std::size_t>(n), n);
}
Numbers longer(Numbers numbers) {
  numbers.push_back(1);
  return numbers;
}
int length_of(const Numbers& numbers, int more) {
  if (++calls < more) throw std::domain_error("call " + std::to_string(calls));
  return static_cast<int>(numbers.size());
}
const char* task_in_table() {
  return RunningTask::of_this_thread().name();
}
int see_the_table(int) {
  return task_in_table() != nullptr && std::string(task_in_table()) == "see_the_table";
}

/// An executor with the parts that it needs, and the plan of one rank that runs a whole program.
struct Rig {
  template <class T>
  explicit Rig(const Delayed<T>& target, bool fuse = false, std::uint64_t limit = ~std::uint64_t{0},
               const RunnerOptions& options = {})
      : Rig(expand_one(target), fuse, limit, options) {}
  Rig(Expansion program, bool fuse, std::uint64_t limit, const RunnerOptions& options)
      : expansion(std::move(program)),
        whole(make_plan(expansion.graph, expansion.targets, {.fuse = fuse})),
        ranks(whole.units(), 0),
        splitter(whole, expansion.graph, ranks, {.ranks = 1}),
        plan(PlanShell{splitter.size(0), whole.groups, whole.annotations}),
        memory(limit, [] { return std::string(); }),
        results(plan.take_uses(), expansion.graph.constant_values(), memory, false),
        progress({plan->units(), plan->groups.size(), 1}, RunProgress::End::kWhenDone, {}, parking),
        gate(plan, results, memory, {}, {}),
        executor(plan, results, gate, progress, lanes, options) {
    const PlanPart all = splitter.next(~0u)[0];
    plan.add(all);
    results.set_uses(0, all.uses);
    calls = 0;
  }
  template <class T>
  static Expansion expand_one(const Delayed<T>& target) {
    open_layer::close();
    const TaskRef* const ref = &target.ref();
    return expand(std::span(&ref, 1));
  }
  Expansion expansion;
  Plan whole;
  std::vector<std::uint32_t> ranks;
  Splitter splitter;
  PlanStore plan;
  Parking parking;
  RankMemory memory;
  ResultStore results;
  RunProgress progress;
  MemoryGate gate;
  ThreadLanes lanes{nullptr, 1};
  TaskExecutor executor;
};

TEST(TaskExecutor, StoresWhatATaskMakesAndFreesWhatItHasRead) {
  Rig rig(delayed<length_of>(delayed<make>(100), 0));
  EXPECT_TRUE(rig.executor.run_unit(0, 0));
  EXPECT_EQ(rig.memory.ledger().held(), 400u);
  EXPECT_TRUE(rig.executor.run_unit(1, 0));
  EXPECT_EQ(rig.results.at(1u).get<int>(), 100);
  EXPECT_FALSE(rig.results.at(0u).has_value());
  EXPECT_EQ(rig.memory.ledger().held(), 0u);
  EXPECT_EQ(rig.progress.tasks_done(), 2u);
}

TEST(TaskExecutor, LetsTheLastReaderMoveItsInput) {
  Rig rig(delayed<longer>(delayed<make>(1000)));
  rig.executor.run_unit(0, 0);
  const int* const made = rig.results.at(0u).get<Numbers>().data();
  EXPECT_NE(made, nullptr);
  rig.executor.run_unit(1, 0);
  EXPECT_EQ(rig.results.at(1u).get<Numbers>().size(), 1001u);
  EXPECT_LE(rig.memory.ledger().peak(), 8000u + 4000u) << "what was moved on does not count twice";
  EXPECT_EQ(rig.memory.ledger().held(), rig.results.at(1u).heap_bytes());
}

TEST(TaskExecutor, KeepsTheInputsOfATaskThatFailsAndFailsTheRun) {
  Rig rig(delayed<length_of>(delayed<make>(100), 5));
  rig.executor.run_unit(0, 0);
  EXPECT_FALSE(rig.executor.run_unit(1, 0));
  EXPECT_EQ(rig.memory.ledger().held(), 400u);
  EXPECT_FALSE(rig.results.at(1u).has_value());
  ASSERT_TRUE(rig.progress.failure());
  EXPECT_EQ(rig.progress.failure()->position, 1u);
  EXPECT_EQ(rig.progress.failure()->cause, "std::domain_error: call 1");
  EXPECT_EQ(rig.progress.tasks_done(), 1u);
}

TEST(TaskExecutor, CallsATaskAgainWhereItMayBeRetried) {
  Rig rig(delayed<length_of>({.retries = 2})(delayed<make>(100), 3));
  rig.executor.run_unit(0, 0);
  EXPECT_TRUE(rig.executor.run_unit(1, 0));
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(rig.progress.failure());
  EXPECT_EQ(rig.memory.ledger().held(), 0u);
}

TEST(TaskExecutor, FailsATaskWhoseResultPassesTheLimit) {
  Rig rig(delayed<make>(1000), false, 1000);
  EXPECT_FALSE(rig.executor.run_unit(0, 0));
  EXPECT_EQ(rig.memory.ledger().held(), 0u);
  EXPECT_EQ(rig.progress.failure()->cause.substr(0, 27), "bask::Error: memory limit: ");
}

TEST(TaskExecutor, BeginsNoTaskOfAUnitOnceCancelled) {
  Rig rig(delayed<longer>(delayed<make>(10)), true);
  ASSERT_EQ(rig.plan->units(), 1u);
  rig.progress.cancel();
  EXPECT_FALSE(rig.executor.run_unit(0, 0));
  EXPECT_EQ(rig.progress.tasks_done(), 0u);
}

TEST(TaskExecutor, PutsATaskIntoTheTableOfRunningOnesWhileItsKernelRuns) {
  Rig rig(delayed<see_the_table>(1));
  rig.executor.enter(0);
  rig.executor.run_unit(0, 0);
  EXPECT_EQ(rig.results.at(0u).get<int>(), 1);
  EXPECT_EQ(task_in_table(), nullptr);
}

// ---- Tasks that are kept when they fail. ----

struct KeptFolder {
  KeptFolder()
      : path(std::filesystem::path(testing::TempDir()) /
             ("bask_kept_" + std::to_string(getpid()) +
              testing::UnitTest::GetInstance()->current_test_info()->name())) {
    FailedTasks::prepare(path);
  }
  ~KeptFolder() { std::filesystem::remove_all(path); }
  RunnerOptions options() const { return {.failed_tasks = std::make_shared<FailedTasks>(path, 4)}; }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> all;
    for (const auto& file : std::filesystem::directory_iterator(path)) all.push_back(file.path());
    return all;
  }
  std::filesystem::path path;
};

Numbers spoiled(Numbers numbers) {
  numbers.clear();
  throw std::domain_error("spoiled");
}

TEST(TaskExecutor, KeepsAFailedTaskWithTheInputsThatItGot) {
  const KeptFolder folder;
  Rig rig(delayed<spoiled>(delayed<make>(3)), false, ~std::uint64_t{0}, folder.options());
  rig.executor.run_unit(0, 0);
  EXPECT_FALSE(rig.executor.run_unit(1, 0));
  ASSERT_EQ(folder.files().size(), 1u);
  const KeptTask kept = read_failed_task(folder.files()[0]);
  EXPECT_EQ(folder.files()[0].filename(), "spoiled-" + std::to_string(kept.task.number) + "-rank4.bask-task");
  EXPECT_EQ(kept.inputs.at(0).get<Numbers>(), (Numbers{3, 3, 3}));
  EXPECT_EQ(kept.task.layer, "spoiled");
  EXPECT_EQ(kept.task.kernel, "spoiled");
  EXPECT_EQ(kept.task.cause, "std::domain_error: spoiled");
  EXPECT_TRUE(kept.is_of_this_binary);
  EXPECT_NE(rig.progress.failure()->replay.find(" --bask-replay=" + folder.files()[0].string()),
            std::string::npos);
}

TEST(TaskExecutor, KeepsATaskOnlyAfterItsLastTry) {
  const KeptFolder folder;
  Rig rig(delayed<length_of>({.retries = 2})(delayed<make>(1), 3), false, ~std::uint64_t{0},
          folder.options());
  rig.executor.run_unit(0, 0);
  EXPECT_TRUE(rig.executor.run_unit(1, 0));
  EXPECT_EQ(folder.files().size(), 0u);
}

TEST(TaskExecutor, KeepsNoTaskWhoseResultTheJournalHasLost) {
  const KeptFolder folder;
  Rig rig(delayed([](int) -> int { throw Error("journal", "lost", "", ExitCode::kResumable); })(1), false,
          ~std::uint64_t{0}, folder.options());
  EXPECT_FALSE(rig.executor.run_unit(0, 0));
  EXPECT_EQ(folder.files().size(), 0u);
}

TEST(TaskExecutor, KeepsAFailedTaskThatWasStolen) {
  const KeptFolder folder;
  Rig rig(delayed<length_of>({.retries = 1})(delayed<make>(5), 9), false, ~std::uint64_t{0},
          folder.options());
  ReadySet ready(1);
  WorkStealing stealing(rig.plan, rig.results, rig.gate, ready, nullptr);
  rig.executor.run_unit(0, 0);
  ready.deal(std::vector{1u}, false);
  const std::vector<StolenUnit> given = stealing.give(std::chrono::milliseconds(10));
  EXPECT_FALSE(rig.executor.run_stolen(given.at(0), 0));
  ASSERT_EQ(folder.files().size(), 1u);
  KeptTask kept = read_failed_task(folder.files()[0]);
  EXPECT_EQ(kept.task.cause, "std::domain_error: call 2");
  EXPECT_EQ(kept.task.annotations, (Annotations{.retries = 1}));
  const Input input{&kept.inputs.at(0), false};
  Value result;
  KernelCall call{kept.task.arguments.data(), {&input, 1}, result};
  calls = 100;
  kept.kernel->run(call);
  EXPECT_EQ(result.get<int>(), 5);
}

// ---- What a thief is given. ----

struct Robbed : Rig {
  using Rig::Rig;
  std::vector<StolenUnit> give(std::chrono::nanoseconds unit_time) {
    return WorkStealing(plan, results, gate, ready, nullptr).give(unit_time);
  }
  void make_ready(std::uint32_t unit) { ready.deal(std::vector{unit}, false); }
  ReadySet ready{1};
};

TEST(WorkStealing, GivesAUnitWithAllThatItNeeds) {
  Robbed victim(delayed<length_of>(delayed<longer>(delayed<make>(100)), 0), true);
  ASSERT_EQ(victim.plan->units(), 1u);
  victim.make_ready(0);
  const std::vector<StolenUnit> given = victim.give(std::chrono::milliseconds(10));
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(given[0].steps.size(), 3u);
  EXPECT_EQ(victim.ready.size(), 0u);
  std::optional<Value> result = victim.executor.run_stolen(given[0], 0);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->get<int>(), 101);
  EXPECT_EQ(victim.progress.tasks_done(), 0u) << "it counts where it is returned to";
}

TEST(WorkStealing, KeepsUnitsWhoseInputsTakeLongerThanTheWork) {
  Robbed victim(delayed<length_of>(delayed<make>(1'000'000), 0));
  victim.executor.run_unit(0, 0);
  victim.make_ready(1);
  EXPECT_EQ(victim.give(std::chrono::milliseconds(1)).size(), 0u) << "4 MB take 8 ms there and back";
  EXPECT_EQ(victim.ready.found(victim.ready.feeder()).size(), 1u) << "to be fed again";
  victim.ready.feed(0);
  const std::vector<StolenUnit> given = victim.give(std::chrono::milliseconds(10));
  ASSERT_EQ(given.size(), 1u);
  ASSERT_EQ(given[0].inputs.size(), 1u);
  EXPECT_EQ(given[0].inputs[0], &victim.results.at(0u));
}

TEST(WorkStealing, KeepsUnitsThatHoldResources) {
  Robbed victim(delayed<make>({.resources = {{"gpu", 1}}})(3));
  victim.make_ready(0);
  EXPECT_EQ(victim.give(std::chrono::seconds(1)).size(), 0u);
}

TEST(WorkStealing, GivesNothingWhereLittleIsLeft) {
  Robbed victim(delayed<make>(3));
  victim.make_ready(0);
  EXPECT_EQ(victim.give(std::chrono::microseconds(400)).size(), 0u);
  EXPECT_EQ(victim.ready.size(), 1u) << "not even looked at";
}

TEST(WorkStealing, GivesHalfOfWhatItHasStolenAndNotBegunToTheNextThief) {
  Rig rig(delayed<make>(3));
  ReadySet ready(1);
  WorkStealing stealing(rig.plan, rig.results, rig.gate, ready, nullptr);
  for (std::uint32_t unit = 0; unit < 5; ++unit) {
    StolenUnit stolen;
    stolen.victim = 7;
    stolen.unit = unit;
    stealing.add(std::move(stolen));
  }
  EXPECT_EQ(stealing.waiting(), 5u);
  const std::vector<StolenUnit> given = stealing.give(std::chrono::seconds(1));
  ASSERT_EQ(given.size(), 3u);
  EXPECT_EQ(given[0].unit, 4u);
  EXPECT_EQ(given[0].victim, 7u);
  EXPECT_EQ(stealing.waiting(), 2u);
  EXPECT_EQ(stealing.next()->unit, 0u) << "those that wait longest run here";
  EXPECT_EQ(stealing.next()->unit, 1u);
  EXPECT_FALSE(stealing.next());
  EXPECT_EQ(stealing.waiting(), 0u);
}

}  // namespace bask::task_executor_test
