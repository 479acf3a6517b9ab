// drawn_functions.hpp: the functions in the graphs that these tests draw and summarise.
#pragma once

#include <vector>

namespace bask {

inline int load(int x) {
  return x;
}
inline int increment(int x) {
  return x + 1;
}
inline int add(int x, int y) {
  return x + y;
}
inline int total(const std::vector<int>& values) {
  return static_cast<int>(values.size());
}

}  // namespace bask
