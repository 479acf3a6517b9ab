// Reductions by label compared with loops over the elements, on uneven chunks.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/statistics.hpp>

#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <string>

namespace bask {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class GroupbyTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

NdArray<double> values(const Shape& shape) {
  NdArray<double> array(shape);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = std::sin(static_cast<double>(i)) * 10;
  return array;
}

// The result of `reduce` for each group: for the values whose positions along `axis` (0, 1 or 2)
// have the group's label.
template <class Reduce>
NdArray<double> expected(const NdArray<double>& x, const std::vector<std::int64_t>& labels, std::size_t axis,
                         const Reduce& reduce) {
  std::map<std::int64_t, std::int64_t> groups;
  for (const std::int64_t label : labels) groups.emplace(label, 0);
  std::int64_t next = 0;
  for (auto& [label, place] : groups) place = next++;
  Shape shape(x.shape().begin(), x.shape().end());
  shape[axis] = next;
  NdArray<double> result(shape);
  std::vector<std::vector<double>> cells(result.size());
  std::int64_t at[3];
  for (at[0] = 0; at[0] < x.shape()[0]; ++at[0]) {
    for (at[1] = 0; at[1] < x.shape()[1]; ++at[1]) {
      for (at[2] = 0; at[2] < x.shape()[2]; ++at[2]) {
        std::int64_t to[3] = {at[0], at[1], at[2]};
        to[axis] = groups[labels[static_cast<std::size_t>(at[axis])]];
        cells[static_cast<std::size_t>((to[0] * shape[1] + to[1]) * shape[2] + to[2])].push_back(
            x(at[0], at[1], at[2]));
      }
    }
  }
  for (std::size_t i = 0; i < cells.size(); ++i) result[i] = reduce(cells[i]);
  return result;
}

double sum_of(const std::vector<double>& cell) {
  double sum = 0;
  for (const double value : cell) sum += value;
  return sum;
}
double mean_of(const std::vector<double>& cell) {
  return sum_of(cell) / static_cast<double>(cell.size());
}
double variance_of(const std::vector<double>& cell) {
  double squares = 0;
  for (const double value : cell) squares += (value - mean_of(cell)) * (value - mean_of(cell));
  return squares / static_cast<double>(cell.size());
}
std::vector<double> numbers_in(const std::vector<double>& cell) {
  std::vector<double> numbers;
  for (const double value : cell) {
    if (!std::isnan(value)) numbers.push_back(value);
  }
  return numbers;
}

void expect_near(const NdArray<double>& found, const NdArray<double>& wanted) {
  ASSERT_EQ(Shape(found.shape().begin(), found.shape().end()),
            Shape(wanted.shape().begin(), wanted.shape().end()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(std::abs(found[i] - wanted[i]) < 1e-11 || (std::isnan(found[i]) && std::isnan(wanted[i])))
        << i;
  }
}

std::vector<std::int64_t> labels_for(std::int64_t length) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < length; ++i) labels.push_back((i * i + 3) % 7 - 2);
  return labels;
}

TEST_F(GroupbyTest, ReducesAlongEveryAxis) {
  const auto x = values({23, 6, 9});
  const auto array = from_array(x, Chunks{{2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 6}, {4, 2}, {3, 5, 1}});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto labels = labels_for(x.shape()[axis]);
    const auto groups = groupby(array, labels, static_cast<std::int64_t>(axis));
    expect_near(groups.sum().compute(), expected(x, labels, axis, sum_of));
    expect_near(groups.mean().compute(), expected(x, labels, axis, mean_of));
    expect_near(groups.var().compute(), expected(x, labels, axis, variance_of));
    expect_near(groups.min().compute(), expected(x, labels, axis, [](const auto& cell) {
                  return *std::min_element(cell.begin(), cell.end());
                }));
    expect_near(groups.max().compute(), expected(x, labels, axis, [](const auto& cell) {
                  return *std::max_element(cell.begin(), cell.end());
                }));
  }
}

TEST_F(GroupbyTest, ReadsWhatIsComputedOnTheWay) {
  const auto u = values({20, 3, 5});
  const auto x = from_array(u, Chunks{{7, 13}, {2, 1}, {5}});
  auto speed = u;
  for (double& value : speed) value = std::sqrt(value * value + value * value);
  const auto labels = labels_for(20);
  const auto deviation = groupby(sqrt(x * x + x * x), labels, 0).std();
  expect_near(deviation.compute(),
              expected(speed, labels, 0, [](const auto& cell) { return std::sqrt(variance_of(cell)); }));
}

TEST_F(GroupbyTest, LeavesNanOutWhenAsked) {
  auto x = values({12, 2, 3});
  for (std::size_t i = 0; i < x.size(); i += 5) x[i] = kNan;
  for (int j = 0; j < 2; ++j) x(3, j, 0) = x(0, j, 0) = kNan;
  const std::vector<std::int64_t> labels{5, 1, 1, 5, 2, 1, 2, 2, 1, 1, 2, 2};
  const auto groups = groupby(from_array(x, Chunks{{5, 7}, {1, 1}, {3}}), labels, 0);
  const auto over_numbers = [](auto reduce) {
    return [reduce](const std::vector<double>& cell) { return reduce(numbers_in(cell)); };
  };
  const GroupOptions skip{.skipna = true};
  EXPECT_EQ(groups.labels(), (std::vector<std::int64_t>{1, 2, 5}));
  expect_near(groups.mean(skip).compute(), expected(x, labels, 0, over_numbers(mean_of)));
  expect_near(groups.sum(skip).compute(), expected(x, labels, 0, over_numbers(sum_of)));
  expect_near(groups.min(skip).compute(), expected(x, labels, 0, [](const auto& cell) {
                const auto numbers = numbers_in(cell);
                return numbers.empty() ? kNan : *std::min_element(numbers.begin(), numbers.end());
              }));
  expect_near(groups.mean().compute(), expected(x, labels, 0, mean_of));
  const auto counts = groups.count().compute();
  const auto wanted =
      expected(x, labels, 0, [](const auto& cell) { return static_cast<double>(numbers_in(cell).size()); });
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_EQ(static_cast<double>(counts[i]), wanted[i]);
}

TEST_F(GroupbyTest, MeansOfInfinitiesAndHugeNumbersAreSumsDivided) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const auto x =
      from_array(NdArray<double>({6}, {kInfinite, 1e308, kNan, 2, -1e308, 4}), Chunks{{2, 2, 1, 1}});
  const std::vector<std::int64_t> labels{0, 1, 0, 2, 1, 1};
  for (const bool skipna : {true, false}) {
    const auto means = groupby(x, labels).mean({.skipna = skipna}).compute();
    if (skipna) {
      EXPECT_EQ(means[0], kInfinite);
    }
    EXPECT_EQ(means[1], 4.0 / 3);
    EXPECT_EQ(means[2], 2);
  }
  EXPECT_EQ(nanmean(x["1:"]).compute().item(), 1);  // 2 is lost beside 1e308, as in NumPy
  EXPECT_EQ(nanmean(x["3:"].reshape({3, 1}), 0).compute()[0], x["3:"].mean().compute().item());
  EXPECT_EQ(nanmean(x).compute().item(), kInfinite);
  EXPECT_EQ(nanvar(x["1:"]).compute().item(), kInfinite);
  EXPECT_TRUE(std::isnan(nanvar(x).compute().item()));
  EXPECT_TRUE(std::isnan(nanmean(from_array(NdArray<double>({2}, {kNan, kNan}), {1})).compute().item()));
}

TEST_F(GroupbyTest, ComplexNumbersKeepBothParts) {
  using Complex = std::complex<double>;
  const auto x = from_array(NdArray<Complex>({5}, {{1, 1}, {kNan, 0}, {2, -1}, {0, 3}, {5, 7}}), {2});
  const std::vector<std::int64_t> labels{0, 0, 0, 0, 1};
  const auto groups = groupby(x, labels);
  const GroupOptions skip{.skipna = true};
  EXPECT_EQ(groups.mean(skip).compute(), NdArray<Complex>({2}, {{1, 1}, {5, 7}}));
  EXPECT_EQ(groups.sum(skip).compute(), NdArray<Complex>({2}, {{3, 3}, {5, 7}}));
  const auto variances = groups.var(skip).compute();
  EXPECT_NEAR(variances[0], 10.0 / 3, 1e-14);
  EXPECT_EQ(variances[1], 0);
  EXPECT_NEAR(groups.std(skip).compute()[0], std::sqrt(10.0 / 3), 1e-14);
  EXPECT_TRUE(std::isnan(groups.var().compute()[0]));
  EXPECT_EQ(groups.count().compute(), NdArray<std::int64_t>({2}, {3, 1}));
  EXPECT_EQ(groups.mean(skip).compute()[0], nanmean(x["0:4"]).compute().item());
}

TEST_F(GroupbyTest, TakesIntegersAndLazyLabels) {
  const auto x = arange<std::int32_t>(10).rechunk({3});
  const auto groups = groupby(x, arange<std::int64_t>(10) % std::int64_t{3});
  EXPECT_EQ(groups.sum().compute(), NdArray<std::int64_t>({3}, {18, 12, 15}));
  EXPECT_EQ(groups.mean().compute(), NdArray<double>({3}, {4.5, 4, 5}));
  EXPECT_EQ(groups.max().compute(), NdArray<std::int32_t>({3}, {9, 7, 8}));
  EXPECT_EQ(groups.count().compute(), NdArray<std::int64_t>({3}, {4, 3, 3}));
}

TEST_F(GroupbyTest, RefusesTheWrongNumberOfLabels) {
  const auto x = from_array(values({4, 2, 2}));
  try {
    groupby(x, std::vector<std::int64_t>{1, 2, 3}, 0).sum();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "array::groupby: there are 3 labels for 4 positions along axis 0 of shape (4, 2, 2); give one "
        "label for each position");
  }
}

}  // namespace
}  // namespace bask
