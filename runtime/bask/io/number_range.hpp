// number_range.hpp: whether a number is one of a type's.
// Runs on: every rank. Threads: any.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

namespace bask {

/// Whether T holds the number, but for rounding where T is floating. Of bool, 0 and 1. A long double is any
/// number of any type that arrays hold.
template <class T>
bool holds(long double number) {
  if constexpr (std::is_floating_point_v<T>) {
    return !std::isfinite(number) || std::abs(number) <= std::numeric_limits<T>::max();
  } else {
    return std::trunc(number) == number && number >= std::numeric_limits<T>::min() &&
           number <= std::numeric_limits<T>::max();
  }
}

}  // namespace bask
