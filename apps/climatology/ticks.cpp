#include "ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace {

double magnitude(const ValueRange& range) {
  return std::max(std::abs(range.low), std::abs(range.high));
}

// A range that is narrower than this differs only by rounding: a step within it would vanish beside its ends.
double least_width(const ValueRange& range) {
  return 1e-9 * magnitude(range);
}

}  // namespace

void ValueRange::add(double value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

void ValueRange::widen(double by) {
  low -= by;
  high += by;
}

ValueRange ValueRange::with_width() const {
  if (span() > least_width(*this)) return *this;
  ValueRange wide = *this;
  wide.widen(magnitude(*this) > 0 ? magnitude(*this) / 2 : 0.5);
  return wide;
}

std::vector<double> round_ticks(const ValueRange& range, int wanted) {
  if (!(range.span() > least_width(range))) return {range.low};
  const double rough = range.span() / std::max(wanted, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * 0.7) step = factor * power;
  }
  std::vector<double> ticks;
  const double last = std::floor(range.high / step + 1e-9);
  for (double k = std::ceil(range.low / step - 1e-9); k <= last; ++k) ticks.push_back(k * step + 0.0);
  return ticks;
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
  double largest = 0;
  for (const double tick : ticks) largest = std::max(largest, std::abs(tick));
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : largest > 0 ? largest : 1;
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  const bool is_plain = decimals <= 5 && largest < 1e7;
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    std::string text =
        is_plain ? fmt::format("{:.{}f}", std::abs(tick), decimals) : fmt::format("{:.6g}", std::abs(tick));
    labels.push_back((tick < 0 ? "−" : "") + std::move(text));
  }
  return labels;
}

double round_below(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= value) return factor * power;
  }
  return power;
}
