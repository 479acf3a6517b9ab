// user_view.hpp: what the user has chosen to see, and how keys change it.
// Runs on: a login node. Threads: any; pure functions.
#pragma once

#include "rank_numbers.hpp"

#include <array>
#include <cstddef>

namespace top {

enum class Pane : std::size_t { kLayers, kRanks, kLog };
inline constexpr std::size_t kPanes = 3;

enum class Key {
  kOther,
  kQuit,
  kNextPane,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kFirst,
  kLast,
  kByRank,
  kByBusy,
  kByMemory,
  kHelp,
  kPause,
};

struct UserView {
  Pane focus = Pane::kRanks;
  std::array<std::size_t, kPanes> first{};  ///< the first entry that each pane shows
  RankOrder order = RankOrder::kRank;
  bool is_paused = false;
  bool wants_help = false;
  bool wants_to_quit = false;
};

/// How much of a pane was drawn.
struct PaneExtent {
  std::size_t entries = 0, shown = 0;
  std::size_t last_first() const { return entries - (shown < entries ? shown : entries); }
};
using PaneExtents = std::array<PaneExtent, kPanes>;

/// What the user sees after a key, with panes scrolled no further than to their ends.
UserView after(UserView view, Key key, const PaneExtents& drawn);

}  // namespace top
