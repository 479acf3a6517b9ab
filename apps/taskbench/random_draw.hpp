// random_draw.hpp: random numbers that only depend on their arguments, so that every rank draws the same.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace taskbench {

/// A number in [0, 1): the hash of `numbers` under a fixed seed.
/// Source: the mixing function of SplitMix64 (Steele, Lea and Flood 2014).
inline double draw(std::initializer_list<std::uint64_t> numbers) {
  std::uint64_t state = 0x7461736b62656e63;  // "taskbenc"
  for (const std::uint64_t number : numbers) {
    state = (state ^ number) + 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    state ^= state >> 31;
  }
  return static_cast<double>(state >> 11) * 0x1p-53;
}

}  // namespace taskbench
