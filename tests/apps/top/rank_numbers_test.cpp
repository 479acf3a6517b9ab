#include <gtest/gtest.h>

#include <top/rank_numbers.hpp>

#include "sample_state.hpp"

namespace {

using top::RankOrder;
using top::StateView;

// Bins of a second; the rank was busy in the last of ten.
StateView busy_at_last() {
  StateView state = top::parse_state(sample_state().dump());
  state.ranks[0].heard = state.job.now = 10;
  state.ranks[0].series.busy = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return state;
}

TEST(RankNumbers, AreOfTheLastTwoSecondsWhileTheJobRuns) {
  const StateView state = busy_at_last();
  EXPECT_DOUBLE_EQ(rank_now(state, state.ranks[0]).busy, 0.5);
  EXPECT_DOUBLE_EQ(rank_now(state, state.ranks[0]).in, 2048);
}

TEST(RankNumbers, AreOfAllOfItsTimeOnceTheJobHasEnded) {
  StateView state = busy_at_last();
  state.job.ended = 10;
  EXPECT_DOUBLE_EQ(rank_now(state, state.ranks[0]).busy, 0.1);
}

TEST(RankNumbers, CountTheLastBinForTheTimeThatItHasLasted) {
  StateView state = busy_at_last();
  state.bin_width = 20;  // of the first bin half has gone by, all of it busy
  state.ranks[0].series.busy = {0.5};
  EXPECT_DOUBLE_EQ(rank_now(state, state.ranks[0]).busy, 1);
  EXPECT_DOUBLE_EQ(busy_history(state, state.ranks[0], 4).back(), 1);
}

TEST(RankNumbers, HistoryEndsNow) {
  const StateView state = busy_at_last();
  EXPECT_EQ(busy_history(state, state.ranks[0], 3), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(busy_history(state, state.ranks[0], 0), std::vector<double>{});
}

TEST(RankNumbers, OrderRanksByWhatIsAskedFor) {
  StateView state = top::parse_state(sample_state().dump());
  EXPECT_EQ(ordered_ranks(state, RankOrder::kBusy), (std::vector<std::size_t>{0, 1}));
  state.ranks[0].series.busy.assign(10, 0.1);
  state.ranks[1].held = 1 << 30;
  EXPECT_EQ(ordered_ranks(state, RankOrder::kBusy), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(ordered_ranks(state, RankOrder::kMemory), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(ordered_ranks(state, RankOrder::kRank), (std::vector<std::size_t>{0, 1}));
}

TEST(RankNumbers, TellARankThatIsSilent) {
  StateView state = busy_at_last();
  EXPECT_EQ(rank_silence(state, state.ranks[0]), 0);
  state.ranks[0].heard = 3;
  EXPECT_EQ(rank_silence(state, state.ranks[0]), 7);
  state.job.ended = 10;
  EXPECT_EQ(rank_silence(state, state.ranks[0]), 0);
}

}  // namespace
