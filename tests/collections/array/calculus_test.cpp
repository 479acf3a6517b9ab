// Differences, gradients and coarser grids compared with loops over the elements, on uneven chunks.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/creation.hpp>

#include <cmath>
#include <complex>
#include <string>

namespace bask {
namespace {

class CalculusTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

NdArray<double> waves(const Shape& shape) {
  NdArray<double> array(shape);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = std::sin(static_cast<double>(i * i));
  return array;
}

void expect_close(const NdArray<double>& found, const NdArray<double>& wanted) {
  ASSERT_EQ(Shape(found.shape().begin(), found.shape().end()),
            Shape(wanted.shape().begin(), wanted.shape().end()));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-12) << i;
}

TEST_F(CalculusTest, DiffSubtractsNeighbours) {
  const auto a = waves({6, 7});
  const auto x = from_array(a, Chunks{{2, 4}, {3, 1, 3}});
  NdArray<double> rows({5, 7}), twice({6, 5});
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 7; ++j) {
      if (i < 5) rows(i, j) = a(i + 1, j) - a(i, j);
      if (j < 5) twice(i, j) = (a(i, j + 2) - a(i, j + 1)) - (a(i, j + 1) - a(i, j));
    }
  }
  EXPECT_EQ(diff(x, 1, 0).compute(), rows);
  EXPECT_EQ(diff(x, 2).compute(), twice);
  EXPECT_EQ(diff(x, 9).shape(), (Shape{6, 0}));
  const auto flags = from_array(NdArray<bool>({4}, {true, true, false, true}), {3});
  EXPECT_EQ(diff(flags).compute(), NdArray<bool>({3}, {false, true, true}));
}

// The derivative at point i of a parabola through three points;
// at the ends, with order 1, of a line through two.
double plain_derivative(const std::vector<double>& x, const std::vector<double>& f, std::size_t i,
                        int order) {
  const std::size_t last = x.size() - 1;
  if (order == 1 && (i == 0 || i == last)) {
    const std::size_t k = i == 0 ? 0 : last - 1;
    return (f[k + 1] - f[k]) / (x[k + 1] - x[k]);
  }
  const std::size_t k = i == 0 ? 0 : i == last ? last - 2 : i - 1;
  double sum = 0;
  for (std::size_t m = k; m < k + 3; ++m) {
    const std::size_t p = m == k ? k + 1 : k, q = m == k + 2 ? k + 1 : k + 2;
    sum += f[m] * ((x[i] - x[p]) + (x[i] - x[q])) / ((x[m] - x[p]) * (x[m] - x[q]));
  }
  return sum;
}

void expect_gradient(const Array<double>& x, const NdArray<double>& a, const Spacing& spacing,
                     const std::vector<double>& coordinates, int order) {
  NdArray<double> expected({a.shape()[0], a.shape()[1]});
  for (std::int64_t j = 0; j < a.shape()[1]; ++j) {
    std::vector<double> column;
    for (std::int64_t i = 0; i < a.shape()[0]; ++i) column.push_back(a(i, j));
    for (std::int64_t i = 0; i < a.shape()[0]; ++i)
      expected(i, j) = plain_derivative(coordinates, column, static_cast<std::size_t>(i), order);
  }
  const auto result = gradient(x, 0, spacing, order);
  EXPECT_EQ(result.chunks(), x.chunks());
  expect_close(result.compute(), expected);
}

TEST_F(CalculusTest, GradientIsThatOfParabolas) {
  const auto a = waves({7, 4});
  const auto x = from_array(a, Chunks{{2, 1, 4}, {3, 1}});
  const std::vector<double> uniform{0, 0.5, 1, 1.5, 2, 2.5, 3}, uneven{0, 1, 1.5, 3, 4, 4.25, 6};
  for (const int order : {1, 2}) {
    expect_gradient(x, a, 0.5, uniform, order);
    expect_gradient(x, a, uneven, uneven, order);
  }
  const auto both = gradient(x, std::vector<Spacing>{uneven, 2.0});
  ASSERT_EQ(both.size(), 2U);
  expect_close(both[0].compute(), gradient(x, 0, uneven).compute());
  expect_close(both[1].compute(), gradient(x, -1, 2.0).compute());
  const auto whole = gradient(from_array(NdArray<std::int32_t>({3}, {1, 4, 9})), 0);
  EXPECT_EQ(whole.compute(), NdArray<double>({3}, {3, 4, 5}));
}

TEST_F(CalculusTest, CoarsenMakesBoxesOne) {
  const auto a = waves({13, 6, 9});
  const auto x = from_array(a, Chunks{{3, 5, 1, 4}, {2, 4}, {5, 4}});
  NdArray<double> mean({4, 6, 4}), greatest({4, 6, 4});
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 6; ++j) {
      for (int k = 0; k < 4; ++k) {
        greatest(i, j, k) = -2;
        for (int m = 0; m < 6; ++m) {
          const double value = a(3 * i + m / 2, j, 2 * k + m % 2);
          mean(i, j, k) += value / 6;
          greatest(i, j, k) = std::max(greatest(i, j, k), value);
        }
      }
    }
  }
  const auto means = coarsen<Coarsen::kMean>(x, {{0, 3}, {-1, 2}}, true);
  EXPECT_EQ(means.chunks(), (Chunks{{1, 1, 1, 1}, {2, 4}, {2, 2}}));
  expect_close(means.compute(), mean);
  EXPECT_EQ(coarsen<Coarsen::kMax>(x, {{0, 3}, {2, 2}}, true).compute(), greatest);
  double first = 0;
  const auto line = waves({60});
  for (int i = 0; i < 20; ++i) first += line(i);
  EXPECT_NEAR(coarsen<Coarsen::kSum>(from_array(line, {33}), {{0, 20}}).compute()(0), first, 1e-12);
  const auto numbers = from_array(NdArray<std::int16_t>({6}, {1, 2, 3, 4, 5, 6}), {4});
  EXPECT_EQ(coarsen<Coarsen::kSum>(numbers, {{0, 3}}).compute(), NdArray<std::int64_t>({2}, {6, 15}));
}

// The numbers are of very different sizes: sums in another order would differ by more than the next number.
template <class T>
void expect_running_sums_never_fall() {
  NdArray<T> x({1000, 3});
  std::uint64_t state = 1;
  for (T& value : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<T>(std::exp(static_cast<double>(state >> 40) / 1e6));
  }
  for (const std::int64_t chunk : {1, 7, 64}) {
    const auto sums = from_array(x, {chunk, 2}).cumsum(0).compute();
    const auto flat = from_array(x, {1000, 3}).reshape({3000}).rechunk({chunk}).cumsum(0).compute();
    for (int i = 1; i < 1000; ++i) {
      for (int j = 0; j < 3; ++j) ASSERT_GE(sums(i, j), sums(i - 1, j)) << chunk << ' ' << i;
    }
    for (std::size_t i = 1; i < 3000; ++i) ASSERT_GE(flat[i], flat[i - 1]) << chunk << ' ' << i;
  }
}

TEST_F(CalculusTest, RunningSumsOfWhatIsNotNegativeNeverFall) {
  expect_running_sums_never_fall<double>();
  expect_running_sums_never_fall<float>();
}

TEST_F(CalculusTest, RunningSumsOfManyLinesAreThoseOfEachAlone) {
  constexpr std::int64_t kLines = 19, kLength = 150;
  const NdArray<double> x = waves({kLines, kLength});
  const auto array = from_array(x, {kLines, 64});
  const auto sums = array.cumsum(1).compute(), products = (array + 1.0).cumprod(1).compute();
  const auto whole = (array * 1000.0).astype<std::int64_t>().cumsum(1).compute();
  for (std::int64_t i = 0; i < kLines; ++i) {
    const auto line = array(i);
    const auto sum = line.cumsum(0).compute(), product = (line + 1.0).cumprod(0).compute();
    std::int64_t plain = 0;
    for (std::int64_t k = 0; k < kLength; ++k) {
      EXPECT_EQ(sums(i, k), sum(k)) << i << ' ' << k;
      EXPECT_EQ(products(i, k), product(k)) << i << ' ' << k;
      plain += static_cast<std::int64_t>(x(i, k) * 1000.0);
      EXPECT_EQ(whole(i, k), plain) << i << ' ' << k;
    }
  }
}

TEST_F(CalculusTest, RefusesWhatDoesNotFit) {
  const auto x = from_array(waves({5, 2}));
  EXPECT_EQ(message_of([&] {
              coarsen<Coarsen::kSum>(x, {{0, 2}});
            }),
            "array::coarsen: axis 0 of shape (5, 2) is no multiple of 2; choose another factor, or leave the "
            "rest out: trim_excess");
  EXPECT_EQ(message_of([&] { gradient(x, 1, 1.0, 2); }),
            "array::gradient: axis 1 of shape (5, 2) is too short; use an axis of 3 or more elements");
  EXPECT_EQ(
      message_of([&] {
        gradient(x, 0, std::vector<double>{1, 2});
      }),
      "array::gradient: 2 coordinates are given for an axis of length 5; give one for each element, or one "
      "distance");
}

}  // namespace
}  // namespace bask
