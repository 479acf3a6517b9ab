#include <bask/core/digit.hpp>
#include <bask/core/error.hpp>
#include <bask/core/units.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace bask {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Where one unit has two names, the later name is printed.
constexpr std::array<Unit, 5> kSizeUnits{
    {{"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}}};
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::array<Unit, 9> kTimeUnits{{{"ns", 1},
                                          {"µs", 1'000},
                                          {"us", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", kSecond},
                                          {"m", 60 * kSecond},
                                          {"min", 60 * kSecond},
                                          {"h", 3600 * kSecond},
                                          {"d", 86400 * kSecond}}};
constexpr const char* kSizeUnitsText = "binary units: B, KiB, MiB, GiB, TiB";
constexpr const char* kTimeUnitsText =
    "units: ns, us, ms, s, min, h, d; or a clock such as 1:30:00 or 1-12:00:00";
constexpr std::uint64_t kMostSize = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMostDuration = std::numeric_limits<std::int64_t>::max();  // as nanoseconds counts

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

struct Quantity {
  std::string_view number;  // digits, or digits.digits
  std::string_view unit;    // what follows, without spaces around it; may be empty
};

std::optional<Quantity> split_quantity(std::string_view text) {
  const std::size_t end = std::min(
      text.size(),
      static_cast<std::size_t>(
          std::ranges::find_if_not(text, [](char c) { return is_digit(c) || c == '.'; }) - text.begin()));
  const std::string_view number = text.substr(0, end);
  const std::size_t point = number.find('.');
  if (!all_digits(number.substr(0, point))) return std::nullopt;
  if (point != std::string_view::npos && !all_digits(number.substr(point + 1))) return std::nullopt;
  std::string_view unit = text.substr(end);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  return Quantity{number, unit};
}

// number * factor; nothing when that is more than `most`. Whole numbers stay exact, fractions are rounded.
std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t factor, std::uint64_t most) {
  const char* end = number.data() + number.size();
  if (number.find('.') == std::string_view::npos) {
    std::uint64_t whole = 0;
    if (std::from_chars(number.data(), end, whole).ec != std::errc{}) return std::nullopt;
    return whole > most / factor ? std::nullopt : std::optional(whole * factor);
  }
  double value = 0;
  if (std::from_chars(number.data(), end, value).ec != std::errc{}) return std::nullopt;
  value = std::round(value * static_cast<double>(factor));
  return value >= static_cast<double>(most) ? std::nullopt : std::optional(static_cast<std::uint64_t>(value));
}

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  const auto found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : &*found;
}

Error usage_error(std::string happened, std::string fix) {
  return Error("", std::move(happened), std::move(fix), ExitCode::kUsage);
}

Error bad_size(std::string_view text, const std::optional<Quantity>& quantity) {
  const bool no_unit = quantity && quantity->unit.empty();
  std::string meant = "a size such as 4GiB";
  if (no_unit) meant = fmt::format("{}GiB", quantity->number);
  if (quantity && !no_unit) {
    const int initial = std::toupper(static_cast<unsigned char>(quantity->unit[0]));
    for (const Unit& unit : kSizeUnits) {
      if (unit.name[0] == initial) meant = fmt::format("{}{}", quantity->number, unit.name);
    }
  }
  return usage_error(
      no_unit ? fmt::format("'{}' has no unit", text) : fmt::format("'{}' is not a size", text),
      fmt::format("say {} ({})", meant, kSizeUnitsText));
}

Error bad_duration(std::string_view text, const std::optional<Quantity>& quantity) {
  if (quantity && quantity->unit.empty()) {
    return usage_error(fmt::format("'{}' has no unit", text),
                       fmt::format("say {}s ({})", quantity->number, kTimeUnitsText));
  }
  return usage_error(fmt::format("'{}' is not a time", text), fmt::format("say 90s ({})", kTimeUnitsText));
}

Error too_long(std::string_view text) {
  return usage_error(fmt::format("'{}' is too long a time", text), "say at most 100000d");
}

bool looks_like_clock(std::string_view text) {
  return text.find_first_of(":-") != std::string_view::npos &&
         text.find_first_not_of("0123456789:-") == text.npos;
}

std::vector<std::string_view> split_at_colons(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t colon; (colon = text.find(':')) != text.npos; text.remove_prefix(colon + 1)) {
    fields.push_back(text.substr(0, colon));
  }
  fields.push_back(text);
  return fields;
}

// Seconds of a clock; nothing when it is not one. A field after the first stays below the next larger unit.
std::optional<std::uint64_t> clock_seconds(std::string_view text) {
  constexpr std::array<std::uint64_t, 4> kWeights{86400, 3600, 60, 1};  // days, hours, minutes, seconds
  constexpr std::array<std::uint64_t, 4> kLimits{0, 24, 60, 60};
  const std::size_t dash = text.find('-');
  const bool has_days = dash != text.npos;
  std::vector<std::string_view> fields = split_at_colons(has_days ? text.substr(dash + 1) : text);
  if (has_days) fields.insert(fields.begin(), text.substr(0, dash));
  if (fields.size() < 2 || fields.size() > (has_days ? 4 : 3)) return std::nullopt;
  const std::size_t first = has_days ? 0 : 4 - fields.size();  // without days, the last field is seconds
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view field = fields[i];
    if (!all_digits(field) || field.size() > 9) return std::nullopt;  // nine digits cannot overflow below
    std::uint64_t value = 0;
    std::from_chars(field.data(), field.data() + field.size(), value);
    if (i > 0 && value >= kLimits[first + i]) return std::nullopt;
    seconds += value * kWeights[first + i];
  }
  return seconds;
}

std::string spelled(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) best = &unit;
  }
  return fmt::format("{}{}", value / best->factor, best->name);
}

// Three figures: 1.23, 12.3, 123.
std::string three_figures(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string clock_text(std::uint64_t seconds) {
  const std::uint64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
  if (days > 0) return fmt::format("{}-{:02}:{:02}:{:02}", days, hours, minutes, seconds % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
  return fmt::format("{}:{:02}", minutes, seconds % 60);
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  const std::optional<Quantity> quantity = split_quantity(text);
  const Unit* unit = quantity ? find_unit(kSizeUnits, quantity->unit) : nullptr;
  if (!unit) throw bad_size(text, quantity);
  const std::optional<std::uint64_t> size_bytes = scaled(quantity->number, unit->factor, kMostSize);
  if (!size_bytes)
    throw usage_error(fmt::format("'{}' is too large a size", text), "say at most 16777215TiB");
  return *size_bytes;
}

std::string format_size(std::uint64_t size_bytes) {
  if (size_bytes < 1024) return fmt::format("{} B", size_bytes);
  double value = static_cast<double>(size_bytes);
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kSizeUnits.size()) {  // what would be printed as 1024 goes one unit up
    value /= 1024;
    ++unit;
  }
  std::string number = three_figures(value);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
  }
  return fmt::format("{} {}", number, kSizeUnits[unit].name);
}

std::string spell_size(std::uint64_t size_bytes) {
  return spelled(size_bytes, kSizeUnits);
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
  if (looks_like_clock(text)) {
    const std::optional<std::uint64_t> seconds = clock_seconds(text);
    if (!seconds) throw bad_duration(text, std::nullopt);
    if (*seconds > kMostDuration / kSecond) throw too_long(text);
    return std::chrono::seconds(*seconds);
  }
  const std::optional<Quantity> quantity = split_quantity(text);
  const Unit* unit = quantity ? find_unit(kTimeUnits, quantity->unit) : nullptr;
  if (!unit) throw bad_duration(text, quantity);
  const std::optional<std::uint64_t> duration_ns = scaled(quantity->number, unit->factor, kMostDuration);
  if (!duration_ns) throw too_long(text);
  return std::chrono::nanoseconds(*duration_ns);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  if (duration.count() < 0) return fmt::format("-{}", format_duration(-duration));
  const double ns = static_cast<double>(duration.count());
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  if (ns < 999.5e3) return three_figures(ns / 1e3) + " µs";
  if (ns < 999.5e6) return three_figures(ns / 1e6) + " ms";
  if (ns < 59.95e9) return three_figures(ns / 1e9) + " s";
  return clock_text(static_cast<std::uint64_t>(std::llround(ns / 1e9)));
}

std::string spell_duration(std::chrono::nanoseconds duration) {
  return spelled(static_cast<std::uint64_t>(duration.count()), kTimeUnits);
}

}  // namespace bask
