// value_text.hpp: a stored value in a few words, for pictures.
// Runs on: rank 0. Threads: any; a pure function.
#pragma once

#include <bask/core/value.hpp>

#include <string>

namespace bask {

/// Numbers, text and vectors of numbers are shown, shortened: "42", "\"ferret\"", "[0, 0.5, 1, …]\n1,000
/// values". For other types: their name, and their size where it is large: "Grid\n1.5 MiB".
std::string value_text(const Value& value);

}  // namespace bask
