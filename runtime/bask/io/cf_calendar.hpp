// cf_calendar.hpp: the calendars of the CF conventions: days into dates, and back.
// Runs on: every rank. Threads: any.
// Sources: CF 1.8, section 4.4.1; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#pragma once

#include <cstdint>
#include <string_view>

namespace bask {

enum class CfCalendar : std::uint8_t {
  kStandard,            ///< Julian to 4 October 1582, which 15 October followed, then Gregorian
  kProlepticGregorian,  ///< Gregorian at all times
  kJulian,
  kNoLeap,   ///< 365 days a year
  kAllLeap,  ///< 366
  k360Day,   ///< twelve months of thirty days
};

/// By its name, in any case: "standard" or "gregorian" or none at all, "proleptic_gregorian", "julian",
/// "noleap" or "365_day", "all_leap" or "366_day", "360_day". Throws: Error with these when it is another.
CfCalendar cf_calendar_of(std::string_view name);
std::string_view name_of(CfCalendar calendar);

/// A date and a time of day. The standard and the Julian calendar have no year 0: after -1 comes 1.
struct CfDate {
  std::int64_t year = 1970;
  int month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  friend bool operator==(const CfDate&, const CfDate&) = default;
};

/// Whether the calendar has the date, and the time of day is valid.
bool is_date(CfCalendar calendar, const CfDate& date);
/// Days from 1970-01-01 to the date's day. Calendars whose years are all of one length count from their own
/// 1970-01-01, the others from the Gregorian one. The year lies within 10^9 of now.
std::int64_t day_number(CfCalendar calendar, const CfDate& date);
/// The day of that number, at midnight.
CfDate date_of_day(CfCalendar calendar, std::int64_t day);
/// The year that follows.
std::int64_t year_after(CfCalendar calendar, std::int64_t year);
/// The average length of a year in days.
double mean_year_days(CfCalendar calendar);

}  // namespace bask
