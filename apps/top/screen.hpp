// screen.hpp: the terminal, on which a job is drawn until the user has seen enough.
// Runs on: a login node. Threads: the main one.
// It is one of two sources: terminal_screen.cpp with ncurses, no_screen.cpp without.
#pragma once

#include "settings.hpp"

namespace top {

/// Draws the state in the directory until a key or a signal ends it, and leaves the terminal as it was. Waits
/// for a state where there is none yet. Returns 0, or 128 + the signal. Throws: bask::Error when it cannot
/// draw on this terminal.
int show_on_terminal(const Settings& settings);

}  // namespace top
