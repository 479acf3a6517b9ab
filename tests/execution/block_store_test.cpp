// The block store: results go with their last reader, and what they hold is counted.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/block_store.hpp>

#include <thread>

namespace bask {
namespace {

using Numbers = std::vector<double>;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

void put(BlockStore& store, std::uint32_t position, std::size_t numbers) {
  store.slot(position).emplace<Numbers>(numbers);
  store.stored(position);
}

TEST(BlockStore, FreesAResultWithItsLastReader) {
  BlockStore store({2}, kNoLimit);
  put(store, 0, 100);
  EXPECT_EQ(store.held_bytes(), 800u);
  EXPECT_FALSE(store.has_one_use_left(0));
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_TRUE(store.has_one_use_left(0));
  EXPECT_TRUE(store.slot(0).has_value());
  EXPECT_EQ(store.release(0), 800u);
  EXPECT_FALSE(store.slot(0).has_value());
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(BlockStore, RemembersTheMostThatWasHeld) {
  BlockStore store({1, 1}, kNoLimit);
  put(store, 0, 100);
  store.release(0);
  put(store, 1, 50);
  EXPECT_EQ(store.peak_bytes(), 800u);
}

TEST(BlockStore, RefusesAResultThatPassesTheLimit) {
  BlockStore store({1, 1}, 1000);
  put(store, 0, 100);
  try {
    put(store, 1, 100);
    FAIL() << "1600 bytes are held";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "memory limit");
    EXPECT_EQ(error.happened(), "results of 1.56 KiB are held, and 1000 B are allowed");
  }
  EXPECT_EQ(store.held_bytes(), 800u);
  store.discard(1);
  store.release(0);
  put(store, 1, 100);  // now there is room
}

TEST(BlockStore, CountsWhatWasMovedFromNoMore) {
  BlockStore store({1, 1}, 1000);
  put(store, 0, 100);
  store.slot(1).emplace<Numbers>(std::move(store.slot(0).get_mutable<Numbers>()));
  store.recount(0);
  store.stored(1);
  EXPECT_EQ(store.held_bytes(), 800u);
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_EQ(store.release(1), 800u);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(BlockStore, GivesAResultAwayForGood) {
  BlockStore store({1, 1}, kNoLimit);
  put(store, 0, 10);
  store.slot(1).emplace<int>(5);
  store.stored(1);
  EXPECT_EQ(store.take(0).get<Numbers>().size(), 10u);
  EXPECT_EQ(store.take(1).get<int>(), 5);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(BlockStore, KeepsSmallNumbersUntilTheEnd) {
  BlockStore store({1}, 0);
  store.slot(0).emplace<int>(3);
  store.stored(0);
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_EQ(store.slot(0).get<int>(), 3);
}

TEST(BlockStore, FreesOnceWhenReadersEndTogether) {
  for (int round = 0; round < 200; ++round) {
    BlockStore store({2}, kNoLimit);
    put(store, 0, 10);
    std::uint64_t freed = 0;
    std::thread other([&] { freed = store.release(0); });
    const std::uint64_t mine = store.release(0);
    other.join();
    ASSERT_EQ(freed + mine, 80u);
    ASSERT_EQ(store.held_bytes(), 0u);
  }
}

TEST(CountDown, TellsExactlyOneThreadThatItWasTheLast) {
  for (int round = 0; round < 200; ++round) {
    std::uint32_t counter = 3;
    std::atomic<int> last{0};
    const auto lower = [&] { last += count_down(counter); };
    std::thread a(lower), b(lower);
    lower();
    a.join();
    b.join();
    ASSERT_EQ(last, 1);
  }
}

}  // namespace
}  // namespace bask
