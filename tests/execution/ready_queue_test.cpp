// Ready queues, the ReadySet of the queues of all threads, and parking: every unit comes out once, the most
// urgent first, and no sleeping thread is forgotten.
#include <gtest/gtest.h>
#include <bask/execution/parking.hpp>
#include <bask/execution/ready_queue.hpp>
#include <bask/execution/ready_set.hpp>

#include <algorithm>
#include <thread>

namespace bask::ready_queue_test {

using Units = std::vector<std::uint32_t>;

std::vector<ReadyUnit> ready(const Units& units) {
  std::vector<ReadyUnit> all;
  for (const std::uint32_t unit : units) all.push_back({unit, unit});
  return all;
}

Units drained(ReadyQueue& queue) {
  Units units;
  while (const auto unit = queue.push_and_pop({}).unit) units.push_back(*unit);
  return units;
}

TEST(ReadyQueue, IsEmptyAtFirst) {
  ReadyQueue queue;
  EXPECT_FALSE(queue.push_and_pop({}).unit.has_value());
  EXPECT_EQ(queue.size(), 0u);
}

TEST(ReadyQueue, GivesTheSmallestFirstOfRootsAndPushed) {
  ReadyQueue queue;
  queue.set_roots(ready({1, 5, 9}));
  const ReadyQueue::Next next = queue.push_and_pop(ready({7, 3, 0, 8}));
  EXPECT_EQ(next.unit, 0u);
  EXPECT_EQ(next.left, 6u);
  EXPECT_EQ(queue.size(), 6u);
  EXPECT_EQ(drained(queue), (Units{1, 3, 5, 7, 8, 9}));
}

TEST(ReadyQueue, GivesWhatIsPushedWhenThatIsTheMostUrgent) {
  ReadyQueue queue;
  queue.set_roots(ready({10, 20}));
  EXPECT_EQ(queue.push_and_pop(ready({5})).unit, 5u);
  EXPECT_EQ(queue.push_and_pop({}).unit, 10u);
  EXPECT_EQ(queue.push_and_pop(ready({15})).unit, 15u);
}

void expect_steals_half(ReadyQueue& queue, Units all) {
  std::vector<ReadyUnit> stolen;
  ASSERT_TRUE(queue.steal(stolen));
  EXPECT_EQ(stolen.size(), (all.size() + 1) / 2);
  Units together = drained(queue);
  EXPECT_TRUE(all.size() == 1 || together.front() == all.front());  // the most urgent stays
  for (const ReadyUnit& unit : stolen) together.push_back(unit.unit);
  std::sort(together.begin(), together.end());
  EXPECT_EQ(together, all);
}

TEST(ReadyQueue, GivesAHeadStartToWhatStandsEarlierThanItsNumber) {
  ReadyQueue queue;
  EXPECT_EQ(queue.push_and_pop(std::vector<ReadyUnit>{{5, 5}, {2, 66}, {3, 3}}).unit, 66u);
  EXPECT_EQ(drained(queue), (Units{3, 5}));
}

TEST(ReadyQueue, LosesHalfOfItsRootsToAThief) {
  for (const Units& all : {Units{4}, Units{1, 2}, Units{1, 2, 3, 4, 5}}) {
    ReadyQueue queue;
    queue.set_roots(ready(all));
    expect_steals_half(queue, all);
  }
}

TEST(ReadyQueue, LosesHalfOfWhatWasPushedToAThief) {
  ReadyQueue queue;
  EXPECT_EQ(queue.push_and_pop(ready({6, 2, 4, 1, 5, 3})).unit, 1u);
  expect_steals_half(queue, {2, 3, 4, 5, 6});
}

// Units 0 and 1 are read by unit 2, units 3 and 4 by unit 5, and so on.
TEST(ReadyQueue, KeepsTogetherWhatIsReadTogether) {
  for (const bool pushed : {false, true}) {
    ReadyQueue queue;
    Units all;
    for (std::uint32_t reader = 2; reader < 23; reader += 3) all.insert(all.end(), {reader - 2, reader - 1});
    if (pushed) {
      queue.push(ready(all));
    } else {
      queue.set_roots(ready(all));
    }
    std::vector<ReadyUnit> stolen;
    ASSERT_TRUE(queue.steal(stolen));
    EXPECT_EQ(stolen.size(), 6u);
    for (std::size_t unit = 0; unit < stolen.size(); unit += 2)
      EXPECT_EQ(stolen[unit].place + 1, stolen[unit + 1].place);
    EXPECT_EQ(drained(queue).size(), 8u);
  }
}

TEST(ReadyQueue, HasNothingToStealWhenEmpty) {
  ReadyQueue queue;
  std::vector<ReadyUnit> stolen;
  EXPECT_FALSE(queue.steal(stolen));
  queue.push_and_pop(ready({1}));
  EXPECT_FALSE(queue.steal(stolen));
  EXPECT_TRUE(stolen.empty());
}

TEST(ReadyQueue, GivesEachUnitOnceHoweverManyThievesThereAre) {
  constexpr std::uint32_t kUnits = 20'000;
  ReadyQueue queue;
  Units roots(kUnits / 2);
  for (std::uint32_t i = 0; i < kUnits / 2; ++i) roots[i] = 2 * i;
  queue.set_roots(ready(roots));
  std::vector<std::atomic<int>> taken(kUnits);
  std::atomic<bool> done{false};
  const auto thief = [&] {
    std::vector<ReadyUnit> stolen;
    while (!done || queue.size() != 0) {
      stolen.clear();
      if (queue.steal(stolen)) {
        for (const ReadyUnit& unit : stolen) ++taken[unit.unit];
      }
    }
  };
  std::thread one(thief), two(thief);
  for (std::uint32_t i = 0; i < kUnits / 2; ++i) {
    if (const auto unit = queue.push_and_pop(ready({2 * i + 1})).unit) ++taken[*unit];
  }
  done = true;
  one.join();
  two.join();
  for (const std::uint32_t unit : drained(queue)) ++taken[unit];
  EXPECT_TRUE(std::all_of(taken.begin(), taken.end(), [](const auto& times) { return times == 1; }));
}

TEST(Parking, WakesASleeperForEachPieceOfWork) {
  constexpr int kPieces = 2000;
  Parking parking;
  std::atomic<int> pieces{0};
  int taken = 0;
  std::thread worker([&] {
    while (taken < kPieces) {
      parking.wait_for_work([&] { return pieces.load() != 0; });
      taken += pieces.exchange(0);
    }
  });
  for (int i = 0; i < kPieces; ++i) {
    pieces.fetch_add(1);
    parking.wake_one();
    if (i % 100 == 0) {
      while (pieces.load() != 0) std::this_thread::yield();  // so that the worker goes to sleep now and then
    }
  }
  worker.join();
  EXPECT_EQ(taken, kPieces);
}

TEST(Parking, WakesEverybodyAtOnce) {
  Parking parking;
  std::atomic<bool> over{false};
  std::atomic<int> returned{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!over) parking.wait_for_work([&] { return over.load(); });
      ++returned;
    });
  }
  over = true;
  parking.wake_all();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(returned, 4);
}

Units drained(ReadySet& set, unsigned thread) {
  Units units;
  while (const auto unit = set.next(thread).unit) units.push_back(*unit);
  return units;
}

TEST(ReadySet, DealsNeighboursToOneThread) {
  ReadySet set(2);
  set.deal(Units({0, 1, 2, 3, 4}), false);
  EXPECT_EQ(set.size(), 5u);
  EXPECT_EQ(drained(set, 0), (Units{0, 1}));
  EXPECT_EQ(drained(set, 1), (Units{2, 3, 4}));
}

TEST(ReadySet, LetsThreadsTakeTurnsWhereSomeUnitsAreUrgent) {
  ReadySet set(2);
  set.deal(Units({0, 1, 2, 3, 4}), true);
  EXPECT_EQ(drained(set, 0), (Units{0, 2, 4}));
  EXPECT_EQ(drained(set, 1), (Units{1, 3}));
}

TEST(ReadySet, ShowsWhatAThreadHasFoundWithItsNextUnit) {
  ReadySet set(2);
  set.found(0) = ready({3, 1, 2});
  EXPECT_FALSE(set.any_before_sleep());
  EXPECT_EQ(set.next(0).unit, 1u);
  EXPECT_TRUE(set.any_before_sleep());
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.steal(1));
  EXPECT_EQ(set.size(), 2u) << "others may steal it in turn";
  EXPECT_EQ(drained(set, 1).size(), 1u);
  EXPECT_EQ(drained(set, 0).size(), 1u);
  EXPECT_FALSE(set.steal(1)) << "nothing is left";
}

TEST(ReadySet, SharesOutWhatTheFeedingThreadHasFound) {
  ReadySet set(2);
  set.found(set.feeder()) = ready({0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(set.feed(1), 8u);
  EXPECT_EQ(set.feed(1), 0u) << "once";
  EXPECT_EQ(drained(set, 1), (Units{0, 1, 2, 3}));
  EXPECT_EQ(drained(set, 0), (Units{4, 5, 6, 7}));
}

TEST(ReadySet, GivesUpTheLessUrgentHalfOfEveryQueue) {
  ReadySet set(2);
  set.deal(Units({0, 1, 2, 3, 4, 5, 6, 7}), false);
  Units taken;
  for (const ReadyUnit& unit : set.take_half()) taken.push_back(unit.unit);
  std::ranges::sort(taken);
  EXPECT_EQ(taken, (Units{2, 3, 6, 7}));
  EXPECT_EQ(drained(set, 0), (Units{0, 1}));
  set.drop_roots();
  EXPECT_EQ(set.size(), 0u);
}

}  // namespace bask::ready_queue_test
