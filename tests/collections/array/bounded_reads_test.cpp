// No task of an array reads a whole strip of a large array: what tasks read, and that the elements stay.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/collections/array/reductions.hpp>

#include "random_chunks.hpp"
#include "read_bytes.hpp"

#include <random>

namespace bask {
namespace {

constexpr double kMost = 130 * kMiB;  // 128 MiB, and what blocks tell of themselves

// An array of 2 GiB whose blocks tasks make: rows. Nothing of it is computed.
Array<double> rows(std::int64_t length = 16384) {
  return ones({length, length}, {128, length}).cumsum(1);
}

class BoundedReads : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(BoundedReads, RowsBecomeColumnsInTwoSteps) {
  const ArrayTasks tasks(rows().rechunk({-1, 128}).node());
  EXPECT_LE(tasks.most, kMost);
  EXPECT_EQ(tasks.by_name.at("rechunk").tasks, 256u + 128u);
  // The rows are cut where they are made: the squares, some rows and some columns are all that is held.
  EXPECT_LE(tasks.held, (2048 + 3 * 128) * kMiB);
}

TEST_F(BoundedReads, ReadersOfARechunkedArrayAreBounded) {
  const auto x = rows().rechunk({-1, 128});
  EXPECT_LE(ArrayTasks(x.sum().node()).most, kMost);
  EXPECT_LE(ArrayTasks((sqrt(x) + 1.0).cumsum(0).node()).most, kMost);
  EXPECT_LE(ArrayTasks(x.checkpoint().node()).most, kMost);
  EXPECT_LE(ArrayTasks(x["5:, 100:"].max(0).node()).most, 2 * kMost);  // not at the edges of the squares
}

TEST_F(BoundedReads, TransposedStripsAreBounded) {
  const auto x = rows();
  EXPECT_LE(ArrayTasks(x.T().rechunk({128, -1}).node()).most, kMost);
  EXPECT_LE(ArrayTasks((x + x.T().rechunk({128, -1})).sum().node()).most, 2 * kMost);
  EXPECT_LE(ArrayTasks(concatenate<double>({x, x}, 0).rechunk({-1, 128}).node()).most, 2 * kMost);
  EXPECT_LE(ArrayTasks(matmul(x.rechunk({-1, 128}), ones({16384, 1}, {128, 1})).node()).most, 2 * kMost);
  EXPECT_LE(ArrayTasks(x.rechunk(1024).reshape({-1}).node()).most, kMost);
}

TEST_F(BoundedReads, ManyRowsTakeSeveralSteps) {
  const auto x = ones({1 << 17, 1 << 17}, {32, 1 << 17}).cumsum(1);
  EXPECT_LE(ArrayTasks(x.rechunk({-1, 32}).node()).most, kMost);
}

TEST_F(BoundedReads, SmallArraysAreReadAsTheyAre) {
  const auto x = ones({4096, 4096}, {32, 4096}).cumsum(1);
  EXPECT_EQ(ArrayTasks(x.rechunk({-1, 32}).node()).by_name.at("rechunk").tasks, 128u);
  EXPECT_EQ(ArrayTasks(x.rechunk({-1, 32}).sum().node()).by_name.count("rechunk"), 0u);
}

TEST_F(BoundedReads, LargeArraysOfFewBlocksATaskAreReadAsTheyAre) {
  const auto x = ones({32768, 32768}, 1024).cumsum(0);
  EXPECT_EQ(ArrayTasks(x.rechunk({2048, 2048}).node()).by_name.at("rechunk").tasks, 256u);
  EXPECT_EQ(ArrayTasks((x + x.T()).node()).by_name.count("rechunk"), 0u);
  EXPECT_EQ(ArrayTasks((x["1:"] - x[":-1"]).node()).by_name.count("rechunk"), 0u);
}

// Bytes that tell where they lie, so that one in a wrong place is found.
constexpr std::int64_t kMarked = 12000;
Array<std::uint8_t> marks(const AxisChunks& rows, const AxisChunks& columns) {
  const auto i = arange(0, kMarked, 1, Chunks({rows})), j = arange(0, kMarked, 1, Chunks({columns}));
  return (expand_dims(i, {1}) * 7 + j * j).astype<std::uint8_t>();
}

Array<std::uint8_t> rechunked(const Array<std::uint8_t>& x, const Chunks& chunks) {
  auto y = x.rechunk(chunks);
  EXPECT_GT(ArrayTasks(y.node()).by_name.at("rechunk").tasks, y.npartitions());
  return y;
}

TEST_F(BoundedReads, TheElementsStayThroughTheSteps) {
  std::mt19937 random(3);
  const AxisChunks whole{kMarked};
  const AxisChunks strips = random_chunks(random, kMarked, 200), across = random_chunks(random, kMarked, 200);
  const auto x = marks(strips, whole).persist(), expected = marks(whole, across);
  EXPECT_TRUE(all(rechunked(x, {whole, across}) == expected).compute().item());
  EXPECT_TRUE(all(rechunked(x.T(), {across, whole}) == expected.T()).compute().item());
  EXPECT_TRUE(all(rechunked(flip(x, 1), {whole, across}) == flip(marks(whole, whole), 1)).compute().item());
}

// The part of an array of 100 more rows, which does not begin at its first element.
TEST_F(BoundedReads, TheElementsOfAPartStayThroughTheSteps) {
  const AxisChunks strips(120, 100), whole{kMarked};
  const auto x = marks(strips, whole).persist();
  const auto lower = [](const std::vector<BlockRefs>&) -> BlockRefs { throw Error("lower", "called", ""); };
  const auto part = [x](const Region&) { return ArrayPart{x.node(), {100, 0}}; };
  const Array<std::uint8_t> longer(
      ArrayNode::operation("longer", DType::kUInt8, {AxisChunks(121, 100), whole}, {}, lower, part));
  EXPECT_TRUE(all(rechunked(longer["100:"], {whole, strips}) == marks(whole, strips)).compute().item());
}

TEST_F(BoundedReads, AColumnOfACumulativeSumIsNotHeld) {
  const auto x = ones({16384, 16384}, 1024).checkpoint();  // whose blocks tasks make
  EXPECT_LE(ArrayTasks(x.cumsum(0).sum().node()).held, 4 * 8 * kMiB);
}

TEST_F(BoundedReads, LongRowsOfTilesAreMultipliedBySeveralTasks) {
  const auto x = ones({16384, 16384}, 1024).cumsum(1);
  const ArrayTasks tasks(matmul(x, x).node());
  EXPECT_LE(tasks.most, kMost + 8 * kMiB);
  EXPECT_EQ(tasks.by_name.at("matmul").tasks, 512u);
  const auto y = ones({8192, 8192}, 1024).cumsum(1);
  EXPECT_EQ(ArrayTasks(matmul(y, y).node()).by_name.at("matmul").tasks, 64u);
}

// The blocks of the product that are made one after the other, from block 0 on.
std::vector<std::uint32_t> first_blocks(const Array<double>& product) {
  const auto next = product.node()->lowered().layer()->companions();
  std::vector<std::uint32_t> blocks{0};
  while (!next.empty() && next[blocks.back()] != kNoIndex) blocks.push_back(next[blocks.back()]);
  return blocks;
}

TEST_F(BoundedReads, RowsOfLargeFactorsShareTheColumnsThatTheyAreMultipliedBy) {
  const auto x = ones({16384, 16384}, 1024), y = ones({8192, 8192}, 1024), z = ones({4096, 4096}, 1024);
  EXPECT_EQ(first_blocks(matmul(x, x)), (std::vector<std::uint32_t>{0, 16}));
  EXPECT_EQ(first_blocks(matmul(y, y)), (std::vector<std::uint32_t>{0, 8, 16}));
  EXPECT_EQ(first_blocks(matmul(z, z)), (std::vector<std::uint32_t>{0}));
}

TEST_F(BoundedReads, TheProductOfLongRowsIsTheSame) {
  constexpr std::int64_t kInner = 1 << 20;
  const auto columns = arange<std::int64_t>(0, kInner, 1, kInner / 8);
  const auto x = expand_dims(arange<std::int64_t>(0, 16, 1, 16), {1}) * columns + std::int64_t{1};
  const auto y = expand_dims(columns % std::int64_t{1000}, {1});
  const auto product = matmul(x, y);
  EXPECT_EQ(ArrayTasks(product.node()).by_name.at("matmul").tasks, 2u);
  NdArray<std::int64_t> expected({16, 1});
  for (std::int64_t i = 0; i < 16; ++i) {
    for (std::int64_t k = 0; k < kInner; ++k) expected(i, 0) += (i * k + 1) * (k % 1000);
  }
  EXPECT_EQ(product.compute(), expected);
}

}  // namespace
}  // namespace bask
