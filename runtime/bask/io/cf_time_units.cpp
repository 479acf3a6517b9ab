#include <fmt/format.h>
#include <bask/core/digit.hpp>
#include <bask/core/error.hpp>
#include <bask/core/lower_case.hpp>
#include <bask/io/cf_time_units.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

namespace bask {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000, kDayUs = 86400 * kSecondUs;
constexpr std::int64_t kMostYears = 290'000;

struct Unit {
  std::array<std::string_view, 7> names;
  std::int64_t us;
};
constexpr std::array<Unit, 6> kUnits{{
    {{"microseconds", "microsecond", "microsec", "microsecs"}, 1},
    {{"milliseconds", "millisecond", "millisec", "millisecs", "msec", "msecs", "ms"}, 1000},
    {{"seconds", "second", "sec", "secs", "s"}, kSecondUs},
    {{"minutes", "minute", "min", "mins"}, 60 * kSecondUs},
    {{"hours", "hour", "hr", "hrs", "h"}, 3600 * kSecondUs},
    {{"days", "day", "d"}, kDayUs},
}};

[[noreturn]] void refuse(const std::string& units, const std::string& why) {
  throw Error("time", fmt::format("the units of time are '{}'{}", units, why),
              "give units such as \"hours since 1980-01-14 14:00:00\"");
}

bool is_space(char letter) {
  return letter == ' ' || letter == '\t';
}
// Reads a text from its front, and keeps the rest.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  bool is_done() const { return left_.empty(); }
  char front() const { return left_.empty() ? '\0' : left_.front(); }
  std::size_t digits() const {
    return static_cast<std::size_t>(std::find_if_not(left_.begin(), left_.end(), is_digit) - left_.begin());
  }
  void skip_spaces() {
    while (is_space(front())) left_.remove_prefix(1);
  }
  bool take(char letter) {
    if (front() != letter) return false;
    left_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  std::string_view word() {
    const auto end =
        static_cast<std::size_t>(std::find_if(left_.begin(), left_.end(), is_space) - left_.begin());
    const std::string_view found = left_.substr(0, end);
    left_.remove_prefix(end);
    skip_spaces();
    return found;
  }
  /// The number of all digits at the front; nothing when there are none or more than `most`.
  std::optional<int> number(std::size_t most) {
    const std::string_view text = text_of_digits();
    int value = 0;
    if (text.empty() || text.size() > most) return std::nullopt;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  std::string_view text_of_digits() {
    const std::string_view text = left_.substr(0, digits());
    left_.remove_prefix(text.size());
    return text;
  }

 private:
  std::string_view left_;
};

// Cuts the fraction off at microseconds, with the same arithmetic as cftime.
int microseconds_of(std::string_view fraction) {
  const std::string text = fmt::format("0.{}", fraction);
  double part = 0;
  std::from_chars(text.data(), text.data() + text.size(), part);
  return static_cast<int>(part * 1e6);
}

// Each take_… function reads its part of "1980-01-14 14:00:00 -6:00", and returns whether it is valid.
bool take_day(Reader& reader, CfDate& date) {
  const bool is_negative = reader.take('-');
  if (!is_negative) reader.take('+');
  const auto year = reader.number(6);
  if (!year || !reader.take('-')) return false;
  const auto month = reader.number(2);
  if (!month || !reader.take('-')) return false;
  const auto day = reader.number(2);
  if (!day) return false;
  date = {.year = is_negative ? -*year : *year, .month = *month, .day = *day};
  return true;
}

bool take_clock(Reader& reader, CfDate& date) {
  const auto hour = reader.number(2);
  if (!hour) return false;
  date.hour = *hour;
  for (int* const part : {&date.minute, &date.second}) {
    if (!reader.take(':')) return true;
    const auto number = reader.number(2);
    if (!number) return false;
    *part = *number;
  }
  if (!reader.take('.')) return true;
  date.microsecond = microseconds_of(reader.text_of_digits());
  return true;
}

bool take_zone(Reader& reader, std::int64_t& east_minutes) {
  for (const char* name : {"z", "utc", "gmt"}) {
    if (reader.take_word(name)) return true;
  }
  const bool is_west = reader.take('-');
  if (!is_west && !reader.take('+')) return false;
  const std::size_t digits = reader.digits();
  const auto number = reader.number(4);
  if (!number || digits == 3) return false;
  std::int64_t minutes = digits == 4 ? *number / 100 * 60 + *number % 100 : *number * 60;
  if (digits <= 2 && reader.take(':')) {
    const auto rest = reader.number(2);
    if (!rest) return false;
    minutes += *rest;
  }
  east_minutes = is_west ? -minutes : minutes;
  return true;
}

bool take_reference(Reader& reader, CfDate& date, std::int64_t& east_minutes) {
  if (!take_day(reader, date)) return false;
  const bool has_mark = reader.take('t') || reader.take('_'), is_apart = is_space(reader.front());
  reader.skip_spaces();
  if (is_digit(reader.front())) {
    if (!(has_mark || is_apart) || !take_clock(reader, date)) return false;
  } else if (has_mark || (!is_apart && (reader.front() == '+' || reader.front() == '-'))) {
    return false;  // "-06:00" in "1980-01-14-06:00" may be a time or a zone
  }
  reader.skip_spaces();
  if (!reader.is_done() && !take_zone(reader, east_minutes)) return false;
  reader.skip_spaces();
  return reader.is_done();
}

// The length of the unit in microseconds; nothing where the calendar has no such unit.
std::optional<long double> length_of(std::string_view unit, CfCalendar calendar) {
  for (const Unit& known : kUnits) {
    if (std::find(known.names.begin(), known.names.end(), unit) != known.names.end()) return known.us;
  }
  const bool is_month = unit == "month" || unit == "months", is_year = unit == "year" || unit == "years";
  const bool is_common_year = unit == "common_year" || unit == "common_years";
  if (is_month && calendar == CfCalendar::k360Day) return 30 * kDayUs;
  if (is_common_year && calendar == CfCalendar::kNoLeap) return 365 * kDayUs;
  const bool is_real = calendar == CfCalendar::kStandard || calendar == CfCalendar::kJulian ||
                       calendar == CfCalendar::kProlepticGregorian;
  if (!is_real || !(is_month || is_year)) return std::nullopt;
  return 365.242198781L * kDayUs / (is_month ? 12 : 1);
}

[[noreturn]] void refuse_time(const std::string& number) {
  throw Error("time", fmt::format("there is a time of {}", number),
              "give times within 292,000 years of now, and none missing");
}

}  // namespace

std::int64_t CfTimeUnits::time_us(double number) const {
  constexpr long double kMost = 9223372036854775807.0L;
  const long double scaled = number * unit_us;
  if (!(scaled > -kMost && scaled < kMost)) refuse_time(fmt::format("{}", number));
  auto us = static_cast<std::int64_t>(std::rint(scaled));
  // Fractions of a day are not exact in binary: a time one microsecond beside a second is that second.
  const std::int64_t beside = (us % kSecondUs + kSecondUs) % kSecondUs;
  if (is_rounded && beside == 1) us = static_cast<std::int64_t>(std::floor(scaled));
  if (is_rounded && beside == kSecondUs - 1) us = static_cast<std::int64_t>(std::ceil(scaled));
  std::int64_t time = 0;
  if (__builtin_add_overflow(us, reference_us, &time)) refuse_time(fmt::format("{}", number));
  return time;
}

std::int64_t CfTimeUnits::time_us(std::int64_t number) const {
  const auto whole = static_cast<std::int64_t>(unit_us);
  if (static_cast<long double>(whole) != unit_us) return time_us(static_cast<double>(number));
  std::int64_t us = 0, time = 0;
  if (__builtin_mul_overflow(number, whole, &us) || __builtin_add_overflow(us, reference_us, &time)) {
    refuse_time(fmt::format("{}", number));
  }
  return time;
}

CfTimeUnits cf_time_units_of(const std::string& units, const std::string& calendar) {
  const std::string text = lower_case(units.substr(0, units.find_last_not_of(" \t\n") + 1));
  Reader reader(text);
  reader.skip_spaces();
  const std::string_view unit = reader.word();
  CfDate date;
  std::int64_t east_minutes = 0;
  if (reader.word() != "since" || !take_reference(reader, date, east_minutes)) refuse(units, "");
  CfTimeUnits result{.calendar = cf_calendar_of(calendar)};
  const auto length = length_of(unit, result.calendar);
  const std::string_view name = name_of(result.calendar);
  if (!length) refuse(units, fmt::format(", and the calendar '{}' has no unit '{}'", name, unit));
  if (date.year < -kMostYears || date.year > kMostYears || !is_date(result.calendar, date)) {
    refuse(units, fmt::format(", and the calendar '{}' has no such date or time", name));
  }
  result.unit_us = *length;
  result.is_rounded = *length >= kSecondUs;
  result.reference_us = day_number(result.calendar, date) * kDayUs +
                        ((date.hour * 60 + date.minute - east_minutes) * 60 + date.second) * kSecondUs +
                        date.microsecond;
  return result;
}

}  // namespace bask
