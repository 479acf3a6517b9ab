// Costs that grow with the program: views of views of operations, huge steps and counts, thousands of blocks.
#include "../../many.hpp"
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

class GrowthTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(GrowthTest, StencilsOfStencilsRunEachOperationFewTimes) {
  constexpr std::int64_t kSide = 12;
  NdArray<double> plain({kSide, kSide});
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<double>(i * i % 17);
  auto x = from_array<double>(plain, {5, 7});
  for (int step = 0; step < 30; ++step) {
    x = (roll(x, 1, 0) + roll(x, -1, 0) + roll(x, 1, 1) + roll(x, -1, 1)) * 0.25;
    const NdArray<double> before = plain;
    const auto at = [&](std::int64_t i, std::int64_t j) {
      return before((i + kSide) % kSide, (j + kSide) % kSide);
    };
    for (std::int64_t i = 0; i < kSide; ++i)
      for (std::int64_t j = 0; j < kSide; ++j)
        plain(i, j) = (at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1)) * 0.25;
  }
  EXPECT_EQ(x.compute(), plain);
}

TEST_F(GrowthTest, ChainsWithoutViewsStayOnePass) {
  auto x = arange<double>(0, 4, 1, 2) + 2.0;
  for (int step = 0; step < 20; ++step) x = x - (x * x * x - 2.0) / (3.0 * x * x);
  EXPECT_NEAR(x["::-1"].compute()[0], std::cbrt(2.0), 1e-12);
  EXPECT_EQ(client_.last_compute().tasks, 2U);
}

TEST_F(GrowthTest, OperationsAreCountedForEachPlaceThatTheyAreReadAt) {
  const auto x = zeros({8}, 8) + 1.0;
  const auto y = x["1:"] * x[":-1"] + x["1:"];
  const OperationCount count = operations_of(expression_of(y.node()).expression, 100);
  EXPECT_EQ(count.operations, 3U);
  EXPECT_EQ(count.runs, 4U);
}

TEST_F(GrowthTest, StepsBeyondEveryLengthAreSteps) {
  const auto x = arange<std::int64_t>(0, 6, 1, 4);
  EXPECT_EQ(x(slice(none, none, kGreatest)).compute(), NdArray<std::int64_t>({1}, {0}));
  EXPECT_EQ(x(slice(none, none, kLeast)).compute(), NdArray<std::int64_t>({1}, {5}));
  EXPECT_EQ(x(slice(4, 1, kLeast)).compute(), NdArray<std::int64_t>({1}, {4}));
}

TEST_F(GrowthTest, RangesOfIntegersAreCountedWithoutRounding) {
  constexpr std::int64_t kBig = std::int64_t{1} << 53;
  EXPECT_EQ(arange(kBig, kBig + 3).shape(), Shape{3});
  EXPECT_EQ(arange(kGreatest - 1, kGreatest, std::int64_t{5}).compute(),
            NdArray<std::int64_t>({1}, {kGreatest - 1}));
  EXPECT_EQ(arange(std::int64_t{5}, std::int64_t{0}, std::int64_t{-2}).compute(),
            NdArray<std::int64_t>({3}, {5, 3, 1}));
  EXPECT_NE(message_of([] { arange(kLeast, kGreatest); }).find("use a larger step"), std::string::npos);
  EXPECT_NE(message_of([] { arange(0.0, 1e30); }).find("use a larger step"), std::string::npos);
}

TEST_F(GrowthTest, CountsThatCannotBeAreRefused) {
  EXPECT_NE(message_of([] { bincount(arange<std::int64_t>(3), -1); }).find("use one from 0 to 2^32"),
            std::string::npos);
  EXPECT_NE(message_of([] {
              histogram(arange<double>(3), {0, std::nan(""), 1});
            }).find("give two ascending edges"),
            std::string::npos);
}

TEST_F(GrowthTest, ManyBlocksFromManyLayersAreOneLayerMore) {
  std::vector<Delayed<NdArray<double>>> blocks;
  for (int k = 0; k < 3000; ++k)
    blocks.push_back(
        delayed([](int value) { return NdArray<double>({1}, {static_cast<double>(value)}); })(k));
  const auto x = from_delayed(blocks, Chunks{AxisChunks(3000, 1)});
  EXPECT_EQ((x + 1.0).sum().compute().item(), 3000 * 3001 / 2);
  EXPECT_EQ(x.cumsum(0)["-1:"].compute()[0], 2999 * 3000 / 2);
}

TEST_F(GrowthTest, RollsKeepTheirChunks) {
  auto x = arange<double>(0, 100, 1, 30);
  const Chunks chunks = x.chunks();
  EXPECT_EQ(roll(x, 7, 0).chunks(), chunks);
  EXPECT_EQ(roll(x, -1).chunks(), chunks);
  for (int step = 0; step < many(50); ++step) x = (roll(x, 1, 0) + x + roll(x, -1, 0)) / 3.0;
  EXPECT_EQ(x.chunks(), chunks);
  EXPECT_NEAR(x.sum().compute().item(), 4950, 1e-9);
}

TEST_F(GrowthTest, WhatIsCutAndJoinedAgainLiesInFewChunks) {
  auto padded = arange<double>(0, 100, 1, 30), joined = padded, uneven = padded;
  for (int step = 0; step < 60; ++step) {
    const auto around = pad(padded, {{1, 1}}, PadMode::kWrap);
    padded = around["2:"] + padded + around[":-2"];
    joined = concatenate<double>({joined["-1:"], joined[":-1"]}) + joined;
    const auto at = static_cast<std::int64_t>(step * 37 % 100);
    uneven = concatenate<double>({uneven(slice(at, none)), uneven(slice(at))});
    EXPECT_LE(padded.npartitions(), 8U);
    EXPECT_LE(joined.npartitions(), 8U);
    EXPECT_LE(uneven.npartitions(), 16U);
  }
  EXPECT_EQ(concatenate<double>({ones({8}, 4), ones({7}, 4), ones({2}, 2), ones({1}, 1)}).chunks(),
            (Chunks{{4, 4, 4, 3, 3}}));
}

TEST_F(GrowthTest, ThousandsOfPartsAndOfUnknownChunksAreRead) {
  constexpr int kParts = many(5000);
  std::vector<Array<double>> parts;
  for (int k = 0; k < kParts; ++k) parts.push_back(arange<double>(0, 2, 1, 2) + static_cast<double>(k));
  const double sum = kParts * (kParts - 1.0) + kParts;
  EXPECT_EQ(concatenate(parts).sum().compute().item(), sum);
  EXPECT_EQ(concatenate(parts).rechunk(2 * kParts).sum().compute().item(), sum);
  EXPECT_EQ(stack(parts, 1).sum().compute().item(), sum);
  EXPECT_EQ(tile(parts[1], {kParts})["::2"].sum().compute().item(), kParts);
  const auto x = concatenate(parts).persist();
  EXPECT_EQ((x[x > 0.5] - 1.0).sum().compute().item(), sum - (2 * kParts - 1));
}

TEST_F(GrowthTest, WhatIsRepeatedIsDescribedByARule) {
  const auto x = arange<double>(0, 1000000, 1, 1000000);
  EXPECT_EQ(x.repeat(10000, 0)["-1:"].compute()[0], 999999);
  EXPECT_EQ(client_.last_compute().tasks, 3U);
}

std::atomic<int> evaluations{0};
double counted(double x) {
  ++evaluations;
  return x * 1.7 - 3;
}

// Checks that reductions that are computed together have the same bits as alone.
template <class... Arrays>
void expect_same_together(int elements, const Arrays&... reductions) {
  const auto alone = std::make_tuple(reductions.compute()...);
  evaluations = 0;
  const auto together = compute(reductions...);
  EXPECT_EQ(evaluations, elements);
  std::vector<bool> same;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (same.push_back(std::get<I>(alone).block() == std::get<I>(together).block()), ...);
  }
  (std::index_sequence_for<Arrays...>());
  EXPECT_EQ(same, std::vector<bool>(sizeof...(Arrays), true));
}

TEST_F(GrowthTest, ReductionsOfOneExpressionEvaluateItOnce) {
  const auto x = random::default_rng(3).normal(0, 1, {60, 70}, {25, 30});
  const auto y = map<counted>(x);
  expect_same_together(60 * 70, y.sum(), y.min(), y.max(), y.std(), y.mean(), nanmean(y), nansum(y));
  expect_same_together(60 * 70, y.sum(0), y.sum(1), y.mean(), y.var(0, {.ddof = 1}), y.argmax(), y.argmin(1));
  expect_same_together(60 * 70, y.mean(0, {.keepdims = true}), count_nonzero(y), nanmax(y, 1), y.prod());
  const auto turned = map<counted>(x.T()["::-2, 3:"]);
  expect_same_together(35 * 57, turned.sum(), turned.sum(0), turned.std(1), turned.max());
  const auto rolled = map<counted>(roll(x, 11, 1));
  expect_same_together(60 * 70, rolled.sum(1), rolled.min(0), rolled.mean());
  const auto chosen = map<counted>(x.persist()[x(Slice{}, 0) > 0.0]);
  const int rows = static_cast<int>(chosen.compute().shape()[0]);
  expect_same_together(rows * 70, chosen.sum(), chosen.max(0), chosen.std());
}

TEST_F(GrowthTest, MeanAndDeviationOfOneArrayAreOnePass) {
  const auto y = map<counted>(arange<double>(0, 100, 1, 10));
  evaluations = 0;
  const double sum = ((y - y.mean()) / y.std()).sum().compute().item();
  EXPECT_EQ(evaluations, 200);
  EXPECT_NEAR(sum, 0, 1e-9);
}

TEST_F(GrowthTest, OneReductionAloneHasNoMoreTasks) {
  const auto x = arange<double>(0, 40, 1, 10).persist();
  x.sum().compute();
  EXPECT_EQ(client_.last_compute().tasks, 5U);
  compute(x.sum(), x.sum());
  EXPECT_EQ(client_.last_compute().tasks, 5U);
}

TEST(RegionOf, IsTheSameFromChunksAsFromTheirGrid) {
  const Chunks chunks{{2, 0, 3}, {4, kUnknown, 1}, {7}};
  const BlockGrid grid(chunks);
  for (std::uint32_t block = 0; block < grid.size(); ++block) {
    const Region wanted = region_of(grid, block), found = region_of(chunks, block);
    EXPECT_EQ(found.start, wanted.start) << block;
    EXPECT_EQ(found.extent, wanted.extent) << block;
  }
}

}  // namespace
}  // namespace bask
