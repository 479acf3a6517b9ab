#include "rank_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace top {
namespace {

struct Span {
  double begin, end;
  double seconds() const { return std::max(end - begin, 1e-9); }
};

// The integral of a series over a span: of shares seconds, and of amounts in bins (`is_amount`) what was in
// it.
double integral(std::span<const double> bins, double width, Span span, bool is_amount) {
  double sum = 0;
  const double first = std::floor(std::max(span.begin, 0.0) / width);
  for (double bin = first; bin < static_cast<double>(bins.size()) && bin * width < span.end; ++bin) {
    const double covered = std::min((bin + 1) * width, span.end) - std::max(bin * width, span.begin);
    const double value = bins[static_cast<std::size_t>(bin)];
    if (covered > 0) sum += is_amount ? value * covered / width : value * covered;
  }
  return sum;
}

// What is known of the rank ends with its last report.
double known_end(const StateView& state, const RankView& rank) {
  const double end = state.job.ended.value_or(state.job.now);
  return rank.heard > 0 ? std::min(rank.heard, end) : end;
}

// The last bin is of the time until the report, but counted as a share of a whole one: the span ends where
// the bin does, and its length is that of the time.
Span recent_span(const StateView& state, const RankView& rank) {
  constexpr double kRecentSeconds = 2;
  const double end = known_end(state, rank);
  if (state.job.ended) return {0, end};
  const double begin = std::max(end - std::max(kRecentSeconds, state.bin_width), 0.0);
  return {std::floor(begin / state.bin_width) * state.bin_width, end};
}

// Shares of whole bins; the last one is of less time.
std::vector<double> with_whole_end(std::vector<double> shares, double width, double end) {
  const double bin = std::floor(end / width), part = end / width - bin;
  if (bin < static_cast<double>(shares.size()) && part > 0.01) shares[static_cast<std::size_t>(bin)] /= part;
  return shares;
}

Span to_bin_end(Span span, double width) {
  return {span.begin, (std::floor(span.end / width) + 1) * width};
}

}  // namespace

RankNow rank_now(const StateView& state, const RankView& rank) {
  const Span recent = recent_span(state, rank), bins = to_bin_end(recent, state.bin_width);
  const auto mean = [&](std::span<const double> series, bool is_amount) {
    return integral(series, state.bin_width, bins, is_amount) / recent.seconds();
  };
  const RankSeries& series = rank.series;
  return {.busy = std::min(mean(series.busy, false), 1.0),
          .ready = mean(series.ready, false),
          .in = mean(series.in, true),
          .out = mean(series.out, true),
          .spilled = mean(series.spilled, true),
          .read_back = mean(series.read_back, true)};
}

std::vector<double> busy_history(const StateView& state, const RankView& rank, std::size_t columns) {
  std::vector<double> history(columns);
  if (columns == 0) return history;
  const double count = static_cast<double>(columns), end = known_end(state, rank);
  const std::vector<double> busy = with_whole_end(rank.series.busy, state.bin_width, end);
  const double step = state.job.ended ? std::max(end / count, 1e-9) : std::max(1.0, state.bin_width);
  for (std::size_t i = 0; i < columns; ++i) {
    const double from = end - static_cast<double>(columns - i) * step;
    if (from + step <= 0) continue;
    const Span span{std::max(from, 0.0), from + step};
    history[i] = std::min(integral(busy, state.bin_width, span, false) / span.seconds(), 1.0);
  }
  return history;
}

std::uint64_t shown_memory(const StateView& state, const RankView& rank) {
  return state.job.ended ? rank.peak : rank.held;
}

double rank_silence(const StateView& state, const RankView& rank) {
  constexpr double kUsual = 5;
  if (state.job.ended) return 0;
  const double silence = state.job.now - rank.heard;
  return silence > std::max(kUsual, 5 * state.interval) ? silence : 0;
}

std::vector<std::size_t> ordered_ranks(const StateView& state, RankOrder order) {
  std::vector<std::size_t> indices(state.ranks.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (order == RankOrder::kRank) return indices;
  std::vector<double> keys;
  for (const RankView& rank : state.ranks)
    keys.push_back(order == RankOrder::kBusy ? rank_now(state, rank).busy
                                             : static_cast<double>(shown_memory(state, rank)));
  std::ranges::stable_sort(indices, [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
  return indices;
}

}  // namespace top
