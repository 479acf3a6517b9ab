// The parts of a node other than its worker and coordinator: which ranks are alive, which
// signals count, functions that every rank calls, results that nobody holds any more.
#include <gtest/gtest.h>
#include <bask/cluster/heartbeats.hpp>
#include <bask/cluster/held_drops.hpp>
#include <bask/cluster/idle_watch.hpp>
#include <bask/cluster/news.hpp>
#include <bask/cluster/rank_calls.hpp>
#include <bask/cluster/standstill.hpp>
#include <bask/cluster/stop_signals.hpp>
#include <bask/collections/delayed.hpp>
#include <bask/core/error.hpp>

#include "listening_ranks.hpp"

#include <chrono>
#include <csignal>
#include <thread>

namespace bask::node_parts_test {

using namespace std::chrono_literals;
using Kinds = std::vector<MessageKind>;
using Clock = std::chrono::steady_clock;

constexpr Clock::time_point kStart = Clock::time_point(1h);

// ---- Heartbeats. ----

// The heartbeats of one rank of several.
class Beating {
 public:
  Beating(ListeningRanks& ranks, std::uint32_t rank, std::chrono::nanoseconds silence_limit)
      : exchange_(ranks[rank]), heartbeats_(exchange_, silence_limit, nullptr, kStart) {}
  std::optional<std::uint32_t> beat(Clock::time_point now, bool is_ending = false) {
    return exchange_.locked([&] { return heartbeats_.beat(now, is_ending); });
  }
  void excuse(std::uint32_t rank) {
    exchange_.locked([&] { heartbeats_.excuse(rank); });
  }
  void hush() {
    exchange_.locked([&] { heartbeats_.hush(); });
  }
  std::chrono::nanoseconds interval() const { return heartbeats_.interval(); }

 private:
  Exchange& exchange_;
  Heartbeats heartbeats_;
};

TEST(Heartbeats, GoFromRank0ToAllAndFromTheOthersToRank0) {
  ListeningRanks ranks({.ranks = 3});
  Beating zero(ranks, 0, 1s), two(ranks, 2, 1s);
  EXPECT_EQ(zero.beat(kStart), std::nullopt);
  EXPECT_EQ(two.beat(kStart), std::nullopt);
  EXPECT_EQ(ranks.heard(0), Kinds{MessageKind::kHeartbeat});
  EXPECT_EQ(ranks.heard(1), Kinds{MessageKind::kHeartbeat});
  EXPECT_EQ(ranks.heard(2), Kinds{MessageKind::kHeartbeat});
}

TEST(Heartbeats, ComeSeveralTimesWithinTheLimitAndOncePerInterval) {
  ListeningRanks ranks({.ranks = 2});
  Beating one(ranks, 1, 1s);
  EXPECT_EQ(one.interval(), 250ms);
  for (auto at = 0ms; at < 1000ms; at += 50ms) one.beat(kStart + at);
  EXPECT_EQ(ranks.heard(0).size(), 4u);
  for (auto at = 1000ms; at < 2000ms; at += 50ms) one.beat(kStart + at, true);
  EXPECT_EQ(ranks.heard(0).size(), 10u) << "more often at the end";
}

TEST(Heartbeats, ComeOnceASecondWhereRanksMayBeSilentForEver) {
  ListeningRanks ranks({.ranks = 2});
  Beating zero(ranks, 0, 0s);
  EXPECT_EQ(zero.interval(), 1s);
  for (auto at = 0ms; at < 1h; at += 900s) EXPECT_EQ(zero.beat(kStart + at), std::nullopt);
}

TEST(Heartbeats, TellWhichRankWasSilentForTooLong) {
  ListeningRanks ranks({.ranks = 3});
  Beating zero(ranks, 0, 1s);
  std::optional<std::uint32_t> silent;
  auto at = 0ms;
  for (; !silent && at < 5000ms; at += 100ms) {
    ranks[1].post(0, MessageKind::kHeartbeat, 0);
    ranks.settle();
    silent = zero.beat(kStart + at);
  }
  EXPECT_EQ(silent, 2u);
  EXPECT_GE(at, 1000ms);
  EXPECT_LE(at, 1600ms);
}

TEST(Heartbeats, ExpectNothingOfARankThatHasSaidGoodbyeButGoOn) {
  ListeningRanks ranks({.ranks = 2});
  Beating zero(ranks, 0, 1s);
  zero.excuse(1);
  for (auto at = 0ms; at < 5000ms; at += 250ms) EXPECT_EQ(zero.beat(kStart + at), std::nullopt);
  EXPECT_EQ(zero.beat(kStart + 60s), std::nullopt) << "nor after this process was asleep";
  EXPECT_EQ(ranks.heard(1), Kinds(21, MessageKind::kHeartbeat)) << "it waits for the others";
}

TEST(Heartbeats, AreNotSaidAfterThisRanksGoodbyeButOthersAreWatched) {
  ListeningRanks ranks({.ranks = 2});
  Beating one(ranks, 1, 1s);
  one.hush();
  std::optional<std::uint32_t> silent;
  for (auto at = 0ms; !silent && at < 5000ms; at += 100ms) silent = one.beat(kStart + at);
  EXPECT_EQ(silent, 0u);
  EXPECT_EQ(ranks.heard(0), Kinds{});
}

TEST(Heartbeats, GiveTheOthersTimeAfterThisProcessWasAsleep) {
  ListeningRanks ranks({.ranks = 2});
  Beating zero(ranks, 0, 1s);
  zero.beat(kStart);
  EXPECT_EQ(zero.beat(kStart + 10s), std::nullopt) << "what was said meanwhile may not have been read";
  zero.beat(kStart + 10s + 500ms);
  zero.beat(kStart + 11s);
  EXPECT_EQ(zero.beat(kStart + 11s + 500ms), 1u);
}

// ---- Standstill. ----

TEST(Standstill, IsWhereNoRoundWasMadeForLongerThanTheLimit) {
  Standstill watch(1s, 250ms, 7, kStart);
  for (auto at = 50ms; at <= 1000ms; at += 50ms) EXPECT_FALSE(watch.look(7, kStart + at));
  EXPECT_TRUE(watch.look(7, kStart + 1050ms));
}

TEST(Standstill, IsNotWhereOneRoundWasMade) {
  Standstill watch(1s, 250ms, 7, kStart);
  for (auto at = 50ms; at <= 900ms; at += 50ms) watch.look(7, kStart + at);
  for (auto at = 950ms; at <= 1900ms; at += 50ms) EXPECT_FALSE(watch.look(8, kStart + at));
}

TEST(Standstill, IsNotWhereTheProcessWasAsleepNorWithoutALimit) {
  Standstill slept(1s, 250ms, 7, kStart), unlimited(0s, 250ms, 7, kStart);
  EXPECT_FALSE(slept.look(7, kStart + 1h));
  for (auto at = 50ms; at <= 5000ms; at += 50ms) EXPECT_FALSE(unlimited.look(7, kStart + at));
}

// ---- Idle watch. ----

TEST(IdleWatch, TellsOnceThatNothingWasDoneForLongerThanTheLimit) {
  IdleWatch watch(1s);
  for (auto at = 0ms; at <= 1000ms; at += 50ms) EXPECT_FALSE(watch.look(true, kStart + at));
  EXPECT_TRUE(watch.look(true, kStart + 1050ms));
  EXPECT_FALSE(watch.look(true, kStart + 1h));
}

TEST(IdleWatch, BeginsAnewAfterWork) {
  IdleWatch watch(1s);
  for (const auto begin : {kStart, kStart + 1h}) {
    EXPECT_FALSE(watch.look(true, begin));
    EXPECT_FALSE(watch.look(false, begin + 900ms));
    EXPECT_FALSE(watch.look(true, begin + 1000ms));
    EXPECT_FALSE(watch.look(true, begin + 1900ms));
    EXPECT_TRUE(watch.look(true, begin + 2100ms));
  }
}

// ---- StopSignals. ----

TEST(StopSignals, AskRank0OnceToStopWhereNothingIsLost) {
  StopSignals keeps(true), keeps_nothing(false);
  EXPECT_EQ(keeps.look({}, kStart).tell, 0);
  EXPECT_EQ(keeps.look({.received = SIGTERM}, kStart).tell, SIGTERM);
  EXPECT_EQ(keeps.look({.received = SIGTERM}, kStart).tell, 0) << "told already";
  EXPECT_EQ(keeps_nothing.look({.received = SIGTERM}, kStart).tell, 0) << "rank 0 was sent it, too";
  EXPECT_EQ(keeps_nothing.look({.received = SIGTERM, .notice = SIGUSR1}, kStart).tell, SIGUSR1);
}

TEST(StopSignals, EndARankThatHearsNothingMoreOfRank0AfterASignal) {
  StopSignals signals(true);
  EXPECT_EQ(signals.look({.received = SIGINT, .parcels_from_0 = 5}, kStart).die_of, 0);
  EXPECT_EQ(signals.look({.received = SIGINT, .parcels_from_0 = 5}, kStart + 2400ms).die_of, 0);
  EXPECT_EQ(signals.look({.received = SIGINT, .parcels_from_0 = 6}, kStart + 2600ms).die_of, 0);
  EXPECT_EQ(signals.look({.received = SIGINT, .parcels_from_0 = 6}, kStart + 5000ms).die_of, 0);
  EXPECT_EQ(signals.look({.received = SIGINT, .parcels_from_0 = 6}, kStart + 5100ms).die_of, SIGINT);
  EXPECT_EQ(signals.look({.notice = SIGUSR1, .parcels_from_0 = 6}, kStart + 1h).die_of, 0);
}

TEST(StopSignals, TellRank0WhichSignalAnotherRankWasSent) {
  StopSignals signals(true);
  EXPECT_EQ(signals.asked(), 0);
  signals.on_asked(SIGUSR1);
  EXPECT_EQ(signals.asked(), SIGUSR1);
}

// ---- News. ----

TEST(News, WakeAThreadThatNapsAndAreOldAfterwards) {
  News news;
  std::thread bringer([&] { news.bring(); });
  EXPECT_TRUE(news.nap(60s));
  bringer.join();
  EXPECT_FALSE(news.nap(std::chrono::microseconds(1)));
}

TEST(News, AreWhatChangesWhatTheMainThreadHasToDo) {
  EXPECT_TRUE(is_turning_point(MessageKind::kEndRun));
  EXPECT_TRUE(is_turning_point(MessageKind::kBye));
  EXPECT_FALSE(is_turning_point(MessageKind::kResult));
  EXPECT_FALSE(is_turning_point(MessageKind::kHeartbeat));
}

// ---- RankCalls. ----

int twice(int x) {
  if (x < 0) throw std::domain_error("x is " + std::to_string(x));
  return 2 * x;
}

Call call_of_twice(int x) {
  using Packed = arguments::Call<FunctionCallee<twice>, int>;
  arguments::CallPacker packer;
  arguments::Argument<int>::pack(x, packer);
  const std::span<const std::byte> bytes = packer.bytes();
  return {Packed::kernel.index, {bytes.begin(), bytes.end()}};
}

// Three ranks; messages to a rank go to its RankCalls.
class RankCallsTest : public testing::Test {
 protected:
  RankCallsTest() : ranks_({.ranks = 3, .seed = 5, .most_delay = 4}) {
    for (std::uint32_t rank = 0; rank < 3; ++rank) {
      calls_.push_back(std::make_unique<RankCalls>(ranks_[rank], std::vector<std::string>{"a", "b", "c"}));
      ranks_.listener(rank).then = [&calls = *calls_[rank]](const Said& said) {
        if (said.kind == MessageKind::kCall) calls.on_call(decoded<Call>(said));
        if (said.kind == MessageKind::kReturn) calls.on_return(said.from, decoded<Return>(said));
      };
    }
  }
  bool is_asked(std::uint32_t rank) {
    return ranks_[rank].locked([&] { return calls_[rank]->is_asked(); });
  }
  bool all_have_returned() {
    return ranks_[0].locked([&] { return calls_[0]->all_have_returned(); });
  }
  std::vector<Value> call(const Call& call) {
    calls_[0]->begin(call);
    calls_[0]->join(call);
    while (!all_have_returned()) {
      ranks_.settle(1);
      for (const std::uint32_t rank : {1u, 2u}) {
        if (is_asked(rank)) calls_[rank]->answer();
      }
    }
    return calls_[0]->take();
  }

  ListeningRanks ranks_;
  std::vector<std::unique_ptr<RankCalls>> calls_;
};

TEST_F(RankCallsTest, GatherWhatEachRankReturnsAgainAndAgain) {
  for (const int x : {3, 4}) {
    std::vector<Value> values = call(call_of_twice(x));
    ASSERT_EQ(values.size(), 3u);
    for (const Value& value : values) EXPECT_EQ(value.get<int>(), 2 * x);
    EXPECT_FALSE(is_asked(1));
  }
}

TEST_F(RankCallsTest, ThrowWhatTheFirstRankThatFailedHasThrown) {
  try {
    call(call_of_twice(-1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "run on every rank: rank 0 (a): std::domain_error: x is -1; "
                 "see what the function was given there");
  }
}

TEST_F(RankCallsTest, RefuseAFunctionThatIsNotThere) {
  try {
    call({1'000'000, {}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("there is no such function"), std::string::npos) << error.what();
  }
}

TEST_F(RankCallsTest, AreNotCompleteWhileOneRankHasNotReturned) {
  const Call call = call_of_twice(1);
  calls_[0]->begin(call);
  calls_[0]->join(call);
  for (int round = 0; round < 20; ++round) ranks_.settle();
  ASSERT_TRUE(is_asked(1));
  ASSERT_TRUE(is_asked(2));
  calls_[1]->answer();
  for (int round = 0; round < 20; ++round) ranks_.settle();
  EXPECT_FALSE(all_have_returned());
  calls_[2]->answer();
  for (int round = 0; round < 20; ++round) ranks_.settle();
  EXPECT_TRUE(all_have_returned());
}

// ---- HeldDrops. ----

TEST(HeldDrops, AreTakenOnceByRank) {
  HeldDrops drops(2);
  drops.add(1, 10);
  drops.add(0, 20);
  drops.add(1, 30);
  EXPECT_EQ(drops.take(), (std::vector<std::vector<std::uint64_t>>{{20}, {10, 30}}));
  EXPECT_EQ(drops.take(), (std::vector<std::vector<std::uint64_t>>{{}, {}}));
}

}  // namespace bask::node_parts_test
