// digit.hpp: what is a digit, in every locale.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

constexpr bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

}  // namespace bask
