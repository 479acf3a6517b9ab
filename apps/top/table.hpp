// table.hpp: a table of which a terminal shows some columns and some rows.
// Runs on: a login node. Threads: one at a time.
#pragma once

#include "grid.hpp"
#include "user_view.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace top {

struct Column {
  std::string heading;
  std::size_t least = 0, most = 0;  ///< columns of the terminal
  unsigned importance = 0;          ///< 0: never left out; else the largest is left out first
  bool is_right = true;             ///< numbers
  std::size_t number = 0;           ///< what the table's cells know it by
};

struct TableCell {
  std::string text;
  Style style = Style::kPlain;
};

struct Table {
  std::vector<Column> columns;
  std::size_t entries = 0;
  bool tells_hidden = true;  ///< a row of its own says how many entries are not shown
  /// The cell of an entry in a column, by its number, for its width on the terminal.
  std::function<TableCell(std::size_t entry, std::size_t column, std::size_t width)> cell;
};

/// The rows of the terminal that a table gets; the first is its heading.
struct TablePlace {
  std::size_t row = 0, rows = 0;
  std::size_t first = 0;  ///< entry
  bool is_focused = false;
};

/// Returns what was drawn.
PaneExtent draw_table(Grid& grid, const Table& table, const TablePlace& place);

/// The row that says so; empty when there are none.
std::string hidden_text(std::size_t before, std::size_t after);

}  // namespace top
