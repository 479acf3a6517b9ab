// Reductions by every compiled variant that this CPU runs, compared with plain code.
#include "strip_test_support.hpp"

namespace bask::strips {
namespace {

constexpr std::size_t kLanesOfSums = 16;

template <class T>
T combined(Fold fold, T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return fold == Fold::kSum || fold == Fold::kMaximum ? a || b : a && b;
  } else if constexpr (is_complex(dtype_of<T>())) {
    if (fold == Fold::kSum) return a + b;
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  } else if constexpr (std::is_integral_v<T>) {
    const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
    return fold == Fold::kSum       ? static_cast<T>(x + y)
           : fold == Fold::kProduct ? static_cast<T>(x * y)
           : fold == Fold::kMinimum ? std::min(a, b)
                                    : std::max(a, b);
  } else {
    if (fold == Fold::kSum) return a + b;
    if (fold == Fold::kProduct) return a * b;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
    return (fold == Fold::kMinimum) == (b < a) ? b : a;
  }
}

/// Folds each lane, then the lanes pairwise: the order that is promised.
/// Complex sums have half as many lanes.
template <class T>
T folded_in_order(Fold fold, const Strip<T>& in, std::size_t count) {
  const std::size_t width = is_complex(dtype_of<T>()) && fold == Fold::kSum ? kLanesOfSums / 2 : kLanesOfSums;
  std::vector<std::unique_ptr<T>> lanes(width);
  const auto take = [fold](std::unique_ptr<T>& lane, T value) {
    lane = std::make_unique<T>(lane ? combined(fold, *lane, value) : value);
  };
  for (std::size_t i = 0; i < count; ++i) take(lanes[i % width], in[i]);
  for (std::size_t half = width / 2; half >= 1; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) {
      if (lanes[j + half]) take(lanes[j], *lanes[j + half]);
    }
  }
  return *lanes[0];
}

/// As some_values, but with floating numbers whose sums and products are no NaNs and do not overflow.
template <class T>
Strip<T> tame_values(std::size_t size, unsigned seed) {
  Strip<T> values = some_values<T>(size, seed);
  std::mt19937_64 random(seed);
  const auto tame = [&random] { return 0.5 + static_cast<double>(random() % 1000000) / 1e6; };
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (is_complex(dtype_of<T>())) {
      using R = typename T::value_type;
      const double angle = 6 * tame();
      values[i] = T(static_cast<R>(std::cos(angle)), static_cast<R>(std::sin(angle)));
    } else if constexpr (std::is_floating_point_v<T>) {
      values[i] = static_cast<T>(tame());
    }
  }
  return values;
}

template <class T>
class Folds : public testing::Test {};
TYPED_TEST_SUITE(Folds, AllElements);

TYPED_TEST(Folds, OfStripsAndOfRowsGiveWhatPlainCodeGives) {
  using T = TypeParam;
  const Strip<T> in = tame_values<T>(1024, 6), before = tame_values<T>(1024, 7);
  for (const Fold fold : {Fold::kSum, Fold::kProduct, Fold::kMinimum, Fold::kMaximum}) {
    for (const Variant* variant : runnable_variants()) {
      const FoldStrip of_strip = variant->strip_fold(fold, dtype_of<T>());
      const FoldRows of_rows = variant->row_fold(fold, dtype_of<T>());
      const bool has_order = !is_complex(dtype_of<T>()) || fold == Fold::kSum || fold == Fold::kProduct;
      ASSERT_EQ(of_strip != nullptr, has_order);
      ASSERT_EQ(of_rows != nullptr, has_order);
      if (!has_order) continue;
      for (const std::size_t length : kLengths) {
        T total{};
        if (length > 0) {
          of_strip(length, in.data(), &total);
          ASSERT_TRUE(same(total, folded_in_order(fold, in, length)))
              << variant->name << ' ' << static_cast<int>(fold) << " of " << length << ": " << text(total)
              << ", not " << text(folded_in_order(fold, in, length));
        }
        Strip<T> rows(length + 1);
        for (std::size_t i = 0; i < length; ++i) rows[i] = before[i];
        of_rows(length, in.data(), rows.data());
        ASSERT_TRUE(same(rows[length], T()));
        for (std::size_t i = 0; i < length; ++i) ASSERT_TRUE(same(rows[i], combined(fold, before[i], in[i])));
      }
    }
  }
}

template <class T>
class ArgFolds : public testing::Test {};
using RealElements = testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                                    std::uint16_t, std::uint32_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(ArgFolds, RealElements);

TYPED_TEST(ArgFolds, FindTheFirstOfTheLeastAndOfTheGreatest) {
  using T = TypeParam;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Strip<T> in = some_values<T>(1024, seed);
    for (const std::size_t length : kLengths) {
      for (const bool skip_nan : {false, true}) {
        std::int64_t least = -1, greatest = -1;
        for (std::size_t i = 0; i < length; ++i) {
          const auto place = static_cast<std::int64_t>(i);
          if (in[i] != in[i]) {
            if (skip_nan) continue;
            least = greatest = place;
            break;
          }
          if (least < 0 || in[i] < in[static_cast<std::size_t>(least)]) least = place;
          if (greatest < 0 || in[i] > in[static_cast<std::size_t>(greatest)]) greatest = place;
        }
        for (const Variant* variant : runnable_variants()) {
          ASSERT_EQ(variant->arg_least(dtype_of<T>())(length, in.data(), skip_nan), least) << variant->name;
          ASSERT_EQ(variant->arg_greatest(dtype_of<T>())(length, in.data(), skip_nan), greatest)
              << variant->name;
        }
      }
    }
  }
}

TEST(ArgFolds, FindNothingWhereAllIsNan) {
  const Strip<double> in = [] {
    Strip<double> nans(100);
    for (std::size_t i = 0; i < nans.size(); ++i) nans[i] = std::numeric_limits<double>::quiet_NaN();
    return nans;
  }();
  EXPECT_EQ(arg_minimum(DType::kFloat64)(100, in.data(), true), -1);
  EXPECT_EQ(arg_maximum(DType::kFloat64)(100, in.data(), true), -1);
  EXPECT_EQ(arg_minimum(DType::kFloat64)(100, in.data(), false), 0);
}

TEST(Folds, OfMinimumAndMaximumGiveNanWhereverItLies) {
  for (const Variant* variant : runnable_variants()) {
    for (std::size_t place = 0; place < 40; ++place) {
      Strip<double> in(40);
      in[place] = std::numeric_limits<double>::quiet_NaN();
      double least = 0, greatest = 0;
      variant->strip_fold(Fold::kMinimum, DType::kFloat64)(40, in.data(), &least);
      variant->strip_fold(Fold::kMaximum, DType::kFloat64)(40, in.data(), &greatest);
      EXPECT_TRUE(std::isnan(least) && std::isnan(greatest)) << variant->name << ' ' << place;
    }
  }
}

template <class T>
class Numbers : public testing::Test {};
using NumbersOfMeans = testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(Numbers, NumbersOfMeans);

TYPED_TEST(Numbers, AreKeptAndCountedAndNansAreNot) {
  using T = TypeParam;
  const Strip<T> in = some_values<T>(1024, 12);
  for (const Variant* variant : runnable_variants()) {
    for (const std::size_t length : kLengths) {
      Strip<T> kept(length + 1), counts(length + 1);
      for (std::size_t i = 0; i <= length; ++i) counts[i] = 7.0;
      const std::size_t nans = variant->without_nans(dtype_of<T>(), length, in.data(), kept.data());
      variant->row_numbers(dtype_of<T>(), length, in.data(), counts.data());
      std::size_t expected = 0;
      for (std::size_t i = 0; i < length; ++i) {
        const bool is_nan = in[i] != in[i];
        expected += is_nan ? 1 : 0;
        ASSERT_TRUE(same(kept[i], is_nan ? T(0) : in[i])) << variant->name << ' ' << i << ": " << text(in[i]);
        ASSERT_TRUE(same(counts[i], is_nan ? T(7) : T(8)))
            << variant->name << ' ' << i << ": " << text(in[i]);
      }
      EXPECT_EQ(nans, expected) << variant->name << ' ' << length;
      EXPECT_TRUE(same(kept[length], T(0)) && same(counts[length], T(7))) << "beyond the end";
    }
  }
}

Moments plain_moments(std::size_t count, const double* in, bool skip_nan) {
  long double sum = 0, number = 0, squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (skip_nan && std::isnan(in[i])) continue;
    sum += in[i];
    number += 1;
  }
  if (number == 0) return {};
  for (std::size_t i = 0; i < count; ++i) {
    if (skip_nan && std::isnan(in[i])) continue;
    squares += (in[i] - sum / number) * (in[i] - sum / number);
  }
  return {static_cast<double>(number), static_cast<double>(sum / number), static_cast<double>(squares)};
}

void expect_near(const Moments& got, const Moments& exact) {
  EXPECT_EQ(got.count, exact.count);
  EXPECT_NEAR(got.mean, exact.mean, 1e-13 * std::abs(exact.mean));
  EXPECT_NEAR(got.m2, exact.m2, 1e-10 * exact.m2);
}

/// Values far from 0, whose plain sum of squares would lose all digits; with `has_nan` every 7th is a NaN.
Strip<double> far_values(std::size_t size, bool has_nan, unsigned seed) {
  std::mt19937_64 random(seed);
  Strip<double> values(size);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = 1e4 + static_cast<double>(random() % 1000) / 1000;
    if (has_nan && i % 7 == 3) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

TEST(Moments, OfAStripAreThoseOfPlainCode) {
  for (const Variant* variant : runnable_variants()) {
    for (const bool has_nan : {false, true}) {
      const Strip<double> in = far_values(1024, has_nan, 9);
      for (const std::size_t length : kLengths) {
        expect_near(variant->moments(length, in.data(), true), plain_moments(length, in.data(), true));
        if (!has_nan)
          expect_near(variant->moments(length, in.data(), false), plain_moments(length, in.data(), false));
      }
      if (has_nan) {
        EXPECT_TRUE(std::isnan(variant->moments(100, in.data(), false).m2));
      }
    }
  }
}

TEST(Moments, OfPartsMergeToThoseOfTheWhole) {
  const Strip<double> in = far_values(1024, true, 10);
  const Moments left = moments_of(300, in.data(), true), right = moments_of(724, in.data() + 300, true);
  expect_near(merged(left, right), plain_moments(1024, in.data(), true));
  expect_near(merged(Moments(), right), right);
  expect_near(merged(right, Moments()), right);
}

// As in NumPy, squared distances that overflow are infinite, and those from an infinity are NaN.
TEST(Moments, OfHugeNumbersOverflowAndOfInfinitiesAreNan) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const double huge[] = {1.5e308, -1.5e308, 1e308, 5, 5, 5, 5},
               infinite[] = {1, kInfinite, 2, 3, 1e308, 5, 5};
  for (const Variant* variant : runnable_variants()) {
    for (const bool skip_nan : {false, true}) {
      for (const bool is_huge : {true, false}) {
        const double* in = is_huge ? huge : infinite;
        double count = 0, mean = 0, m2 = 0;
        Moments parts;
        for (int k = 0; k < 7; ++k) {
          variant->row_moments(1, in + k, &count, &mean, &m2, skip_nan);
          parts = merged(parts, variant->moments(1, in + k, skip_nan));
        }
        for (const Moments& got : {Moments{count, mean, m2}, parts, variant->moments(7, in, skip_nan)}) {
          EXPECT_EQ(got.count, 7);
          EXPECT_TRUE(is_huge ? got.m2 == kInfinite && std::isfinite(got.mean) : std::isnan(got.m2));
        }
        double other_count = 1, other_mean = -1e308, other_m2 = 0;
        variant->row_moments_merge(1, &other_count, &other_mean, &other_m2, &count, &mean, &m2);
        EXPECT_TRUE(is_huge ? m2 == kInfinite : std::isnan(m2));
      }
    }
  }
}

TEST(Moments, OfRowsAreThoseOfTheirColumns) {
  constexpr std::size_t kLength = 37, kRows = 20;
  for (const Variant* variant : runnable_variants()) {
    for (const bool skip_nan : {false, true}) {
      const Strip<double> in = far_values(kLength * kRows, skip_nan, 11);
      Strip<double> count(kLength), mean(kLength), m2(kLength), late_count(kLength), late_mean(kLength),
          late_m2(kLength);
      for (std::size_t row = 0; row < kRows; ++row) {
        const bool is_late = row >= kRows / 2;
        variant->row_moments(kLength, in.data() + row * kLength, (is_late ? late_count : count).data(),
                             (is_late ? late_mean : mean).data(), (is_late ? late_m2 : m2).data(), skip_nan);
      }
      variant->row_moments_merge(kLength, late_count.data(), late_mean.data(), late_m2.data(), count.data(),
                                 mean.data(), m2.data());
      for (std::size_t i = 0; i < kLength; ++i) {
        Strip<double> column(kRows);
        for (std::size_t row = 0; row < kRows; ++row) column[row] = in[row * kLength + i];
        expect_near({count[i], mean[i], m2[i]}, plain_moments(kRows, column.data(), skip_nan));
      }
    }
  }
}

}  // namespace
}  // namespace bask::strips
