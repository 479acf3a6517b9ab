// cf_time_units.hpp: units of time as files have them: "hours since 1980-01-14 14:00:00 -6:00".
// Runs on: every rank. Threads: any.
// Sources: CF 1.8, section 4.4; cftime, whose spellings and rounding these are; UDUNITS.
#pragma once

#include <bask/io/cf_calendar.hpp>

#include <cstdint>
#include <string>

namespace bask {

/// How numbers stand for times.
struct CfTimeUnits {
  CfCalendar calendar = CfCalendar::kStandard;
  std::int64_t reference_us = 0;  ///< of the number 0, from midnight of day_number 0 on, in UTC
  long double unit_us = 1;        ///< a whole number, but for the years and months of UDUNITS
  bool is_rounded =
      false;  ///< floating numbers a microsecond beside a second are rounded to it, as in cftime

  /// Microseconds from midnight of day_number 0 on. Throws: Error when the number is none, or the time lies
  /// beyond 292,000 years.
  std::int64_t time_us(double number) const;
  std::int64_t time_us(std::int64_t number) const;
};

/// "<unit> since <date>[ <time>[ <zone>]]", in any case. Units: microseconds to days, by all names that
/// cftime has; months of thirty days in the 360-day calendar, and common_years in the one without leap days.
/// In the calendars of the real world, months and years are what UDUNITS means by them, which is no
/// calendar's month: a year has 365.242198781 days, and a month a twelfth of them. Dates: Y-M-D; times: h,
/// h:m or h:m:s with a fraction, after a space, T or _; zones: Z, UTC, or hours east of it as +6, -06:30 or
/// +0630. Throws: Error when they are written otherwise, the calendar has no such date, or no such unit.
CfTimeUnits cf_time_units_of(const std::string& units, const std::string& calendar = "standard");

}  // namespace bask
