// counts.hpp: histograms, and how often each integer occurs.
// Runs on: rank 0; nothing is computed before it is asked for, except where said. Threads: any.
// Cost: one task per block, which computes the block's elements as well, and a tree of tasks that add up
// eight counts each.
#pragma once

#include <bask/collections/array/reductions.hpp>

#include <vector>

namespace bask {

namespace lazy {

/// The edges of bins of equal width from low to high; when these are equal, from 0.5 below to 0.5 above.
/// Throws: Error when there are no bins, low is above high, or one is not finite.
std::vector<double> bin_edges(int bins, double low, double high);

}  // namespace lazy

struct Histogram {
  Array<std::int64_t> counts;
  std::vector<double> edges;
};
/// How many elements lie in each bin between two edges. A bin includes its lower edge, the last one both.
template <Element E>
Histogram histogram(const Array<E>& x, const std::vector<double>& edges) {
  require_order<E>();
  return {Array<std::int64_t>(lazy::histogram(x.node(), edges)), edges};
}
/// The same with `bins` bins of equal width from low to high.
template <Element E>
Histogram histogram(const Array<E>& x, int bins, double low, double high) {
  return histogram(x, lazy::bin_edges(bins, low, high));
}
/// The same from the least to the largest element. These are computed now, so x is computed twice unless it
/// was persisted. An array of no elements has bins from 0 to 1.
/// Throws: Error when there are NaNs or infinities.
template <Element E>
requires std::is_arithmetic_v<E> Histogram histogram(const Array<E>& x, int bins = 10) {
  if (x.size() == 0) return histogram(x, bins, 0, 1);
  const auto [low, high] = bask::compute(x.min(), x.max());
  if (!current_runtime().knows_values()) return histogram(x, bins, 0, 1);
  return histogram(x, bins, static_cast<double>(low.item()), static_cast<double>(high.item()));
}
/// How often each of 0, 1, … occurs, up to the largest element or `least_length` - 1, whichever is greater.
/// The length is known once the counts are computed. A task fails where an element is not from 0 to 2^32 - 1.
template <Element E>
requires std::is_integral_v<E> Array<std::int64_t> bincount(const Array<E>& x,
                                                            std::int64_t least_length = 0) {
  return Array<std::int64_t>(lazy::bincount(x.node(), least_length));
}

}  // namespace bask
