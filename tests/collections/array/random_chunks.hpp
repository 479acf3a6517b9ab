// random_chunks.hpp: random chunks of an axis, and the unit in which tests tell their bytes.
// Runs on: tests. Threads: one.
#pragma once

#include <bask/collections/array/block/shape.hpp>

#include <algorithm>
#include <cstdint>
#include <random>

namespace bask {

inline constexpr double kMiB = 1 << 20;

// They add up to the length, and none is longer than `longest`.
inline AxisChunks random_chunks(std::mt19937& random, std::int64_t length, std::int64_t longest) {
  AxisChunks chunks;
  while (length > 0) {
    const auto most = static_cast<std::uint64_t>(std::min(length, longest));
    chunks.push_back(1 + static_cast<std::int64_t>(random() % most));
    length -= chunks.back();
  }
  return chunks;
}

}  // namespace bask
