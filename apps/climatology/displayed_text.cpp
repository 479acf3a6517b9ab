#include "displayed_text.hpp"

namespace {

// The bytes of the UTF-8 character that the text begins with; 0 when it begins with none.
std::size_t length_of_character(std::string_view text) {
  const auto byte = [&](std::size_t k) -> unsigned { return static_cast<unsigned char>(text[k]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) < 0xC2   ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  unsigned code = byte(0) & (0xFFu >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(k) & 0x3F);
  }
  const bool is_too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  return is_too_long || is_surrogate || code > 0x10FFFF ? 0 : length;
}

}  // namespace

std::string displayed_text(std::string_view words) {
  std::string text;
  while (!words.empty()) {
    const std::size_t length = length_of_character(words);
    const auto first = static_cast<unsigned char>(words[0]);
    if (length == 0) {  // a Latin-1 byte is the Unicode code point
      text += static_cast<char>(0xC0 | first >> 6);
      text += static_cast<char>(0x80 | (first & 0x3F));
    } else if (first < 0x20 || first == 0x7F) {
      text += ' ';
    } else {
      text += words.substr(0, length);
    }
    words.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

std::string_view without_last_character(std::string_view valid) {
  while (!valid.empty() && (static_cast<unsigned char>(valid.back()) & 0xC0) == 0x80) valid.remove_suffix(1);
  if (!valid.empty()) valid.remove_suffix(1);
  return valid;
}
