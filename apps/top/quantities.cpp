#include "quantities.hpp"

#include <fmt/format.h>
#include <bask/core/units.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace top {
namespace {

std::chrono::nanoseconds to_ns(double seconds) {
  constexpr double kMost = 9e9;  // what nanoseconds can count
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, kMost) * 1e9));
}

}  // namespace

std::string time_text(double seconds) {
  return bask::format_duration(to_ns(seconds));
}

std::string elapsed_text(double seconds) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(to_ns(seconds));
  return whole.count() < 60 ? fmt::format("{} s", whole.count()) : bask::format_duration(whole);
}

std::string left_text(double seconds) {
  using std::chrono::minutes;
  const auto whole = std::chrono::floor<std::chrono::seconds>(to_ns(seconds));
  if (whole.count() < 59) return fmt::format("about {} s left", whole.count() + 1);
  const std::chrono::seconds step(whole < minutes(10) ? 5 : whole < minutes(60) ? 30 : 60);
  return fmt::format("about {} left", bask::format_duration((whole / step + 1) * step));
}

std::string size_text(double bytes) {
  constexpr double kMost = 1e18;
  return bask::format_size(static_cast<std::uint64_t>(std::clamp(bytes, 0.0, kMost)));
}

std::string rate_text(double bytes_per_second) {
  return bytes_per_second < 1 ? "-" : size_text(bytes_per_second) + "/s";
}

std::string percent_text(double share) {
  const double percent = std::clamp(share, 0.0, 1.0) * 100;
  if (share <= 0 || share >= 1) return fmt::format("{:.0f} %", percent);
  return fmt::format("{:.0f} %", std::clamp(std::round(percent), 1.0, 99.0));
}

std::string bar_text(double share, std::size_t columns) {
  if (columns < 3) return std::string(columns, ' ');
  const std::size_t inner = columns - 2;
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(inner) + 1e-9);
  return '[' + std::string(full, '#') + std::string(inner - full, '.') + ']';
}

std::string spark_text(std::span<const double> values) {
  constexpr std::array<const char*, 9> kLevels{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const double value : values) {
    const double level = std::ceil(std::clamp(value, 0.0, 1.0) * 8 - 1e-9);
    text += kLevels[static_cast<std::size_t>(std::max(level, 0.0))];
  }
  return text;
}

std::vector<std::size_t> stacked_columns(std::span<const double> values, std::size_t columns) {
  const auto part = [&](std::size_t i) { return std::clamp(values[i], 0.0, 1e9); };
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += part(i);
  std::vector<std::size_t> shares(values.size());
  if (sum <= 0) return shares;
  double reached = 0;
  std::size_t given = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    reached += part(i);
    const auto end = static_cast<std::size_t>(std::lround(reached / sum * static_cast<double>(columns)));
    shares[i] = end - given;
    given = end;
  }
  return shares;
}

}  // namespace top
