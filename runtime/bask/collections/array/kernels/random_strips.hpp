// random_strips.hpp: random numbers by counter, one strip at a time: each number is a function of its
// generator's seed and stream, its block and its place in the block, so that any part of a block can be made
// anywhere, in any order.
// Runs on: every rank. Threads: any; the functions keep nothing.
// Source: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011).
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace bask::strips {

enum class Distribution : std::uint8_t {
  kRandom,       ///< [0, 1): float32 or float64
  kUniform,      ///< [a, b): float64
  kNormal,       ///< mean a, standard deviation b: float64
  kExponential,  ///< scale a: float64
  kPoisson,      ///< mean a: int64
  kIntegers,     ///< [low, high): int64, without bias
  kBinomial,     ///< successes of `low` trials of probability a: int64
  kGamma,        ///< shape a, scale b: float64
};

/// The distribution and the generator of an array's numbers: the same for all its blocks.
struct RandomNumbers {
  Distribution distribution;
  DType dtype;
  std::uint64_t seed;
  std::uint64_t stream;  ///< of the generator: how many arrays it has made before
  double a = 0, b = 0;
  std::int64_t low = 0, high = 0;
};

/// out[i] = number (first + i * stride) of block `block`, for i < count; stride in elements, any sign.
void random_strip(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
                  std::size_t count, void* out);

}  // namespace bask::strips
