#include <glob.h>
#include <bask/core/digit.hpp>
#include <bask/core/error.hpp>
#include <bask/system/file_pattern.hpp>

#include <algorithm>
#include <filesystem>

namespace bask {
namespace {

// Takes the digits at the beginning off `text`, and returns them without leading zeros.
std::string_view take_number(std::string_view& text) {
  const auto end =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// Escapes the directories of the path that exist: brackets in their names are no pattern.
std::string pattern_of(const std::string& path) {
  std::string pattern;
  std::size_t begin = 0;
  for (std::size_t slash; (slash = path.find('/', begin)) != std::string::npos; begin = slash + 1) {
    std::error_code ignored;
    if (slash != 0 && !std::filesystem::is_directory(path.substr(0, slash), ignored)) break;
    for (const char letter : path.substr(begin, slash - begin)) {
      if (std::string_view("*?[\\").find(letter) != std::string_view::npos) pattern += '\\';
      pattern += letter;
    }
    pattern += '/';
  }
  return pattern + path.substr(begin);
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) {
  std::string_view left = a, right = b;
  while (!left.empty() && !right.empty()) {
    if (is_digit(left.front()) && is_digit(right.front())) {
      const std::string_view first = take_number(left), second = take_number(right);
      if (first.size() != second.size()) return first.size() < second.size();
      if (first != second) return first < second;
      continue;
    }
    if (left.front() != right.front()) {
      return static_cast<unsigned char>(left.front()) < static_cast<unsigned char>(right.front());
    }
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  if (left.empty() != right.empty()) return left.empty();
  return a < b;  // they differ in leading zeros alone
}

std::vector<std::string> files_matching(const std::string& path, const std::string& where) {
  std::error_code ignored;
  if (path.find_first_of("*?[") == std::string::npos || std::filesystem::exists(path, ignored)) return {path};
  glob_t found{};
  const int failed = ::glob(pattern_of(path).c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> files(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (failed != 0 || files.empty()) {
    throw Error(where, "no file matches " + path,
                "give a pattern that matches at least one file; *, ? and [ mean what they mean in a shell");
  }
  std::sort(files.begin(), files.end(), comes_before);
  return files;
}

}  // namespace bask
