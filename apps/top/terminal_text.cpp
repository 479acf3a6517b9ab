#include "terminal_text.hpp"

#include <locale.h>
#include <wchar.h>
#include <bask/core/utf8_text.hpp>

#include <algorithm>
#include <array>

namespace top {
namespace {

constexpr std::string_view kEllipsis = "…", kReplacement = "\uFFFD";
constexpr std::size_t kMostBytesOfGlyph = 16;  // a letter and its marks; hostile texts put hundreds on one

// Characters that change the direction or the look of others, and that terminals count differently.
bool is_format(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  constexpr std::array<Range, 14> kRanges{{{0xad, 0xad},
                                           {0x61c, 0x61c},
                                           {0x115f, 0x1160},
                                           {0x180b, 0x180f},
                                           {0x200b, 0x200f},
                                           {0x2028, 0x202e},
                                           {0x2060, 0x206f},
                                           {0x3164, 0x3164},
                                           {0xfe00, 0xfe0f},
                                           {0xfeff, 0xfeff},
                                           {0xffa0, 0xffa0},
                                           {0xfff0, 0xfffb},
                                           {0x1f3fb, 0x1f3ff},
                                           {0xe0000, 0xe0fff}}};
  return std::ranges::any_of(kRanges, [=](Range range) { return code >= range.first && code <= range.last; });
}

// -1: cannot be shown. The C library is asked in UTF-8, whatever the user's locale is.
int width_of(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code != 0x7f ? 1 : -1;
  if (code < 0xa0 || is_format(code)) return -1;
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return wcwidth(static_cast<wchar_t>(code));
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width;
}

std::string joined(const std::vector<Glyph>& glyphs, std::size_t first, std::size_t end) {
  std::string text;
  for (std::size_t i = first; i < end; ++i) text += glyphs[i].text;
  return text;
}

// The end of as many glyphs as fit.
std::size_t end_of_fitting(const std::vector<Glyph>& glyphs, std::size_t first, std::size_t columns) {
  std::size_t end = first, taken = 0;
  while (end < glyphs.size() && taken + glyphs[end].columns <= columns) taken += glyphs[end++].columns;
  return end;
}

bool is_blank(const Glyph& glyph) {
  return glyph.text == " ";
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  while (!text.empty()) {
    const bask::Utf8Character next = bask::first_character(text);
    const int width = next.code ? width_of(*next.code) : -1;
    const std::string_view bytes = text.substr(0, next.bytes);
    if (width > 0) {
      glyphs.push_back({std::string(bytes), width > 1 ? std::size_t{2} : std::size_t{1}});
    } else if (width < 0) {
      const bool is_space = next.code && (*next.code == '\t' || *next.code == '\n' || *next.code == '\r');
      glyphs.push_back({std::string(is_space ? " " : kReplacement), 1});
    } else if (!glyphs.empty() && glyphs.back().text.size() + bytes.size() <= kMostBytesOfGlyph) {
      glyphs.back().text += bytes;
    }
    text.remove_prefix(next.bytes);
  }
  return glyphs;
}

std::string safe_text(std::string_view text) {
  const std::vector<Glyph> glyphs = glyphs_of(text);
  return joined(glyphs, 0, glyphs.size());
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const Glyph& glyph : glyphs_of(text)) columns += glyph.columns;
  return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
  const std::vector<Glyph> glyphs = glyphs_of(text);
  const std::size_t end = end_of_fitting(glyphs, 0, columns);
  if (end == glyphs.size()) return joined(glyphs, 0, end);
  if (columns == 0) return "";
  return joined(glyphs, 0, end_of_fitting(glyphs, 0, columns - 1)).append(kEllipsis);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t most_lines) {
  std::vector<std::string> lines;
  if (columns < 2 || most_lines == 0) return lines;
  const std::vector<Glyph> glyphs = glyphs_of(text);
  std::size_t first = 0;
  while (true) {
    while (first < glyphs.size() && is_blank(glyphs[first])) ++first;
    if (first == glyphs.size()) return lines;
    std::size_t end = end_of_fitting(glyphs, first, columns);
    if (lines.size() + 1 == most_lines) {
      lines.push_back(shortened(joined(glyphs, first, glyphs.size()), columns));
      return lines;
    }
    if (end < glyphs.size() && !is_blank(glyphs[end])) {
      std::size_t blank = end;
      while (blank > first && !is_blank(glyphs[blank - 1])) --blank;
      if (blank > first) end = blank;
    }
    std::size_t last = end;
    while (last > first && is_blank(glyphs[last - 1])) --last;
    lines.push_back(joined(glyphs, first, last));
    first = end;
  }
}

std::string ascii_of(const Glyph& glyph) {
  if (std::ranges::all_of(glyph.text, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; }))
    return glyph.text;
  struct Spelling {
    std::string_view text;
    char ascii;
  };
  constexpr std::array<Spelling, 13> kSpellings{{{"…", '~'},
                                                 {"×", 'x'},
                                                 {"µ", 'u'},
                                                 {"–", '-'},
                                                 {"·", '.'},
                                                 {"▁", '_'},
                                                 {"▂", '.'},
                                                 {"▃", '-'},
                                                 {"▄", '='},
                                                 {"▅", '+'},
                                                 {"▆", '*'},
                                                 {"▇", '#'},
                                                 {"█", '@'}}};
  const auto found = std::ranges::find(kSpellings, std::string_view(glyph.text), &Spelling::text);
  return std::string(glyph.columns, found == kSpellings.end() ? '?' : found->ascii);
}

}  // namespace top
