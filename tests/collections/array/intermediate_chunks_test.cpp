// Intermediate chunks: what is read by one task stays bounded, on both sides of the array in between.
#include <gtest/gtest.h>
#include <bask/collections/array/expression/intermediate_chunks.hpp>

#include "random_chunks.hpp"

#include <numeric>
#include <random>

namespace bask {
namespace {

constexpr std::size_t kDouble = 8;

AxisChunks even(std::int64_t length, std::int64_t chunk) {
  AxisChunks chunks;
  for (std::int64_t at = 0; at < length; at += chunk) chunks.push_back(std::min(chunk, length - at));
  return chunks;
}

// The reads of tasks that make the blocks of an array of these chunks.
std::vector<ArrayReads> making(const Chunks& chunks) {
  ArrayReads reads;
  for (const AxisChunks& axis : chunks) {
    AxisReads own;
    std::int64_t begin = 0;
    for (const std::int64_t length : axis) {
      own.at_places.push_back({{begin, begin + length}});
      begin += length;
    }
    reads.axes.push_back(std::move(own));
  }
  return {reads};
}

std::vector<ArrayReads> transposed(std::vector<ArrayReads> reads) {
  for (ArrayReads& one : reads) std::reverse(one.axes.begin(), one.axes.end());
  return reads;
}

// Bytes of whole blocks that the largest task reads, block by block: without the sums of the code under test.
double plain_most(const Chunks& chunks, const Chunks& target) {
  double most = 1;
  for (std::size_t axis = 0; axis < chunks.size(); ++axis) {
    double along = 0;
    std::int64_t begin = 0;
    for (const std::int64_t length : target[axis]) {
      double touched = 0;
      std::int64_t from = 0;
      for (const std::int64_t own : chunks[axis]) {
        if (std::min(from + own, begin + length) > std::max(from, begin)) touched += static_cast<double>(own);
        from += own;
      }
      along = std::max(along, touched);
      begin += length;
    }
    most *= along;
  }
  return most * kDouble;
}

double longest(const Chunks& chunks) {
  double block = kDouble;
  for (const AxisChunks& axis : chunks)
    block *= static_cast<double>(*std::max_element(axis.begin(), axis.end()));
  return block;
}

TEST(IntermediateChunks, AreSquaresBetweenRowsAndColumns) {
  const Chunks rows{even(16384, 128), {16384}}, columns{{16384}, even(16384, 128)};
  const auto between = intermediate_chunks(rows, kDouble, making(columns));
  ASSERT_TRUE(between);
  EXPECT_EQ(*between, (Chunks{even(16384, 1024), even(16384, 1024)}));
  EXPECT_EQ(intermediate_chunks(columns, kDouble, transposed(making(columns))), between);
}

TEST(IntermediateChunks, AreNotNeededWhereTasksReadLittle) {
  const Chunks rows{even(4096, 128), {4096}}, columns{{4096}, even(4096, 128)};
  EXPECT_FALSE(intermediate_chunks(rows, kDouble, making(columns)));  // 128 MiB in all
  const Chunks squares{even(65536, 4096), even(65536, 4096)};
  EXPECT_FALSE(intermediate_chunks(squares, kDouble, making({even(65536, 8192), even(65536, 8192)})));
  EXPECT_FALSE(intermediate_chunks(squares, kDouble, making({even(65536, 2048), even(65536, 8192)})));
}

// Tasks that read their block and the edges of its neighbours read 27 blocks.
TEST(IntermediateChunks, AreOfNoHelpForNeighbours) {
  const Chunks cubes(3, even(1024, 128));
  ArrayReads reads;
  for (const AxisChunks& axis : cubes) {
    AxisReads own;
    std::int64_t begin = 0;
    for (const std::int64_t length : axis) {
      own.at_places.push_back(
          {{std::max<std::int64_t>(begin - 1, 0), std::min<std::int64_t>(begin + length + 1, 1024)}});
      begin += length;
    }
    reads.axes.push_back(std::move(own));
  }
  EXPECT_EQ(blocks_read(cubes, {reads}).most * kDouble, 27 * 16 * kMiB);
  EXPECT_FALSE(intermediate_chunks(cubes, kDouble, {reads}));
}

TEST(IntermediateChunks, CountOverlappingRangesOnce) {
  const std::vector<ArrayReads> reads{{{{{{{0, 5}, {4, 6}, {25, 26}}, {{7, 7}}}}}, 3}};
  const BlocksRead read = blocks_read({{10, 10, 10}}, reads);
  EXPECT_EQ(read.most, 20);
  EXPECT_EQ(read.total, 60);
}

// An array so long that a few intermediate blocks of a fair size cannot be enough.
TEST(IntermediateChunks, LeadStepByStepToFarChunks) {
  const std::int64_t length = std::int64_t{1} << 20;
  const Chunks target{{length}, even(length, 16)};
  Chunks chunks{even(length, 16), {length}};
  std::vector<Chunks> steps;
  std::vector<ArrayReads> readers = making(target);
  while (const auto between = intermediate_chunks(chunks, kDouble, readers)) {
    EXPECT_LE(blocks_read(*between, readers).most * kDouble, 4 * 128 * kMiB);
    steps.push_back(*between);
    readers = making(*between);
    ASSERT_LT(steps.size(), 6u);
  }
  EXPECT_GE(steps.size(), 2u);
  EXPECT_LE(blocks_read(chunks, readers).most * kDouble, 4 * 128 * kMiB);
}

TEST(IntermediateChunks, KeepTheBoundBetweenRandomChunks) {
  std::mt19937 random(1);
  int found = 0;
  for (int round = 0; round < 200; ++round) {
    Chunks chunks, target;
    for (std::size_t axis = 0; axis < 2 + static_cast<std::size_t>(round % 2); ++axis) {
      const std::int64_t length = round % 2 == 0 ? 20000 : 800;
      const bool is_long = random() % 2 == 0;
      chunks.push_back(random_chunks(random, length, is_long ? length : 200));
      target.push_back(random_chunks(random, length, is_long ? 200 : length));
    }
    const double direct = plain_most(chunks, target);
    EXPECT_EQ(blocks_read(chunks, making(target)).most * kDouble, direct) << "round " << round;
    const auto between = intermediate_chunks(chunks, kDouble, making(target));
    const double bound = std::max(128 * kMiB, 4 * std::max(longest(chunks), longest(target)));
    if (!between) {
      EXPECT_LE(direct, 4 * bound) << "round " << round;
      continue;
    }
    ++found;
    EXPECT_GT(direct, bound) << "round " << round;
    EXPECT_EQ(shape_of(*between), shape_of(chunks)) << "round " << round;
    EXPECT_LE(2 * plain_most(chunks, *between), direct) << "round " << round;
    EXPECT_LE(2 * plain_most(*between, target), direct) << "round " << round;
    EXPECT_LE(plain_most(*between, target), bound) << "round " << round;
    EXPECT_LE(plain_most(chunks, *between), bound) << "round " << round;
  }
  EXPECT_GT(found, 20);
}

}  // namespace
}  // namespace bask
