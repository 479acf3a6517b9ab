#include "calendar.hpp"

#include <bask/core/error.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace {

struct Date {
  int year = 1970;
  unsigned month = 1, day = 1;
  double day_part = 0;
};

// Days since some day, and back, in one calendar.
class Calendar {
 public:
  explicit Calendar(const std::string& name) {
    if (name == "360_day") {
      kind_ = Kind::k360;
    } else if (name == "noleap" || name == "365_day") {
      kind_ = Kind::kNoLeap;
    } else if (!name.empty() && name != "standard" && name != "gregorian" && name != "proleptic_gregorian") {
      throw bask::Error("climatology", "the calendar is '" + name + "'",
                        "use standard, proleptic_gregorian, noleap or 360_day");
    }
  }

  double days_of(const Date& date) const {
    if (kind_ == Kind::k360)
      return date.year * 360.0 + (date.month - 1) * 30.0 + (date.day - 1) + date.day_part;
    if (kind_ == Kind::kNoLeap)
      return date.year * 365.0 + before(date.month) + (date.day - 1) + date.day_part;
    using namespace std::chrono;
    const sys_days day = year(date.year) / static_cast<int>(date.month) / static_cast<int>(date.day);
    return day.time_since_epoch().count() + date.day_part;
  }

  Date date_of(double days) const {
    const double whole = std::floor(days);
    Date date;
    date.day_part = days - whole;
    if (kind_ == Kind::k360) {
      date.year = static_cast<int>(std::floor(whole / 360));
      const auto rest = static_cast<unsigned>(whole - date.year * 360.0);
      date.month = rest / 30 + 1;
      date.day = rest % 30 + 1;
    } else if (kind_ == Kind::kNoLeap) {
      date.year = static_cast<int>(std::floor(whole / 365));
      const auto rest = whole - date.year * 365.0;
      while (date.month < 12 && before(date.month + 1) <= rest) ++date.month;
      date.day = static_cast<unsigned>(rest - before(date.month)) + 1;
    } else {
      using namespace std::chrono;
      const year_month_day day(sys_days(std::chrono::days(static_cast<std::int64_t>(whole))));
      date.year = static_cast<int>(day.year());
      date.month = static_cast<unsigned>(day.month());
      date.day = static_cast<unsigned>(day.day());
    }
    return date;
  }

  double year_days() const { return kind_ == Kind::k360 ? 360 : kind_ == Kind::kNoLeap ? 365 : 365.2425; }

 private:
  enum class Kind { kGregorian, kNoLeap, k360 };
  static double before(unsigned month) {
    constexpr std::array<double, 12> kDays{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return kDays[month - 1];
  }
  Kind kind_ = Kind::kGregorian;
};

double days_in(const std::string& unit) {
  const auto is = [&](const char* name) { return unit == name || unit == std::string(name) + "s"; };
  if (is("day") || unit == "d") return 1;
  if (is("hour") || is("hr") || unit == "h") return 1.0 / 24;
  if (is("minute") || is("min")) return 1.0 / 1440;
  if (is("second") || is("sec") || unit == "s") return 1.0 / 86400;
  return 0;
}

}  // namespace

Months months_of(const std::vector<double>& times, const std::string& units,
                 const std::string& calendar_name) {
  char unit[32] = "";
  Date start;
  int hour = 0, minute = 0;
  double second = 0;
  const int read = std::sscanf(units.c_str(), "%31s since %d-%u-%u%*[ T]%d:%d:%lf", unit, &start.year,
                               &start.month, &start.day, &hour, &minute, &second);
  const double unit_days = days_in(unit);
  if (read < 4 || unit_days == 0 || start.month < 1 || start.month > 12 || start.day < 1 || start.day > 31) {
    throw bask::Error("climatology", "the units of time are '" + units + "'",
                      "give a time coordinate whose units are such as \"hours since 1980-01-14 14:00:00\"");
  }
  start.day_part = (hour + minute / 60.0 + second / 3600) / 24;
  const Calendar calendar(calendar_name);
  const double first = calendar.days_of(start);
  Months months;
  months.year_length = calendar.year_days() / unit_days;
  for (const double time : times) {
    if (!(std::abs(time * unit_days) < 1e7)) {
      throw bask::Error("climatology", "there is a time of " + std::to_string(time) + " " + units,
                        "give times within some thousand years");
    }
    // To the millisecond: an hour is no whole part of a day, and a midnight must not fall on the day before.
    const double days = std::round((first + time * unit_days) * 86400e3) / 86400e3;
    const Date date = calendar.date_of(days);
    const double begin = calendar.days_of({date.year, 1, 1, 0}),
                 end = calendar.days_of({date.year + 1, 1, 1, 0});
    months.month.push_back(date.month);
    months.years.push_back(date.year + (days - begin) / (end - begin));
  }
  return months;
}
