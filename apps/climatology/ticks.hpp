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
  /// The position of a value: 0 at the low end, 1 at the high end.
  double part(double value) const { return (value - low) / span(); }
  /// Extends the range to the value; ignores NaN and infinity.
  void add(double value);
  void widen(double by);
  /// This range, or, when its ends differ only by rounding, a wider one around its value.
  ValueRange with_width() const;
};

/// About `wanted` round numbers in the range, at equal steps of 1, 2 or 5 times a power of ten. Only the low
/// end when the ends differ only by rounding.
std::vector<double> round_ticks(const ValueRange& range, int wanted);
/// The numbers as text, with as many digits as are needed to tell them apart.
std::vector<std::string> tick_labels(const std::vector<double>& ticks);
/// The greatest of 1, 2 or 5 times a power of ten that is not above `value`, which is positive.
double round_below(double value);
