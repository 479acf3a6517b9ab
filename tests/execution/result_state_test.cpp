// The state of a result: it stays while it is pinned, and is freed once, whoever is last.
#include <gtest/gtest.h>
#include <bask/execution/result_state.hpp>

#include "../many.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace bask::result_state_test {

using Place = ResultState::Place;

struct ResultStateTest : testing::Test {
  void make() {
    state.make_here(false);
    state.unpin();
  }
  void move_away() {
    make();
    state.begin_to_leave();
    state.end_leaving(true);
  }
  std::uint32_t word = 0;
  const ResultState state{word};
};

TEST_F(ResultStateTest, IsAbsentAtFirstAndPinnedByItsMaker) {
  EXPECT_EQ(state.place(), Place::kAbsent);
  EXPECT_FALSE(state.try_pin());
  state.make_here(false);
  EXPECT_EQ(state.place(), Place::kHere);
  EXPECT_TRUE(state.is_pinned());
  EXPECT_EQ(state.begin_to_leave(), Place::kHere);
  state.unpin();
  EXPECT_FALSE(state.is_pinned());
}

TEST_F(ResultStateTest, IsPinnedForEverWhereNothingIsGainedWhenItLeaves) {
  state.make_here(true);
  state.unpin_if_there();
  EXPECT_EQ(state.begin_to_leave(), Place::kHere);
}

TEST_F(ResultStateTest, IsLetGoByItsMakerOnceIfItsReadersHaveNotFreedIt) {
  state.make_here(false);
  state.unpin_if_there();
  EXPECT_FALSE(state.is_pinned());
  state.make_here(false);
  state.doom();
  state.unpin_if_there();
  EXPECT_EQ(state.place(), Place::kAbsent);
  EXPECT_FALSE(state.is_pinned());
}

TEST_F(ResultStateTest, IsFetchedFromTheRankThatAnnouncedIt) {
  state.set_announced();
  EXPECT_EQ(state.place(), Place::kAnnounced);
  EXPECT_FALSE(state.pin());
  state.begin_to_come();
  state.end_coming(true);
  EXPECT_EQ(state.place(), Place::kHere);
  EXPECT_FALSE(state.has_copy());
}

TEST_F(ResultStateTest, StaysWhileAnyReaderHasItPinned) {
  make();
  ASSERT_TRUE(state.try_pin());
  ASSERT_TRUE(state.pin());
  EXPECT_EQ(state.begin_to_leave(), Place::kHere);
  state.unpin();
  EXPECT_EQ(state.begin_to_leave(), Place::kHere);
  state.unpin();
  EXPECT_EQ(state.begin_to_leave(), Place::kLeaving);
}

TEST_F(ResultStateTest, IsReadWhileItLeavesAndThenStaysWithACopy) {
  make();
  state.begin_to_leave();
  EXPECT_TRUE(state.try_pin());
  EXPECT_EQ(state.end_leaving(true), Place::kHere);
  EXPECT_TRUE(state.has_copy());
  EXPECT_EQ(state.begin_to_leave(), Place::kHere);
  state.unpin();
  EXPECT_EQ(state.begin_to_leave(), Place::kAway) << "nothing needs to be written";
}

TEST_F(ResultStateTest, ComesBackToThoseWhoHavePinnedItMeanwhile) {
  move_away();
  EXPECT_EQ(state.place(), Place::kAway);
  const std::uint32_t before = word;
  EXPECT_FALSE(state.try_pin());
  EXPECT_EQ(word, before);
  EXPECT_FALSE(state.pin());
  state.begin_to_come();
  EXPECT_EQ(state.place(), Place::kComing);
  EXPECT_FALSE(state.try_pin());
  state.end_coming(true);
  EXPECT_EQ(state.place(), Place::kHere);
  EXPECT_TRUE(state.is_pinned());
  EXPECT_TRUE(state.has_copy());
}

TEST_F(ResultStateTest, IsAwayAgainWhenItCannotBeRead) {
  move_away();
  state.begin_to_come();
  state.end_coming(false);
  EXPECT_EQ(state.place(), Place::kAway);
  EXPECT_TRUE(state.has_copy());
}

TEST_F(ResultStateTest, StaysHereWhenItCouldNotBeWritten) {
  make();
  state.begin_to_leave();
  EXPECT_EQ(state.end_leaving(false), Place::kHere);
  EXPECT_FALSE(state.has_copy());
}

TEST_F(ResultStateTest, WhoEndsItsLeavingIsToldThatItsLastReaderIsGone) {
  make();
  state.begin_to_leave();
  EXPECT_EQ(state.doom(), Place::kLeaving);
  EXPECT_EQ(state.end_leaving(true), std::nullopt);
}

TEST_F(ResultStateTest, IsGoneAfterItsLastReadingWhereverItWas) {
  make();
  EXPECT_EQ(state.doom(), Place::kHere);
  EXPECT_EQ(state.place(), Place::kAbsent);
  move_away();
  EXPECT_EQ(state.doom(), Place::kAway);
  EXPECT_EQ(state.place(), Place::kAbsent);
}

TEST_F(ResultStateTest, AStoppedRunLetsGoOfAllPins) {
  move_away();
  state.pin();
  state.pin();
  state.unpin_all();
  EXPECT_FALSE(state.is_pinned());
  EXPECT_EQ(state.place(), Place::kAway);
}

TEST_F(ResultStateTest, IsTakenOverWithItsCopy) {
  state.place_again(false, true);
  EXPECT_EQ(state.place(), Place::kAway);
  EXPECT_TRUE(state.has_copy());
  state.place_again(true, false);
  EXPECT_EQ(state.place(), Place::kHere);
  EXPECT_FALSE(state.has_copy());
  EXPECT_FALSE(state.is_pinned());
}

// Readers pin and read; one thread moves the value away and back. A reader that has a pin finds the value.
TEST(ResultState, ReadersThatPinItFindItWhileAnotherThreadMovesIt) {
  std::uint32_t word = 0;
  const ResultState state(word);
  int value = 7;  // changed only where nobody may read it
  state.make_here(false);
  state.unpin();
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0}, read{0};
  const auto read_often = [&] {
    while (!is_over) {
      if (!state.try_pin()) continue;
      wrong += value != 7;
      ++read;
      state.unpin();
    }
  };
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 2; ++thread) readers.emplace_back(read_often);
  int moves = 0;
  for (int round = 0; round < 1'000'000 && (moves < many(3000) || read < many(3000)); ++round) {
    Place now = state.begin_to_leave();
    if (now == Place::kLeaving) now = state.end_leaving(true).value_or(Place::kAbsent);
    if (now != Place::kAway) continue;
    value = 0;
    state.begin_to_come();
    value = 7;
    state.end_coming(true);
    ++moves;
  }
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(moves, 0);
}

// The last reader and the thread that has written the result end together: one of them frees it.
TEST(ResultState, IsFreedOnceWhenItsWritingAndItsLastReadingEndTogether) {
  for (int round = 0; round < many(2000); ++round) {
    std::uint32_t word = 0;
    const ResultState state(word);
    state.make_here(false);
    state.unpin();
    state.begin_to_leave();
    ASSERT_TRUE(state.try_pin());
    bool by_writer = false;
    std::thread writer([&] { by_writer = !state.end_leaving(true); });
    const bool by_reader = state.doom() != Place::kLeaving;
    writer.join();
    ASSERT_NE(by_writer, by_reader);
  }
}

}  // namespace bask::result_state_test
