#include <gtest/gtest.h>

#include <top/user_view.hpp>

namespace {

using top::after;
using top::Key;
using top::Pane;
using top::PaneExtents;
using top::UserView;

constexpr PaneExtents kDrawn{{{10, 4}, {100, 8}, {0, 0}}};

UserView after_all(UserView view, std::initializer_list<Key> keys) {
  for (const Key key : keys) view = after(view, key, kDrawn);
  return view;
}

std::size_t first_rank(const UserView& view) {
  return view.first[static_cast<std::size_t>(Pane::kRanks)];
}

TEST(UserView, ScrollsNoFurtherThanToTheEnds) {
  EXPECT_EQ(first_rank(after_all({}, {Key::kUp})), 0u);
  EXPECT_EQ(first_rank(after_all({}, {Key::kDown, Key::kDown, Key::kUp})), 1u);
  EXPECT_EQ(first_rank(after_all({}, {Key::kPageDown})), 8u);
  EXPECT_EQ(first_rank(after_all({}, {Key::kLast, Key::kDown})), 92u);
  EXPECT_EQ(first_rank(after_all({}, {Key::kLast, Key::kFirst})), 0u);
}

TEST(UserView, ScrollsBackWhenMoreIsShown) {
  UserView view = after_all({}, {Key::kLast});
  view = after(view, Key::kOther, PaneExtents{{{10, 4}, {100, 100}, {0, 0}}});
  EXPECT_EQ(first_rank(view), 0u);
}

TEST(UserView, GoesOverTablesThatHaveNothing) {
  EXPECT_EQ(after_all({}, {Key::kNextPane}).focus, Pane::kLayers);
  EXPECT_EQ(after_all({}, {Key::kNextPane, Key::kNextPane}).focus, Pane::kRanks);
}

TEST(UserView, BeginsAtTheTopInAnotherOrder) {
  const UserView view = after_all({}, {Key::kLast, Key::kByBusy});
  EXPECT_EQ(first_rank(view), 0u);
  EXPECT_EQ(view.order, top::RankOrder::kBusy);
}

TEST(UserView, LeavesHelpByAnyKeyButQuitsByOne) {
  EXPECT_FALSE(after_all({}, {Key::kHelp, Key::kPause}).wants_help);
  EXPECT_FALSE(after_all({}, {Key::kHelp, Key::kPause}).is_paused);
  EXPECT_TRUE(after_all({}, {Key::kHelp, Key::kQuit}).wants_to_quit);
  EXPECT_TRUE(after_all({}, {Key::kPause}).is_paused);
}

}  // namespace
