#include "picture.hpp"

#include "parts.hpp"
#include "terminal_text.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace top {
namespace {

constexpr std::size_t kRoomyRows = 30, kLargeRows = 40;  // from here on blank lines, and longer texts

using PaneRows = std::array<std::size_t, kPanes>;

// Rows of tables with their headings: the log gets what layers and ranks leave, but two lines where it has
// any.
PaneRows share_rows(std::size_t rows, const PaneRows& wanted) {
  const auto [layers, ranks, log] = wanted;
  const std::size_t least_log = rows >= 10 ? std::min<std::size_t>(log, 3) : 0;
  const std::size_t tables = rows - least_log;
  PaneRows given{};
  given[0] = std::min(layers, std::max(tables / 2, tables - std::min(tables, ranks)));
  given[1] = std::min(ranks, tables - given[0]);
  given[2] = std::min(log, rows - given[0] - given[1]);
  if (given[2] == 1) given[2] = 0;  // a heading alone
  return given;
}

// The rows that each table would fill; no rows for one without entries.
PaneRows wanted_rows(const std::array<Table, kPanes>& tables, const PaneRows& most_entries) {
  PaneRows wanted{};
  for (std::size_t i = 0; i < kPanes; ++i) {
    const std::size_t entries = tables[i].entries;
    if (entries > 0) wanted[i] = std::min(entries, most_entries[i]) + 1;
  }
  return wanted;
}

std::size_t draw_facts(Grid& grid, const Shown& shown, std::size_t rows) {
  const bool is_roomy = rows >= kRoomyRows, is_large = rows >= kLargeRows;
  const StateView& state = shown.state;
  std::size_t row = draw_head(grid, 0, shown);
  row = draw_error(grid, row, is_large ? 8 : 3, state);
  if (is_roomy) ++row;
  row = draw_numbers(grid, row, state);
  row = draw_advice(grid, row, is_large ? 8 : is_roomy ? 3 : 2, is_large ? 3 : 1, state);
  return draw_totals(grid, row, state);
}

// Draws the tables into the rows from `row` to `end`.
PaneExtents draw_tables(Grid& grid, const StateView& state, const UserView& view, std::size_t row,
                        std::size_t end, const PaneRows& most_entries) {
  const std::size_t rows = end - std::min(end, row);
  std::array<Table, kPanes> tables{layer_table(state, grid.rows()), rank_table(state, view.order),
                                   log_table(state)};
  const PaneRows wanted = wanted_rows(tables, most_entries);
  // Blank lines before the tables, unless these need the rows.
  const std::size_t filled = std::accumulate(wanted.begin(), wanted.end(), std::size_t{0}), gaps = kPanes;
  const std::size_t gap = end >= kRoomyRows || filled + gaps <= rows ? 1 : 0;
  const PaneRows given = share_rows(rows - std::min(rows, gap * gaps), wanted);
  if (given[0] < tables[0].entries + 1)
    tables[0] = layer_table(state, given[0] - std::min<std::size_t>(given[0], 1));
  PaneExtents drawn{};
  for (std::size_t i = 0; i < kPanes; ++i) {
    if (given[i] > 0) row += gap;
    const bool is_focused = view.focus == static_cast<Pane>(i);
    drawn[i] = draw_table(grid, tables[i], {row, given[i], view.first[i], is_focused});
    row += given[i];
  }
  return drawn;
}

void draw_keys(Grid& grid, const UserView& view) {
  if (grid.rows() == 0) return;
  const std::size_t row = grid.rows() - 1;
  std::size_t column = 0;
  grid.clear(row);
  if (view.is_paused) column = grid.put(row, 0, "paused, p goes on", Style::kWarning) + 2;
  grid.put(row, column, "q quit  Tab table  arrows scroll  by b busy, m memory, r rank  p pause  ? help",
           Style::kFaint);
}

// What stands in the rows above the keys, from the row that is returned on.
std::size_t draw_problem(Grid& grid, const std::string& problem) {
  const std::size_t end = grid.rows() - std::min<std::size_t>(grid.rows(), 1);
  if (problem.empty()) return end;
  const std::vector<std::string> lines =
      wrapped("not the newest: " + problem, grid.columns(), std::min<std::size_t>(end, 3));
  const std::size_t first = end - lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    grid.clear(first + i);
    grid.put(first + i, 0, lines[i], Style::kBad);
  }
  return first;
}

}  // namespace

Picture interactive_picture(const Shown& shown, const UserView& view, std::size_t rows, std::size_t columns) {
  constexpr PaneRows kAllEntries{1'000'000, 1'000'000, 1'000'000};
  Picture picture{Grid(rows, columns)};
  Grid& grid = picture.grid;
  if (rows == 0 || columns == 0) return picture;
  const std::size_t row = draw_facts(grid, shown, rows);
  const std::size_t end = draw_problem(grid, shown.problem);
  picture.panes = draw_tables(grid, shown.state, view, row, end, kAllEntries);
  draw_keys(grid, view);
  return picture;
}

Grid plain_picture(const Shown& shown, std::size_t columns) {
  constexpr std::size_t kRows = 120;
  constexpr PaneRows kMostEntries{20, 32, 10};
  const UserView view;
  Grid grid(kRows, columns);
  const std::size_t row = draw_facts(grid, shown, kRows);
  draw_tables(grid, shown.state, view, row, kRows, kMostEntries);
  return grid;
}

Grid help_picture(std::size_t rows, std::size_t columns) {
  constexpr std::array kLines{
      "q              quit",
      "Tab            next table: layers, ranks, log",
      "arrows, PgUp, PgDn, Home, End   scroll it",
      "b, m, r        ranks by busy share, by memory, by number",
      "p              pause: the picture stays; the job goes on",
      "?              this page; any key leaves it",
      "",
      "Where the time of all threads went, in computations:",
      "  useful       inside of your functions",
      "  imbalance    nothing to run, while others had",
      "  data         waiting for results of other ranks",
      "  spilling     waiting for room in memory",
      "  parallelism  nothing was ready anywhere",
      "  runtime      Bask itself",
      "Ranks: BUSY is the share of its threads' time inside of your functions, in the",
      "last 2 s, and over all of the time once the job has ended; READY: units that",
      "could run; MEMORY: results held; IN, OUT: results from and to other ranks;",
      "NOW: what its threads do, and for how long where that is more than 5 s.",
  };
  Grid grid(rows, columns);
  for (std::size_t i = 0; i < kLines.size(); ++i) grid.put(i, 0, kLines[i]);
  return grid;
}

Grid waiting_picture(const std::string& problem, std::size_t rows, std::size_t columns) {
  Grid grid(rows, columns);
  const std::vector<std::string> lines = wrapped(problem, columns, rows);
  for (std::size_t i = 0; i < lines.size(); ++i) grid.put(i, 0, lines[i]);
  draw_keys(grid, {});
  return grid;
}

}  // namespace top
