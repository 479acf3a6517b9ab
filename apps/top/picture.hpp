// picture.hpp: the whole picture of a job, in a grid of characters.
// Runs on: a login node. Threads: one at a time; pure functions.
#pragma once

#include "grid.hpp"
#include "state_view.hpp"
#include "user_view.hpp"

#include <cstddef>
#include <string>

namespace top {

struct Picture {
  Grid grid;
  PaneExtents panes{};
};

struct Shown {
  const StateView& state;
  double silent_seconds = 0;
  std::string problem = {};  ///< why nothing newer is shown; empty: this is the newest
};

/// As large as the terminal, with the keys in its last row.
Picture interactive_picture(const Shown& shown, const UserView& view, std::size_t rows, std::size_t columns);

/// As high as it needs to be, without keys.
Grid plain_picture(const Shown& shown, std::size_t columns);

/// What the keys do, and what the words mean.
Grid help_picture(std::size_t rows, std::size_t columns);

/// Before there is a state.
Grid waiting_picture(const std::string& problem, std::size_t rows, std::size_t columns);

}  // namespace top
