// drawn_functions.hpp: what the graphs that these tests draw and sum up are made of.
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
