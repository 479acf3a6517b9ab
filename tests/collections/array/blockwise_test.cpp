// Functions of blocks compared with loops over the whole array, on uneven chunks.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/reductions.hpp>

#include <atomic>
#include <string>

namespace bask {
namespace {

class BlockwiseTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

NdArray<double> numbers(const Shape& shape) {
  NdArray<double> array(shape);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = static_cast<double>(i * i % 17);
  return array;
}

NdArray<double> doubled(NdView<const double> x) {
  NdArray<double> y(Shape(x.shape.begin(), x.shape.end()));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 2 * x.data[i];
  return y;
}

NdArray<std::int64_t> row_sums(NdView<const double> x) {
  NdArray<std::int64_t> sums({x.shape[0]});
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j) sums(i) += static_cast<std::int64_t>(x(i, j));
  }
  return sums;
}

NdArray<double> weighted(NdView<const double> x, NdView<const std::int32_t> weights) {
  NdArray<double> y(Shape(x.shape.begin(), x.shape.end()));
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j) y(i, j) = x(i, j) * weights(j);
  }
  return y;
}

TEST_F(BlockwiseTest, MapsEachBlock) {
  const auto a = numbers({5, 7});
  const auto x = from_array(a, Chunks{{2, 3}, {3, 4}});
  auto expected = a;
  for (double& value : expected) value *= 2;
  EXPECT_EQ(map_blocks<doubled>(x).compute(), expected);
  EXPECT_EQ(x.map_blocks<doubled>().chunks(), x.chunks());
  for (double& value : expected) value *= 2;
  EXPECT_EQ(map_blocks<doubled>(x + x).compute(), expected);
  EXPECT_EQ(map_blocks<doubled>(x.rechunk({4, 2}) * 2.0).compute(), expected);
  const auto transposed = map_blocks<doubled>(x.T()).compute();
  EXPECT_EQ(transposed(6, 1), 2 * a(1, 6));
}

TEST_F(BlockwiseTest, MapsBlocksOfSeveralArrays) {
  const auto a = numbers({5, 7});
  const NdArray<std::int32_t> w({7}, {1, 2, 3, 4, 5, 6, 7});
  auto expected = a;
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 7; ++j) expected(i, j) *= w(j);
  }
  const auto x = from_array(a, Chunks{{2, 3}, {3, 4}});
  EXPECT_EQ(map_blocks<weighted>(x, from_array(w, Chunks{{7}})).compute(), expected);
}

TEST_F(BlockwiseTest, DropsAndAddsAxes) {
  const auto a = numbers({5, 7});
  const auto x = from_array(a, Chunks{{2, 3}, {3, 4}});
  const auto sums = map_blocks<row_sums>({.drop_axis = {1}}, x);
  EXPECT_EQ(sums.chunks(), (Chunks{{2, 3}}));
  NdArray<std::int64_t> expected({5});
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 7; ++j) expected(i) += static_cast<std::int64_t>(a(i, j));
  }
  EXPECT_EQ(sums.compute(), expected);
  const auto lifted = map_blocks(
      [](NdView<const double> block) {
        NdArray<double> result({1, block.shape[0], block.shape[1]});
        std::copy_n(block.data, block.size(), result.begin());
        return result;
      },
      {.new_axis = {0}}, x);
  EXPECT_EQ(lifted.shape(), (Shape{1, 5, 7}));
  EXPECT_EQ(lifted.compute()(0, 4, 6), a(4, 6));
}

TEST_F(BlockwiseTest, TellsTheFunctionWhereItsBlockLies) {
  const auto x = from_array(numbers({5, 7}), Chunks{{2, 3}, {3, 4}});
  const auto places = map_blocks(
      [](NdView<const double>, const BlockInfo& info) {
        return NdArray<std::int64_t>({1, 1},
                                     {info.place[0] * 100 + info.place[1] * 10 + info.region.start[1]});
      },
      {.chunks = Chunks{{1, 1}, {1, 1}}}, x);
  EXPECT_EQ(places.compute(), NdArray<std::int64_t>({2, 2}, {0, 13, 100, 113}));
}

// For each element the sum of the elements at most two places away along axis 0 and one along axis 1.
NdArray<double> box(NdView<const double> x) {
  NdArray<double> y(Shape(x.shape.begin(), x.shape.end()));
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j) {
      for (std::int64_t k = std::max<std::int64_t>(0, i - 2); k < std::min(x.shape[0], i + 3); ++k) {
        for (std::int64_t l = std::max<std::int64_t>(0, j - 1); l < std::min(x.shape[1], j + 2); ++l)
          y(i, j) += x(k, l);
      }
    }
  }
  return y;
}

std::int64_t beyond(Boundary boundary, std::int64_t i, std::int64_t length) {
  if (i >= 0 && i < length) return i;
  switch (boundary) {
    case Boundary::kPeriodic:
      return (i + length) % length;
    case Boundary::kReflect:
      return i < 0 ? -1 - i : 2 * length - 1 - i;
    case Boundary::kNearest:
      return i < 0 ? 0 : length - 1;
    default:
      return -1;
  }
}

NdArray<double> plain_box(const NdArray<double>& x, Boundary first, Boundary second, double value) {
  NdArray<double> y({x.shape()[0], x.shape()[1]});
  for (std::int64_t i = 0; i < x.shape()[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape()[1]; ++j) {
      for (std::int64_t k = i - 2; k < i + 3; ++k) {
        for (std::int64_t l = j - 1; l < j + 2; ++l) {
          const std::int64_t row = beyond(first, k, x.shape()[0]), column = beyond(second, l, x.shape()[1]);
          const bool outside = row < 0 || column < 0;
          const bool left_out =
              (row < 0 && first == Boundary::kNone) || (column < 0 && second == Boundary::kNone);
          y(i, j) += left_out ? 0 : outside ? value : x(row, column);
        }
      }
    }
  }
  return y;
}

TEST_F(BlockwiseTest, GivesBlocksTheEdgesOfTheirNeighbours) {
  const auto a = numbers({9, 8});
  const auto x = from_array(a, Chunks{{3, 1, 5}, {2, 6}});
  for (const Boundary first :
       {Boundary::kNone, Boundary::kPeriodic, Boundary::kReflect, Boundary::kNearest, Boundary::kConstant}) {
    for (const Boundary second : {Boundary::kNone, Boundary::kPeriodic, Boundary::kConstant}) {
      const Overlap overlap{.depth = {2, 1}, .boundary = {first, second}, .value = 3};
      EXPECT_EQ(map_overlap<box>(x, overlap).compute(), plain_box(a, first, second, 3))
          << static_cast<int>(first) << static_cast<int>(second);
    }
  }
  const auto sum = map_overlap<box>(x + x, {.depth = {2, 1}, .boundary = {Boundary::kNearest}});
  EXPECT_EQ(sum.chunks(), x.chunks());
  EXPECT_EQ(sum.compute()(4, 4), 2 * plain_box(a, Boundary::kNearest, Boundary::kNearest, 0)(4, 4));
}

TEST_F(BlockwiseTest, LeavesTrimmingToTheFunctionWhenAsked) {
  const auto x = from_array(NdArray<double>({6}, {1, 2, 4, 8, 16, 32}), Chunks{{4, 2}});
  const auto differences = map_overlap(
      [](NdView<const double> block) {
        NdArray<double> y({block.shape[0] - 2});
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = block.data[i + 2] - block.data[i];
        return y;
      },
      Overlap{.boundary = {Boundary::kPeriodic}, .trim = false}, x);
  EXPECT_EQ(differences.compute(), NdArray<double>({6}, {-30, 3, 6, 12, 24, -15}));
}

NdArray<double> block_product(NdView<const double> a, NdView<const double> b) {
  NdArray<double> c({a.shape[0], b.shape[1]});
  for (std::int64_t i = 0; i < a.shape[0]; ++i)
    for (std::int64_t j = 0; j < b.shape[1]; ++j)
      for (std::int64_t k = 0; k < a.shape[1]; ++k) c(i, j) += a(i, k) * b(k, j);
  return c;
}

TEST_F(BlockwiseTest, PairsBlocksByIndex) {
  const auto a = numbers({5, 7}), b = numbers({7, 4});
  const auto product = blockwise<block_product>("ik", from_array(a, Chunks{{2, 3}, {3, 4}}), "ij",
                                                from_array(b, Chunks{{7}, {1, 3}}), "jk");
  EXPECT_EQ(product.chunks(), (Chunks{{2, 3}, {1, 3}}));
  EXPECT_EQ(product.compute(), block_product(a.view(), b.view()));
}

NdArray<double> sums_and_counts(NdView<const double> x, const BlockInfo& info) {
  EXPECT_EQ(info.axis, 1);
  NdArray<double> y({x.shape[0], 1, 2});
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j) y(i, 0, 0) += x(i, j, 0);
    y(i, 0, 1) = static_cast<double>(x.shape[1]);
  }
  return y;
}
NdArray<double> added_up(NdView<const double> x) {
  NdArray<double> y({x.shape[0], 1, 2});
  for (std::int64_t i = 0; i < x.shape[0]; ++i)
    for (std::int64_t j = 0; j < x.shape[1]; ++j)
      for (std::int64_t k = 0; k < 2; ++k) y(i, 0, k) += x(i, j, k);
  return y;
}
NdArray<double> longest_first(NdView<const double> x) {
  NdArray<double> y = added_up(x);
  for (std::int64_t i = 0; i < x.shape[0]; ++i) y(i, 0, 0) /= y(i, 0, 1);
  return y;
}

TEST_F(BlockwiseTest, ReducesBySteps) {
  NdArray<double> a({3, 11, 2});
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 11; ++j) a(i, j, 0) = i * 100 + j;
  const auto x = from_array(a, Chunks{{2, 1}, {1, 2, 1, 2, 1, 2, 1, 1}, {2}});
  const auto means = reduction<sums_and_counts, added_up, longest_first>(x, 1, {.split_every = 3});
  EXPECT_EQ(means.compute(), NdArray<double>({3, 2}, {5, 11, 105, 11, 205, 11}));
  const auto kept = reduction<sums_and_counts, added_up, longest_first>(x, -2, {.keepdims = true});
  EXPECT_EQ(kept.shape(), (Shape{3, 1, 2}));
}

TEST_F(BlockwiseTest, RefusesWhatDoesNotFit) {
  const auto x = from_array(numbers({5, 7}), Chunks{{2, 3}, {3, 4}});
  EXPECT_EQ(message_of([&] { blockwise<block_product>("ik", x, "ij", x, "jk"); }),
            "array::blockwise: index j is 7 and 5 long; give axes of one index one length");
  EXPECT_NE(message_of([&] {
              map_blocks<row_sums>(x).compute();
            }).find("array::map_blocks: the function returned a block of shape ("),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              map_overlap<box>(x, {.depth = {1, 1, 1}});
            }).find("3 values are given for 2 axes"),
            std::string::npos);
}

}  // namespace
}  // namespace bask
