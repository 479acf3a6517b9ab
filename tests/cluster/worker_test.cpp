// The worker of a rank: messages in any order, runs one after the other and at once, steals, stops.
#include <gtest/gtest.h>
#include "worker_fixture.hpp"

#include <atomic>

namespace bask::worker_test {

std::atomic<int> runs{0};
std::atomic<bool> is_open{false}, is_inside{false};

int count_and_add(int a, int b) {
  ++runs;
  return a + b;
}
int wait_at_the_gate(int x) {
  is_inside = true;
  while (!is_open) std::this_thread::yield();
  ++runs;
  return x;
}
int fail_below_0(int x) {
  if (x < 0) throw std::domain_error("x is " + std::to_string(x));
  return x;
}

// The second task is on rank 1, and reads the result of the first, on rank 0.
const Begin kFirstOn0{.rank_of_unit = {0, 1}};
std::vector<Delayed<int>> two_in_a_row() {
  return {delayed<count_and_add>(delayed<count_and_add>(1, 2), 10)};
}

TEST_F(WorkerTest, TakesTheMessagesOfARunInAnyOrder) {
  std::vector<std::size_t> order{0, 1, 2, 3};  // kBeginRun, two parts, a result
  do {
    runs = 0;
    heard_by_0_.said.clear();
    const std::uint32_t run = begin(two_in_a_row(), kFirstOn0);
    say_result(run, 1, 3);
    deliver(order);
    wait_for(MessageKind::kDone, run);
    EXPECT_EQ(result(run), 13);
    EXPECT_EQ(runs, 1);
    say(MessageKind::kEndRun, run);
    deliver();
    wait_until([&] { return is_idle(); });
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(WorkerTest, TakesTheMessagesOfALaterRunWhileOneIsStillWorking) {
  const std::uint32_t first = begin(two_in_a_row(), kFirstOn0);
  deliver();
  const std::uint32_t second = begin(two_in_a_row(), kFirstOn0);
  say_result(second, 1, 4);
  const Said begins = exchange1_.locked([&] {
    const Said front = heard_by_1_.said.front();
    heard_by_1_.said.erase(heard_by_1_.said.begin());
    return front;
  });
  EXPECT_EQ(begins.kind, MessageKind::kBeginRun);
  deliver();  // the other messages of the second run
  say_result(first, 1, 3);
  deliver();
  wait_for(MessageKind::kDone, first);
  EXPECT_EQ(heard(MessageKind::kDone, second), 0);
  say(MessageKind::kEndRun, first);
  deliver();
  exchange1_.locked([&] {
    hand_over(begins);
    worker_->on_settled(0);
  });
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(result(first), 13);
  EXPECT_EQ(result(second), 14);
}

TEST_F(WorkerTest, FollowsTheMessagesOfSeveralRunsAndWorksForOneAtATime) {
  const std::uint32_t first = begin(two_in_a_row(), kFirstOn0);
  const std::uint32_t second = begin(two_in_a_row(), kFirstOn0);
  say_result(second, 1, 4);
  deliver();
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, second), 0) << "the pool is in the first run";
  say_result(first, 1, 3);
  deliver();
  wait_for(MessageKind::kDone, first);
  say(MessageKind::kEndRun, first);
  deliver();
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(result(first), 13);
  EXPECT_EQ(result(second), 14);
}

TEST_F(WorkerTest, WorksForRunsInTheOrderOfTheirNumbersHoweverTheyBegin) {
  const std::uint32_t first = begin({delayed<count_and_add>(1, 2)});
  const std::vector<Said> of_first = exchange1_.locked([&] { return std::exchange(heard_by_1_.said, {}); });
  const std::uint32_t second = begin({delayed<count_and_add>(3, 4)});
  deliver();
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, second), 0) << "other ranks may be in the first";
  exchange1_.locked([&] {
    for (const Said& said : of_first) hand_over(said);
    worker_->on_settled(0);
  });
  wait_for(MessageKind::kDone, first);
  EXPECT_EQ(heard(MessageKind::kDone, second), 0);
  say(MessageKind::kEndRun, first);
  deliver();
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(result(first), 3);
  EXPECT_EQ(result(second), 7);
}

TEST_F(WorkerTest, LeavesOutARunWhoseBeginningCameAfterItsEnd) {
  runs = 0;
  const std::uint32_t first = begin({delayed<count_and_add>(1, 2)});
  say(MessageKind::kCancel, first);
  say(MessageKind::kEndRun, first);
  deliver({3, 2, 1, 0});
  EXPECT_TRUE(is_idle());
  const std::uint32_t second = begin({delayed<count_and_add>(3, 4)});
  deliver();
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(heard(MessageKind::kDone, first), 0);
  EXPECT_EQ(runs, 1);
}

TEST_F(WorkerTest, RunsNothingWhenTheCancelCameBeforeTheRunBegan) {
  runs = 0;
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)});
  say(MessageKind::kCancel, run);
  deliver({2, 1, 0});
  wait_for(MessageKind::kDone, run);
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(heard(MessageKind::kFailed, run), 0);
  EXPECT_TRUE(is_idle());
}

TEST_F(WorkerTest, IsDoneAtOnceWithNothingToDo) {
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)}, {.rank_of_unit = {0}});
  deliver({0});
  wait_for(MessageKind::kDone, run);
}

TEST_F(WorkerTest, SaysOnceThatItIsDone) {
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)});
  deliver();
  wait_for(MessageKind::kDone, run);
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, run), 1);
  EXPECT_FALSE(is_idle()) << "others may want its results or its help";
}

TEST_F(WorkerTest, SaysOnceWhichTaskFailedAndThenThatItIsDone) {
  const std::uint32_t run = begin({delayed<fail_below_0>(-1)});
  deliver();
  wait_for(MessageKind::kDone, run);
  for (int i = 0; i < 100; ++i) pump();
  ASSERT_EQ(heard(MessageKind::kFailed, run), 1);
  EXPECT_EQ(heard(MessageKind::kDone, run), 1);
  for (const Said& message : heard_by_0_.said) {
    if (message.kind == MessageKind::kDone) {
      FAIL() << "done came first";
    } else if (message.kind == MessageKind::kFailed) {
      EXPECT_EQ(decode_message<Failed>(message.body).cause, "std::domain_error: x is -1");
      break;
    }
  }
}

TEST_F(WorkerTest, DropsTheMessagesOfARunThatHasEnded) {
  runs = 0;
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)});
  deliver();
  wait_for(MessageKind::kDone, run);
  say(MessageKind::kEndRun, run);
  deliver();
  wait_until([&] { return is_idle(); });
  say(MessageKind::kCancel, run);
  say(MessageKind::kEndRun, run);
  say_result(run, 1, 5);
  exchange0_.post_buffer(1, MessageKind::kPart, run, encode_part(PlanPart{}));
  pump();
  heard_by_0_.said.clear();
  deliver();
  for (int i = 0; i < 10; ++i) pump();
  EXPECT_TRUE(heard_by_0_.said.empty());
  EXPECT_EQ(runs, 1);
}

TEST_F(WorkerTest, BeginsARunOnceItsThreadsHaveLeftTheOneThatWasCancelled) {
  runs = 0;
  is_open = is_inside = false;
  const std::uint32_t first = begin({delayed<wait_at_the_gate>(1)});
  deliver();
  wait_until([] { return is_inside.load(); });
  say(MessageKind::kCancel, first);
  say(MessageKind::kEndRun, first);
  deliver();
  const std::uint32_t second = begin({delayed<count_and_add>(1, 2)});
  deliver();
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, second), 0);
  EXPECT_EQ(heard(MessageKind::kDone, first), 0);
  is_open = true;
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(result(second), 3);
  EXPECT_EQ(runs, 2);
}

TEST_F(WorkerTest, SaysItIsDoneWithACancelledRunOnceItsThreadsHaveLeftIt) {
  is_open = is_inside = false;
  const std::uint32_t run = begin({delayed<wait_at_the_gate>(1)});
  deliver();
  wait_until([] { return is_inside.load(); });
  say(MessageKind::kCancel, run);
  deliver();
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, run), 0);
  is_open = true;
  wait_for(MessageKind::kDone, run);
}

TEST_F(WorkerTest, RunsNothingWhenTheStopCameBeforeTheRunBegan) {
  std::vector<std::size_t> order{0, 1, 2};  // kBeginRun, the part, the stop
  do {
    if (order[2] == 2) continue;  // the stop comes last: the task may run before it
    runs = 0;
    heard_by_0_.said.clear();
    const std::uint32_t run = begin({delayed<count_and_add>(1, 2)});
    say_stop(run);
    deliver(order);
    wait_for(MessageKind::kDone, run);
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(heard(MessageKind::kFailed, run), 0);
    say(MessageKind::kEndRun, run);
    deliver();
    wait_until([&] { return is_idle(); });
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(WorkerTest, LetsATaskEndAfterAStopAndStartsNoOther) {
  runs = 0;
  is_open = is_inside = false;
  const auto first = delayed<wait_at_the_gate>(1);
  const std::uint32_t run = begin({delayed<count_and_add>(first, 2)});
  deliver();
  wait_until([] { return is_inside.load(); });
  say_stop(run);
  say_stop(run);
  deliver();
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, run), 0);
  is_open = true;
  wait_for(MessageKind::kDone, run);
  say_stop(run);
  deliver();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(heard(MessageKind::kDone, run), 1);
  EXPECT_EQ(heard(MessageKind::kResult, run), 0);
}

TEST_F(WorkerTest, TakesNothingInAfterAStop) {
  runs = 0;
  const std::uint32_t run = begin(two_in_a_row(), kFirstOn0);
  deliver({0});
  say_stop(run);
  deliver();
  exchange0_.post_buffer(1, MessageKind::kPart, run, encode_part(PlanPart{}));
  say_result(run, 1, 3);
  deliver();
  wait_for(MessageKind::kDone, run);
  say(MessageKind::kEndRun, run);
  say_stop(run);
  deliver();
  wait_until([&] { return is_idle(); });
  EXPECT_EQ(runs, 0);
  const std::uint32_t second = begin({delayed<count_and_add>(1, 2)});
  deliver();
  wait_for(MessageKind::kDone, second);
  EXPECT_EQ(result(second), 3) << "the stop was not meant for this one";
}

TEST_F(WorkerTest, EndsWhileATaskRuns) {
  is_open = is_inside = false;
  begin({delayed<wait_at_the_gate>(1)});
  deliver();
  wait_until([] { return is_inside.load(); });
  std::thread opener([] { is_open = true; });
  exchange1_.locked([&] { heard_by_1_.settled = nullptr; });
  worker_.reset();
  opener.join();
  worker_ = std::make_unique<Worker>(exchange1_, WorkerOptions{});
}

TEST_F(WorkerTest, HoldsResultsUntilTheyAreDropped) {
  const std::uint32_t run =
      begin({delayed<count_and_add>(1, 2), delayed<count_and_add>(3, 4)}, {.hold = true});
  deliver();
  wait_for(MessageKind::kDone, run);
  EXPECT_EQ(held(), 0u);
  say(MessageKind::kEndRun, run);
  deliver();
  EXPECT_EQ(held(), 2u);
  exchange1_.locked([&] { drop(run, {Worker::held_number(run, 0), 12345}); });
  EXPECT_EQ(held(), 1u);
  exchange1_.locked([&] { drop(run, {Worker::held_number(run, 1)}); });
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(heard(MessageKind::kResult, run), 0);
}

TEST_F(WorkerTest, LetsNoDropOvertakeALargeBeginningOfARunThatReadsIt) {
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)}, {.hold = true});
  deliver();
  wait_for(MessageKind::kDone, run);
  say(MessageKind::kEndRun, run);
  deliver();
  const std::uint64_t held_result = Worker::held_number(run, 0);
  BeginRun begin;
  begin.constants = 1;
  begin.held = {{0, held_result}};
  begin.groups.assign(1000, {"a layer with a name of some length", kNoIndex});
  exchange0_.post_message(1, MessageKind::kBeginRun, run + 1, begin);
  exchange0_.post_message(1, MessageKind::kDrop, run + 1, Drop{{held_result}});
  pump();
  ASSERT_EQ(heard_by_1_.said.size(), 2u);
  ASSERT_EQ(heard_by_1_.said[0].kind, MessageKind::kDrop) << "though it was said later";
  deliver();
  EXPECT_EQ(held(), 0u) << "freed once the run has begun, which keeps it while it reads it";
}

TEST_F(WorkerTest, LetsNoDropOvertakeTheBeginningOfAnEarlierRunThatReadsIt) {
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)}, {.hold = true});
  deliver();
  wait_for(MessageKind::kDone, run);
  say(MessageKind::kEndRun, run);
  deliver();
  BeginRun reads, other;
  reads.constants = 1;
  reads.held = {{0, Worker::held_number(run, 0)}};
  exchange1_.locked([&] {
    worker_->begin(run + 2, other, {});
    drop(run + 2, {Worker::held_number(run, 0)});
  });
  EXPECT_EQ(held(), 1u);
  EXPECT_NO_THROW(exchange1_.locked([&] { worker_->begin(run + 1, reads, {}); }));
  EXPECT_EQ(held(), 0u);
}

TEST_F(WorkerTest, HoldsNoResultsOfACancelledRun) {
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2), delayed<fail_below_0>(-1)}, {.hold = true});
  deliver();
  wait_for(MessageKind::kDone, run);
  say(MessageKind::kEndRun, run);
  deliver();
  EXPECT_EQ(held(), 0u);
}

TEST_F(WorkerTest, RefusesARunThatReadsWhatItDoesNotHold) {
  BeginRun begin;
  begin.constants = 1;
  begin.held = {{0, 77}};
  EXPECT_THROW(exchange1_.locked([&] { worker_->begin(1, begin, {}); }), Error);
}

TEST_F(WorkerTest, RefusesToGiveWhatItHasNot) {
  exchange0_.post_message(1, MessageKind::kSteal, 9, Steal{0});
  pump();
  deliver();
  wait_for(MessageKind::kRefused, 9);
}

TEST_F(WorkerTest, SaysWhatItWaitsFor) {
  const auto report = [&] { return exchange1_.locked([&] { return worker_->report(1).text; }); };
  EXPECT_EQ(report(), "no run is going on");
  begin(two_in_a_row(), kFirstOn0);
  deliver({0});
  EXPECT_EQ(report(),
            "1 of 1 units are left, 0 could run, 0 run; 1 of 1 results of other ranks have not come; 1 units "
            "have not come from rank 0");
}

class TwoThreads : public WorkerTest {
 protected:
  explicit TwoThreads(std::chrono::steady_clock::time_point end = {}) : WorkerTest(2, end) {}
  /// The run's first task, as if it were a ready unit of rank 0.
  void give(std::uint32_t run) {
    StolenUnit stolen;
    const Plan& plan = programs_.back()->plan;
    const TaskGraph& graph = programs_.back()->expansion.graph;
    const std::uint32_t task = plan.task[0].index;
    StolenUnit::Step step{{task}, plan.group[0], 0, {}, {}};
    step.arguments.assign(graph.arguments.data() + graph.argument_begin[task],
                          graph.arguments.data() + graph.argument_begin[task + 1]);
    stolen.victim = 0;
    stolen.unit = 6;
    stolen.steps.push_back(std::move(step));
    exchange0_.post_buffer(1, MessageKind::kStolen, run, encode_stolen_unit(stolen));
    pump();
  }
};

TEST_F(TwoThreads, AreDryOnceUntilTheyStealSomethingHoweverShort) {
  const std::uint32_t run = begin(two_in_a_row(), {.balance = true, .rank_of_unit = {0, 1}});
  deliver();
  wait_for(MessageKind::kDry, run);
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDry, run), 1);
  for (long time = 1; time <= 3; ++time) {
    give(run);
    deliver();
    wait_for(MessageKind::kStolenResult, run, time);
    wait_for(MessageKind::kDry, run, time + 1);
  }
}

TEST_F(TwoThreads, TellOfAStolenUnitThatFailedAfterTheyWereDoneThemselves) {
  const std::uint32_t run = begin({delayed<fail_below_0>(-1)}, {.rank_of_unit = {0}});
  deliver();
  wait_for(MessageKind::kDone, run);
  give(run);
  deliver();
  wait_for(MessageKind::kFailed, run);
  for (int i = 0; i < 100; ++i) pump();
  EXPECT_EQ(heard(MessageKind::kDone, run), 1);
  EXPECT_EQ(heard(MessageKind::kStolenResult, run), 0);
}

class OutOfTime : public TwoThreads {
 protected:
  OutOfTime() : TwoThreads(std::chrono::steady_clock::now()) {}
  /// How many units rank 1 has told that it holds back.
  std::uint32_t told_too_long(std::uint32_t run) const {
    std::uint32_t told = 0;
    for (const Said& message : heard_by_0_.said) {
      if (message.kind != MessageKind::kProgress || message.run != run) continue;
      told = decode_message<RankProgress>(message.body).too_long;
    }
    return told;
  }
};

TEST_F(OutOfTime, TellWhatTheyHoldBack) {
  runs = 0;
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)});
  deliver();
  wait_until([&] { return told_too_long(run) == 1; });
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(heard(MessageKind::kDone, run), 0);
}

TEST_F(OutOfTime, HoldBackStolenUnitsTooAndTellEvenWhenTheyAreDoneThemselves) {
  runs = 0;
  const std::uint32_t run = begin({delayed<count_and_add>(1, 2)}, {.rank_of_unit = {0}});
  deliver();
  wait_for(MessageKind::kDone, run);
  give(run);
  deliver();
  wait_until([&] { return told_too_long(run) == 1; });
  EXPECT_EQ(heard(MessageKind::kStolenResult, run), 0);
  EXPECT_EQ(runs, 0);
}

TEST_F(TwoThreads, RunAStolenUnitThatCameBeforeTheRunBegan) {
  const std::uint32_t run = begin(two_in_a_row(), kFirstOn0);
  give(run);
  deliver({3, 0, 1, 2});  // the last is the stolen unit
  wait_for(MessageKind::kStolenResult, run);
}

}  // namespace bask::worker_test
