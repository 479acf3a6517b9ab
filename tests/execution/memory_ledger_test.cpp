// The memory ledger: what is taken in advance never passes the limit, and each kind is known.
#include <gtest/gtest.h>
#include <bask/execution/memory_ledger.hpp>

#include "../core/counted_cache.hpp"
#include "../many.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace bask::memory_ledger_test {

std::uint64_t cached = 0;
const bool is_known = add_counted_cache<cached>();

TEST(MemoryLedger, GivesNoMoreThanTheLimitInAdvance) {
  MemoryLedger ledger(100);
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 60));
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 41));
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 40));
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 0));
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 1));
  ledger.give_back(MemoryKind::kResults, 1);
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 1));
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 101)) << "more than there is at all";
  EXPECT_EQ(ledger.held(), 100u);
}

TEST(MemoryLedger, LeavesWhatIsToBeSpared) {
  MemoryLedger ledger(100);
  EXPECT_FALSE(ledger.try_take(MemoryKind::kTransfer, 80, 30));
  EXPECT_TRUE(ledger.try_take(MemoryKind::kTransfer, 70, 30));
  EXPECT_FALSE(ledger.try_take(MemoryKind::kTransfer, 1, 30));
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 30));
}

TEST(MemoryLedger, CountsWhatIsThereAlreadyAboveTheLimitToo) {
  MemoryLedger ledger(100);
  ledger.take(MemoryKind::kConstants, 150);
  EXPECT_EQ(ledger.held(), 150u);
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 0)) << "room must be made first";
  ledger.give_back(MemoryKind::kConstants, 150);
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 100));
}

TEST(MemoryLedger, TellsTheKindsApart) {
  MemoryLedger ledger(1000);
  ledger.take(MemoryKind::kConstants, 100);
  ledger.take(MemoryKind::kResults, 50);
  ledger.move(MemoryKind::kResults, MemoryKind::kPersisted, 20);
  EXPECT_EQ(ledger.held(MemoryKind::kConstants), 100u);
  EXPECT_EQ(ledger.held(MemoryKind::kPersisted), 20u);
  EXPECT_EQ(ledger.held(MemoryKind::kResults), 30u);
  EXPECT_EQ(ledger.held(), 150u);
  ledger.move(MemoryKind::kPersisted, MemoryKind::kResults, 20);
  EXPECT_EQ(ledger.held(MemoryKind::kPersisted), 0u);
  EXPECT_EQ(ledger.held(MemoryKind::kResults), 50u);
}

TEST(MemoryLedger, TakesScratchTogetherWithTheResultThatItIsFor) {
  MemoryLedger ledger(100);
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 101, 0, 40));
  EXPECT_EQ(ledger.held(MemoryKind::kScratch), 0u) << "nothing was taken";
  ASSERT_TRUE(ledger.try_take(MemoryKind::kResults, 90, 0, 40));
  EXPECT_EQ(ledger.held(), 90u);
  EXPECT_EQ(ledger.held(MemoryKind::kScratch), 40u);
  EXPECT_EQ(ledger.held(MemoryKind::kResults), 50u);
  ledger.move(MemoryKind::kScratch, MemoryKind::kResults, 40);
  ledger.give_back(MemoryKind::kResults, 90);
  EXPECT_EQ(ledger.held(), 0u);
  EXPECT_EQ(ledger.peak(), 90u);
  EXPECT_EQ(ledger.peak(MemoryKind::kScratch), 40u);
}

TEST(MemoryLedger, TellsThePeakOfResultsApartFromAllOthers) {
  MemoryLedger ledger(1000);
  ledger.take(MemoryKind::kConstants, 100);
  ledger.take(MemoryKind::kResults, 300);
  ledger.give_back(MemoryKind::kResults, 250);
  ledger.take(MemoryKind::kTransfer, 400);
  ledger.take(MemoryKind::kResults, 50);
  EXPECT_EQ(ledger.peak(), 600u);
  EXPECT_EQ(ledger.peak(MemoryKind::kResults), 300u);
  EXPECT_EQ(ledger.peak(MemoryKind::kConstants), 100u);
  EXPECT_EQ(ledger.peak(MemoryKind::kTransfer), 400u);
}

TEST(MemoryLedger, HasCachesGiveUpWhatDoesNotFitBesideIt) {
  MemoryLedger ledger(100);
  cached = 70;
  ASSERT_TRUE(ledger.try_take(MemoryKind::kResults, 30));
  EXPECT_EQ(cached, 70u) << "there is room for both";
  ASSERT_TRUE(ledger.try_take(MemoryKind::kResults, 50));
  EXPECT_EQ(cached, 70u) << "the 50 may come from there";
  ledger.fit_caches();
  EXPECT_EQ(cached, 20u) << "they have not";
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 21));
  EXPECT_EQ(cached, 20u) << "nothing was taken";
  MemoryLedger without(~std::uint64_t{0});
  ASSERT_TRUE(without.try_take(MemoryKind::kResults, 1ull << 62));
  EXPECT_EQ(cached, 20u);
  cached = 0;
}

TEST(MemoryLedger, RemembersThePeaksOfTheRun) {
  MemoryLedger ledger(1000);
  ledger.take(MemoryKind::kPersisted, 300);
  ledger.take(MemoryKind::kResults, 200);
  ledger.give_back(MemoryKind::kPersisted, 100);
  ledger.give_back(MemoryKind::kResults, 200);
  EXPECT_EQ(ledger.peak(), 500u);
  EXPECT_EQ(ledger.peak(MemoryKind::kPersisted), 300u);
  ledger.begin_peak();
  EXPECT_EQ(ledger.peak(), 200u);
  EXPECT_EQ(ledger.peak(MemoryKind::kPersisted), 200u);
}

TEST(MemoryLedger, TakesASumThatSomebodyElseKnows) {
  MemoryLedger ledger(1000);
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 300));
  ledger.set(MemoryKind::kJournal, 600);
  EXPECT_EQ(ledger.held(), 900u);
  EXPECT_EQ(ledger.held(MemoryKind::kResults), 300u);
  EXPECT_FALSE(ledger.try_take(MemoryKind::kResults, 200));
  ledger.set(MemoryKind::kJournal, 900);
  EXPECT_EQ(ledger.held(), 1200u) << "it is there, whatever the limit says";
  ledger.set(MemoryKind::kJournal, 100);
  EXPECT_EQ(ledger.held(), 400u);
  EXPECT_EQ(ledger.peak(), 1200u);
  EXPECT_EQ(ledger.peak(MemoryKind::kJournal), 900u);
  EXPECT_EQ(ledger.peak(MemoryKind::kResults), 300u);
  EXPECT_TRUE(ledger.try_take(MemoryKind::kResults, 600));
}

TEST(MemoryLedger, KnowsWhetherThereIsALimit) {
  EXPECT_TRUE(MemoryLedger(1ull << 60).has_limit());
  MemoryLedger without(~std::uint64_t{0});
  EXPECT_FALSE(without.has_limit());
  EXPECT_TRUE(without.try_take(MemoryKind::kResults, 1ull << 62));
}

TEST(MemoryLedger, ThreadsTogetherGetNoMoreThanTheLimit) {
  MemoryLedger ledger(1000);
  std::atomic<std::uint64_t> inside{0}, most{0}, refused{0};
  const auto take_and_give = [&](std::uint64_t bytes) {
    for (int round = 0; round < many(20'000); ++round) {
      if (!ledger.try_take(MemoryKind::kScratch, bytes)) {
        ++refused;
        continue;
      }
      const std::uint64_t now = inside += bytes;
      std::uint64_t before = most;
      while (now > before && !most.compare_exchange_weak(before, now)) {
      }
      inside -= bytes;
      ledger.give_back(MemoryKind::kScratch, bytes);
    }
  };
  std::vector<std::thread> threads;
  for (const std::uint64_t bytes : {400, 500, 700, 90}) threads.emplace_back(take_and_give, bytes);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 1000u);
  EXPECT_LE(ledger.peak(), 1000u);
  EXPECT_EQ(ledger.held(), 0u);
  EXPECT_EQ(ledger.held(MemoryKind::kScratch), 0u);
}

}  // namespace bask::memory_ledger_test
