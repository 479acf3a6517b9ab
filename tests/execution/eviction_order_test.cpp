// The eviction order: of the results that may leave, the one whose next reader comes last in the plan; and
// those that have a copy on the disk before those that must be written.
#include <gtest/gtest.h>
#include <bask/execution/eviction_order.hpp>
#include <bask/plan/make_plan.hpp>

#include "../many.hpp"
#include "../plan/random_graph.hpp"

#include <optional>
#include <random>
#include <vector>

namespace bask::eviction_order_test {

using Numbers = std::vector<double>;
constexpr std::uint32_t kNever = EvictionOrder::kNever;

/// A plan that the test runs by hand, with all that the order needs.
struct ByHand {
  explicit ByHand(const TaskGraph& graph, const std::vector<TaskId>& targets, bool fuse = true)
      : memory(std::make_shared<RankMemory>(1000, [] { return std::string(); })),
        plan(make_plan(graph, targets, {.fuse = fuse})),
        results(plan.take_uses(), graph.constant_values(), *memory, true),
        order(plan, results) {
    order.add_units(0, plan->units());
  }
  /// Makes the unit's results and reads its inputs, as a thread would.
  void run(std::uint32_t unit) {
    order.unit_begun(unit);
    const std::uint32_t first = plan.first_of(unit), last = plan.last_of(unit);
    for (std::uint32_t position = first; position <= last; ++position) {
      for (const Source input : plan->inputs_of(position))
        if (!input.is_constant() && input.index() < first) results.state(input.index()).pin();
    }
    for (std::uint32_t position = first; position <= last; ++position) {
      Value value;
      value.emplace<Numbers>(10);
      results.put(position, std::move(value));
      for (const Source input : plan->inputs_of(position)) {
        if (input.is_constant()) continue;
        if (results.release(input.index()) == 0) order.note(input.index());
      }
    }
    if (results.publish(last)) order.note(last);
  }
  bool may_leave(std::uint32_t position) {
    const ResultState state = results.state(position);
    return state.place() == ResultState::kHere && !state.is_pinned();
  }
  /// The next reader after `unit`, by a walk over the whole plan.
  std::uint32_t next_reader(std::uint32_t position, std::uint32_t unit) const {
    for (std::uint32_t later = unit + 1; later < plan->units(); ++later) {
      for (std::uint32_t at = plan.first_of(later); at <= plan.last_of(later); ++at)
        for (const Source input : plan->inputs_of(at))
          if (!input.is_constant() && input.index() == position) return later;
    }
    return kNever;
  }

  std::shared_ptr<RankMemory> memory;
  PlanStore plan;
  ResultStore results;
  EvictionOrder order;
};

// Three results, read by the tasks 3, 4 and 5 in turn.
TaskGraph three_readers() {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  for (int task = 0; task < 3; ++task) graph.end_task(group);
  for (const std::uint32_t reads : {0u, 1u, 2u}) {
    graph.add_input({reads});
    graph.add_input({0});
    graph.end_task(group);
  }
  return graph;
}

TEST(EvictionOrder, TheResultThatIsReadLastLeavesFirst) {
  ByHand run(three_readers(), {{3}, {4}, {5}}, false);
  for (std::uint32_t unit = 0; unit < 2; ++unit) run.run(unit);
  run.order.begin();
  const std::optional<std::uint32_t> first = run.order.next();
  ASSERT_TRUE(first);
  for (std::uint32_t other = 0; other < 2; ++other)
    EXPECT_GE(run.next_reader(*first, 1), run.next_reader(other, 1));
}

TEST(EvictionOrder, WhatIsPinnedStaysUntilItsReaderNamesItAgain) {
  ByHand run(three_readers(), {{3}, {4}, {5}}, false);
  run.run(0);
  run.order.begin();
  run.results.state(0).pin();
  EXPECT_EQ(run.order.next(), std::nullopt);
  run.results.state(0).unpin();
  EXPECT_EQ(run.order.next(), std::nullopt) << "it was forgotten when it was pinned";
  run.order.note(0);
  EXPECT_EQ(run.order.next(), 0u);
}

TEST(EvictionOrder, AResultThatIsNamedTwiceLeavesOnce) {
  ByHand run(three_readers(), {{3}, {4}, {5}}, false);
  run.run(0);
  run.order.begin();
  run.order.note(0);
  run.order.note(0);
  ASSERT_EQ(run.order.next(), 0u);
  run.results.state(0).begin_to_leave();
  EXPECT_EQ(run.order.next(), std::nullopt);
}

TEST(EvictionOrder, AResultThatNoUnitReadsAnyMoreLeavesBeforeAllOthers) {
  TaskGraph graph;
  const std::uint32_t group = graph.group_for("task", nullptr);
  for (int task = 0; task < 2; ++task) graph.end_task(group);
  graph.add_input({1});
  graph.add_input({1});
  graph.end_task(group);
  ByHand run(graph, {{0}, {2}}, false);
  std::uint32_t target = 0;
  for (std::uint32_t unit = 0; unit < 2; ++unit) {
    run.run(unit);
    if (run.next_reader(unit, unit) == kNever) target = unit;
  }
  run.order.begin();
  EXPECT_EQ(run.order.next(), target);
  EXPECT_EQ(run.order.next_use(target), kNever);
}

// Where the reader of the result is that should leave while `unit` is the newest, by a walk over all results.
std::optional<std::uint32_t> reader_of_next(ByHand& run, std::uint32_t unit) {
  std::optional<std::uint32_t> written, unwritten;
  for (std::uint32_t place = 0; place < run.plan->tasks(); ++place) {
    if (!run.may_leave(place)) continue;
    auto& last = run.results.state(place).has_copy() ? written : unwritten;
    last = std::max(last.value_or(0), run.next_reader(place, unit));
  }
  if (!written || !unwritten) return written ? written : unwritten;
  return *written - unit >= (*unwritten - unit) / 2 ? written : unwritten;
}

// As Belady, with the cost of writing: at each step some results leave.
TEST(EvictionOrder, IsThatOfASerialComputationForRandomPlans) {
  int compared = 0;
  for (int number = 0; number < many(300); ++number) {
    const auto seed = static_cast<unsigned>(number);
    SCOPED_TRACE(seed);
    const RandomGraph random = random_graph(seed);
    std::mt19937 dice(seed);
    ByHand run(random.graph, random.targets, dice() % 2 == 0);
    std::vector<std::uint32_t> away;
    const std::uint32_t begin = dice() % (run.plan->units() + 1);
    for (std::uint32_t unit = 0; unit < run.plan->units(); ++unit) {
      for (const std::uint32_t place : away) {  // all that is read comes back, and may leave again
        run.results.state(place).begin_to_come();
        run.results.state(place).end_coming(true);
        run.order.note(place);
      }
      away.clear();
      run.run(unit);
      if (unit < begin) continue;
      run.order.begin();
      for (std::uint32_t leave = dice() % 4; leave > 0; --leave) {
        const std::optional<std::uint32_t> reader = reader_of_next(run, unit);
        const std::optional<std::uint32_t> chosen = run.order.next();
        ASSERT_EQ(chosen.has_value(), reader.has_value());
        if (!chosen) break;
        ASSERT_TRUE(run.may_leave(*chosen));
        ASSERT_EQ(run.next_reader(*chosen, unit), *reader);
        ++compared;
        if (run.results.state(*chosen).begin_to_leave() == ResultState::kLeaving)
          run.results.state(*chosen).end_leaving(true);
        away.push_back(*chosen);
      }
    }
  }
  EXPECT_GT(compared, many(300));
}

}  // namespace bask::eviction_order_test
