// The worker of rank 1, told by messages in whatever order the test hands them over; what it says to rank 0
// is recorded. Its pool is real.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/cluster/coordinator.hpp>
#include <bask/cluster/worker.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/transport/memory_transport.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

namespace bask {
namespace {

struct Message {
  MessageKind kind;
  std::uint32_t run;
  Buffer body;
};

// What a rank hears, kept under its exchange's lock.
class Inbox final : public MessageHandler {
 public:
  void on_message(std::uint32_t, MessageKind kind, std::uint32_t run,
                  std::span<const std::byte> body) override {
    messages.push_back({kind, run, Buffer(body.begin(), body.end())});
  }
  void on_value(std::uint32_t, MessageKind, std::uint32_t, std::uint32_t, Value) override { ADD_FAILURE(); }
  void on_broken(const std::string& cause) override { throw std::runtime_error(cause); }
  void on_settled(unsigned thread) override {
    if (worker != nullptr) worker->on_settled(thread);
  }
  std::vector<Message> messages;
  Worker* worker = nullptr;
};

// A program and the run that coordinator 0 makes of it.
struct Program {
  Program(const std::vector<Delayed<int>>& targets, std::vector<std::uint32_t> ranks, bool hold)
      : expansion(expanded(targets)),
        plan(make_plan(expansion.graph, expansion.targets, {.fuse = false})),
        rank_of_unit(ranks.empty() ? std::vector<std::uint32_t>(plan.units(), 1) : std::move(ranks)),
        splitter(plan, expansion.graph, rank_of_unit, {.ranks = 2, .hold = hold}) {}
  static Expansion expanded(const std::vector<Delayed<int>>& targets) {
    open_layer::close();
    std::vector<const TaskRef*> refs;
    for (const Delayed<int>& target : targets) refs.push_back(&target.ref());
    return expand(refs);
  }
  Expansion expansion;
  Plan plan;
  std::vector<std::uint32_t> rank_of_unit;
  Splitter splitter;
};

struct Begin {
  bool hold = false, balance = false;
  std::vector<std::uint32_t> rank_of_unit = {};  ///< empty: all on rank 1
};

class WorkerTest : public testing::Test {
 protected:
  explicit WorkerTest(unsigned threads = 1, std::chrono::steady_clock::time_point end = {})
      : network_({.ranks = 2}),
        zero_(network_.endpoint(0)),
        one_(network_.endpoint(1)),
        pool_(threads, Pin::kOff),
        exchange0_(*zero_, heard_by_0_),
        exchange1_(*one_, heard_by_1_),
        coordinator_(exchange0_, std::chrono::nanoseconds(0)) {
    WorkerOptions options;
    options.runner.threads = threads;
    options.runner.end = end;
    options.runner.backoff.crowded = true;
    options.pool = &pool_;
    worker_ = std::make_unique<Worker>(exchange1_, options);
    exchange1_.locked([&] { heard_by_1_.worker = worker_.get(); });
  }
  ~WorkerTest() override { worker_.reset(); }

  /// Begins a run: what rank 0 says of it waits in rank 1's inbox. Returns its number.
  std::uint32_t begin(const std::vector<Delayed<int>>& targets, const Begin& how = {}) {
    programs_.push_back(std::make_unique<Program>(targets, how.rank_of_unit, how.hold));
    Program& program = *programs_.back();
    const std::uint32_t run =
        coordinator_.begin(program.plan, program.expansion.graph, program.splitter, how.hold, how.balance)
            .run;
    while (!program.splitter.done()) {
      const PlanPart part = program.splitter.next(1)[1];
      if (!part.empty()) coordinator_.post_part(1, part);
    }
    pump();
    return run;
  }
  void say(MessageKind kind, std::uint32_t run) {
    exchange0_.post(1, kind, run);
    pump();
  }
  void say_stop(std::uint32_t run) {
    const std::chrono::nanoseconds patience = std::chrono::hours(1);
    exchange0_.post_message(1, MessageKind::kStop, run, Stop{patience.count()});
    pump();
  }
  void say_result(std::uint32_t run, std::uint32_t position, int number) {
    Value value;
    value.emplace<int>(number);
    exchange0_.post_result({1, position}, MessageKind::kResult, run, value);
    pump();
  }
  void pump() {
    exchange0_.progress(0);
    exchange1_.progress(0);
    exchange1_.locked([&] { worker_->tick(); });
    exchange1_.progress(0);
    exchange0_.progress(0);
  }
  /// Hands over all that is in rank 1's inbox, in this order, or as it came.
  void deliver(std::vector<std::size_t> order = {}) {
    exchange1_.locked([&] {
      const std::vector<Message> messages = std::exchange(heard_by_1_.messages, {});
      if (order.empty()) {
        for (std::size_t i = 0; i < messages.size(); ++i) order.push_back(i);
      }
      for (const std::size_t i : order) hand_over(messages[i]);
      worker_->on_settled(0);
    });
  }
  void hand_over(const Message& message) {
    ByteReader reader(message.body);
    switch (message.kind) {
      case MessageKind::kBeginRun:
        return worker_->on_begin_run(message.run, decode_message<BeginRun>(reader));
      case MessageKind::kPart:
        return worker_->on_part(message.run, decode_part(message.body));
      case MessageKind::kResult:
        return worker_->on_result(message.run, message.body);
      case MessageKind::kCancel:
        return worker_->on_cancel(message.run);
      case MessageKind::kStop:
        return worker_->on_stop(message.run, decode_message<Stop>(reader));
      case MessageKind::kEndRun:
        return worker_->on_end_run(message.run);
      case MessageKind::kSteal:
        return worker_->on_steal(message.run, decode_message<Steal>(reader));
      case MessageKind::kStolen:
        return worker_->on_stolen(message.run, message.body);
      case MessageKind::kDrop:
        return worker_->on_drop(message.run, decode_message<Drop>(reader));
      default:
        FAIL() << "kind " << static_cast<int>(message.kind);
    }
  }
  /// How often rank 0 has heard this.
  long heard(MessageKind kind, std::uint32_t run) const {
    return std::ranges::count_if(heard_by_0_.messages, [&](const Message& message) {
      return message.kind == kind && message.run == run;
    });
  }
  void wait_for(MessageKind kind, std::uint32_t run, long times = 1) {
    wait_until([&] { return heard(kind, run) >= times; });
    ASSERT_EQ(heard(kind, run), times) << "kind " << static_cast<int>(kind);
  }
  template <class Condition>
  void wait_until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      pump();
      std::this_thread::yield();
    }
  }
  int result(std::uint32_t run) const {
    for (const Message& message : heard_by_0_.messages) {
      if (message.kind != MessageKind::kResult || message.run != run) continue;
      ByteReader reader(message.body);
      const auto head = reader.read_raw<ResultHead>();
      return TypeRegistry::instance()[head.type].decode(reader).get<int>();
    }
    ADD_FAILURE() << "no result of run " << run;
    return 0;
  }
  bool is_idle() {
    return exchange1_.locked([&] { return worker_->is_idle(); });
  }
  std::size_t held() {
    return exchange1_.locked([&] { return worker_->held(); });
  }

  MemoryNetwork network_;
  const std::unique_ptr<Transport> zero_, one_;
  ThreadPool pool_;
  Inbox heard_by_0_, heard_by_1_;
  Exchange exchange0_, exchange1_;
  Coordinator coordinator_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::unique_ptr<Worker> worker_;
};

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

// The second task reads what rank 0 makes.
const Begin kFirstOn0{.rank_of_unit = {0, 1}};
std::vector<Delayed<int>> two_in_a_row() {
  return {delayed<count_and_add>(delayed<count_and_add>(1, 2), 10)};
}

TEST_F(WorkerTest, TakesTheMessagesOfARunInAnyOrder) {
  std::vector<std::size_t> order{0, 1, 2, 3};  // the beginning, two parts, a result
  do {
    runs = 0;
    heard_by_0_.messages.clear();
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
  const Message begins = exchange1_.locked([&] {
    const Message front = heard_by_1_.messages.front();
    heard_by_1_.messages.erase(heard_by_1_.messages.begin());
    return front;
  });
  EXPECT_EQ(begins.kind, MessageKind::kBeginRun);
  deliver();  // all the rest of the second
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
  for (const Message& message : heard_by_0_.messages) {
    if (message.kind == MessageKind::kDone) {
      FAIL() << "done came first";
    } else if (message.kind == MessageKind::kFailed) {
      ByteReader reader(message.body);
      EXPECT_EQ(decode_message<Failed>(reader).cause, "std::domain_error: x is -1");
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
  heard_by_0_.messages.clear();
  deliver();
  for (int i = 0; i < 10; ++i) pump();
  EXPECT_TRUE(heard_by_0_.messages.empty());
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
  std::vector<std::size_t> order{0, 1, 2};  // the beginning, the part, the stop
  do {
    if (order[2] == 2) continue;  // it may run, then
    runs = 0;
    heard_by_0_.messages.clear();
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
  exchange1_.locked([&] { heard_by_1_.worker = nullptr; });
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
  exchange1_.locked([&] { worker_->on_drop(run, {{Worker::held_number(run, 0), 12345}}); });
  EXPECT_EQ(held(), 1u);
  exchange1_.locked([&] { worker_->on_drop(run, {{Worker::held_number(run, 1)}}); });
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
  ASSERT_EQ(heard_by_1_.messages.size(), 2u);
  ASSERT_EQ(heard_by_1_.messages[0].kind, MessageKind::kDrop) << "though it was said later";
  deliver();
  EXPECT_EQ(held(), 0u) << "freed once the run has begun, which keeps it while it reads it";
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
  EXPECT_THROW(exchange1_.locked([&] { worker_->on_begin_run(1, begin); }), Error);
}

TEST_F(WorkerTest, RefusesToGiveWhatItHasNot) {
  exchange0_.post_message(1, MessageKind::kSteal, 9, Steal{0});
  pump();
  deliver();
  wait_for(MessageKind::kRefused, 9);
}

TEST_F(WorkerTest, SaysWhatItWaitsFor) {
  const auto report = [&] { return exchange1_.locked([&] { return worker_->report(); }); };
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
  /// How many units rank 1 says that it holds back.
  std::uint32_t told_too_long(std::uint32_t run) const {
    std::uint32_t told = 0;
    for (const Message& message : heard_by_0_.messages) {
      if (message.kind != MessageKind::kProgress || message.run != run) continue;
      ByteReader reader(message.body);
      told = decode_message<RankProgress>(reader).too_long;
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

}  // namespace
}  // namespace bask
