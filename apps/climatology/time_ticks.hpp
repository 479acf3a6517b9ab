// time_ticks.hpp: ticks along an axis of years: at years, or at months where the axis is short.
// Runs on: rank 0. Threads: any.
#pragma once

#include "ticks.hpp"

#include <string>
#include <vector>

struct TimeTick {
  double time;        ///< in years: 1980.5
  std::string label;  ///< "1980", "Jul 1980"
};

/// About `wanted` of them, each at the beginning of a year or of a month.
std::vector<TimeTick> time_ticks(const ValueRange& years, int wanted);
