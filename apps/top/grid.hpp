// grid.hpp: a picture of characters, as large as a terminal, which is drawn without one.
// Runs on: a login node. Threads: one at a time.
// Invariants: (1) nothing is drawn outside of it, whatever the texts; (2) no cell has a control character.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace top {

enum class Style {
  kPlain,
  kStrong,
  kFaint,
  kHeading,         // of a table
  kFocusedHeading,  // of the table that keys scroll
  kGood,
  kWarning,
  kBad,
  // The parts of the time, as in StateView::numbers.
  kUseful,
  kImbalance,
  kData,
  kSpilling,
  kParallelism,
  kRuntime,
};

struct Cell {
  std::string text = " ";  ///< empty: the right half of a wide character
  Style style = Style::kPlain;
};

class Grid {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  Grid(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), cells_(rows * columns) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  const Cell& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }

  /// Writes a text from a column on, cut with "…" to `room` columns. Returns the column after it.
  std::size_t put(std::size_t row, std::size_t column, std::string_view text, Style style = Style::kPlain,
                  std::size_t room = kAll);
  /// The same, so that it ends before the column `end`.
  void put_right(std::size_t row, std::size_t end, std::string_view text, Style style, std::size_t room);
  /// Gives a whole row a style, with what was drawn in it.
  void paint(std::size_t row, Style style);

  void clear(std::size_t row);

  /// The rows as texts, without blanks at their ends. `is_ascii`: without other characters.
  std::vector<std::string> lines(bool is_ascii) const;

 private:
  std::size_t rows_, columns_;
  std::vector<Cell> cells_;
};

}  // namespace top
