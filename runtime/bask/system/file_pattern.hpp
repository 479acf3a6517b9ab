// file_pattern.hpp: the files that a path stands for.
// Runs on: rank 0. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// The path itself where a file of that name exists, whatever characters the name has, or where the path is
/// no pattern. Else the files that match the path as a shell pattern (*, ?, [), in natural order. A directory
/// of the path that exists under its literal name is taken literally. `where` begins the message.
/// Throws: Error when no file matches.
std::vector<std::string> files_matching(const std::string& path, const std::string& where);

/// Whether `a` comes before `b` in natural order, which compares digits as numbers: "x2" before "x10".
bool comes_before(std::string_view a, std::string_view b);

}  // namespace bask
