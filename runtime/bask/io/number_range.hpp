// number_range.hpp: whether a type holds a number.
// Runs on: every rank. Threads: any.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

namespace bask {

/// Whether T holds the number; a floating T may round it. A bool holds 0 and 1. The argument is a long double
/// because that holds every number of every element type.
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
