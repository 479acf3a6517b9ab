// ticks.hpp: round numbers along a scale.
// Runs on: rank 0. Threads: any.
#pragma once

#include <limits>
#include <string>
#include <vector>

/// From the least to the greatest of some values; empty when none was added.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  bool is_empty() const { return low > high; }
  double span() const { return high - low; }
  /// Where a value lies: 0 at the low end, 1 at the high one.
  double part(double value) const { return (value - low) / span(); }
  /// What is not finite is left out.
  void add(double value);
  void widen(double by);
  /// The same when its ends differ by more than rounding, else wide enough to lie around its one value.
  ValueRange with_width() const;
};

/// Multiples of 1, 2 or 5 times a power of ten from the low end to the high one, about `wanted` of them; the
/// low end alone when the ends differ by no more than rounding.
std::vector<double> round_ticks(const ValueRange& range, int wanted);
/// The numbers as text, with as many digits as tell them apart.
std::vector<std::string> tick_labels(const std::vector<double>& ticks);
/// The greatest of 1, 2 or 5 times a power of ten that is not above `value`, which is positive.
double round_below(double value);
