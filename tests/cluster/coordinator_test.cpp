// The coordinator, told of runs by messages that the test makes up; what it says to others is recorded.
#include <gtest/gtest.h>
#include <bask/cluster/coordinator.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/transport/memory_transport.hpp>

#include <memory>
#include <vector>

namespace bask {
namespace {

struct Said {
  MessageKind kind;
  std::uint32_t run;
  Buffer body;
};

// What one rank hears.
class Listener final : public MessageHandler {
 public:
  void on_message(std::uint32_t, MessageKind kind, std::uint32_t run,
                  std::span<const std::byte> body) override {
    said.push_back({kind, run, Buffer(body.begin(), body.end())});
  }
  void on_value(std::uint32_t, MessageKind, std::uint32_t, std::uint32_t, Value) override {}
  void on_broken(const std::string& cause) override { throw std::runtime_error(cause); }
  void on_settled(unsigned) override {}
  std::vector<Said> said;
};

// Three ranks and a coordinator that begins runs of an empty plan with two groups.
class CoordinatorTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kRanks = 3;

  CoordinatorTest() : network_({.ranks = kRanks}) {
    for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
      transports_.push_back(network_.endpoint(rank));
      exchanges_.push_back(std::make_unique<Exchange>(*transports_[rank], listeners_[rank]));
    }
    graph_.groups.push_back({"increment", nullptr});
    coordinator_.emplace(*exchanges_[0], std::chrono::nanoseconds(0));
  }
  std::uint32_t begin(bool balance = false) {
    const Plan plan = make_plan(graph_, {}, {});
    const Splitter splitter(plan, graph_, {}, {.ranks = kRanks});
    return coordinator_->begin(plan, graph_, splitter, false, balance).run;
  }
  /// What `rank` has heard since it was last asked.
  std::vector<MessageKind> heard(std::uint32_t rank) {
    for (int round = 0; round < 5; ++round) {
      for (const auto& exchange : exchanges_) exchange->progress(0);
    }
    std::vector<MessageKind> kinds;
    for (const Said& said : listeners_[rank].said) kinds.push_back(said.kind);
    listeners_[rank].said.clear();
    return kinds;
  }
  using Kinds = std::vector<MessageKind>;
  static Done done(std::vector<std::uint64_t> by_group) { return {std::move(by_group), 10, 2, 100}; }

  MemoryNetwork network_;
  Listener listeners_[kRanks];
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  TaskGraph graph_;
  std::optional<Coordinator> coordinator_;
};

TEST_F(CoordinatorTest, TellsAllOthersThatARunBeginsAndEnds) {
  EXPECT_EQ(begin(), 1u);
  coordinator_->end();
  EXPECT_EQ(begin(), 2u);
  EXPECT_EQ(heard(0), Kinds{});
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun, MessageKind::kEndRun, MessageKind::kBeginRun}));
}

TEST_F(CoordinatorTest, IsDoneWhenEveryRankIs) {
  const std::uint32_t run = begin();
  coordinator_->on_done(0, run, done({0, 1}));
  coordinator_->on_done(2, run, done({0, 2}));
  coordinator_->on_done(2, run, done({0, 2}));
  EXPECT_FALSE(coordinator_->all_done()) << "rank 2 has said it twice";
  coordinator_->on_done(1, run, done({0, 3}));
  EXPECT_TRUE(coordinator_->all_done());
  const RunStatistics statistics = coordinator_->statistics();
  EXPECT_EQ(statistics.tasks, 6u);
  EXPECT_EQ(statistics.results_moved, 6u);
  EXPECT_EQ(statistics.bytes_moved, 300u);
  EXPECT_EQ(statistics.peak_bytes, (std::vector<std::uint64_t>{10, 10, 10}));
}

TEST_F(CoordinatorTest, DropsWhatIsSaidOfAnEndedRun) {
  const std::uint32_t first = begin();
  coordinator_->end();
  begin(true);
  heard(1);
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) coordinator_->on_done(rank, first, done({0, 5}));
  coordinator_->on_failed(1, first, {{3}, "old"});
  coordinator_->on_progress(1, first, {{0, 9}, 5, 5, 5});
  coordinator_->on_dry(2, first);
  EXPECT_FALSE(coordinator_->all_done());
  EXPECT_FALSE(coordinator_->failure());
  EXPECT_FALSE(coordinator_->is_cancelled());
  EXPECT_EQ(coordinator_->done_by_group(), (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(heard(1), Kinds{});
}

TEST_F(CoordinatorTest, KeepsTheFailureOfTheTaskThatComesFirst) {
  const std::uint32_t run = begin();
  coordinator_->on_failed(2, run, {{7}, "seven"});
  coordinator_->on_failed(1, run, {{kNoIndex}, "no task"});
  coordinator_->on_failed(1, run, {{4}, "four"});
  coordinator_->on_failed(2, run, {{5}, "five"});
  ASSERT_TRUE(coordinator_->failure());
  EXPECT_EQ(coordinator_->failure()->cause, "four");
  EXPECT_EQ(coordinator_->failure()->rank, 1u);
}

TEST_F(CoordinatorTest, CancelsEveryRankOnceWhenATaskHasFailed) {
  const std::uint32_t run = begin();
  coordinator_->on_failed(2, run, {{7}, "seven"});
  coordinator_->on_failed(1, run, {{4}, "four"});
  coordinator_->cancel();
  EXPECT_EQ(heard(0), (Kinds{MessageKind::kCancel}));
  EXPECT_EQ(heard(1), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel}));
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel}));
}

TEST_F(CoordinatorTest, HasStoppedWhenAllRanksHaveAfterACancel) {
  const std::uint32_t run = begin();
  EXPECT_FALSE(coordinator_->has_stopped());
  coordinator_->cancel();
  EXPECT_FALSE(coordinator_->has_stopped());
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) coordinator_->on_done(rank, run, done({0, 0}));
  EXPECT_TRUE(coordinator_->has_stopped());
}

TEST_F(CoordinatorTest, StopsEveryRankOnceAndLetsItsTasksEnd) {
  const std::uint32_t run = begin();
  coordinator_->stop(std::chrono::hours(1));
  coordinator_->stop(std::chrono::hours(2));
  EXPECT_EQ(heard(0), (Kinds{MessageKind::kStop}));
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun, MessageKind::kStop}));
  EXPECT_TRUE(coordinator_->is_cancelled());
  EXPECT_FALSE(coordinator_->has_stopped());
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) coordinator_->on_done(rank, run, done({0, 0}));
  EXPECT_TRUE(coordinator_->has_stopped());
}

TEST_F(CoordinatorTest, HasStoppedWhenTheTimeOfAStopIsOver) {
  begin();
  coordinator_->stop(std::chrono::nanoseconds(0));
  EXPECT_TRUE(coordinator_->has_stopped());
}

TEST_F(CoordinatorTest, CancelsARunThatWasStoppedWhenATaskFails) {
  const std::uint32_t run = begin();
  coordinator_->stop(std::chrono::hours(1));
  coordinator_->on_failed(1, run, {{4}, "four"});
  coordinator_->cancel();
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun, MessageKind::kStop, MessageKind::kCancel}));
}

TEST_F(CoordinatorTest, StopsNoRunThatWasCancelledAndNoneAfterIt) {
  begin();
  coordinator_->cancel();
  coordinator_->stop(std::chrono::hours(1));
  EXPECT_EQ(heard(1), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel}));
  begin();
  EXPECT_FALSE(coordinator_->is_cancelled());
}

TEST_F(CoordinatorTest, IsOutOfTimeWhenNothingIsLeftButWhatIsHeldBackAndAllHaveToldSo) {
  const std::uint32_t run = begin();
  const auto soon = std::chrono::steady_clock::now();
  const auto later = soon + std::chrono::hours(1);
  EXPECT_FALSE(coordinator_->is_out_of_time(later)) << "nothing is held back";
  coordinator_->on_progress(1, run, {{0, 0}, 9, 0, 0, 2});
  coordinator_->on_progress(2, run, {{0, 0}, 9, 0, 1, 0});
  EXPECT_FALSE(coordinator_->is_out_of_time(later)) << "rank 2 runs a task";
  coordinator_->on_progress(2, run, {{0, 0}, 8, 1, 0, 0});
  EXPECT_FALSE(coordinator_->is_out_of_time(later)) << "rank 2 can run a task";
  coordinator_->on_progress(2, run, {{0, 0}, 8, 0, 0, 0});
  EXPECT_FALSE(coordinator_->is_out_of_time(soon)) << "a result may be on its way to rank 1";
  EXPECT_TRUE(coordinator_->is_out_of_time(later));
}

TEST_F(CoordinatorTest, IsOutOfTimeWhenARankThatIsDoneHoldsBackWhatItHasStolen) {
  const std::uint32_t run = begin();
  const auto later = std::chrono::steady_clock::now() + std::chrono::hours(1);
  coordinator_->on_progress(1, run, {{0, 0}, 9, 0, 0, 0});
  coordinator_->on_done(2, run, done({0, 0}));
  EXPECT_FALSE(coordinator_->is_out_of_time(later));
  coordinator_->on_progress(2, run, {{0, 0}, 0, 0, 0, 1});
  EXPECT_TRUE(coordinator_->is_out_of_time(later));
}

TEST_F(CoordinatorTest, BeginsEachRunWithoutTheFailureOfTheOneBefore) {
  coordinator_->on_failed(1, begin(), {{4}, "four"});
  begin();
  EXPECT_FALSE(coordinator_->failure());
  EXPECT_FALSE(coordinator_->is_cancelled());
  EXPECT_FALSE(coordinator_->all_done());
}

TEST_F(CoordinatorTest, AddsUpWhatTheRanksHaveDone) {
  const std::uint32_t run = begin();
  coordinator_->on_progress(1, run, {{0, 5}, 10, 1, 1});
  coordinator_->on_progress(2, run, {{0, 6}, 10, 1, 1});
  EXPECT_EQ(coordinator_->done_by_group(), (std::vector<std::uint64_t>{0, 11}));
  coordinator_->on_progress(1, run, {{0, 7}, 8, 1, 1});
  coordinator_->on_done(2, run, done({0, 16}));
  coordinator_->on_progress(2, run, {{0, 6}, 10, 1, 1});  // it was on its way
  EXPECT_EQ(coordinator_->done_by_group(), (std::vector<std::uint64_t>{0, 23}));
}

TEST_F(CoordinatorTest, HasADryRankStealFromALoadedOne) {
  const std::uint32_t run = begin(true);
  coordinator_->on_progress(2, run, {{0, 0}, 9, 9, 1});
  heard(2);
  coordinator_->on_dry(1, run);
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kSteal}));
  EXPECT_EQ(heard(1), (Kinds{MessageKind::kBeginRun}));
  coordinator_->on_refused(2, run, {1});
  EXPECT_EQ(heard(2), Kinds{}) << "not at once again";
}

TEST_F(CoordinatorTest, LetsNobodyStealWhereTheRunDoesNotBalanceOrIsCancelled) {
  std::uint32_t run = begin(false);
  coordinator_->on_progress(2, run, {{0, 0}, 9, 9, 1});
  coordinator_->on_dry(1, run);
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun}));
  run = begin(true);
  coordinator_->on_progress(2, run, {{0, 0}, 9, 9, 1});
  coordinator_->cancel();
  coordinator_->on_dry(1, run);
  EXPECT_EQ(heard(2), (Kinds{MessageKind::kBeginRun, MessageKind::kCancel}));
}

TEST_F(CoordinatorTest, AsksAllWhatTheyWaitForWhenNothingMoves) {
  Coordinator impatient(*exchanges_[0], std::chrono::nanoseconds(1));
  const Plan plan = make_plan(graph_, {}, {});
  const Splitter splitter(plan, graph_, {}, {.ranks = kRanks});
  impatient.begin(plan, graph_, splitter, false, false);
  testing::internal::CaptureStderr();
  impatient.tick();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("nothing has moved for"), std::string::npos);
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) EXPECT_EQ(heard(rank).back(), MessageKind::kReport);
}

}  // namespace
}  // namespace bask
