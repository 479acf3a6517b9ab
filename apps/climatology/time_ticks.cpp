#include "time_ticks.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace {

constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::vector<TimeTick> time_ticks(const ValueRange& years, int wanted) {
  std::vector<TimeTick> ticks;
  if (years.span() >= wanted / 2.0) {  // else there would be too few ticks at years
    for (const double year : round_ticks(years, wanted)) {
      if (year == std::round(year)) ticks.push_back({year, fmt::format("{:.0f}", year)});
    }
    return ticks;
  }
  double step = 6;  // in months
  for (const double shorter : {3.0, 2.0, 1.0}) {
    if (years.span() * 12 / shorter <= wanted) step = shorter;
  }
  for (double k = std::ceil(years.low * 12 / step - 1e-6); k * step <= years.high * 12 + 1e-6; ++k) {
    const double year = std::floor(k * step / 12 + 1e-6);
    const auto month = static_cast<std::size_t>(std::lround(k * step - 12 * year));
    ticks.push_back({k * step / 12, fmt::format("{} {:.0f}", kMonths[month], year)});
  }
  return ticks;
}
