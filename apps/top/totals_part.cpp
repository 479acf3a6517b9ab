#include "parts.hpp"
#include "quantities.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace top {
namespace {

struct Total {
  std::string text;
  Style style = Style::kPlain;
  bool is_nothing = false;
};

Total amount(const char* what, std::uint64_t count, std::uint64_t bytes, Style style) {
  if (count == 0) return {fmt::format("{} 0", what), Style::kFaint, true};
  return {fmt::format("{} {} ({})", what, size_text(static_cast<double>(bytes)), count), style};
}

Total number(const char* what, std::uint64_t count, Style style) {
  return {fmt::format("{} {}", what, count), count == 0 ? Style::kFaint : style, count == 0};
}

std::vector<Total> totals_of(const CountsView& counts) {
  return {amount("moved", counts.moved, counts.moved_bytes, Style::kPlain),
          amount("spilled", counts.spilled, counts.spilled_bytes, Style::kWarning),
          amount("read back", counts.read_back, counts.read_back_bytes, Style::kWarning),
          number("stolen", counts.stolen, Style::kPlain),
          number("retried", counts.retried, Style::kWarning),
          number("failed", counts.failed, Style::kBad),
          amount("journalled", counts.journalled, counts.journalled_bytes, Style::kPlain)};
}

Style style_of(const std::string& level) {
  return level == "error" ? Style::kBad : level == "warning" ? Style::kWarning : Style::kPlain;
}

}  // namespace

// On two rows at most: what is nothing is left out where there is no room for it.
std::size_t draw_totals(Grid& grid, std::size_t row, const StateView& state) {
  constexpr std::size_t kGap = 3;
  std::vector<Total> totals = totals_of(state.counts);
  std::size_t all = kLabelColumns;
  for (const Total& total : totals) all += total.text.size() + kGap;
  if (all > grid.columns() + kGap) std::erase_if(totals, [](const Total& total) { return total.is_nothing; });
  grid.put(row, 0, "totals");
  if (totals.empty())
    grid.put(row, kLabelColumns, "nothing moved, spilled, retried or failed", Style::kFaint);
  const std::size_t last_row = row + 1;
  std::size_t column = kLabelColumns;
  for (const Total& total : totals) {
    if (column > kLabelColumns && row < last_row && column + total.text.size() > grid.columns()) {
      ++row;
      column = kLabelColumns;
    }
    column = grid.put(row, column, total.text, total.style) + kGap;
  }
  return row + 1;
}

Table log_table(const StateView& state) {
  enum : std::size_t { kAt, kLevel, kFrom, kText };
  const auto cell = [&state](std::size_t entry, std::size_t column, std::size_t) -> TableCell {
    const LineView& line = state.log[state.log.size() - 1 - entry];
    const Style style = style_of(line.level);
    if (column == kAt) return {elapsed_text(line.at)};
    if (column == kLevel) return {line.level, style};
    if (column == kFrom) return {line.rank ? std::to_string(*line.rank) : "-"};
    return {line.text, style};
  };
  return {{{"AT", 8, 10, 1, true, kAt},
           {"LOG", 7, 7, 2, false, kLevel},
           {"RANK", 4, 4, 3, true, kFrom},
           {"", 30, 400, 0, false, kText}},
          state.log.size(),
          false,
          cell};
}

}  // namespace top
