// The parts of random numbers: Philox; the functions that turn its words into numbers; the same bits on every
// instruction set; counts of any mean.
#include <gtest/gtest.h>
#include <bask/collections/array/kernels/random_tables.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <Random123/philox.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

namespace bask::strips {

namespace {

constexpr DType kInts = DType::kInt64, kDoubles = DType::kFloat64;

template <class T>
std::vector<T> drawn(const RandomNumbers& numbers, std::size_t count, std::uint64_t block = 5,
                     std::uint64_t first = 0, std::int64_t stride = 1, RandomStrip make = &random_strip) {
  std::vector<T> values(count);
  make(numbers, block, first, stride, count, values.data());
  return values;
}

std::vector<RandomStrip> variants_of_this_cpu() {
  std::vector<RandomStrip> variants = {baseline_random_strip()};
  const std::string_view set = instruction_set();
  if (set != "baseline" && avx2_random_strip() != nullptr) variants.push_back(avx2_random_strip());
  if (set == "avx512" && avx512_random_strip() != nullptr) variants.push_back(avx512_random_strip());
  return variants;
}

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
philox4x32_ctr_t philox_of(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t counter) {
  std::uint64_t key = mixed(numbers.seed + 0x9e3779b97f4a7c15u);
  key = mixed(key ^ (numbers.stream + 0x632be59bd9b4e019u));
  key = mixed(key ^ (block + 0xd1b54a32d192ed03u));
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  return philox4x32_R(10, {{low(counter), low(counter >> 32), 0, 0}}, {{low(key), low(key >> 32)}});
}
// 52 bits of two words, from 0 to 1.
long double unit_of(const philox4x32_ctr_t& words, std::size_t pair) {
  const std::uint64_t bits = (std::uint64_t(words.v[2 * pair + 1]) << 32) | words.v[2 * pair];
  return static_cast<long double>(bits >> 12) * 0x1p-52L;
}

TEST(Philox4x32, GivesThePublishedAnswers) {
  const auto ones = philox4x32_R(10, {{~0u, ~0u, ~0u, ~0u}}, {{~0u, ~0u}});
  const std::uint32_t of_ones[] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  EXPECT_TRUE(std::equal(ones.v, ones.v + 4, of_ones));
  const auto pi =
      philox4x32_R(10, {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}});
  const std::uint32_t of_pi[] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  EXPECT_TRUE(std::equal(pi.v, pi.v + 4, of_pi));
}

TEST(RandomVariants, NormalsAreBoxAndMullersToFourUnitsInTheLastPlace) {
  const RandomNumbers numbers{Distribution::kNormal, kDoubles, 1, 2, 0, 1};
  const auto values = drawn<double>(numbers, 32000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto words = philox_of(numbers, 5, i / 32 * 16 + i % 16);
    const long double angle = 2 * std::numbers::pi_v<long double> * unit_of(words, 1);
    const long double radius = std::sqrt(-2 * std::log(1 - unit_of(words, 0)));
    const long double expected = radius * (i % 32 < 16 ? std::cos(angle) : std::sin(angle));
    ASSERT_LT(std::abs(static_cast<double>(values[i] - expected)),
              4 * 0x1p-52 * std::abs(static_cast<double>(expected)) + 1e-18)
        << i;
  }
}

TEST(RandomVariants, ExponentialsAreLogarithmsToFourUnitsInTheLastPlace) {
  const RandomNumbers numbers{Distribution::kExponential, kDoubles, 1, 2, 1};
  const auto values = drawn<double>(numbers, 32000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto words = philox_of(numbers, 5, i / 32 * 16 + i % 16);
    const auto expected = static_cast<double>(-std::log(1 - unit_of(words, i % 32 / 16)));
    ASSERT_NEAR(values[i], expected, 4 * 0x1p-52 * expected) << i;
  }
}

TEST(RandomVariants, EveryInstructionSetMakesTheSameBits) {
  const std::vector<RandomNumbers> kinds = {
      {Distribution::kRandom, kDoubles, 1, 2},
      {Distribution::kUniform, kDoubles, 1, 2, -3, 8},
      {Distribution::kNormal, kDoubles, 1, 2, 10, 3},
      {Distribution::kExponential, kDoubles, 1, 2, 0.3},
      {Distribution::kPoisson, kInts, 1, 2, 3.5},
      {Distribution::kPoisson, kInts, 1, 2, 12},
      {Distribution::kPoisson, kInts, 1, 2, 1e15},
      {Distribution::kIntegers, kInts, 1, 2, 0, 0, INT64_MIN, INT64_MAX / 2},
      {Distribution::kBinomial, kInts, 1, 2, 0.1, 0, 30},
      {Distribution::kBinomial, kInts, 1, 2, 0.7, 0, 5000},
      {Distribution::kGamma, kDoubles, 1, 2, 0.3, 2},
      {Distribution::kGamma, kDoubles, 1, 2, 17.5, 1},
  };
  for (const RandomNumbers& numbers : kinds) {
    for (const std::int64_t stride : {1, -7}) {
      const auto baseline = drawn<std::uint64_t>(numbers, 5003, 5, 100000, stride, baseline_random_strip());
      for (const RandomStrip variant : variants_of_this_cpu()) {
        EXPECT_EQ(drawn<std::uint64_t>(numbers, 5003, 5, 100000, stride, variant), baseline)
            << "distribution " << static_cast<int>(numbers.distribution) << " of " << numbers.a;
      }
    }
  }
}

// Journals of earlier runs depend on these bits, and so do users' notes: they must never change.
TEST(RandomVariants, NumbersOfASeedStayWhatTheyAre) {
  const auto hash = [](const RandomNumbers& numbers) {
    std::uint64_t sum = 0;
    for (const std::uint64_t bits : drawn<std::uint64_t>(numbers, 1000)) sum = mixed(sum ^ bits);
    return sum;
  };
  EXPECT_EQ(hash({Distribution::kRandom, kDoubles, 42, 0}), 0x89f37660df5493bu);
  EXPECT_EQ(hash({Distribution::kNormal, kDoubles, 42, 0, 0, 1}), 0x5927ebbe8326b4fau);
  EXPECT_EQ(hash({Distribution::kExponential, kDoubles, 42, 0, 1}), 0xa0cf31c4dcc071cu);
  EXPECT_EQ(hash({Distribution::kPoisson, kInts, 42, 0, 4}), 0x9a7721f408331e4au);
  EXPECT_EQ(hash({Distribution::kPoisson, kInts, 42, 0, 100}), 0x144f769aa25c1afdu);
  EXPECT_EQ(hash({Distribution::kIntegers, kInts, 42, 0, 0, 0, -10, 1000}), 0x791824871a2378a3u);
  EXPECT_EQ(hash({Distribution::kBinomial, kInts, 42, 0, 0.1, 0, 30}), 0xd5c955901694f2dfu);
  EXPECT_EQ(hash({Distribution::kBinomial, kInts, 42, 0, 0.7, 0, 5000}), 0x4e3a03059406a0a6u);
  EXPECT_EQ(hash({Distribution::kGamma, kDoubles, 42, 0, 0.5, 2}), 0x6e6ad9b16e7a5344u);
}

TEST(PoissonStrips, AreNearlyNormalForLargeMeans) {
  constexpr std::size_t kMany = 50000;
  for (const double mean : {1e8, 1e12, 1e15, 0x1p61}) {
    auto values = drawn<std::int64_t>({Distribution::kPoisson, kInts, 42, 3, mean}, kMany);
    std::sort(values.begin(), values.end());
    double distance = 0, squares = 0;
    for (std::size_t i = 0; i < kMany; ++i) {
      const double z = (static_cast<double>(values[i]) - mean) / std::sqrt(mean);
      squares += z * z;
      const double expected = 0.5 * std::erfc(-z / std::numbers::sqrt2);
      distance = std::max(distance, std::abs(expected - static_cast<double>(i) / kMany));
    }
    EXPECT_LT(distance * std::sqrt(kMany), 1.95) << mean;  // one time in a thousand it is more
    EXPECT_NEAR(squares / kMany, 1, 4 * std::sqrt(2.0 / kMany)) << mean;
  }
}

// From a mean of 10 on, counts are drawn by another method, which computes probabilities in another way from
// counts of 16 on.
TEST(PoissonStrips, HaveEachCountAsOftenAsItIsProbable) {
  constexpr std::size_t kMany = 200000;
  for (const double mean : {0.01, 9.99, 10.0, 16.0, 24.0}) {
    std::vector<double> times(100);
    for (const auto value : drawn<std::int64_t>({Distribution::kPoisson, kInts, 42, 3, mean}, kMany)) {
      ++times.at(static_cast<std::size_t>(value));
    }
    for (std::size_t k = 0; k < times.size(); ++k) {
      const double probability =
          std::exp(static_cast<double>(k) * std::log(mean) - mean - std::lgamma(k + 1.0));
      const double expected = kMany * probability;
      EXPECT_NEAR(times[k], expected, 4.5 * std::sqrt(expected) + 3) << k << " of mean " << mean;
    }
  }
}

TEST(PoissonStrips, RejectedPlacesDoNotChangeTheirNeighbours) {
  const RandomNumbers numbers{Distribution::kPoisson, kInts, 42, 3, 11};
  const auto whole = drawn<std::int64_t>(numbers, 333);
  for (std::uint64_t i = 0; i < whole.size(); ++i)
    ASSERT_EQ(drawn<std::int64_t>(numbers, 1, 5, i)[0], whole[i]);
}

}  // namespace
}  // namespace bask::strips
