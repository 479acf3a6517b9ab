// The result store: results are freed after their last reader, their bytes are counted, and pins keep inputs.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/result_store.hpp>

#include <thread>

namespace bask::result_store_test {

using Numbers = std::vector<double>;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

void put(ResultStore& store, std::uint32_t position, std::size_t numbers) {
  store.room_for(position).emplace<Numbers>(numbers);
  store.made(position);
}

TEST(ResultStore, FreesAResultWithItsLastReader) {
  ResultStore store({2}, {}, kNoLimit);
  put(store, 0, 100);
  EXPECT_EQ(store.held_bytes(), 800u);
  EXPECT_FALSE(store.has_one_use_left(0));
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_TRUE(store.has_one_use_left(0));
  EXPECT_TRUE(store.at(0u).has_value());
  EXPECT_EQ(store.release(0), 800u);
  EXPECT_FALSE(store.at(0u).has_value());
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, RemembersTheMostThatWasHeld) {
  ResultStore store({1, 1}, {}, kNoLimit);
  put(store, 0, 100);
  store.release(0);
  put(store, 1, 50);
  EXPECT_EQ(store.peak_bytes(), 800u);
}

TEST(ResultStore, RefusesAResultThatPassesTheLimit) {
  ResultStore store({1, 1}, {}, 1000);
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

TEST(ResultStore, CountsWhatWasMovedFromNoMore) {
  ResultStore store({1, 1}, {}, 1000);
  put(store, 0, 100);
  const std::vector<Source> sources{{0}};
  std::vector<Input> room;
  Pins inputs = store.pin(sources, true, room);
  ASSERT_TRUE(inputs.inputs()[0].last_use);
  store.room_for(1).emplace<Numbers>(std::move(inputs.inputs()[0].value->get_mutable<Numbers>()));
  inputs.count_moved();
  store.made(1);
  EXPECT_EQ(store.held_bytes(), 800u);
  inputs.release([](std::uint32_t, std::uint64_t) { ADD_FAILURE() << "nothing was left to be freed"; });
  EXPECT_EQ(store.release(1), 800u);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, GivesAResultAwayForGood) {
  ResultStore store({1, 1}, {}, kNoLimit);
  put(store, 0, 10);
  store.room_for(1).emplace<int>(5);
  store.made(1);
  EXPECT_EQ(store.take(0).get<Numbers>().size(), 10u);
  EXPECT_EQ(store.take(1).get<int>(), 5);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, KeepsSmallNumbersUntilTheEnd) {
  ResultStore store({1}, {}, 0);
  store.room_for(0).emplace<int>(3);
  store.made(0);
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_EQ(store.at(0u).get<int>(), 3);
}

TEST(ResultStore, FreesOnceWhenReadersEndTogether) {
  for (int round = 0; round < 200; ++round) {
    ResultStore store({2}, {}, kNoLimit);
    put(store, 0, 10);
    std::uint64_t freed = 0;
    std::thread other([&] { freed = store.release(0); });
    const std::uint64_t mine = store.release(0);
    other.join();
    ASSERT_EQ(freed + mine, 80u);
    ASSERT_EQ(store.held_bytes(), 0u);
  }
}

Value value_of(int number) {
  Value value;
  value.emplace<int>(number);
  return value;
}

struct Pinned : testing::Test {
  Pinned() : store({1, 2, 1}, {&constant}, kNoLimit) {
    put(store, 0, 10);
    put(store, 1, 20);
    store.put(2, value_of(7));
  }
  Value constant = value_of(3);
  ResultStore store;
  const std::vector<Source> sources{{0}, Source::constant(0), {1}, {2}};
  std::vector<Input> room;
};

TEST_F(Pinned, InputsComeTogetherInTheOrderOfTheirSources) {
  const Pins pins = store.pin(sources, true, room);
  ASSERT_EQ(pins.inputs().size(), 4u);
  EXPECT_EQ(pins.inputs()[0].value->get<Numbers>().size(), 10u);
  EXPECT_EQ(pins.inputs()[1].value, &constant);
  EXPECT_EQ(pins.inputs()[2].value->get<Numbers>().size(), 20u);
  EXPECT_EQ(pins.inputs()[3].value->get<int>(), 7);
}

TEST_F(Pinned, InputsMayBeMovedFromWhereNobodyElseReadsThem) {
  const auto movable = [&](bool may_move) {
    std::vector<bool> is_last;
    for (const Input& input : store.pin(sources, may_move, room).inputs()) is_last.push_back(input.last_use);
    return is_last;
  };
  EXPECT_EQ(movable(true), (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(movable(false), std::vector<bool>(4, false)) << "who may be retried needs them again";
}

TEST_F(Pinned, InputsStayForAnotherAttemptUnlessTheyAreReleased) {
  { const Pins failed = store.pin(sources, false, room); }
  EXPECT_EQ(store.held_bytes(), 240u);
  EXPECT_TRUE(store.has_one_use_left(0));
  EXPECT_FALSE(store.has_one_use_left(1));
}

TEST_F(Pinned, InputsAreFreedWithTheirLastReading) {
  std::vector<std::uint32_t> freed;
  const auto note = [&](std::uint32_t position, std::uint64_t) { freed.push_back(position); };
  Pins first = store.pin(sources, false, room);
  first.release(note);
  EXPECT_EQ(freed, std::vector<std::uint32_t>{0});
  EXPECT_EQ(store.held_bytes(), 160u);
  const std::vector<Source> rest{{1}};
  Pins second = store.pin(rest, false, room);
  second.release(note);
  EXPECT_EQ(freed, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, GivesWhatWasAskedForAndTheLastOfEqualTargetsMayBeMoved) {
  Value constant = value_of(3);
  ResultStore store({2, 1}, {&constant}, kNoLimit);
  put(store, 0, 10);
  store.put(1, value_of(7));
  const std::vector<Source> targets{{0}, {1}, Source::constant(0), {0}};
  const Results results = store.take(targets);
  ASSERT_EQ(results.targets.size(), 4u);
  EXPECT_EQ(results.targets[0].value, results.targets[3].value);
  EXPECT_FALSE(results.targets[0].last_use);
  EXPECT_TRUE(results.targets[3].last_use);
  EXPECT_EQ(results.targets[1].value->get<int>(), 7);
  EXPECT_EQ(results.targets[2].value, &constant);
  EXPECT_EQ(store.held_bytes(), 0u);
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

}  // namespace bask::result_store_test
