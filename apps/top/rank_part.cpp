#include "parts.hpp"
#include "quantities.hpp"
#include "rank_numbers.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace top {
namespace {

enum RankColumn : std::size_t {
  kRank,
  kHost,
  kBusyBar,
  kBusy,
  kHistory,
  kMemoryBar,
  kHeld,
  kLimit,
  kPeak,
  kOnDisk,
  kReady,
  kIn,
  kOut,
  kSpilled,
  kReadBack,
  kNow,
};

double memory_share(const StateView& state, const RankView& rank) {
  if (!rank.limit || *rank.limit == 0) return 0;
  return static_cast<double>(shown_memory(state, rank)) / static_cast<double>(*rank.limit);
}

TableCell doing_cell(const StateView& state, const RankView& rank) {
  constexpr double kLong = 5;
  if (const double silence = rank_silence(state, rank); silence > 0)
    return {fmt::format("silent for {}", elapsed_text(silence)), Style::kBad};
  if (rank.threads == 0) return {"runs no tasks", Style::kFaint};
  std::string text;
  for (const DoingView& doing : rank.doing) {
    if (!text.empty()) text += ", ";
    text += doing.threads > 1 ? fmt::format("{} × {}", doing.threads, doing.text) : doing.text;
    if (doing.since > kLong) text += fmt::format(" ({})", elapsed_text(doing.since));
  }
  return {text.empty() ? "-" : text};
}

TableCell bytes_cell(std::uint64_t bytes, Style style = Style::kPlain) {
  return bytes == 0 ? TableCell{"-"} : TableCell{size_text(static_cast<double>(bytes)), style};
}

TableCell memory_cell(const StateView& state, const RankView& rank, std::size_t column, std::size_t width) {
  const double share = memory_share(state, rank);
  const Style style = share > 0.9 ? Style::kWarning : Style::kPlain;
  switch (column) {
    case kMemoryBar:
      return {rank.limit ? bar_text(share, width) : "", style};
    case kHeld:
      return {size_text(static_cast<double>(shown_memory(state, rank))), style};
    case kLimit:
      return {rank.limit ? size_text(static_cast<double>(*rank.limit)) : "none"};
    case kPeak:
      return {size_text(static_cast<double>(rank.peak))};
    default:
      return bytes_cell(rank.on_disk, Style::kWarning);
  }
}

TableCell rate_cell(const StateView& state, const RankView& rank, std::size_t column, std::size_t width) {
  const RankNow now = rank_now(state, rank);
  switch (column) {
    case kBusyBar:
      return {bar_text(now.busy, width), Style::kGood};
    case kBusy:
      return {percent_text(now.busy)};
    case kReady:
      return {fmt::format("{:.0f}", std::min(now.ready, 1e6))};
    case kIn:
      return {rate_text(now.in)};
    case kOut:
      return {rate_text(now.out)};
    case kSpilled:
      return {rate_text(now.spilled)};
    default:
      return {rate_text(now.read_back)};
  }
}

TableCell cell_of(const StateView& state, const RankView& rank, std::size_t column, std::size_t width) {
  switch (column) {
    case kRank:
      return {std::to_string(rank.rank), Style::kStrong};
    case kHost:
      return {rank.host};
    case kHistory:
      return {spark_text(busy_history(state, rank, width)), Style::kGood};
    case kNow:
      return doing_cell(state, rank);
    case kMemoryBar:
    case kHeld:
    case kLimit:
    case kPeak:
    case kOnDisk:
      return memory_cell(state, rank, column, width);
    default:
      return rate_cell(state, rank, column, width);
  }
}

// Columns of what cannot be are left out: of other ranks where there is one, of the disk where nothing was
// spilled.
std::vector<Column> columns_for(const StateView& state, RankOrder order) {
  const bool is_running = !state.job.ended, has_others = state.job.ranks > 1,
             has_spilled = state.counts.spilled > 0;
  std::size_t host = 4;
  for (const RankView& rank : state.ranks) host = std::max(host, columns_of(rank.host));
  const auto sorted = [&](const char* heading, RankOrder by) {
    return (order == by ? "*" : "") + std::string(heading);
  };
  std::vector<Column> columns{
      {sorted("RANK", RankOrder::kRank), 5, 5, 0, true, kRank},
      {"HOST", std::min<std::size_t>(host, 8), std::min<std::size_t>(host, 20), 2, false, kHost},
      {"", 8, 20, 3, false, kBusyBar},
      {sorted("BUSY", RankOrder::kBusy), 5, 5, 0, true, kBusy},
      {is_running ? "LATELY" : "OVER TIME", 10, 40, 5, false, kHistory},
      {"", 8, 12, 4, false, kMemoryBar}};
  const auto add_if = [&](bool condition, Column column) {
    if (condition) columns.push_back(std::move(column));
  };
  add_if(true, {sorted(is_running ? "MEMORY" : "PEAK", RankOrder::kMemory), 8, 8, 1, true, kHeld});
  add_if(true, {"LIMIT", 8, 8, 11, true, kLimit});
  add_if(is_running, {"PEAK", 8, 8, 8, true, kPeak});
  add_if(is_running && has_spilled, {"ON DISK", 8, 8, 6, true, kOnDisk});
  add_if(true, {"READY", 5, 5, 7, true, kReady});
  add_if(has_others, {"IN", 10, 10, 9, true, kIn});
  add_if(has_others, {"OUT", 10, 10, 10, true, kOut});
  add_if(has_spilled, {"SPILLED", 10, 10, 12, true, kSpilled});
  add_if(has_spilled, {"READ BACK", 10, 10, 13, true, kReadBack});
  add_if(is_running, {"NOW", 14, 48, 1, false, kNow});
  return columns;
}

}  // namespace

Table rank_table(const StateView& state, RankOrder order) {
  const auto indices =
      std::make_shared<std::vector<std::size_t>>(ordered_ranks(state, order));  // used by the cells
  return {columns_for(state, order), state.ranks.size(), true,
          [&state, indices](std::size_t entry, std::size_t column, std::size_t width) {
            return cell_of(state, state.ranks[(*indices)[entry]], column, width);
          }};
}

}  // namespace top
