// Who steals from whom: a thief asks the most loaded rank, one at a time,
// and more and more rarely where all refuse.
#include <gtest/gtest.h>
#include <bask/cluster/balancer.hpp>

namespace bask::balancer_test {

using Asks = std::vector<Balancer::Ask>;
using std::chrono::milliseconds;

constexpr Balancer::Clock::time_point kNow = Balancer::Clock::time_point(std::chrono::hours(1));

Balancer begun(std::vector<std::uint32_t> units) {
  Balancer balancer;
  balancer.begin(std::move(units));
  return balancer;
}

TEST(Balancer, AsksNobodyWhileNoRankIsDry) {
  Balancer balancer = begun({10, 0, 5});
  EXPECT_EQ(balancer.asks(kNow), Asks{});
}

TEST(Balancer, AsksTheRankWithMostReadyUnits) {
  Balancer balancer = begun({10, 0, 10, 10});
  balancer.on_progress(0, 9, 2);
  balancer.on_progress(2, 5, 4);
  balancer.on_progress(3, 8, 3);
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{2, 1}}));
}

TEST(Balancer, PrefersTheRankWithMoreToDoWhereAsManyAreReady) {
  Balancer balancer = begun({10, 10, 10, 0});
  balancer.on_progress(0, 5, 3);
  balancer.on_progress(1, 9, 3);
  balancer.on_progress(2, 7, 3);
  balancer.on_dry(3);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{1, 3}}));
}

TEST(Balancer, AsksARankThatHasUnitsLeftThoughNoneWasReady) {
  Balancer balancer = begun({4, 0});
  balancer.on_progress(0, 3, 0);
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{0, 1}}));
}

TEST(Balancer, AsksNoRankTwiceForOneThiefAtATime) {
  Balancer balancer = begun({10, 10, 0});
  balancer.on_dry(2);
  EXPECT_EQ(balancer.asks(kNow).size(), 1u);
  EXPECT_EQ(balancer.asks(kNow + std::chrono::hours(1)), Asks{});
}

TEST(Balancer, AsksForEveryDryRankAndSpreadsThemOverTheLoadedOnes) {
  Balancer balancer = begun({10, 8, 0, 0});
  balancer.on_dry(2);
  balancer.on_dry(3);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{0, 2}, {1, 3}}));  // 0 has 5 left once 2 has its half
}

TEST(Balancer, NeverAsksTheThiefNorAnotherDryRank) {
  Balancer balancer = begun({100, 100});
  balancer.on_dry(0);
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow), Asks{});
}

TEST(Balancer, NeverAsksARankThatIsDone) {
  Balancer balancer = begun({10, 0});
  balancer.on_progress(0, 0, 0);
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow), Asks{});
}

TEST(Balancer, AsksTheNextWhenOneHasRefused) {
  Balancer balancer = begun({10, 5, 0});
  balancer.on_dry(2);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{0, 2}}));
  balancer.on_refused({0, 2});
  EXPECT_EQ(balancer.asks(kNow), (Asks{{1, 2}}));
}

TEST(Balancer, BacksOffToTenAsksASecondAndNoFurther) {
  Balancer balancer = begun({10, 0});
  balancer.on_dry(1);
  std::vector<milliseconds> asked;
  for (milliseconds at{0}; at < std::chrono::seconds(2); at += milliseconds(1)) {
    for (const Balancer::Ask& ask : balancer.asks(kNow + at)) {
      asked.push_back(at);
      balancer.on_refused(ask);
    }
  }
  ASSERT_GT(asked.size(), 10u);
  for (std::size_t i = 2; i < asked.size(); ++i) {
    const milliseconds pause = asked[i] - asked[i - 1];
    EXPECT_GE(pause, asked[i - 1] - asked[i - 2]);
    EXPECT_LE(pause, milliseconds(102));
  }
  EXPECT_LE(asked[1] - asked[0], milliseconds(4));
  EXPECT_GE(asked.back() - asked[asked.size() - 2], milliseconds(99));
}

TEST(Balancer, BeginsToAskAnewWhenARankRunsDryAgain) {
  Balancer balancer = begun({10, 0});
  balancer.on_dry(1);
  for (milliseconds at{0}; at < std::chrono::seconds(1); at += milliseconds(1)) {
    for (const Balancer::Ask& ask : balancer.asks(kNow + at)) balancer.on_refused(ask);
  }
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow + std::chrono::seconds(1)), (Asks{{0, 1}}));
}

TEST(Balancer, ForgetsADryRankThatHasWork) {
  Balancer balancer = begun({10, 5});
  balancer.on_dry(1);
  balancer.on_progress(1, 5, 3);
  EXPECT_EQ(balancer.asks(kNow), Asks{});
  balancer.on_dry(0);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{1, 0}})) << "it may be stolen from again";
}

TEST(Balancer, BeginsEachRunAfresh) {
  Balancer balancer = begun({10, 0});
  balancer.on_dry(1);
  balancer.asks(kNow);
  balancer.on_refused({0, 1});
  balancer.begin({10, 10});
  EXPECT_EQ(balancer.asks(kNow), Asks{});
  balancer.on_dry(1);
  EXPECT_EQ(balancer.asks(kNow), (Asks{{0, 1}}));
}

}  // namespace bask::balancer_test
