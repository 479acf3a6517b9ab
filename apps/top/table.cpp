#include "table.hpp"

#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace top {
namespace {

struct PlacedColumn {
  Column column;
  std::size_t begin, width;
};

std::size_t width_of(const std::vector<Column>& columns, std::size_t gap) {
  std::size_t width = 0;
  for (const Column& column : columns) width += column.least + gap;
  return width - std::min(width, gap);
}

std::vector<Column> fitting(std::vector<Column> columns, std::size_t width, std::size_t gap) {
  while (width_of(columns, gap) > width) {
    const auto last = std::ranges::max_element(columns, {}, &Column::importance);
    if (last == columns.end() || last->importance == 0) break;
    columns.erase(last);
  }
  return columns;
}

// What is left of the width goes to the columns that could use more, the most important ones first.
std::vector<std::size_t> widths_of(const std::vector<Column>& columns, std::size_t spare) {
  std::vector<std::size_t> widths(columns.size()), order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return columns[i].importance; });
  for (const std::size_t i : order) {
    const Column& column = columns[i];
    const std::size_t more = std::min(spare, column.most - std::min(column.most, column.least));
    widths[i] = column.least + more;
    spare -= more;
  }
  return widths;
}

std::vector<PlacedColumn> place_columns(const std::vector<Column>& all, std::size_t width) {
  const std::size_t gap = width >= 110 ? 2 : 1;
  const std::vector<Column> columns = fitting(all, width, gap);
  const std::vector<std::size_t> widths = widths_of(columns, width - std::min(width, width_of(columns, gap)));
  std::vector<PlacedColumn> placed;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    placed.push_back({columns[i], begin, widths[i]});
    begin += widths[i] + gap;
  }
  return placed;
}

void draw_cell(Grid& grid, std::size_t row, const PlacedColumn& place, const std::string& text, Style style) {
  if (place.begin >= grid.columns()) return;
  if (place.column.is_right) {
    grid.put_right(row, place.begin + place.width, text, style, place.width);
  } else {
    grid.put(row, place.begin, text, style, place.width);
  }
}

}  // namespace

std::string hidden_text(std::size_t before, std::size_t after) {
  if (before == 0 && after == 0) return "";
  if (before == 0) return fmt::format("… {} more", after);
  return after == 0 ? fmt::format("… {} before", before)
                    : fmt::format("… {} before, {} after", before, after);
}

PaneExtent draw_table(Grid& grid, const Table& table, const TablePlace& place) {
  if (place.rows == 0) return {table.entries, 0};
  const std::vector<PlacedColumn> columns = place_columns(table.columns, grid.columns());
  const Style heading = place.is_focused ? Style::kFocusedHeading : Style::kHeading;
  for (const PlacedColumn& column : columns)
    draw_cell(grid, place.row, column, column.column.heading, heading);
  grid.paint(place.row, heading);
  const std::size_t rows = place.rows - 1;
  const bool tells_hidden = table.tells_hidden && table.entries > rows && rows > 0;
  const std::size_t shown = std::min(table.entries, tells_hidden ? rows - 1 : rows);
  const std::size_t first = std::min(place.first, table.entries - shown);
  for (std::size_t i = 0; i < shown; ++i) {
    for (const PlacedColumn& column : columns) {
      const TableCell cell = table.cell(first + i, column.column.number, column.width);
      draw_cell(grid, place.row + 1 + i, column, cell.text, cell.style);
    }
  }
  if (tells_hidden)
    grid.put(place.row + 1 + shown, 0, hidden_text(first, table.entries - first - shown), Style::kFaint);
  return {table.entries, shown};
}

}  // namespace top
