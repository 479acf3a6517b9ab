#include <bask/core/name_list.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/dot_text.hpp>

namespace bask {
namespace {

// Graphviz reads HTML entities in all labels, not only in HTML ones, so '&' is escaped, too.
std::string escaped_line(std::string_view line) {
  std::string escaped;
  for (const char character : printable(line)) {
    switch (character) {
      case '"':
        escaped += "\\\"";
        break;
      case '\\':
        escaped += "\\\\";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

// The size in bytes of the first line of a name: as much as fits into `columns` before a possible break.
std::size_t first_piece(std::string_view name, std::size_t columns) {
  if (columns_of(name) <= columns) return name.size();
  std::size_t end = 0;
  for (std::size_t at = name.find_first_of("_-.: "); at != name.npos;
       at = name.find_first_of("_-.: ", at + 1)) {
    const bool between_colons = name.substr(at).starts_with("::");
    if (end != 0 && columns_of(name.substr(0, at + 1)) > columns) break;
    if (!between_colons) end = at + 1;
  }
  return end == 0 ? name.size() : end;
}

}  // namespace

std::string dot_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    quoted += escaped_line(text.substr(0, end)) + "\\n";
  }
  return quoted + escaped_line(text) + '"';
}

std::string in_lines(std::string_view name, std::size_t columns) {
  const int most_lines = is_list(name) ? 8 : 4;
  const std::string clean = printable(name);
  std::string lines;
  std::string_view rest = clean;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t piece = line == most_lines ? rest.size() : first_piece(rest, columns);
    if (line > 1) lines += '\n';
    lines += shortened(rest.substr(0, piece), columns * 3 / 2);
    rest.remove_prefix(piece);
  }
  return lines;
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return with_commas(number).append(" ").append(noun).append(number == 1 ? "" : "s");
}

}  // namespace bask
