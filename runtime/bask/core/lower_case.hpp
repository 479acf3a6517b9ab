// lower_case.hpp: words that are compared whatever their case.
// Runs on: every rank. Threads: any.
#pragma once

#include <string>

namespace bask {

/// Only the letters A to Z change, in every locale.
inline std::string lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace bask
