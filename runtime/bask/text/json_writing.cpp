#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/text/json_values.hpp>

#include <cmath>

namespace bask {
namespace {

bool is_plain(char letter) {
  return static_cast<unsigned char>(letter) >= 0x20 && letter != '"' && letter != '\\' &&
         static_cast<unsigned char>(letter) < 0x80;
}

void write_escaped(std::string& to, char letter) {
  switch (letter) {
    case '"':
    case '\\':
      to += '\\';
      to += letter;
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned>(letter));
  }
}

template <class T>
void write_number(std::string& to, T value) {
  if (std::isnan(value)) {
    to += "null";
    return;
  }
  if (std::isinf(value)) {
    throw Error("to_json", "there is an infinite number, which JSON cannot hold",
                "replace it first, or write CSV");
  }
  fmt::format_to(std::back_inserter(to), "{}", value);
}

}  // namespace

void write_json(std::string& to, bool value) {
  to += value ? "true" : "false";
}

void write_json(std::string& to, std::int64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void write_json(std::string& to, std::uint64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void write_json(std::string& to, double value) {
  write_number(to, value);
}

void write_json(std::string& to, float value) {
  write_number(to, value);
}

void write_json(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    to += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Utf8Character character = first_character(text);
    if (!character.code) {
      throw Error("to_json", "there is a string that is not UTF-8: " + printable(text.substr(0, 40)),
                  "JSON is UTF-8: convert the string first, or write it as text");
    }
    if (character.bytes == 1) {
      write_escaped(to, text.front());
    } else {
      to += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  to += '"';
}

}  // namespace bask
