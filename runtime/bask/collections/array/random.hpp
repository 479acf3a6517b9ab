// random.hpp: random arrays, as numpy.random.Generator has them. Numbers depend on the seed, on how many
// arrays the generator has made before, and on the chunks; not on ranks, threads, or which blocks are made.
// Runs on: rank 0; numbers are made where they are used, as part of the expression that uses them.
// Threads: a Generator belongs to one.
#pragma once

#include <bask/collections/array/array.hpp>

#include <cstdint>
#include <vector>

namespace bask::random {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : seed_(seed) {}

  /// Uniform in [0, 1).
  Array<double> random(const Shape& shape, const ChunkSpec& chunks = {});
  Array<float> random_float(const Shape& shape, const ChunkSpec& chunks = {});
  /// Uniform in [low, high).
  Array<double> uniform(double low, double high, const Shape& shape, const ChunkSpec& chunks = {});
  /// Normal, of this mean and standard deviation. Source: Box and Muller 1958.
  Array<double> normal(double mean, double deviation, const Shape& shape, const ChunkSpec& chunks = {});
  Array<double> standard_normal(const Shape& shape, const ChunkSpec& chunks = {}) {
    return normal(0, 1, shape, chunks);
  }
  /// Exponential, of mean `scale`.
  Array<double> exponential(double scale, const Shape& shape, const ChunkSpec& chunks = {});
  /// Counts of this mean. Source: inversion for means below 10, PTRS above (Hörmann 1993).
  Array<std::int64_t> poisson(double mean, const Shape& shape, const ChunkSpec& chunks = {});
  /// How many of n trials succeed that do so with probability p. Source: inversion for means below 10, BTRS
  /// above (Hörmann 1993).
  Array<std::int64_t> binomial(std::int64_t n, double p, const Shape& shape, const ChunkSpec& chunks = {});
  /// The gamma distribution; its mean is form * scale. Source: Marsaglia and Tsang 2000.
  Array<double> gamma(double form, double scale, const Shape& shape, const ChunkSpec& chunks = {});
  Array<double> standard_gamma(double form, const Shape& shape, const ChunkSpec& chunks = {}) {
    return gamma(form, 1, shape, chunks);
  }
  /// Uniform in [low, high), without bias. Source: Lemire 2019.
  Array<std::int64_t> integers(std::int64_t low, std::int64_t high, const Shape& shape,
                               const ChunkSpec& chunks = {});
  Array<std::int64_t> integers(std::int64_t high, const Shape& shape, const ChunkSpec& chunks = {}) {
    return integers(0, high, shape, chunks);
  }
  /// Draws from `values` with replacement; with these probabilities, or uniformly when there are none.
  template <Element E>
  Array<E> choice(const std::vector<E>& values, const Shape& shape,
                  const std::vector<double>& probabilities = {}, const ChunkSpec& chunks = {}) {
    return Array<E>(
        choose(dtype_of<E>(), std::as_bytes(std::span(values)), values.size(), probabilities, shape, chunks));
  }

 private:
  ArrayPtr make(strips::RandomNumbers numbers, const Shape& shape, const ChunkSpec& chunks);
  ArrayPtr choose(DType dtype, std::span<const std::byte> values, std::size_t count,
                  const std::vector<double>& probabilities, const Shape& shape, const ChunkSpec& chunks);
  std::uint64_t seed_;
  std::uint64_t made_ = 0;
};

/// A generator with this seed. Without one the operating system gives a seed: every run has other numbers.
Generator default_rng(std::uint64_t seed);
Generator default_rng();

}  // namespace bask::random
