// file_pattern.hpp: the files that a path stands for.
// Runs on: rank 0. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// The file itself where the path is one, whatever characters its name has, or where it is no pattern; else
/// the files that match it as a shell takes it (*, ?, [), in natural order; a directory on the way that is
/// there is that directory. Throws: Error when none matches.
std::vector<std::string> files_matching(const std::string& path);

/// Whether `a` comes before `b` when runs of digits are taken for numbers: "x2" before "x10".
bool comes_before(std::string_view a, std::string_view b);

}  // namespace bask
