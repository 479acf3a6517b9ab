// utf8_text.hpp: cuts and cleans names and messages without breaking their UTF-8.
// Runs on: every rank. Threads: any; pure functions.
// Limitation: every character counts as one column, wide and combining ones too.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bask {

struct Utf8Character {
  std::size_t bytes;
  std::optional<char32_t> code;  ///< none: broken
};
/// The character at the beginning of `text`, which is not empty; a broken one is one byte long.
Utf8Character first_character(std::string_view text);

/// The text with spaces for control characters and "\uFFFD" for broken UTF-8: safe on a terminal and in XML.
std::string printable(std::string_view text);

/// How many columns a printable text takes.
std::size_t columns_of(std::string_view text);

/// The text itself when it fits, else its beginning and "…".
std::string shortened(std::string_view text, std::size_t columns);

/// The text, filled up with spaces to `columns`.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace bask
