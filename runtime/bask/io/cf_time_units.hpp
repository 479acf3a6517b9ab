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
  std::int64_t reference_us = 0;  ///< the time of the number 0, from midnight of day_number 0 on, in UTC
  long double unit_us = 1;        ///< a whole number, but for the years and months of UDUNITS
  /// Whether a floating time one microsecond beside a whole second is rounded to that second, as in cftime.
  bool is_rounded = false;

  /// Microseconds from midnight of day_number 0 on. Throws: Error when the number is NaN, or the time lies
  /// more than 292,000 years away.
  std::int64_t time_us(double number) const;
  std::int64_t time_us(std::int64_t number) const;
};

/// Parses "<unit> since <date>[ <time>[ <zone>]]", in upper or lower case.
/// Units: microseconds to days, by all names that cftime has; months of 30 days in the 360-day calendar;
/// common_years in the calendar without leap days. In the calendars of the real world, months and years are
/// UDUNITS's, which do not follow the calendar: a year has 365.242198781 days, and a month is a twelfth of
/// it. Dates: Y-M-D. Times: h, h:m or h:m:s with a fraction, after a space, T or _. Zones: Z, UTC, or hours
/// east of UTC as +6, -06:30 or +0630.
/// Throws: Error when the text is of another form, or the calendar has no such date or no such unit.
CfTimeUnits cf_time_units_of(const std::string& units, const std::string& calendar = "standard");

}  // namespace bask
