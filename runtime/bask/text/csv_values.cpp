#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/text/csv_values.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace bask {
namespace {

std::string_view without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// As messages show it.
std::string shown(std::string_view text) {
  return fmt::format("'{}'", shortened(printable(text.substr(0, 200)), 40));
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 4> kMissing = {"", "NA", "N/A", "null"};
  for (const std::string_view missing : kMissing) {
    if (text == missing) return true;
  }
  return false;
}

template <class T>
bool read_floating(CsvValue& from, T& to) {
  std::string_view text = without_spaces(from.text());
  if (is_missing(text)) {
    to = std::numeric_limits<T>::quiet_NaN();
    return true;
  }
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), to);
  if (error != std::errc() || end != text.data() + text.size()) {
    return from.refuse(shown(from.text()) + " is not a number");
  }
  const char first = text[text.front() == '-' ? 1 : 0];
  if (std::isinf(to) && first != 'i' && first != 'I') {
    return from.refuse(
        fmt::format("{} is too large for a {}", shown(text), sizeof(T) == 4 ? "float" : "double"));
  }
  return true;
}

template <class T>
bool read_integer(CsvValue& from, T least, T most, T& to) {
  std::string_view text = without_spaces(from.text());
  if (text.empty()) return from.refuse("there is no number: make the field a std::optional, or a double");
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  const bool is_negative = text.front() == '-' && text.size() > 1;
  for (const char letter : text.substr(is_negative ? 1 : 0)) {
    if (letter < '0' || letter > '9') return from.refuse(shown(from.text()) + " is not an integer");
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  if (error == std::errc() && end == text.data() + text.size() && to >= least && to <= most) return true;
  return from.refuse(fmt::format("{} is out of the range {} to {}", shown(text), least, most));
}

template <class T>
void append_number(std::string& to, T value) {
  if (std::isnan(value)) return;
  fmt::format_to(std::back_inserter(to), "{}", value);
}

}  // namespace

std::string_view CsvValue::text() {
  if (!field_.has_quotes) return field_.raw;
  unquoted_.clear();
  std::string_view left = field_.raw;
  for (auto quote = left.find(quote_); quote != std::string_view::npos; quote = left.find(quote_)) {
    unquoted_ += left.substr(0, quote + 1);
    left.remove_prefix(quote + 2);
  }
  return unquoted_ += left;
}

bool read_csv(CsvValue& from, bool& to) {
  const std::string_view text = without_spaces(from.text());
  to = text == "true" || text == "True" || text == "TRUE" || text == "1";
  if (to || text == "false" || text == "False" || text == "FALSE" || text == "0") return true;
  return from.refuse(shown(from.text()) + " is neither true nor false");
}

bool read_csv(CsvValue& from, double& to) {
  return read_floating(from, to);
}

bool read_csv(CsvValue& from, float& to) {
  return read_floating(from, to);
}

bool read_csv(CsvValue& from, std::string& to) {
  to.assign(from.text());
  return true;
}

bool read_csv_integer(CsvValue& from, std::int64_t least, std::int64_t most, std::int64_t& to) {
  return read_integer<std::int64_t>(from, least, most, to);
}

bool read_csv_integer(CsvValue& from, std::uint64_t most, std::uint64_t& to) {
  return read_integer<std::uint64_t>(from, 0, most, to);
}

void write_csv(std::string& to, char, bool value) {
  to += value ? "true" : "false";
}

void write_csv(std::string& to, char, std::int64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void write_csv(std::string& to, char, std::uint64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void write_csv(std::string& to, char, double value) {
  append_number(to, value);
}

void write_csv(std::string& to, char, float value) {
  append_number(to, value);
}

void write_csv(std::string& to, char delimiter, std::string_view text) {
  const char special[] = {delimiter, '"', '\n', '\r'};
  if (!text.empty() &&
      text.find_first_of(std::string_view(special, sizeof(special))) == std::string_view::npos) {
    to += text;
    return;
  }
  to += '"';
  for (const char letter : text) {
    if (letter == '"') to += '"';
    to += letter;
  }
  to += '"';
}

}  // namespace bask
