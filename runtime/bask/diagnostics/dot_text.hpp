// dot_text.hpp: text for the DOT language: labels of any content, and counts as people write them.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bask {

/// A quoted string that Graphviz shows as `text`, with its line breaks, whatever characters it holds.
std::string dot_quoted(std::string_view text);

/// A name in lines of about `columns`, so that it fits into a circle. Lines are broken after '_', '-', '.',
/// ':' and spaces; a name of more than four lines is shortened, a list of names of more than eight.
std::string in_lines(std::string_view name, std::size_t columns);

/// "1,234,567"
std::string with_commas(std::uint64_t number);

/// "1 task", "1,200 tasks"
std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace bask
