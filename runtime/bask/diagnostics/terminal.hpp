// terminal.hpp: whether somebody looks at an output, and how much fits there.
// Runs on: rank 0. Threads: any.
#pragma once

namespace bask {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// Whether the file is a terminal that can move its cursor.
bool is_terminal(int descriptor);

/// What fits now; users resize windows. 80 × 24 where it is not known.
TerminalSize terminal_size(int descriptor);

}  // namespace bask
