// Random numbers: compared with Random123's own Philox and with their distributions,
// for all ways to cut a block.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/kernels/random_tables.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/random.hpp>

#include <Random123/philox.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace bask::strips {

namespace {

constexpr std::size_t kMany = 100000;
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

RandomNumbers numbers_of(Distribution distribution, double a = 0, double b = 0) {
  const bool whole = distribution == Distribution::kPoisson || distribution == Distribution::kIntegers;
  return {distribution, whole ? DType::kInt64 : DType::kFloat64, 42, 3, a, b, -10, 1000};
}
RandomNumbers floats() {
  RandomNumbers numbers = numbers_of(Distribution::kRandom);
  numbers.dtype = DType::kFloat32;
  return numbers;
}
RandomNumbers binomial_of(std::int64_t trials, double probability) {
  return {Distribution::kBinomial, DType::kInt64, 42, 3, probability, 0, trials};
}
std::vector<RandomNumbers> all_kinds() {
  return {floats(),
          numbers_of(Distribution::kRandom),
          numbers_of(Distribution::kUniform, -2, 5),
          numbers_of(Distribution::kNormal, 10, 3),
          numbers_of(Distribution::kExponential, 2),
          numbers_of(Distribution::kPoisson, 4),
          numbers_of(Distribution::kPoisson, 123.5),
          numbers_of(Distribution::kIntegers),
          binomial_of(20, 0.3),
          binomial_of(1000, 0.6),
          numbers_of(Distribution::kGamma, 0.7, 2)};
}
std::string name_of(const RandomNumbers& numbers) {
  return "distribution " + std::to_string(static_cast<int>(numbers.distribution)) + " of " +
         std::string(bask::name_of(numbers.dtype));
}

// The numbers as bytes, as -0.0 must not pass for 0.0.
std::vector<std::byte> bytes_of(RandomStrip make, const RandomNumbers& numbers, std::uint64_t first,
                                std::int64_t stride, std::size_t count) {
  std::vector<std::byte> bytes(count * size_of(numbers.dtype));
  make(numbers, 7, first, stride, count, bytes.data());
  return bytes;
}
template <class T>
std::vector<T> drawn(const RandomNumbers& numbers, std::size_t count = kMany, std::uint64_t block = 7) {
  std::vector<T> values(count);
  random_strip(numbers, block, 0, 1, count, values.data());
  return values;
}

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
philox4x32_ctr_t philox(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t counter,
                        std::uint32_t attempt = 0) {
  std::uint64_t key = mixed(numbers.seed + 0x9e3779b97f4a7c15u);
  key = mixed(key ^ (numbers.stream + 0x632be59bd9b4e019u));
  key = mixed(key ^ (block + 0xd1b54a32d192ed03u));
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  return philox4x32_R(10, {{low(counter), low(counter >> 32), attempt, 0}}, {{low(key), low(key >> 32)}});
}

TEST(Philox, Random123GivesItsPublishedAnswers) {
  const auto zeros = philox4x32_R(10, {{0, 0, 0, 0}}, {{0, 0}});
  EXPECT_EQ(zeros.v[0], 0x6627e8d5u);
  EXPECT_EQ(zeros.v[1], 0xe169c58du);
  EXPECT_EQ(zeros.v[2], 0xbc57ac4cu);
  EXPECT_EQ(zeros.v[3], 0x9b00dbd8u);
}

TEST(Philox, DoublesAreTheUpper52BitsOfPairsOfWords) {
  const auto numbers = numbers_of(Distribution::kRandom);
  for (const std::uint64_t first : {std::uint64_t(0), std::uint64_t(1) << 40}) {
    double made[200];
    random_strip(numbers, 9, first, 1, 200, made);
    for (std::uint64_t i = 0; i < 200; ++i) {
      const std::uint64_t place = first + i, part = place % 32 / 16;
      const auto words = philox(numbers, 9, place / 32 * 16 + place % 16);
      const std::uint64_t bits = (std::uint64_t(words.v[2 * part + 1]) << 32) | words.v[2 * part];
      ASSERT_EQ(made[i], static_cast<double>(bits >> 12) * 0x1p-52) << place;
    }
  }
}

TEST(Philox, FloatsAreTheUpper24BitsOfWords) {
  float made[200];
  random_strip(floats(), 9, 0, 1, 200, made);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto words = philox(floats(), 9, i / 64 * 16 + i % 16);
    ASSERT_EQ(made[i], static_cast<float>(words.v[i % 64 / 16] >> 8) * 0x1p-24f) << i;
  }
}

TEST(Philox, IntegersAreLemiresProducts) {
  auto numbers = numbers_of(Distribution::kIntegers);
  numbers.low = -5, numbers.high = kHighest;  // half of the drawn words are rejected
  const std::uint64_t range = static_cast<std::uint64_t>(kHighest) + 5;
  __extension__ using Wide = unsigned __int128;
  const auto made = drawn<std::int64_t>(numbers, 500);
  int again = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    for (std::uint32_t k = 0;; ++k) {
      const auto words = philox(numbers, 7, i, k / 2);
      const std::uint64_t bits = words.v[k % 2 * 2] | (std::uint64_t(words.v[k % 2 * 2 + 1]) << 32);
      const Wide product = Wide(bits) * range;
      if (static_cast<std::uint64_t>(product) < (0 - range) % range) {
        ++again;
        continue;
      }
      ASSERT_EQ(made[i], static_cast<std::int64_t>(product >> 64) - 5) << i;
      break;
    }
  }
  EXPECT_GT(again, 200);
}

TEST(Philox, NumbersStayWhatTheyAre) {
  double made[3];
  random_strip({Distribution::kRandom, DType::kFloat64, 42, 0}, 0, 0, 1, 3, made);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(made[0]), 4602628629322629928u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(made[1]), 4602814182708351450u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(made[2]), 4599221530522744088u);
}

// How a block is cut.

TEST(RandomStrip, AnyCutOfABlockHasItsNumbers) {
  for (const RandomNumbers& numbers : all_kinds()) {
    const std::size_t size = size_of(numbers.dtype);
    const auto whole = bytes_of(&random_strip, numbers, 0, 1, 300);
    for (const std::size_t first : {0, 1, 15, 16, 31, 32, 33, 63, 64, 100, 255}) {
      for (const std::size_t count : {0, 1, 15, 16, 17, 31, 32, 33, 45}) {
        const auto cut = bytes_of(&random_strip, numbers, first, 1, count);
        ASSERT_TRUE(
            std::equal(cut.begin(), cut.end(), whole.begin() + static_cast<std::ptrdiff_t>(first * size)))
            << name_of(numbers) << ": " << count << " from " << first;
      }
    }
  }
}

TEST(RandomStrip, AnyStrideOfABlockHasItsNumbers) {
  for (const RandomNumbers& numbers : all_kinds()) {
    const std::size_t size = size_of(numbers.dtype);
    const auto whole = bytes_of(&random_strip, numbers, 0, 1, 300);
    for (const std::int64_t stride : {-6, -5, -1, 0, 2, 3, 6}) {
      for (const std::size_t count : {1, 15, 16, 17, 37}) {
        const std::int64_t first = stride < 0 ? 299 : 13;
        const auto cut = bytes_of(&random_strip, numbers, static_cast<std::uint64_t>(first), stride, count);
        for (std::size_t i = 0; i < count; ++i) {
          const auto at = static_cast<std::size_t>(first + static_cast<std::int64_t>(i) * stride);
          ASSERT_EQ(std::memcmp(cut.data() + i * size, whole.data() + at * size, size), 0)
              << name_of(numbers) << ": " << i << " of stride " << stride;
        }
      }
    }
  }
}

// Distributions.

struct Moments {
  double mean = 0, variance = 0;
};
template <class T>
Moments moments_of(const std::vector<T>& values) {
  Moments moments;
  for (const T value : values) moments.mean += static_cast<double>(value);
  moments.mean /= static_cast<double>(values.size());
  for (const T value : values) {
    moments.variance +=
        (static_cast<double>(value) - moments.mean) * (static_cast<double>(value) - moments.mean);
  }
  moments.variance /= static_cast<double>(values.size());
  return moments;
}
// sqrt(n) times the Kolmogorov-Smirnov distance, which is above 1.95 one time in a thousand.
// Values may be equal.
template <class T>
double distance(std::vector<T> values, const std::function<double(T)>& cumulative,
                const std::function<double(T)>& below) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double most = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i;
    while (end < values.size() && values[end] == values[i]) ++end;
    most = std::max({most, std::abs(below(values[i]) - static_cast<double>(i) / count),
                     std::abs(cumulative(values[i]) - static_cast<double>(end) / count)});
    i = end;
  }
  return most * std::sqrt(count);
}
double distance(const std::vector<double>& values, const std::function<double(double)>& cumulative) {
  return distance<double>(values, cumulative, cumulative);
}

TEST(Distributions, RandomIsUniformInTheUnitInterval) {
  const auto values = drawn<double>(numbers_of(Distribution::kRandom));
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, 0);
  EXPECT_LT(*most, 1);
  EXPECT_LT(distance(values, [](double x) { return x; }), 1.95);
  EXPECT_NEAR(moments_of(values).mean, 0.5, 4 * std::sqrt(1 / 12.0 / kMany));
  EXPECT_NEAR(moments_of(values).variance, 1 / 12.0, 0.001);
  const auto narrow = drawn<float>(floats());
  EXPECT_LT(*std::max_element(narrow.begin(), narrow.end()), 1.0f);
  EXPECT_LT(distance({narrow.begin(), narrow.end()}, [](double x) { return x; }), 1.95);
}

TEST(Distributions, UniformFillsItsInterval) {
  const auto values = drawn<double>(numbers_of(Distribution::kUniform, -2, 5));
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, -2);
  EXPECT_LT(*most, 5);
  EXPECT_LT(distance(values, [](double x) { return (x + 2) / 7; }), 1.95);
}

TEST(Distributions, NormalHasItsMeanDeviationAndTails) {
  const auto values = drawn<double>(numbers_of(Distribution::kNormal, 10, 3));
  EXPECT_NEAR(moments_of(values).mean, 10, 4 * 3 / std::sqrt(kMany));
  EXPECT_NEAR(moments_of(values).variance, 9, 4 * 9 * std::sqrt(2.0 / kMany));
  EXPECT_LT(distance(values, [](double x) { return 0.5 * std::erfc(-(x - 10) / 3 / std::sqrt(2)); }), 1.95);
  double skew = 0, kurtosis = 0;
  for (const double value : values) {
    const double z = (value - 10) / 3;
    skew += z * z * z / kMany;
    kurtosis += z * z * z * z / kMany;
  }
  EXPECT_NEAR(skew, 0, 4 * std::sqrt(15.0 / kMany));
  EXPECT_NEAR(kurtosis, 3, 4 * std::sqrt(96.0 / kMany));
}

TEST(Distributions, NormalOfNoDeviationIsItsMean) {
  for (const double value : drawn<double>(numbers_of(Distribution::kNormal, -7.5, 0), 1000))
    ASSERT_EQ(value, -7.5);
}

TEST(Distributions, ExponentialHasItsScale) {
  const auto values = drawn<double>(numbers_of(Distribution::kExponential, 2));
  EXPECT_GE(*std::min_element(values.begin(), values.end()), 0);
  EXPECT_TRUE(std::isfinite(*std::max_element(values.begin(), values.end())));
  EXPECT_NEAR(moments_of(values).mean, 2, 4 * 2 / std::sqrt(kMany));
  EXPECT_LT(distance(values, [](double x) { return 1 - std::exp(-x / 2); }), 1.95);
  for (const double value : drawn<double>(numbers_of(Distribution::kExponential, 0), 100))
    ASSERT_EQ(value, 0);
}

// For each k the probability that a count of this mean is at most k.
std::vector<double> poisson_sums(double mean, std::size_t count) {
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const auto n = static_cast<double>(k);
    sums.push_back(sum += std::exp(n * std::log(mean) - mean - std::lgamma(n + 1)));
  }
  return sums;
}

TEST(Distributions, PoissonHasItsMeanOnBothSidesOfTen) {
  for (const double mean : {0.1, 4.0, 9.999, 10.0, 11.0, 123.5, 5000.0}) {
    const auto values = drawn<std::int64_t>(numbers_of(Distribution::kPoisson, mean));
    const auto sums = poisson_sums(mean, static_cast<std::size_t>(mean + 20 * std::sqrt(mean) + 20));
    const auto at_most = [&](std::int64_t k) { return k < 0 ? 0 : sums.at(static_cast<std::size_t>(k)); };
    EXPECT_NEAR(moments_of(values).mean, mean, 4 * std::sqrt(mean / kMany)) << mean;
    EXPECT_NEAR(moments_of(values).variance, mean, 4 * std::sqrt((2 * mean * mean + mean) / kMany)) << mean;
    EXPECT_LT(distance<std::int64_t>(values, at_most, [&](std::int64_t k) { return at_most(k - 1); }), 1.95)
        << mean;
  }
}

TEST(Distributions, PoissonOfExtremeMeansIsSound) {
  for (const auto value : drawn<std::int64_t>(numbers_of(Distribution::kPoisson, 0), 1000))
    ASSERT_EQ(value, 0);
  for (const auto value : drawn<std::int64_t>(numbers_of(Distribution::kPoisson, 0x1p61), 1000)) {
    ASSERT_NEAR(static_cast<double>(value), 0x1p61, 10 * std::sqrt(0x1p61));
  }
}

// For each k the probability that at most k of n trials succeed.
std::vector<double> binomial_sums(std::int64_t trials, double p) {
  std::vector<double> sums;
  const auto n = static_cast<double>(trials);
  double sum = 0;
  for (double k = 0; k <= n; ++k) {
    const double ways = std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
    sums.push_back(sum += std::exp(ways + k * std::log(p) + (n - k) * std::log1p(-p)));
  }
  return sums;
}

TEST(Distributions, BinomialHasItsMeanOnBothSidesOfTen) {
  struct Case {
    std::int64_t trials;
    double probability;
  };
  for (const auto& [n, p] : std::vector<Case>{
           {1, 0.3}, {9, 0.5}, {30, 0.9}, {1000, 0.0099}, {21, 0.5}, {100, 0.1}, {400, 0.97}, {5000, 0.4}}) {
    const auto values = drawn<std::int64_t>(binomial_of(n, p));
    const auto sums = binomial_sums(n, p);
    const auto at_most = [&](std::int64_t k) { return k < 0 ? 0 : sums.at(static_cast<std::size_t>(k)); };
    const double mean = static_cast<double>(n) * p, variance = mean * (1 - p);
    EXPECT_NEAR(moments_of(values).mean, mean, 4 * std::sqrt(variance / kMany)) << n << " " << p;
    EXPECT_LT(distance<std::int64_t>(values, at_most, [&](std::int64_t k) { return at_most(k - 1); }), 1.95)
        << n << " " << p;
  }
}

TEST(Distributions, BinomialOfExtremesIsSound) {
  const std::int64_t many = std::int64_t{1} << 40;
  for (const auto value : drawn<std::int64_t>(binomial_of(0, 0.5), 100)) ASSERT_EQ(value, 0);
  for (const auto value : drawn<std::int64_t>(binomial_of(7, 0), 100)) ASSERT_EQ(value, 0);
  for (const auto value : drawn<std::int64_t>(binomial_of(many, 1), 100)) ASSERT_EQ(value, many);
  for (const auto value : drawn<std::int64_t>(binomial_of(many, 0.5), 1000))
    ASSERT_NEAR(static_cast<double>(value), 0x1p39, 10 * 0x1p19);
  const auto few = drawn<std::int64_t>(binomial_of(many, 0x1p-39));
  EXPECT_NEAR(moments_of(few).mean, 2, 4 * std::sqrt(2 / static_cast<double>(kMany)));
}

TEST(Distributions, GammaHasItsFormAndScale) {
  const auto erlang = [](double x, int form) {
    double term = std::exp(-x), sum = 0;
    for (int k = 0; k < form; ++k, term *= x / k) sum += term;
    return 1 - sum;
  };
  const auto of = [](double form, double scale) {
    return drawn<double>(numbers_of(Distribution::kGamma, form, scale));
  };
  EXPECT_LT(distance(of(0.5, 1), [](double x) { return std::erf(std::sqrt(x)); }), 1.95);
  EXPECT_LT(distance(of(1, 2), [](double x) { return 1 - std::exp(-x / 2); }), 1.95);
  EXPECT_LT(distance(of(2, 3), [&](double x) { return erlang(x / 3, 2); }), 1.95);
  EXPECT_LT(distance(of(40, 0.1), [&](double x) { return erlang(x / 0.1, 40); }), 1.95);
  EXPECT_NEAR(moments_of(of(0.05, 1)).mean, 0.05, 4 * std::sqrt(0.05 / kMany));
  EXPECT_NEAR(moments_of(of(1e12, 1)).mean, 1e12, 4 * 1e6 / std::sqrt(kMany));
  for (const double value : drawn<double>(numbers_of(Distribution::kGamma, 0, 1), 100)) ASSERT_EQ(value, 0);
  for (const double value : drawn<double>(numbers_of(Distribution::kGamma, 1e-9, 1), 1000))
    ASSERT_TRUE(value >= 0 && value < 1) << value;
}

TEST(Distributions, IntegersFillTheirRange) {
  auto numbers = numbers_of(Distribution::kIntegers);
  numbers.low = -3, numbers.high = 4;
  std::vector<double> times(7);
  for (const auto value : drawn<std::int64_t>(numbers)) {
    ASSERT_TRUE(value >= -3 && value < 4) << value;
    ++times[static_cast<std::size_t>(value + 3)];
  }
  double chi_squared = 0;
  for (const double count : times)
    chi_squared += (count - kMany / 7.0) * (count - kMany / 7.0) / (kMany / 7.0);
  EXPECT_LT(chi_squared, 22.5);  // six degrees of freedom: one time in a thousand
}

TEST(Distributions, IntegersReachTheEndsOfInt64) {
  auto numbers = numbers_of(Distribution::kIntegers);
  numbers.low = kLowest, numbers.high = kHighest;
  const auto values = drawn<std::int64_t>(numbers);
  EXPECT_LT(*std::min_element(values.begin(), values.end()), kLowest / 1000 * 999);
  EXPECT_GT(*std::max_element(values.begin(), values.end()), kHighest / 1000 * 999);
  EXPECT_LT(distance({values.begin(), values.end()}, [](double x) { return x * 0x1p-64 + 0.5; }), 1.95);
  for (const std::int64_t only : {kLowest, kHighest - 1}) {
    numbers.low = only, numbers.high = only + 1;
    for (const auto value : drawn<std::int64_t>(numbers, 100)) ASSERT_EQ(value, only);
  }
}

TEST(Distributions, ARangeThatRejectsAQuarterIsWithoutBias) {
  auto numbers = numbers_of(Distribution::kIntegers);
  numbers.low = kLowest, numbers.high = kHighest / 2 + 1;
  const double range = static_cast<double>(numbers.high) - static_cast<double>(numbers.low);
  const auto values = drawn<std::int64_t>(numbers);
  const auto part = [&](double x) { return (x - static_cast<double>(kLowest)) / range; };
  EXPECT_LT(distance({values.begin(), values.end()}, part), 1.95);
}

double correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t shift = 0) {
  double sum = 0;
  for (std::size_t i = 0; i + shift < a.size(); ++i) sum += (a[i] - 0.5) * (b[i + shift] - 0.5);
  return sum * 12 / std::sqrt(static_cast<double>(a.size()));  // of variance 1
}

TEST(Streams, NeighboursBlocksSeedsAndStreamsAreUncorrelated) {
  const auto numbers = numbers_of(Distribution::kRandom);
  auto other_seed = numbers, other_stream = numbers;
  ++other_seed.seed;
  ++other_stream.stream;
  const auto values = drawn<double>(numbers);
  for (const std::size_t shift : {1, 2, 16, 32, 64})
    EXPECT_LT(std::abs(correlation(values, values, shift)), 4);
  EXPECT_LT(std::abs(correlation(values, drawn<double>(numbers, kMany, 8))), 4);
  EXPECT_LT(std::abs(correlation(values, drawn<double>(other_seed))), 4);
  EXPECT_LT(std::abs(correlation(values, drawn<double>(other_stream))), 4);
}

TEST(Streams, TheTwoHalvesOfANormalPairAreUncorrelated) {
  const auto values = drawn<double>(numbers_of(Distribution::kNormal, 0, 1));
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i + 16 < values.size(); i += i % 16 == 15 ? 17 : 1) {
    sum += values[i] * values[i + 16];
    squares += (values[i] * values[i] - 1) * (values[i + 16] * values[i + 16] - 1);
  }
  EXPECT_LT(std::abs(sum) / std::sqrt(kMany / 2.0), 4);
  EXPECT_LT(std::abs(squares) / 2 / std::sqrt(kMany / 2.0), 4);
}

}  // namespace
}  // namespace bask::strips

namespace bask {
namespace {

class RandomArrayTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(RandomArrayTest, SlicesAndTransposesHaveTheNumbersOfTheWhole) {
  const auto x = random::default_rng(1).normal(0, 1, {23, 37}, {5, 8});
  const NdArray<double> whole = x.compute();
  const NdArray<double> part = x["3:20:4, ::-3"].compute();
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t j = 0; j < 13; ++j)
      ASSERT_EQ(part(i, j), whole(3 + 4 * i, 36 - 3 * j)) << i << ' ' << j;
  }
  const NdArray<double> transposed = x.T()["::-1"].compute();
  for (std::int64_t i = 0; i < 37; ++i) {
    for (std::int64_t j = 0; j < 23; ++j) ASSERT_EQ(transposed(i, j), whole(j, 36 - i));
  }
  EXPECT_EQ(x.rechunk({4, 37}).compute(), whole);
  EXPECT_EQ(x.reshape({-1}).compute().span()[100], whole[100]);
}

TEST_F(RandomArrayTest, EveryBlockIsAStripOfItsOwn) {
  const auto x = random::default_rng(9).random({3, 10}, {2, 5});
  const NdArray<double> whole = x.compute();
  double block[5];
  strips::random_strip({strips::Distribution::kRandom, DType::kFloat64, 9, 0}, 3, 0, 1, 5, block);
  for (std::int64_t j = 0; j < 5; ++j) EXPECT_EQ(whole(2, 5 + j), block[j]);
}

TEST_F(RandomArrayTest, TheSameSeedMakesTheSameArraysInTheSameOrder) {
  auto a = random::default_rng(5), b = random::default_rng(5), c = random::default_rng(6);
  const auto first = a.random({100}).compute();
  EXPECT_EQ(first, b.random({100}).compute());
  EXPECT_FALSE(first == a.random({100}).compute());
  EXPECT_FALSE(first == c.random({100}).compute());
}

TEST_F(RandomArrayTest, ANumberThatIsUsedTwiceIsOneNumber) {
  const auto x = random::default_rng(1).random({50, 50}, {7, 20});
  EXPECT_EQ((x - x).compute(), NdArray<double>({50, 50}));
}

TEST_F(RandomArrayTest, ChoiceKeepsItsProbabilities) {
  const auto x =
      random::default_rng(3).choice<std::int16_t>({-7, 30, 9, 8}, {100000}, {0.5, 0, 0.125, 0.375}, 30000);
  std::vector<double> times(40);
  for (const std::int16_t value : x.compute()) ++times[static_cast<std::size_t>(value + 7)];
  EXPECT_NEAR(times[0], 50000, 4 * std::sqrt(25000));
  EXPECT_EQ(times[37], 0);
  EXPECT_NEAR(times[16], 12500, 4 * std::sqrt(12500 * 0.875));
  EXPECT_NEAR(times[15], 37500, 4 * std::sqrt(37500 * 0.625));
}

TEST_F(RandomArrayTest, ChoiceOfOneValueIsThatValue) {
  const auto x = random::default_rng(3).choice<std::complex<double>>({{1, -2}}, {7, 5}, {}, {2, 2});
  for (const auto value : x.compute()) EXPECT_EQ(value, std::complex<double>(1, -2));
}

TEST(RandomErrors, NameWhatIsWrong) {
  auto rng = random::default_rng(1);
  EXPECT_EQ(message_of([&] { rng.normal(0, -1, {3}); }),
            "random::normal: the standard deviation is -1.000000; use 0 or more");
  EXPECT_EQ(message_of([&] { rng.normal(0, std::nan(""), {3}); }),
            "random::normal: the standard deviation is nan; use 0 or more");
  EXPECT_EQ(message_of([&] { rng.exponential(-2, {3}); }),
            "random::exponential: the scale is -2.000000; use 0 or more");
  EXPECT_EQ(message_of([&] { rng.poisson(-1, {3}); }),
            "random::poisson: the mean is -1.000000; use one from 0 to 2^62");
  EXPECT_EQ(message_of([&] { rng.binomial(-1, 0.5, {3}); }),
            "random::binomial: -1 trials are asked for; use from 0 to 2^40");
  EXPECT_EQ(message_of([&] { rng.binomial(1, 1.5, {3}); }),
            "random::binomial: the probability is 1.500000; use one from 0 to 1");
  EXPECT_EQ(message_of([&] { rng.gamma(-1, 2, {3}); }),
            "random::gamma: the form is -1.000000, the scale 2.000000; use numbers of 0 or more, and a form "
            "below 2^52");
  EXPECT_EQ(
      message_of([&] { rng.integers(4, 4, {3}); }),
      "random::integers: no integer is at least 4 and less than 4; give a high that is greater than low");
  EXPECT_EQ(message_of([&] { rng.choice<int>({}, {3}); }),
            "random::choice: there are no values to choose from; give one at least");
  EXPECT_EQ(message_of([&] {
              rng.choice<int>({1, 2}, {3}, {1});
            }),
            "random::choice: 1 probabilities are given for 2 values; give one for each");
  EXPECT_EQ(message_of([&] {
              rng.choice<int>({1, 2}, {3}, {0.5, 0.25});
            }),
            "random::choice: the probabilities are negative or add up to 0.750000; give probabilities of 0 "
            "or more that add up to 1");
  EXPECT_EQ(message_of([&] {
              rng.choice<int>({1, 2}, {3}, {1.5, -0.5});
            }),
            "random::choice: the probabilities are negative or add up to 1.000000; give probabilities of 0 "
            "or more that add up to 1");
}

}  // namespace
}  // namespace bask
