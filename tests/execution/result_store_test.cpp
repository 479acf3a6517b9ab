// The result store: results are freed after their last reader, their bytes are counted, and pins keep inputs.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/result_store.hpp>

#include <thread>

namespace bask::result_store_test {

using Numbers = std::vector<double>;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

/// A store with a ledger of its own.
struct Store : RankMemory, ResultStore {
  Store(std::vector<std::uint32_t> uses, std::vector<Value*> constants, std::uint64_t limit)
      : RankMemory(limit, [] { return std::string(); }),
        ResultStore(std::move(uses), std::move(constants), *this, false) {}
  std::uint64_t held_bytes() { return ledger().held(); }
  void put_new(std::uint32_t position, Value value) {
    MemoryBudget none;
    room_for(position) = std::move(value);
    made(position, none);
  }
};

Value value_of(int number) {
  Value value;
  value.emplace<int>(number);
  return value;
}
Value numbers_of(std::size_t count) {
  Value value;
  value.emplace<Numbers>(count);
  return value;
}
void put(Store& store, std::uint32_t position, std::size_t numbers) {
  store.put_new(position, numbers_of(numbers));
}
const auto nothing = [](std::uint32_t) {};

TEST(ResultStore, FreesAResultWithItsLastReader) {
  Store store({2}, {}, kNoLimit);
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
  Store store({1, 1}, {}, kNoLimit);
  put(store, 0, 100);
  store.release(0);
  put(store, 1, 50);
  EXPECT_EQ(store.ledger().peak(), 800u);
}

TEST(ResultStore, RefusesAResultThatCanNeverFit) {
  Store store({1, 1}, {}, 1000);
  put(store, 0, 100);
  try {
    put(store, 1, 200);
    FAIL() << "1600 bytes are more than the limit";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "memory limit: the result has 1.56 KiB, and this rank may use 1000 B; make it in smaller "
                 "pieces, or raise --bask-memory-limit");
  }
  EXPECT_EQ(store.held_bytes(), 800u);
  store.discard(1);
  store.release(0);
  put(store, 1, 100);
}

TEST(ResultStore, TakesFromTheBudgetOfTheUnitBeforeItTakesMore) {
  Store store({1, 1, 1}, {}, kNoLimit);
  MemoryBudget budget{1000};
  store.ledger().take(MemoryKind::kResults, 1000);
  store.room_for(0) = numbers_of(100);
  store.made(0, budget);
  EXPECT_EQ(budget.left, 200u);
  EXPECT_EQ(store.held_bytes(), 1000u);
  store.room_for(1) = numbers_of(100);
  store.made(1, budget);
  EXPECT_EQ(budget.left, 0u);
  EXPECT_EQ(store.held_bytes(), 1600u);
  EXPECT_EQ(store.release(0, &budget), 800u);
  EXPECT_EQ(budget.left, 800u) << "for the next tasks of the unit";
  EXPECT_EQ(store.held_bytes(), 1600u);
}

TEST(ResultStore, CountsWhatWasMovedFromNoMore) {
  Store store({1, 1}, {}, 1000);
  put(store, 0, 100);
  const std::vector<Source> sources{{0}};
  std::vector<Input> room;
  Pins inputs = store.pin(sources, true, room);
  ASSERT_TRUE(inputs.inputs()[0].last_use);
  store.room_for(1).emplace<Numbers>(std::move(inputs.inputs()[0].value->get_mutable<Numbers>()));
  MemoryBudget budget{inputs.count_moved()};
  store.made(1, budget);
  EXPECT_EQ(store.held_bytes(), 800u);
  inputs.release(
      {}, [](std::uint32_t, std::uint64_t) { ADD_FAILURE() << "nothing was left to be freed"; }, nothing);
  EXPECT_EQ(store.release(1), 800u);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, GivesAResultAwayForGood) {
  Store store({1, 1}, {}, kNoLimit);
  put(store, 0, 10);
  store.put(1, value_of(5));
  EXPECT_EQ(store.take(0).get<Numbers>().size(), 10u);
  EXPECT_EQ(store.take(1).get<int>(), 5);
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, KeepsSmallNumbersUntilTheEnd) {
  Store store({1}, {}, 0);
  store.put(0, value_of(3));
  EXPECT_EQ(store.release(0), 0u);
  EXPECT_EQ(store.at(0u).get<int>(), 3);
}

TEST(ResultStore, FreesOnceWhenReadersEndTogether) {
  for (int round = 0; round < 200; ++round) {
    Store store({2}, {}, kNoLimit);
    put(store, 0, 10);
    std::uint64_t freed = 0;
    std::thread other([&] { freed = store.release(0); });
    const std::uint64_t mine = store.release(0);
    other.join();
    ASSERT_EQ(freed + mine, 80u);
    ASSERT_EQ(store.held_bytes(), 0u);
  }
}

struct Pinned : testing::Test {
  Pinned() : store({1, 2, 1}, {&constant}, kNoLimit) {
    put(store, 0, 10);
    put(store, 1, 20);
    store.put(2, value_of(7));
  }
  Value constant = value_of(3);
  Store store;
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
  first.release({}, note, nothing);
  EXPECT_EQ(freed, std::vector<std::uint32_t>{0});
  EXPECT_EQ(store.held_bytes(), 160u);
  const std::vector<Source> rest{{1}};
  Pins second = store.pin(rest, false, room);
  second.release({}, note, nothing);
  EXPECT_EQ(freed, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(store.held_bytes(), 0u);
}

TEST(ResultStore, GivesWhatWasAskedForAndTheLastOfEqualTargetsMayBeMoved) {
  Value constant = value_of(3);
  Store store({2, 1}, {&constant}, kNoLimit);
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
