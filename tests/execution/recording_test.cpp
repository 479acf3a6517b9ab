// Which results of a run are kept: those within the budget, by their recompute cost;
// and marked ones in any case.
#include <gtest/gtest.h>
#include <bask/core/serialization.hpp>
#include <bask/execution/recording.hpp>
#include <bask/plan/make_plan.hpp>

#include "../plan/random_graph.hpp"

#include <map>

namespace bask::recording_test {

using std::chrono::steady_clock;

// Keeps nothing. It claims to take 1 ns a byte, and can be made to take longer.
struct FakeRecorder final : Recorder {
  void record(const Key& key, const Value& value) override {
    keys.push_back(key);
    cost += slowness * cost_ns(Recording::bytes_of(value));
  }
  std::int64_t now_ns() const override { return cost; }
  std::int64_t cost_ns(std::uint64_t bytes) const override { return static_cast<std::int64_t>(bytes); }
  void finish(int) override {}

  std::vector<Key> keys;
  std::int64_t cost = 0, slowness = 1;
};

Value that_costs(std::int64_t ns) {
  Value value;
  value.emplace<std::vector<char>>(static_cast<std::size_t>(ns) - sizeof(std::vector<char>));
  return value;
}

Key key_of(TaskId task) {
  return hash_text("task " + std::to_string(task.index));
}

Plan plan_with_keys(const TaskGraph& graph, const std::vector<TaskId>& targets, bool fuse) {
  Plan plan = make_plan(graph, targets, {.fuse = fuse});
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit)
    plan.key.push_back(key_of(plan.task[plan.unit_begin[unit + 1] - 1]));
  return plan;
}

// A plan without fusion, and the results that are kept of it, by task ids.
class RecordedRun {
 public:
  explicit RecordedRun(const TaskGraph& graph)
      : plan_(plan_with_keys(graph, {{graph.size() - 1}}, false)), recording_(recorder, plan_) {}

  std::uint32_t unit(std::uint32_t task) const {
    for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
      if (plan_.task[plan_.unit_begin[unit]].index == task) return unit;
    }
    ADD_FAILURE() << "no unit of task " << task;
    return 0;
  }
  /// Whether the result of `task` is kept at once,
  /// when the task took `own_ns` and keeping the result costs `cost_ns`.
  bool keeps(std::uint32_t task, std::int64_t own_ns, std::int64_t cost_ns) {
    const std::size_t before = recorder.keys.size();
    values_[task] = that_costs(cost_ns);
    recording_.made(unit(task), values_[task], own_ns);
    return recorder.keys.size() != before;
  }
  std::vector<std::uint32_t> frontier(steady_clock::time_point end) {
    recorder.keys.clear();
    const auto value_at = [&](std::uint32_t position) -> const Value* {
      const auto found = values_.find(plan_.task[position].index);
      return found == values_.end() ? nullptr : &found->second;
    };
    const auto bytes = [&](std::uint32_t position) -> std::optional<std::uint64_t> {
      const Value* const value = value_at(position);
      if (value == nullptr) return std::nullopt;
      return Recording::bytes_of(*value);
    };
    const std::uint64_t kept = recording_.keep_frontier({bytes, value_at}, end);
    EXPECT_EQ(kept, recorder.keys.size());
    std::vector<std::uint32_t> tasks;
    for (const Key& key : recorder.keys) {
      for (const TaskId task : plan_.task) {
        if (key_of(task) == key) tasks.push_back(task.index);
      }
    }
    return tasks;
  }
  void forget(std::uint32_t task) { values_.erase(task); }
  Recording& recording() { return recording_; }
  Plan& plan() { return plan_; }

  FakeRecorder recorder;

 private:
  Plan plan_;
  Recording recording_;
  std::map<std::uint32_t, Value> values_;
};

// Task 0 is read by 1 and 2, which 3 reads.
TaskGraph diamond() {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.end_task(group);
  for (int i = 0; i < 2; ++i) {
    graph.add_input({0});
    graph.end_task(group);
  }
  graph.add_input({1});
  graph.add_input({2});
  graph.end_task(group);
  return graph;
}

const steady_clock::time_point kNever = steady_clock::time_point::max();

TEST(Recording, TakesAtMostItsShareOfTheTimeOfTasks) {
  std::size_t kept = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const auto [graph, targets] = random_graph(seed);
    TaskGraph unmarked = graph;
    unmarked.annotation.clear();
    const Plan plan = plan_with_keys(unmarked, targets, seed % 2 == 0);
    std::mt19937 random(seed);
    FakeRecorder recorder;
    Recording recording(recorder, plan);
    std::int64_t time = 0;
    for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
      const auto own_ns = static_cast<std::int64_t>(random() % 10'000);
      const std::int64_t cost = 30 + static_cast<std::int64_t>(random() % (seed % 3 == 0 ? 200 : 2000));
      recording.made(unit, that_costs(cost), own_ns);
      time += own_ns;
      ASSERT_LE(static_cast<double>(recorder.cost), Recording::kShare * static_cast<double>(time) * 1.00001)
          << "seed " << seed << ", unit " << unit;
    }
    kept += recorder.keys.size();
  }
  EXPECT_GT(kept, 400u);
}

TEST(Recording, KeepsWhatCostsNoMoreThanItsShareOfWhatItTook) {
  EXPECT_TRUE(RecordedRun(diamond()).keeps(0, 100'000, 4'000));
  EXPECT_FALSE(RecordedRun(diamond()).keeps(0, 100'000, 4'001));
}

TEST(Recording, LeavesTheCostOfWhatIsNotKeptToItsReadersInEqualShares) {
  RecordedRun run(diamond());
  EXPECT_FALSE(run.keeps(0, 10'000'000, 1'000'000));
  EXPECT_TRUE(run.keeps(1, 0, 200'000)) << "half of it";
  EXPECT_FALSE(run.keeps(2, 0, 200'001)) << "the other half";
  EXPECT_EQ(run.recording().recompute_cost_of_inputs(run.unit(3)), 5'000'000) << "what is kept costs nothing";
  EXPECT_TRUE(run.keeps(3, 0, 200'000));
}

TEST(Recording, CountsTheCostOfAResultThatIsReadTwiceByOneTaskOnce) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  graph.end_task(group);
  graph.add_input({0});
  graph.add_input({0});
  graph.end_task(group);
  RecordedRun run(graph);
  EXPECT_FALSE(run.keeps(0, 1'000'000, 500'000));
  EXPECT_EQ(run.recording().recompute_cost_of_inputs(run.unit(1)), 1'000'000);
}

TEST(Recording, KeepsWhatIsMarkedAlwaysOrNever) {
  TaskGraph graph = diamond();
  graph.annotations = {{}, {.checkpoint = true}, {.checkpoint = false}};
  graph.annotation = {1, 2, 0, 2};
  RecordedRun run(graph);
  EXPECT_TRUE(run.keeps(0, 0, 1'000'000));
  EXPECT_FALSE(run.keeps(1, 1'000'000'000, 100));
  EXPECT_FALSE(run.keeps(2, 100, 100));
  EXPECT_FALSE(run.keeps(3, 1'000'000'000, 100));
  EXPECT_EQ(run.frontier(kNever), std::vector<std::uint32_t>{2}) << "1 and 3 are never kept, 0 was already";
}

TEST(Recording, KeepsNothingTwiceThatThisRunHasOnlyRead) {
  RecordedRun run(diamond());
  run.plan().key[run.unit(0)] = Key{};
  EXPECT_FALSE(run.keeps(0, 1'000'000'000, 100));
  EXPECT_EQ(run.recording().recompute_cost_of_inputs(run.unit(1)), 0);
  EXPECT_EQ(run.frontier(kNever), std::vector<std::uint32_t>{});
}

TEST(Recording, KeepsOfTheFrontierWhatCostsMoreToMakeTheMostExpensiveForItsSizeFirst) {
  RecordedRun run(diamond());
  EXPECT_FALSE(run.keeps(0, 100'000, 50'000));
  EXPECT_FALSE(run.keeps(1, 100'000, 20'000));
  EXPECT_FALSE(run.keeps(2, 100, 200'000)) << "costs more to keep than to make";
  EXPECT_EQ(run.frontier(kNever), (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(run.frontier(steady_clock::now()), std::vector<std::uint32_t>{}) << "no time is left";
}

TEST(Recording, KeepsOfTheFrontierOnlyWhatIsThere) {
  RecordedRun run(diamond());
  EXPECT_FALSE(run.keeps(0, 100'000, 50'000));
  EXPECT_FALSE(run.keeps(1, 100'000, 50'000));
  run.forget(0);  // freed, as all have read it
  EXPECT_EQ(run.frontier(kNever), std::vector<std::uint32_t>{1}) << "2 and 3 were never made";
}

TEST(Recording, CountsNothingForAUnitThatRanElsewhere) {
  RecordedRun run(diamond());
  run.recording().made_elsewhere(run.unit(0));
  EXPECT_EQ(run.recording().recompute_cost_of_inputs(run.unit(1)), 0);
}

TEST(Recording, TakesNoMoreThanItsShareForLongWhereKeepingIsSlowerThanEstimated) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  std::vector<TaskId> targets;
  for (std::uint32_t task = 0; task < 1000; ++task) {
    graph.end_task(group);
    targets.push_back({task});
  }
  const Plan plan = plan_with_keys(graph, targets, false);
  FakeRecorder recorder;
  recorder.slowness = 10;
  Recording recording(recorder, plan);
  for (std::uint32_t unit = 0; unit < 1000; ++unit) recording.made(unit, that_costs(4'000), 100'000);
  const double share = Recording::kShare * 1000 * 100'000;
  EXPECT_LT(static_cast<double>(recorder.cost), 1.05 * share);
  EXPECT_GT(static_cast<double>(recorder.cost), 0.90 * share);
}

TEST(Recording, StillKeepsWhatIsFarCheaperAfterKeepingWasSlow) {
  RecordedRun run(diamond());
  run.recorder.slowness = 1000;
  EXPECT_TRUE(run.keeps(0, 100'000, 4'000));
  EXPECT_FALSE(run.keeps(1, 100'000, 4'000));
  EXPECT_TRUE(run.keeps(2, 100'000, 4'000 / 16));
}

TEST(Recording, KeepsForOthersByWhatItCostThereAndHere) {
  RecordedRun run(diamond());
  const Value result = that_costs(4'000);
  const Key key = hash_text("theirs");
  run.recording().made_for_other(key, {}, result, 90'000, 9'999, false);
  EXPECT_TRUE(run.recorder.keys.empty());
  run.recording().made_for_other(key, {}, result, 90'000, 10'000, false);
  run.recording().made_for_other(key, {}, result, 3'000, 1'000, true);
  run.recording().made_for_other(key, true, result, 0, 0, false);
  EXPECT_EQ(run.recorder.keys, (std::vector<Key>{key, key, key}));
  run.recording().made_for_other(key, false, result, 1e12, 0, true);
  run.recording().made_for_other(Key{}, {}, result, 1e12, 0, false);  // no key: it is kept already
  EXPECT_EQ(run.recorder.keys.size(), 3u);
}

}  // namespace bask::recording_test
