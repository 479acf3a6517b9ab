#include "job_condition.hpp"
#include "parts.hpp"
#include "quantities.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace top {
namespace {

constexpr std::array<Style, 6> kNumberStyles{Style::kUseful,   Style::kImbalance,   Style::kData,
                                             Style::kSpilling, Style::kParallelism, Style::kRuntime};

std::string plural(std::uint64_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string program_text(const JobView& job) {
  const std::size_t slash = job.program.rfind('/');
  const std::string name = slash == std::string::npos ? job.program : job.program.substr(slash + 1);
  return job.arguments.empty() ? name : name + ' ' + job.arguments;
}

std::string place_text(const StateView& state) {
  std::set<std::string> hosts;
  for (const RankView& rank : state.ranks) hosts.insert(rank.host);
  const std::string where = hosts.size() > 1 ? plural(hosts.size(), "host")
                            : hosts.empty()  ? state.job.host
                                             : *hosts.begin();
  return fmt::format("{}, {} on {}", plural(state.job.ranks, "rank"), plural(state.job.threads, "thread"),
                     where);
}

std::string slurm_text(const JobView& job) {
  std::string text = "Slurm job " + job.slurm->id;
  if (job.slurm->restarts > 0) text += fmt::format(", restart {}", job.slurm->restarts);
  if (job.slurm->end && !job.ended)
    text += fmt::format(", limit in {}", elapsed_text(*job.slurm->end - job.now));
  return text;
}

// "42 s, 3 ranks, 2 threads on n1, computation 2, …"
std::vector<std::string> facts_of(const StateView& state) {
  const JobView& job = state.job;
  std::vector<std::string> facts{job.ended ? time_text(*job.ended) : elapsed_text(job.now),
                                 place_text(state)};
  if (state.compute) facts.push_back(fmt::format("computation {}", state.compute->number));
  if (job.slurm) facts.push_back(slurm_text(job));
  return facts;
}

// On as many rows as they need. Returns the row after them.
std::size_t draw_items(Grid& grid, std::size_t row, const std::vector<std::string>& items) {
  constexpr std::size_t kGap = 3;
  std::size_t column = 0;
  for (const std::string& item : items) {
    if (column > 0 && column + columns_of(item) > grid.columns()) {
      ++row;
      column = 0;
    }
    column = grid.put(row, column, item) + kGap;
  }
  return row + 1;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  if (part >= whole) return 1;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Bars of all lines end in the same column, which leaves room for the numbers behind them, however long these
// get.
std::size_t bar_columns(const Grid& grid, const StateView& state) {
  constexpr std::size_t kLeastTail = 40, kWords = 31, kLeastBar = 10;
  std::size_t tail = kLeastTail;
  if (state.compute) {
    const auto digits = [](std::uint64_t count) { return std::to_string(count).size(); };
    tail = std::max(tail, kWords + 2 * digits(state.compute->tasks));
    if (state.compute->failed > 0) tail += digits(state.compute->failed) + 9;
  }
  const std::size_t taken = kLabelColumns + tail;
  return std::max(kLeastBar, grid.columns() - std::min(grid.columns(), taken));
}

void draw_progress(Grid& grid, std::size_t row, const StateView& state, bool goes_on) {
  const ComputeView& compute = *state.compute;
  const double share = share_of(compute.done, compute.tasks);
  grid.put(row, 0, "tasks");
  const Style style = compute.failed > 0 ? Style::kBad : Style::kGood;
  std::size_t column = grid.put(row, kLabelColumns, bar_text(share, bar_columns(grid, state)), style);
  column = grid.put(row, column + 1, fmt::format("{:>5}", percent_text(share)), Style::kStrong);
  column = grid.put(row, column + 2, fmt::format("{}/{}", compute.done, compute.tasks));
  if (compute.failed > 0)
    column = grid.put(row, column + 2, fmt::format("{} failed", compute.failed), Style::kBad);
  if (compute.left && goes_on) grid.put(row, column + 2, left_text(*compute.left));
}

void draw_stacked_bar(Grid& grid, std::size_t row, const StateView& state) {
  const std::size_t inner = bar_columns(grid, state) - 2;
  const std::vector<std::size_t> widths = stacked_columns(state.numbers, inner);
  grid.put(row, 0, "time");
  std::size_t column = grid.put(row, kLabelColumns, "[");
  for (std::size_t i = 0; i < widths.size(); ++i)
    column = grid.put(row, column, std::string(widths[i], *kNumberNames[i]), kNumberStyles[i]);
  grid.put(row, kLabelColumns + 1 + inner, "]");
  grid.put(row, kLabelColumns + inner + 4,
           fmt::format("in % of {} over all threads", time_text(state.thread_seconds)));
}

void draw_labelled(Grid& grid, std::size_t row, const char* label, const std::vector<std::string>& lines,
                   Style style) {
  grid.put(row, 0, label, style);
  for (std::size_t i = 0; i < lines.size(); ++i) grid.put(row + i, kLabelColumns, lines[i], style);
}

std::size_t text_columns(const Grid& grid) {
  constexpr std::size_t kReadable = 140;
  return std::min(kReadable, grid.columns() - std::min(grid.columns(), kLabelColumns));
}

}  // namespace

std::size_t draw_head(Grid& grid, std::size_t row, const Shown& shown) {
  const Condition condition = condition_of(shown.state, shown.silent_seconds);
  const std::size_t state_columns = std::min(columns_of(condition.text), grid.columns());
  const std::size_t left = grid.columns() - state_columns;
  grid.put(row, 0, program_text(shown.state.job), Style::kStrong, left - std::min<std::size_t>(left, 2));
  grid.put_right(row, grid.columns(), condition.text, condition.style, state_columns);
  row = draw_items(grid, row + 1, facts_of(shown.state));
  const bool goes_on = !shown.state.job.ended && !is_silent(shown.state, shown.silent_seconds);
  if (shown.state.compute) draw_progress(grid, row++, shown.state, goes_on);
  return row;
}

std::size_t draw_numbers(Grid& grid, std::size_t row, const StateView& state) {
  if (state.thread_seconds <= 0) return row;
  draw_stacked_bar(grid, row, state);
  std::size_t column = kLabelColumns;
  for (std::size_t i = 0; i < kNumberNames.size(); ++i) {
    const double percent = std::clamp(state.numbers[i], 0.0, 1.0) * 100;
    column =
        grid.put(row + 1, column, fmt::format("{} {:.0f}", kNumberNames[i], percent), kNumberStyles[i]) + 2;
  }
  return row + 2;
}

std::size_t draw_advice(Grid& grid, std::size_t row, std::size_t most_rows, std::size_t most_advice,
                        const StateView& state) {
  const std::size_t end = row + most_rows;
  const char* label = "advice";
  for (std::size_t i = 0; i < std::min(most_advice, state.advice.size()); ++i) {
    const std::vector<std::string> lines = wrapped(state.advice[i], text_columns(grid), end - row);
    draw_labelled(grid, row, label, lines, Style::kPlain);
    row += lines.size();
    label = "";
  }
  return row;
}

std::size_t draw_error(Grid& grid, std::size_t row, std::size_t most_rows, const StateView& state) {
  const std::string text = state.errors.empty() ? state.job.said : state.errors.back().text;
  if (text.empty()) return row;
  const std::vector<std::string> lines = wrapped(text, text_columns(grid), most_rows);
  draw_labelled(grid, row, "error", lines, Style::kBad);
  return row + lines.size();
}

}  // namespace top
