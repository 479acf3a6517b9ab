#include "grid.hpp"

#include "terminal_text.hpp"

#include <algorithm>

namespace top {

std::size_t Grid::put(std::size_t row, std::size_t column, std::string_view text, Style style,
                      std::size_t room) {
  if (row >= rows_ || column >= columns_) return column;
  room = std::min(room, columns_ - column);
  Cell* const cells = &cells_[row * columns_];
  if (cells[column].text.empty()) cells[column - 1].text = " ";  // of a wide character, its left half
  for (Glyph& glyph : glyphs_of(shortened(text, room))) {
    cells[column] = {std::move(glyph.text), style};
    if (glyph.columns == 2) cells[column + 1] = {"", style};
    column += glyph.columns;
  }
  if (column < columns_ && cells[column].text.empty()) cells[column].text = " ";
  return column;
}

void Grid::put_right(std::size_t row, std::size_t end, std::string_view text, Style style, std::size_t room) {
  end = std::min(end, columns_);
  room = std::min(room, end);
  const std::size_t taken = std::min(columns_of(text), room);
  put(row, end - taken, text, style, taken);
}

void Grid::paint(std::size_t row, Style style) {
  if (row >= rows_) return;
  for (std::size_t column = 0; column < columns_; ++column) cells_[row * columns_ + column].style = style;
}

void Grid::clear(std::size_t row) {
  if (row >= rows_) return;
  for (std::size_t column = 0; column < columns_; ++column) cells_[row * columns_ + column] = {};
}

std::vector<std::string> Grid::lines(bool is_ascii) const {
  std::vector<std::string> lines(rows_);
  for (std::size_t row = 0; row < rows_; ++row) {
    std::string& line = lines[row];
    for (std::size_t column = 0; column < columns_; ++column) {
      const std::string& text = at(row, column).text;
      const bool is_wide = column + 1 < columns_ && at(row, column + 1).text.empty();
      line += is_ascii && !text.empty() ? ascii_of({text, is_wide ? std::size_t{2} : std::size_t{1}}) : text;
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace top
