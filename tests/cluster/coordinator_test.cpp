// The coordinator and rank 0's own worker, over a network that delays and reorders;
// the test answers for the other ranks.
#include <gtest/gtest.h>
#include <bask/cluster/coordinator.hpp>
#include <bask/plan/make_plan.hpp>

#include "listening_ranks.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask::coordinator_test {

using Kinds = std::vector<MessageKind>;

constexpr std::uint32_t kRanks = 3;

// Three ranks and a coordinator that runs an empty plan with two groups. Rank 0's own part of it is done at
// once.
class CoordinatedRanks {
 protected:
  explicit CoordinatedRanks(const MemoryNetworkOptions& network = {.ranks = kRanks},
                            std::chrono::nanoseconds stall_limit = std::chrono::nanoseconds(0))
      : ranks_(network), worker_(ranks_[0], {}), coordinator_(ranks_[0], worker_, stall_limit) {
    graph_.groups.push_back({"increment", nullptr});
    plan_ = make_plan(graph_, {}, {});
    ranks_.listener(0).then = [this](const Said& said) {
      if (is_for_coordinator(said.kind)) {
        coordinator_.on_message(said.from, said.kind, said.run, said.body);
      } else if (said.kind != MessageKind::kReported) {
        worker_.on_message(said.from, said.kind, said.run, said.body);
      }
    };
    ranks_.listener(0).settled = [this](unsigned thread) { worker_.on_settled(thread); };
  }
  static bool is_for_coordinator(MessageKind kind) {
    return kind == MessageKind::kProgress || kind == MessageKind::kFailed || kind == MessageKind::kDone ||
           kind == MessageKind::kDry || kind == MessageKind::kRefused;
  }
  std::uint32_t start(bool balance = false) {
    return coordinator_.start(plan_, graph_, {}, {.hold = false, .balance = balance},
                              [this](RunOutcome outcome) { outcomes_.push_back(std::move(outcome)); });
  }
  template <class Message>
  void say(std::uint32_t from, MessageKind kind, std::uint32_t run, const Message& message) {
    ranks_[from].post_message(0, kind, run, message);
  }
  void say_done(std::uint32_t from, std::uint32_t run, std::uint64_t tasks = 0) {
    say(from, MessageKind::kDone, run, Done{{0, tasks}, {.peak = 10}, 2, 100});
  }
  void drive(int rounds = 30) {
    for (int round = 0; round < rounds; ++round) {
      ranks_.settle(1);
      coordinator_.drive();
      ranks_[0].locked([&] { coordinator_.tick(); });
    }
  }
  /// The messages of a run that `rank` has received since the last call.
  Kinds heard(std::uint32_t rank, std::uint32_t run) {
    Kinds kinds;
    for (const Said& said : ranks_.said_to(rank)) {
      if (said.run == run && said.kind != MessageKind::kDone) kinds.push_back(said.kind);
    }
    return kinds;
  }
  std::vector<std::uint32_t> completed() const {
    std::vector<std::uint32_t> runs;
    for (const RunOutcome& outcome : outcomes_) runs.push_back(outcome.run);
    return runs;
  }
  bool is_ending() {
    return ranks_[0].locked([&] { return coordinator_.is_ending(); });
  }

  ListeningRanks ranks_;
  Worker worker_;
  Coordinator coordinator_;
  TaskGraph graph_;
  Plan plan_;
  std::vector<RunOutcome> outcomes_;
};

class CoordinatorTest : public testing::Test, protected CoordinatedRanks {};

TEST_F(CoordinatorTest, TellsAllOthersThatARunBeginsAndAllThatItEnds) {
  EXPECT_EQ(start(), 1u);
  drive();
  EXPECT_EQ(heard(2, 1), Kinds{MessageKind::kBeginRun});
  say_done(1, 1);
  say_done(2, 1);
  drive();
  EXPECT_EQ(heard(0, 1), Kinds{MessageKind::kEndRun});
  EXPECT_EQ(heard(2, 1), Kinds{MessageKind::kEndRun});
  EXPECT_EQ(completed(), std::vector<std::uint32_t>{1});
  EXPECT_EQ(start(), 2u);
  drive();
  EXPECT_EQ(heard(2, 2), Kinds{MessageKind::kBeginRun});
}

TEST_F(CoordinatorTest, CompletesARunOnceWithWhatTheRanksHaveTold) {
  const std::uint32_t run = start();
  say_done(1, run, 3);
  say_done(2, run, 4);
  drive();
  say_done(2, run, 5);
  drive();
  ASSERT_EQ(outcomes_.size(), 1u);
  const RunOutcome& outcome = outcomes_[0];
  EXPECT_FALSE(outcome.cancelled);
  EXPECT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.error, nullptr);
  EXPECT_EQ(outcome.statistics.tasks, 7u);
  EXPECT_EQ(outcome.statistics.bytes_moved, 200u);
  EXPECT_EQ(outcome.done_by_group, (std::vector<std::uint64_t>{0, 7}));
  EXPECT_FALSE(coordinator_.may_be_inside_tasks());
}

TEST_F(CoordinatorTest, CompletesRunsThatGoOnAtOnceInTheOrderInWhichTheyEnd) {
  const std::uint32_t first = start(), second = start();
  drive();
  say_done(1, second, 20);
  say_done(2, second, 20);
  drive();
  EXPECT_EQ(completed(), std::vector<std::uint32_t>{second});
  EXPECT_EQ(coordinator_.done_by_group(first), (std::vector<std::uint64_t>{0, 0}));
  say_done(2, first, 10);
  say_done(1, first, 10);
  drive();
  EXPECT_EQ(completed(), (std::vector<std::uint32_t>{second, first}));
  EXPECT_EQ(outcomes_[0].statistics.tasks, 40u);
  EXPECT_EQ(outcomes_[1].statistics.tasks, 20u);
}

TEST_F(CoordinatorTest, MayBeToldToStartARunWhenOneIsComplete) {
  std::optional<std::uint32_t> second;
  const std::uint32_t first =
      coordinator_.start(plan_, graph_, {}, {}, [&](RunOutcome) { second = start(); });
  say_done(1, first);
  say_done(2, first);
  drive();
  ASSERT_TRUE(second);
  say_done(1, *second);
  say_done(2, *second);
  drive();
  EXPECT_EQ(completed(), std::vector<std::uint32_t>{*second});
}

TEST_F(CoordinatorTest, DropsWhatIsSaidOfARunThatIsOver) {
  const std::uint32_t first = start();
  say_done(1, first);
  say_done(2, first);
  drive();
  const std::uint32_t second = start(true);
  drive();
  heard(1, second);
  for (const std::uint32_t rank : {1u, 2u}) say_done(rank, first, 5);
  say(1, MessageKind::kFailed, first, Failed{{3}, "old"});
  say(1, MessageKind::kProgress, first, RankProgress{{0, 9}, 5, 5, 5});
  ranks_[2].post(0, MessageKind::kDry, first);
  drive();
  EXPECT_EQ(completed(), std::vector<std::uint32_t>{first});
  EXPECT_FALSE(is_ending());
  EXPECT_EQ(coordinator_.done_by_group(second), (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(heard(1, first), Kinds{});
  EXPECT_EQ(heard(1, second), Kinds{});
}

TEST_F(CoordinatorTest, CancelsARunOfWhichATaskHasFailedAndNoOther) {
  const std::uint32_t first = start(), second = start();
  say(2, MessageKind::kFailed, first, Failed{{7}, "seven"});
  drive();
  EXPECT_EQ(heard(1, first), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel}));
  EXPECT_TRUE(is_ending());
  for (const std::uint32_t run : {first, second}) {
    say_done(1, run);
    say_done(2, run);
  }
  drive();
  ASSERT_EQ(outcomes_.size(), 2u);
  const RunOutcome& failed = outcomes_[completed()[0] == first ? 0 : 1];
  const RunOutcome& other = outcomes_[completed()[0] == first ? 1 : 0];
  EXPECT_TRUE(failed.cancelled);
  ASSERT_TRUE(failed.failure);
  EXPECT_EQ(failed.failure->cause, "seven");
  EXPECT_EQ(failed.failure->rank, 2u);
  EXPECT_FALSE(other.cancelled || other.failure);
}

TEST_F(CoordinatorTest, BeginsEachRunWithoutTheFailureOfTheOneBefore) {
  const std::uint32_t first = start();
  say(1, MessageKind::kFailed, first, Failed{{4}, "four"});
  say_done(1, first);
  say_done(2, first);
  drive();
  EXPECT_TRUE(is_ending());
  const std::uint32_t second = start();
  EXPECT_FALSE(is_ending());
  say_done(1, second);
  drive();
  EXPECT_EQ(outcomes_.size(), 1u) << "rank 2 is not done";
  say_done(2, second);
  drive();
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_FALSE(outcomes_[1].cancelled || outcomes_[1].failure);
}

TEST_F(CoordinatorTest, CancelsAndStopsAllRunsThatGoOn) {
  const std::uint32_t first = start(), second = start();
  coordinator_.stop_all(std::chrono::hours(1));
  drive();
  coordinator_.cancel_all();
  drive();
  for (const std::uint32_t run : {first, second}) {
    EXPECT_EQ(coordinator_.done_by_group(run).size(), 2u) << "not complete while ranks are not at rest";
  }
  const std::vector<Said> said = ranks_.said_to(2);
  for (const std::uint32_t run : {first, second}) {
    Kinds kinds;
    for (const Said& one : said) {
      if (one.run == run) kinds.push_back(one.kind);
    }
    EXPECT_EQ(kinds, (Kinds{MessageKind::kBeginRun, MessageKind::kStop, MessageKind::kCancel}));
  }
}

TEST_F(CoordinatorTest, KnowsThatRanksMayBeInsideTasksOfARunThatNobodyWaitsFor) {
  const std::uint32_t run = start();
  drive();
  EXPECT_FALSE(coordinator_.may_be_inside_tasks());
  coordinator_.abandon(run);
  EXPECT_TRUE(coordinator_.may_be_inside_tasks());
  drive();
  EXPECT_EQ(heard(1, run), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel, MessageKind::kEndRun}));
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_TRUE(outcomes_[0].cancelled);
  EXPECT_TRUE(coordinator_.may_be_inside_tasks());
}

TEST_F(CoordinatorTest, TellsRanksWhatTheyNeedNotHoldAnyMore) {
  coordinator_.drops()->add(2, 77);
  const std::uint32_t run = start();
  coordinator_.drops()->add(1, 78);
  ranks_[0].locked([&] { coordinator_.post_drops(); });
  const std::vector<Said> to_1 = ranks_.said_to(1), to_2 = ranks_.said_to(2);
  ASSERT_EQ(to_2.size(), 2u);
  EXPECT_EQ(to_2[0].kind, MessageKind::kDrop);
  EXPECT_EQ(to_2[0].run, run - 1) << "the new run does not read it";
  ASSERT_EQ(to_1.size(), 2u);
  EXPECT_EQ(to_1[1].kind, MessageKind::kDrop);
  EXPECT_EQ(to_1[1].run, run);
  EXPECT_EQ(decoded<Drop>(to_1[1]).held, std::vector<std::uint64_t>{78});
}

class ImpatientCoordinator : public testing::Test, protected CoordinatedRanks {
 protected:
  ImpatientCoordinator() : CoordinatedRanks({.ranks = kRanks}, std::chrono::nanoseconds(1)) {}
};

TEST_F(ImpatientCoordinator, AsksAllWhatTheyWaitForWhenNothingMoves) {
  const std::uint32_t run = start();
  testing::internal::CaptureStderr();
  ranks_[0].locked([&] { coordinator_.tick(); });
  EXPECT_NE(testing::internal::GetCapturedStderr().find("nothing has moved for"), std::string::npos);
  for (const std::uint32_t rank : {1u, 2u}) EXPECT_EQ(heard(rank, run).back(), MessageKind::kReport);
  const Kinds own = heard(0, run);
  EXPECT_NE(std::ranges::find(own, MessageKind::kReport), own.end());
}

// ---- Delayed and reordered. ----

// Ranks 1 and 2 answer each kBeginRun with a few messages, and then tell that they are done,
// or that a task has failed.
class DelayedRanks : private CoordinatedRanks {
 public:
  explicit DelayedRanks(std::uint32_t seed)
      : CoordinatedRanks({.ranks = kRanks, .seed = seed, .most_delay = 12, .piece_bytes = 512}) {
    for (const std::uint32_t rank : {1u, 2u}) {
      ranks_.listener(rank).then = [this, rank](const Said& said) { answer(rank, said); };
    }
  }
  void complete_runs_at_once() {
    constexpr std::uint32_t kRuns = 4;
    graph_.groups.resize(500, {"a layer with a name of some length", nullptr});  // kBeginRun goes as bulk
    plan_ = make_plan(graph_, {}, {});
    for (std::uint32_t run = 1; run <= kRuns; ++run) ASSERT_EQ(start(true), run);
    for (int round = 0; round < 20'000 && outcomes_.size() < kRuns; ++round) drive(1);
    ASSERT_EQ(outcomes_.size(), kRuns);
    for (const RunOutcome& outcome : outcomes_) {
      EXPECT_EQ(outcome.failure.has_value(), outcome.run % 2 == 0) << "run " << outcome.run;
      EXPECT_EQ(outcome.cancelled, outcome.run % 2 == 0) << "run " << outcome.run;
      EXPECT_EQ(outcome.statistics.tasks, outcome.run * 2) << "run " << outcome.run;
    }
    drive(100);
    EXPECT_EQ(ends_, std::vector<std::uint32_t>(2, kRuns)) << "each rank was told to leave each run once";
  }

 private:
  void answer(std::uint32_t rank, const Said& said) {
    if (said.kind == MessageKind::kEndRun) ++ends_[rank - 1];
    if (said.kind != MessageKind::kBeginRun) return;
    say(rank, MessageKind::kProgress, said.run, RankProgress{{0, 1}, 1, 1});
    ranks_[rank].post(0, MessageKind::kDry, said.run);
    if (said.run % 2 == 0 && rank == 2) say(rank, MessageKind::kFailed, said.run, Failed{{5}, "five"});
    say_done(rank, said.run, said.run);
  }

  std::vector<std::uint32_t> ends_{0, 0};
};

TEST(DelayedRanks, AreToldToLeaveEachRunOnceAndItIsCompleted) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    DelayedRanks(seed).complete_runs_at_once();
  }
}

}  // namespace bask::coordinator_test
