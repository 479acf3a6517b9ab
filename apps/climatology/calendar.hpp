// calendar.hpp: the months that CF's time coordinates stand for: "hours since 1980-01-14 14:00:00".
// Runs on: rank 0. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What a time coordinate says, number by number.
struct Months {
  std::vector<std::int64_t> month;  ///< 1 to 12
  std::vector<double> years;        ///< 1980.5 is the middle of 1980
  double year_length = 0;           ///< in the coordinate's own units
};

/// Reads `times` by their units and calendar ("standard" where the file says none; "noleap" and "360_day" are
/// known too). Throws: bask::Error when the units are not "<unit> since <date>", or the calendar is another.
Months months_of(const std::vector<double>& times, const std::string& units, const std::string& calendar);
