// terminal.hpp: whether an output is a terminal, and how large it is.
// Runs on: rank 0. Threads: any.
#pragma once

namespace bask {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// Whether the file is a terminal that can move its cursor.
bool is_terminal(int descriptor);

/// The present size of the terminal (users resize windows); 80 × 24 when it is not known.
TerminalSize terminal_size(int descriptor);

}  // namespace bask
