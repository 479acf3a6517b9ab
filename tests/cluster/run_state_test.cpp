// The state of one run as rank 0 knows it; the test gives it the messages of ranks and the time.
#include <gtest/gtest.h>
#include <bask/cluster/run_state.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace bask::run_state_test {

using namespace std::chrono_literals;
using Kinds = std::vector<MessageKind>;
using Phase = RunState::Phase;

constexpr RunState::Clock::time_point kNow = RunState::Clock::time_point(1h);
constexpr std::uint32_t kRanks = 3;

RunState run_of_two_groups(bool balances = false, std::chrono::nanoseconds stall_limit = 0ns) {
  return RunState({std::vector<std::uint32_t>(kRanks, 10), 2, balances, stall_limit}, kNow);
}
Done done(std::vector<std::uint64_t> by_group) {
  return {std::move(by_group), {.peak = 10}, 2, 100};
}
void all_are_done(RunState& state) {
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) state.on_done(rank, done({0, 0}), kNow);
}
/// The messages to each rank since the last call, which must be the same for all ranks.
Kinds said_to_all(RunState& state) {
  std::vector<Kinds> said(kRanks);
  for (const RunState::Order& order : state.take_orders()) said[order.to].push_back(order.kind);
  EXPECT_EQ(said[0], said[1]);
  EXPECT_EQ(said[0], said[2]);
  return said[0];
}

TEST(RunState, IsDoneWhenEveryRankIs) {
  RunState state = run_of_two_groups();
  state.on_done(0, done({0, 1}), kNow);
  state.on_done(2, done({0, 2}), kNow);
  state.on_done(2, done({0, 2}), kNow);
  EXPECT_FALSE(state.all_done()) << "rank 2 has said it twice";
  state.on_done(1, done({0, 3}), kNow);
  EXPECT_TRUE(state.all_done());
  const RunStatistics statistics = state.statistics();
  EXPECT_EQ(statistics.tasks, 6u);
  EXPECT_EQ(statistics.results_moved, 6u);
  EXPECT_EQ(statistics.bytes_moved, 300u);
  EXPECT_EQ(statistics.memory, std::vector<MemoryUse>(kRanks, {.peak = 10}));
}

TEST(RunState, AddsUpWhatRanksHaveMeasured) {
  RunState state = run_of_two_groups();
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
    Done of_rank = done({0, 1});
    if (rank != 1) of_rank.measured = {{}, {1, 20, 300, 4000 + rank}};  // rank 1 has measured nothing
    state.on_done(rank, std::move(of_rank), kNow);
  }
  EXPECT_EQ(state.statistics().measured, (std::vector<GroupMeasure>{{}, {2, 40, 600, 8002}}));
}

TEST(RunState, GoesThroughItsPhasesInOrder) {
  RunState state = run_of_two_groups();
  EXPECT_EQ(state.phase(), Phase::kHandingOut);
  state.all_handed_out();
  EXPECT_EQ(state.phase(), Phase::kWorking);
  state.all_sent();
  EXPECT_EQ(state.phase(), Phase::kWorking) << "nobody has left";
  all_are_done(state);
  EXPECT_EQ(state.phase(), Phase::kLeaving);
  EXPECT_EQ(said_to_all(state), Kinds{MessageKind::kEndRun});
  state.all_handed_out();
  EXPECT_EQ(state.phase(), Phase::kLeaving);
  state.all_sent();
  EXPECT_EQ(state.phase(), Phase::kOver);
}

TEST(RunState, SaysNothingAfterTheRanksWereToldToLeave) {
  RunState state = run_of_two_groups(true, 1ns);
  all_are_done(state);
  EXPECT_EQ(said_to_all(state), Kinds{MessageKind::kEndRun});
  state.on_failed(1, {{3}, "late"}, kNow);
  state.on_dry(1, kNow);
  state.cancel(kNow);
  state.stop(1s, kNow);
  state.abandon(kNow);
  EXPECT_FALSE(state.tick(kNow + 1h));
  EXPECT_EQ(said_to_all(state), Kinds{});
  EXPECT_FALSE(state.must_rest()) << "its results are there";
}

TEST(RunState, KeepsTheFailureOfTheTaskThatComesFirst) {
  RunState state = run_of_two_groups();
  state.on_failed(2, {{7}, "seven"}, kNow);
  state.on_failed(1, {{kNoIndex}, "no task"}, kNow);
  state.on_failed(1, {{4}, "four"}, kNow);
  state.on_failed(2, {{5}, "five"}, kNow);
  ASSERT_TRUE(state.failure());
  EXPECT_EQ(state.failure()->cause, "four");
  EXPECT_EQ(state.failure()->rank, 1u);
}

TEST(RunState, CancelsEveryRankOnceWhenATaskHasFailed) {
  RunState state = run_of_two_groups();
  state.on_failed(2, {{7}, "seven"}, kNow);
  state.on_failed(1, {{4}, "four"}, kNow);
  state.cancel(kNow);
  EXPECT_EQ(said_to_all(state), Kinds{MessageKind::kCancel});
  EXPECT_EQ(state.phase(), Phase::kWorking) << "nothing more is handed out";
}

TEST(RunState, LeavesWhenAllRanksHaveStoppedAfterACancel) {
  RunState state = run_of_two_groups();
  state.cancel(kNow);
  EXPECT_FALSE(state.tick(kNow));
  EXPECT_EQ(state.phase(), Phase::kWorking);
  all_are_done(state);
  EXPECT_EQ(state.phase(), Phase::kLeaving);
  EXPECT_EQ(said_to_all(state), (Kinds{MessageKind::kCancel, MessageKind::kEndRun}));
}

TEST(RunState, LeavesRanksThatDoNotComeOutOfTheirTasksAfterACancel) {
  RunState state = run_of_two_groups();
  state.cancel(kNow);
  state.tick(kNow + 500ms);
  EXPECT_EQ(state.phase(), Phase::kWorking);
  state.tick(kNow + 501ms);
  EXPECT_EQ(state.phase(), Phase::kLeaving);
  EXPECT_FALSE(state.all_done());
}

TEST(RunState, StopsEveryRankOnceAndLetsItsTasksEnd) {
  RunState state = run_of_two_groups();
  state.stop(1h, kNow);
  state.stop(2h, kNow);
  const std::vector<RunState::Order> orders = state.take_orders();
  ASSERT_EQ(orders.size(), kRanks);
  for (const RunState::Order& order : orders) {
    EXPECT_EQ(order.kind, MessageKind::kStop);
    EXPECT_EQ(decode_message<Stop>(order.body).patience_ns, std::chrono::nanoseconds(1h).count());
  }
  EXPECT_TRUE(state.must_rest());
  state.tick(kNow + 1h);
  EXPECT_EQ(state.phase(), Phase::kWorking);
  all_are_done(state);
  EXPECT_EQ(state.phase(), Phase::kLeaving);
}

TEST(RunState, LeavesWhenTheTimeOfAStopIsOver) {
  RunState state = run_of_two_groups();
  state.stop(0s, kNow);
  state.tick(kNow + 1ns);
  EXPECT_EQ(state.phase(), Phase::kLeaving);
}

TEST(RunState, CancelsWhatWasStoppedWhenATaskFails) {
  RunState state = run_of_two_groups();
  state.stop(1h, kNow);
  state.on_failed(1, {{4}, "four"}, kNow);
  state.cancel(kNow);
  EXPECT_EQ(said_to_all(state), (Kinds{MessageKind::kStop, MessageKind::kCancel}));
}

TEST(RunState, DoesNotStopWhatWasCancelled) {
  RunState state = run_of_two_groups();
  state.cancel(kNow);
  state.stop(1h, kNow);
  EXPECT_EQ(said_to_all(state), Kinds{MessageKind::kCancel});
}

TEST(RunState, LeavesAtOnceWhenItIsAbandoned) {
  RunState state = run_of_two_groups();
  state.abandon(kNow);
  EXPECT_EQ(said_to_all(state), (Kinds{MessageKind::kCancel, MessageKind::kEndRun}));
  EXPECT_EQ(state.phase(), Phase::kLeaving);
  EXPECT_TRUE(state.must_rest());
}

TEST(RunState, IsOutOfTimeWhenNothingIsLeftButWhatIsHeldBackAndAllHaveToldSo) {
  RunState state = run_of_two_groups();
  const auto later = kNow + 1h;
  EXPECT_FALSE(state.is_out_of_time(later)) << "nothing is held back";
  state.on_progress(1, {{0, 0}, 9, 0, 0, 2}, kNow);
  state.on_progress(2, {{0, 0}, 9, 0, 1, 0}, kNow);
  EXPECT_FALSE(state.is_out_of_time(later)) << "rank 2 runs a task";
  state.on_progress(2, {{0, 0}, 8, 1, 0, 0}, kNow);
  EXPECT_FALSE(state.is_out_of_time(later)) << "rank 2 can run a task";
  state.on_progress(2, {{0, 0}, 8, 0, 0, 0}, kNow);
  EXPECT_FALSE(state.is_out_of_time(kNow)) << "a result may be on its way to rank 1";
  EXPECT_TRUE(state.is_out_of_time(later));
}

TEST(RunState, TellsARankToGiveUpOnItsFullDiskOnceNoRankMoves) {
  RunState state = run_of_two_groups();
  const auto full = MemoryStanding::kDiskFull;
  state.on_progress(1, {{}, 5, 0, 0, 0, full}, kNow);
  state.on_progress(2, {{}, 5, 0, 0, 0, MemoryStanding::kMoves}, kNow + 1s);
  state.tick(kNow + 3s);
  EXPECT_TRUE(state.take_orders().empty()) << "results are on their way on rank 2";
  state.on_progress(2, {{}, 5, 0, 0, 0, MemoryStanding::kIdle}, kNow + 3s);
  state.on_progress(0, {{}, 5, 0, 1}, kNow + 3s);
  state.tick(kNow + 5s);
  EXPECT_TRUE(state.take_orders().empty()) << "rank 0 ran a task";
  state.on_progress(0, {{}, 5, 0, 0}, kNow + 4s);
  state.tick(kNow + 6s);
  const std::vector<RunState::Order> orders = state.take_orders();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].to, 1u);
  EXPECT_EQ(orders[0].kind, MessageKind::kDiskFull);
  state.tick(kNow + 7s);
  EXPECT_TRUE(state.take_orders().empty()) << "not again at once";
}

TEST(RunState, IsOutOfTimeWhenARankThatIsDoneHoldsBackWhatItHasStolen) {
  RunState state = run_of_two_groups();
  const auto later = kNow + 1h;
  state.on_progress(1, {{0, 0}, 9, 0, 0, 0}, kNow);
  state.on_done(2, done({0, 0}), kNow);
  EXPECT_FALSE(state.is_out_of_time(later));
  state.on_progress(2, {{0, 0}, 0, 0, 0, 1}, kNow);
  EXPECT_TRUE(state.is_out_of_time(later));
}

TEST(RunState, AddsUpWhatTheRanksHaveDone) {
  RunState state = run_of_two_groups();
  EXPECT_EQ(state.done_by_group(), (std::vector<std::uint64_t>{0, 0}));
  state.on_progress(1, {{0, 5}, 10, 1, 1}, kNow);
  state.on_progress(2, {{0, 6}, 10, 1, 1}, kNow);
  EXPECT_EQ(state.done_by_group(), (std::vector<std::uint64_t>{0, 11}));
  state.on_progress(1, {{0, 7}, 8, 1, 1}, kNow);
  state.on_done(2, done({0, 16}), kNow);
  state.on_progress(2, {{0, 6}, 10, 1, 1}, kNow);  // it was sent before
  EXPECT_EQ(state.done_by_group(), (std::vector<std::uint64_t>{0, 23}));
}

TEST(RunState, HasADryRankStealFromALoadedOne) {
  RunState state = run_of_two_groups(true);
  state.on_progress(0, {{0, 0}, 0, 0, 0}, kNow);
  state.on_progress(2, {{0, 0}, 9, 9, 1}, kNow);
  EXPECT_TRUE(state.take_orders().empty());
  state.on_dry(1, kNow);
  const std::vector<RunState::Order> orders = state.take_orders();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].to, 2u);
  EXPECT_EQ(orders[0].kind, MessageKind::kSteal);
  EXPECT_EQ(decode_message<Steal>(orders[0].body).thief, 1u);
  state.on_refused(2, {1}, kNow);
  EXPECT_TRUE(state.take_orders().empty()) << "not at once again";
  state.tick(kNow + 1s);
  EXPECT_EQ(state.take_orders().size(), 1u) << "but later";
}

TEST(RunState, LetsNobodyStealWhereTheRunDoesNotBalanceOrIsCancelled) {
  RunState unbalanced = run_of_two_groups(false), cancelled = run_of_two_groups(true);
  unbalanced.on_progress(2, {{0, 0}, 9, 9, 1}, kNow);
  unbalanced.on_dry(1, kNow);
  unbalanced.tick(kNow + 1s);
  EXPECT_EQ(said_to_all(unbalanced), Kinds{});
  cancelled.on_progress(2, {{0, 0}, 9, 9, 1}, kNow);
  cancelled.cancel(kNow);
  cancelled.on_dry(1, kNow);
  EXPECT_EQ(said_to_all(cancelled), Kinds{MessageKind::kCancel});
}

TEST(RunState, AsksAllWhatTheyWaitForWhenNothingMovesAndNoTaskRuns) {
  RunState state = run_of_two_groups(false, 10s), patient = run_of_two_groups();
  EXPECT_FALSE(state.tick(kNow + 9s));
  state.on_progress(1, {{0, 0}, 10, 0, 1}, kNow + 9s);
  EXPECT_FALSE(state.tick(kNow + 18s)) << "a task runs";
  state.on_progress(1, {{0, 0}, 10, 0, 0}, kNow + 18s);
  EXPECT_TRUE(state.tick(kNow + 19s));
  EXPECT_EQ(said_to_all(state), Kinds{MessageKind::kReport});
  EXPECT_FALSE(state.tick(kNow + 28s)) << "not again for a while";
  EXPECT_FALSE(patient.tick(kNow + 1h));
}

// ---- Any events in any order. ----

// One thing that happens to a run.
using Event = void (*)(RunState&, std::uint32_t rank, RunState::Clock::time_point now);
constexpr Event kEvents[] = {
    [](RunState& state, std::uint32_t rank, auto now) {
      state.on_progress(rank, {{1, 1}, 5, 2, 1}, now);
    },
    [](RunState& state, std::uint32_t rank, auto now) {
      state.on_progress(rank, {{1, 1}, 5, 0, 0}, now);
    },
    [](RunState& state, std::uint32_t rank, auto now) { state.on_dry(rank, now); },
    [](RunState& state, std::uint32_t rank, auto now) { state.on_refused(rank, {(rank + 1) % kRanks}, now); },
    [](RunState& state, std::uint32_t, auto now) { state.tick(now); },
    [](RunState& state, std::uint32_t, auto) { state.all_handed_out(); },
    [](RunState& state, std::uint32_t rank, auto now) {
      state.on_done(rank, done({2, 2}), now);
    },
    [](RunState& state, std::uint32_t, auto) { state.all_sent(); },
    [](RunState& state, std::uint32_t rank, auto now) {
      state.on_failed(rank, {{rank}, "x"}, now);
    },
    [](RunState& state, std::uint32_t, auto now) { state.stop(20ms, now); },
    [](RunState& state, std::uint32_t, auto now) { state.cancel(now); },
};
constexpr std::size_t kHarmless = 8;  // the first of the events: those that end no run early

TEST(RunState, TellsEachRankToLeaveOnceAndLastWhateverHappensInWhateverOrder) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 draw(seed);
    const std::size_t events = seed % 2 == 0 ? kHarmless : std::size(kEvents);
    RunState state = run_of_two_groups(seed % 3 != 0, seed % 5 == 0 ? 3ms : 0ms);
    std::vector<int> told(kRanks);
    auto now = kNow;
    for (int step = 0; step < 2000 && state.phase() != Phase::kOver; ++step) {
      const Phase before = state.phase();
      now += std::chrono::microseconds(draw() % 2000);
      kEvents[draw() % events](state, draw() % kRanks, now);
      ASSERT_GE(state.phase(), before) << "seed " << seed;
      for (const RunState::Order& order : state.take_orders()) {
        ASSERT_EQ(told[order.to], 0) << "seed " << seed << ": kind " << static_cast<int>(order.kind);
        told[order.to] += order.kind == MessageKind::kEndRun ? 1 : 0;
      }
      const bool was_told = told == std::vector<int>(kRanks, 1);
      ASSERT_EQ(was_told, state.phase() >= Phase::kLeaving) << "seed " << seed;
      ASSERT_TRUE(!was_told || state.all_done() || state.must_rest()) << "seed " << seed;
      ASSERT_TRUE(!state.all_done() || was_told) << "seed " << seed;
    }
    EXPECT_EQ(state.phase(), Phase::kOver) << "seed " << seed;
    if (events == kHarmless) {
      EXPECT_FALSE(state.must_rest() || state.failure()) << "seed " << seed;
      EXPECT_EQ(state.done_by_group(), (std::vector<std::uint64_t>{6, 6})) << "seed " << seed;
    }
  }
}

}  // namespace bask::run_state_test
