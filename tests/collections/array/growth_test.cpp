// What grows with the program: views of views of operations, huge steps and counts, thousands of blocks.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace bask {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

class GrowthTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

std::string message_of(const std::function<void()>& wrong) {
  try {
    wrong();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

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
