#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/lower_case.hpp>
#include <bask/io/cf_calendar.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace bask {
namespace {

struct Name {
  std::string_view name;
  CfCalendar calendar;
};
constexpr std::array<Name, 9> kNames{{{"standard", CfCalendar::kStandard},
                                      {"gregorian", CfCalendar::kStandard},
                                      {"proleptic_gregorian", CfCalendar::kProlepticGregorian},
                                      {"julian", CfCalendar::kJulian},
                                      {"noleap", CfCalendar::kNoLeap},
                                      {"365_day", CfCalendar::kNoLeap},
                                      {"all_leap", CfCalendar::kAllLeap},
                                      {"366_day", CfCalendar::kAllLeap},
                                      {"360_day", CfCalendar::k360Day}}};

// The calendar repeats after one era. Years begin in March here, so that a leap day is the last of its year.
struct Eras {
  std::int64_t years, days;
  std::int64_t before_1970;  // days from 1 March of the year 0
};
constexpr Eras kGregorian{400, 146097, 719468}, kJulian{4, 1461, 719470};
constexpr Eras kNoLeap{1, 365, 1969 * 365 + 306}, kAllLeap{1, 366, 1969 * 366 + 306};
constexpr std::int64_t kFirstGregorianDay = -141427;  // 15 October 1582

const Eras& eras_of(CfCalendar calendar, bool is_gregorian) {
  switch (calendar) {
    case CfCalendar::kStandard:
      return is_gregorian ? kGregorian : kJulian;
    case CfCalendar::kProlepticGregorian:
      return kGregorian;
    case CfCalendar::kJulian:
      return kJulian;
    case CfCalendar::kNoLeap:
      return kNoLeap;
    default:
      return kAllLeap;
  }
}

bool has_year_zero(CfCalendar calendar) {
  return calendar != CfCalendar::kStandard && calendar != CfCalendar::kJulian;
}

std::int64_t floor_of(std::int64_t number, std::int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

std::int64_t day_in(const Eras& eras, std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = floor_of(year, eras.years), of_era = year - era * eras.years;
  const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * eras.days + of_era * 365 + of_era / 4 - of_era / 100 + of_year - eras.before_1970;
}

CfDate date_in(const Eras& eras, std::int64_t day) {
  day += eras.before_1970;
  const std::int64_t era = floor_of(day, eras.days), rest = day - era * eras.days;
  const std::int64_t of_era = eras.years == 1 ? 0 : (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
  const std::int64_t of_year = rest - (of_era * 365 + of_era / 4 - of_era / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  CfDate date;
  date.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = era * eras.years + of_era + (date.month <= 2 ? 1 : 0);
  return date;
}

}  // namespace

CfCalendar cf_calendar_of(std::string_view name) {
  const std::string lower = lower_case(std::string(name));
  if (lower.empty()) return CfCalendar::kStandard;
  for (const auto& [known, calendar] : kNames) {
    if (lower == known) return calendar;
  }
  throw Error("time", fmt::format("there is no calendar '{}'", name),
              "use standard, proleptic_gregorian, julian, noleap, all_leap or 360_day");
}

std::string_view name_of(CfCalendar calendar) {
  const auto is_it = [&](const Name& name) { return name.calendar == calendar; };
  return std::find_if(kNames.begin(), kNames.end(), is_it)->name;
}

bool is_date(CfCalendar calendar, const CfDate& date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return false;
  if (date.hour < 0 || date.hour > 23 || date.minute < 0 || date.minute > 59) return false;
  if (date.second < 0 || date.second > 59 || date.microsecond < 0 || date.microsecond > 999999) return false;
  if (date.year == 0 && !has_year_zero(calendar)) return false;
  const CfDate same = date_of_day(calendar, day_number(calendar, date));
  return same.year == date.year && same.month == date.month && same.day == date.day;
}

std::int64_t day_number(CfCalendar calendar, const CfDate& date) {
  if (calendar == CfCalendar::k360Day) return (date.year - 1970) * 360 + (date.month - 1) * 30 + date.day - 1;
  const std::int64_t year = date.year + (date.year < 0 && !has_year_zero(calendar) ? 1 : 0);
  const bool is_gregorian = year * 10000 + date.month * 100 + date.day >= 15821015;
  return day_in(eras_of(calendar, is_gregorian), year, date.month, date.day);
}

CfDate date_of_day(CfCalendar calendar, std::int64_t day) {
  if (calendar == CfCalendar::k360Day) {
    const std::int64_t year = floor_of(day, 360), rest = day - year * 360;
    return {.year = 1970 + year,
            .month = static_cast<int>(rest / 30 + 1),
            .day = static_cast<int>(rest % 30 + 1)};
  }
  CfDate date = date_in(eras_of(calendar, day >= kFirstGregorianDay), day);
  if (date.year <= 0 && !has_year_zero(calendar)) --date.year;
  return date;
}

std::int64_t year_after(CfCalendar calendar, std::int64_t year) {
  return year == -1 && !has_year_zero(calendar) ? 1 : year + 1;
}

double mean_year_days(CfCalendar calendar) {
  switch (calendar) {
    case CfCalendar::kJulian:
      return 365.25;
    case CfCalendar::kNoLeap:
      return 365;
    case CfCalendar::kAllLeap:
      return 366;
    case CfCalendar::k360Day:
      return 360;
    default:
      return 365.2425;
  }
}

}  // namespace bask
