// The table of runs, the results that are held for later ones, and the turns that runs take with the pool.
#include <gtest/gtest.h>
#include <bask/cluster/held_results.hpp>
#include <bask/cluster/pool_turns.hpp>
#include <bask/cluster/run_table.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace bask::run_table_test {

struct SomeRun {
  bool is_old = false;
};

class RunTableTest : public testing::Test {
 protected:
  void keep(std::uint32_t run, const std::string& message) {
    table_.keep(run, [this, message] { followed_.push_back(message); });
  }
  void keep_for_all(std::uint32_t run, const std::string& message) {
    table_.keep_for_all(run, [this, message] { followed_.push_back(message); });
  }
  void begin(std::uint32_t run) { table_.begin(run, std::make_shared<SomeRun>()); }
  std::vector<std::string> followed() {
    for (const auto& follow : table_.take_ready()) follow();
    return std::exchange(followed_, {});
  }
  using Messages = std::vector<std::string>;

  RunTable<SomeRun> table_;

 private:
  std::vector<std::string> followed_;
};

TEST_F(RunTableTest, KeepsTheMessagesOfEachRunUntilItBegins) {
  keep(2, "a");
  keep(1, "b");
  keep(2, "c");
  EXPECT_EQ(followed(), Messages{});
  begin(2);
  EXPECT_EQ(followed(), (Messages{"a", "c"}));
  begin(1);
  EXPECT_EQ(followed(), Messages{"b"});
  EXPECT_EQ(followed(), Messages{});
}

TEST_F(RunTableTest, KnowsWhichRunsAreEarly) {
  EXPECT_TRUE(table_.is_early(1));
  begin(2);
  EXPECT_FALSE(table_.is_early(2));
  EXPECT_TRUE(table_.is_early(1));
  EXPECT_TRUE(table_.any_is_early(2));
  table_.end(1);
  EXPECT_FALSE(table_.is_early(1));
  EXPECT_FALSE(table_.any_is_early(2));
  EXPECT_TRUE(table_.any_is_early(3));
}

TEST_F(RunTableTest, DropsTheMessagesOfARunThatEndsBeforeItBegins) {
  keep(1, "a");
  keep(2, "b");
  table_.end(1);
  EXPECT_EQ(followed(), Messages{});
  EXPECT_EQ(table_.find(1), nullptr);
  begin(2);
  EXPECT_EQ(followed(), Messages{"b"});
}

TEST_F(RunTableTest, KeepsWhatIsSaidOfAllRunsUntilEachHasBegunOrEnded) {
  keep_for_all(3, "all");
  begin(3);
  EXPECT_EQ(followed(), Messages{});
  table_.end(3);
  EXPECT_EQ(followed(), Messages{}) << "it waits for others, though its own run has ended";
  begin(1);
  EXPECT_EQ(followed(), Messages{});
  table_.end(2);
  EXPECT_EQ(followed(), Messages{"all"});
}

TEST_F(RunTableTest, HasRunsInOrderUntilTheyAreForgotten) {
  begin(2);
  begin(1);
  table_.end(2);
  ASSERT_NE(table_.find(2), nullptr) << "its threads may still be inside";
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, run] : table_.runs()) numbers.push_back(number);
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{1, 2}));
  table_.find(2)->is_old = true;
  table_.forget_if([](const SomeRun& run) { return run.is_old; });
  EXPECT_EQ(table_.find(2), nullptr);
  EXPECT_NE(table_.find(1), nullptr);
  table_.forget(1);
  EXPECT_TRUE(table_.runs().empty());
  EXPECT_FALSE(table_.is_early(1)) << "it stays known";
}

// ---- HeldResults. ----

TEST(HeldResults, StayUntilTheyAreDroppedAndForThoseWhoReadThem) {
  HeldResults held(3);
  const auto value = std::make_shared<Value>();
  value->emplace<int>(7);
  held.hold(10, value);
  const HeldResults::Shared reader = held.at(10);
  EXPECT_EQ(held.size(), 1u);
  held.drop({9, 10});
  EXPECT_EQ(held.size(), 0u);
  EXPECT_EQ(reader->get<int>(), 7);
}

TEST(HeldResults, RefuseWhatIsNotThere) {
  const HeldResults held(3);
  try {
    held.at(10);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "persisted result: rank 3 does not hold it; this is an error in the runtime");
  }
}

// ---- PoolTurns. ----

TEST(PoolTurns, GiveThePoolToOneRunUntilAllThreadsHaveComeOut) {
  ThreadPool pool(2, Pin::kOff);
  PoolTurns<SomeRun> turns(&pool);
  EXPECT_TRUE(turns.has_pool());
  EXPECT_TRUE(turns.is_free());
  const auto run = std::make_shared<SomeRun>();
  std::atomic<int> inside{0};
  std::atomic<bool> is_open{false};
  turns.enter(
      run,
      [&](unsigned) {
        ++inside;
        while (!is_open) std::this_thread::yield();
      },
      [] { FAIL() << "nobody has to be stopped"; });
  turns.look();
  EXPECT_FALSE(turns.is_free());
  EXPECT_TRUE(turns.is_inside(*run));
  is_open = true;
  while (!turns.is_free()) turns.look();
  EXPECT_EQ(inside, 2);
  EXPECT_FALSE(turns.is_inside(*run));
}

TEST(PoolTurns, StopARunThatIsLeftWhileThreadsAreInside) {
  ThreadPool pool(1, Pin::kOff);
  PoolTurns<SomeRun> turns(&pool);
  std::atomic<bool> is_stopped{false};
  turns.enter(
      std::make_shared<SomeRun>(),
      [&](unsigned) {
        while (!is_stopped) std::this_thread::yield();
      },
      [&] { is_stopped = true; });
  turns.leave();
  EXPECT_TRUE(is_stopped);
  EXPECT_TRUE(turns.is_free());
}

TEST(PoolTurns, AreNoneWithoutAPool) {
  PoolTurns<SomeRun> turns(nullptr);
  EXPECT_FALSE(turns.has_pool());
  turns.look();
  EXPECT_TRUE(turns.is_free());
}

}  // namespace bask::run_table_test
