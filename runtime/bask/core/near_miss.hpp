// near_miss.hpp: which known name was probably meant by a mistyped one.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// The first known name that begins with `name` ("mem" for "memory-limit"), else the nearest by edits; empty
/// when none is near. Upper and lower case count as equal, and so do '-' and '_'.
/// Source: optimal string alignment distance (Damerau 1964).
std::string near_miss(std::string_view name, const std::vector<std::string>& known);

}  // namespace bask
