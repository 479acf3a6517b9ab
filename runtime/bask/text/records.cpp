#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/text/records.hpp>
#include <bask/text/text_source.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace bask {
namespace {

// Files are read once more up to here, to count lines.
constexpr std::uint64_t kMostToCount = std::uint64_t{4} << 30;

// The number of the line that begins at `at_bytes` of the text; none where counting would take long, or
// fails.
std::optional<std::uint64_t> line_number(const TextStretch& stretch, std::uint64_t at_bytes) {
  if (at_bytes > kMostToCount) return std::nullopt;
  TextStretch whole = stretch;
  whole.begin_bytes = 0;
  try {
    const auto source = open_text(whole, "");
    std::vector<char> piece(std::size_t{1} << 20);
    std::uint64_t number = 1;
    for (std::uint64_t left = at_bytes; left > 0;) {
      const std::size_t read =
          source->read(std::span(piece).first(std::min<std::uint64_t>(left, piece.size())));
      if (read == 0) return std::nullopt;
      number += static_cast<std::uint64_t>(std::count(piece.data(), piece.data() + read, '\n'));
      left -= read;
    }
    return number;
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The text around the mistake, which a terminal can show.
std::string text_around(const RecordMistake& mistake) {
  constexpr std::size_t kBefore = 30, kBehind = 40;
  std::string_view line = mistake.line;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  std::size_t begin = mistake.at > kBefore ? mistake.at - kBefore : 0;
  std::size_t end = std::min(mistake.at + kBehind, line.size());
  begin = std::min(begin, end);
  while (begin > 0 && begin < end && continues_character(line[begin])) ++begin;
  while (end < line.size() && end > begin && continues_character(line[end])) --end;
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", printable(line.substr(begin, end - begin)),
                     end < line.size() ? "…" : "");
}

}  // namespace

void count_or_raise(RecordCount& count, Errors errors, const RecordMistake& mistake,
                    const TextStretch& stretch, const std::string& where, const std::string& hint) {
  const bool skips = errors == Errors::kSkip;
  if (skips && ++count.skipped > 1) return;
  const std::size_t before = std::min(mistake.at, mistake.line.size());
  // A record of CSV may have several lines.
  const auto lines =
      std::count(mistake.line.begin(), mistake.line.begin() + static_cast<std::ptrdiff_t>(before), '\n');
  const std::size_t last = before == 0 ? std::string_view::npos : mistake.line.rfind('\n', before - 1);
  const std::size_t column =
      last == std::string_view::npos || lines == 0 ? mistake.at : mistake.at - last - 1;
  std::string place = where;
  const auto number = skips ? std::nullopt : line_number(stretch, mistake.line_bytes);
  if (number) {
    place += fmt::format(", line {}, column {}", *number + static_cast<std::uint64_t>(lines), column + 1);
  } else {
    place += fmt::format(", at byte {}", mistake.line_bytes + mistake.at);
    if (stretch.compression != TextCompression::kNone) place += " of the decompressed text";
  }
  const std::string happened = fmt::format("{}: {}", mistake.happened, text_around(mistake));
  if (skips) {
    count.first_mistake = fmt::format("{}: {}", place, happened);
    return;
  }
  throw Error(place, happened,
              fmt::format("{}correct it, or skip such records with .errors = bask::Errors::kSkip",
                          hint.empty() ? "" : hint + ", "));
}

}  // namespace bask
