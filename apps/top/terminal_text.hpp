// terminal_text.hpp: texts that were read from a file, made safe for a terminal, cut and wrapped by columns.
// Runs on: a login node. Threads: one at a time; pure functions.
// Invariants: (1) what `glyphs_of` returns has no control or format character, so no escape sequence either;
//             (2) its widths are those of wcwidth, so a wide character takes two columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace top {

/// What a terminal shows in one place: a character with the marks that are put on it.
struct Glyph {
  std::string text;
  std::size_t columns = 1;  ///< 1 or 2
};

/// Blanks stand for tabs and line ends, "\uFFFD" for other characters that cannot be shown and for broken
/// UTF-8.
std::vector<Glyph> glyphs_of(std::string_view text);

std::string safe_text(std::string_view text);

std::size_t columns_of(std::string_view text);

/// The text itself when it fits, else its beginning and "…".
std::string shortened(std::string_view text, std::size_t columns);

/// Lines of at most `columns`, broken at blanks where there are some; the last of `most_lines` ends with "…"
/// when there would be more.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t most_lines);

/// The same without characters beyond ASCII, for terminals that know no others. It has as many columns.
std::string ascii_of(const Glyph& glyph);

}  // namespace top
