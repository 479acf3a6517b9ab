#include <bask/collections/array/block/block.hpp>
#include <bask/core/value.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

using namespace bask;

static_assert(travels_whole<Block>);
static_assert(Serializable<Block>);
static_assert(kept_inline<Block>, "a result that is a block costs no allocation beside its own");

namespace {

Block counting(const Shape& shape) {
  Block block(DType::kFloat64, shape);
  std::iota(block.as<double>(), block.as<double>() + block.count(), 0.0);
  return block;
}

bool is_aligned(const Block& block) {
  return reinterpret_cast<std::uintptr_t>(block.elements()) % 64 == 0;
}

/// The block that a rank decodes from these bytes.
Block arrived(std::span<const std::byte> bytes) {
  ByteWriter writer;
  writer.write_raw(static_cast<std::uint64_t>(bytes.size()));
  writer.write(bytes.data(), bytes.size());
  ByteReader reader(writer.bytes());
  return decode<Block>(reader);
}

}  // namespace

TEST(Block, KnowsDTypeAndShape) {
  const Block block(DType::kInt16, Shape{3, 4});
  EXPECT_EQ(block.dtype(), DType::kInt16);
  EXPECT_EQ(Shape(block.shape().begin(), block.shape().end()), (Shape{3, 4}));
  EXPECT_EQ(block.count(), 12);
  EXPECT_EQ(block.element_bytes(), 2u);
  EXPECT_EQ(block.size(), 64u + 24u);
}

TEST(Block, AlignsElementsTo64Bytes) {
  for (const std::size_t axes : {0u, 1u, 7u, 8u, 32u}) {
    EXPECT_TRUE(is_aligned(Block(DType::kFloat64, Shape(axes, 1))));
  }
  EXPECT_TRUE(is_aligned(Block(DType::kFloat64, Shape{3 << 20})));
}

TEST(Block, HoldsOneElementWhenItHasNoAxes) {
  Block block(DType::kFloat64, Shape{});
  *block.as<double>() = 3;
  EXPECT_EQ(block.count(), 1);
  EXPECT_TRUE(block.shape().empty());
}

TEST(Block, RefusesShapesThatAreNone) {
  EXPECT_THROW(Block(DType::kFloat64, Shape{-1}), Error);
  EXPECT_THROW(Block(DType::kFloat64, Shape(33, 1)), Error);
  EXPECT_THROW(Block(DType::kFloat64, Shape{std::int64_t{1} << 62}), Error);
}

TEST(Block, CopiesAreTheirOwn) {
  const Block block = counting({2, 3});
  Block copy = block;
  EXPECT_EQ(copy, block);
  copy.as<double>()[5] = -1;
  EXPECT_NE(copy, block);
  EXPECT_EQ(block.as<double>()[5], 5);
  copy = block;
  EXPECT_EQ(copy, block);
}

TEST(Block, LeavesNothingBehindWhenMoved) {
  Block block = counting({2, 3});
  const Block moved = std::move(block);
  EXPECT_EQ(moved, counting({2, 3}));
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(block.held_bytes(), 0u);
  EXPECT_EQ(Block(), Block(block));
}

TEST(Block, ComparesDTypeShapeAndBytes) {
  EXPECT_NE(counting({2, 3}), counting({3, 2}));
  Block floats(DType::kFloat64, Shape{1});
  Block integers(DType::kInt64, Shape{1});
  *floats.as<double>() = 0;
  *integers.as<std::int64_t>() = 0;
  EXPECT_NE(floats, integers);
  Block nan = floats;
  *nan.as<double>() = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(nan, Block(nan));
}

TEST(Block, KeepsElementsWhenReshaped) {
  Block block = counting({2, 3});
  block.reshape(Shape{6, 1});
  EXPECT_EQ(block, counting({6, 1}));
  block.reshape(Shape{1, 1, 1, 1, 1, 1, 1, 1, 6});  // needs a longer header
  EXPECT_EQ(block, counting({1, 1, 1, 1, 1, 1, 1, 1, 6}));
  EXPECT_TRUE(is_aligned(block));
  EXPECT_THROW(block.reshape(Shape{7}), Error);
}

TEST(Block, IsNotTouchedByGrowingWithinWhatIsReserved) {
  const Block sent = counting({1000});
  Block block;
  block.reserve(sent.size());
  const std::byte* const begin = block.data();
  std::copy(sent.begin(), sent.end(), block.data());
  for (std::size_t size = 100; size < sent.size(); size += 100) block.resize(size);
  block.resize(sent.size());
  EXPECT_EQ(block.data(), begin);
  EXPECT_EQ(block, sent);
  block.resize(2 * sent.size());
  block.resize(sent.size());
  EXPECT_EQ(block, sent) << "it grew beyond what was reserved";
}

TEST(Block, ArrivesWholeFromAnotherRank) {
  const Block sent = counting({50, 20});
  Value there;
  there.emplace<Block>(sent);
  const std::span<const std::byte> bytes = there.type()->contiguous->bytes(std::as_const(there).object());
  Value here;
  const ContiguousType& type = *there.type()->contiguous;
  type.reserve(here, bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(at + 999, bytes.size());
    std::copy(bytes.begin() + at, bytes.begin() + end, type.grow(here, end) + at);
    at = end;
  }
  type.check(here);
  EXPECT_EQ(here.get<Block>(), sent);
  EXPECT_GE(here.heap_bytes(), 8000u);
}

TEST(Block, IsEncodedAndDecoded) {
  const Block sent = counting({5, 4});
  ByteWriter writer;
  encode(writer, sent);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<Block>(reader), sent);
  reader.expect_end();
  EXPECT_EQ(arrived(std::span(sent)), sent);
}

TEST(Block, IsRefusedWhenTruncated) {
  const Block sent = counting({5, 4});
  for (std::size_t size = 0; size < sent.size(); ++size) {
    EXPECT_THROW(arrived(std::span(sent).first(size)), Error) << size;
  }
}

TEST(Block, IsRefusedWhenItsHeaderIsCorrupt) {
  const Block sent = counting({5, 4});
  const auto with = [&](std::size_t at, int byte) {
    std::vector<std::byte> bytes(sent.begin(), sent.end());
    bytes[at] = static_cast<std::byte>(byte);
    return bytes;
  };
  EXPECT_THROW(arrived(with(0, 200)), Error) << "dtype";
  EXPECT_THROW(arrived(with(1, 33)), Error) << "axes";
  EXPECT_THROW(arrived(with(1, 20)), Error) << "axes that do not fit before the elements";
  EXPECT_THROW(arrived(with(2, 65)), Error) << "offset of the elements";
  EXPECT_THROW(arrived(with(8, 6)), Error) << "extent";
  EXPECT_THROW(arrived(with(15, 255)), Error) << "negative extent";
  EXPECT_THROW(arrived(with(15, 64)), Error) << "more bytes than can be counted";
  Value value;
  const std::vector<std::byte> bytes = with(0, 200);
  value.emplace<Block>().resize(bytes.size());
  std::copy(bytes.begin(), bytes.end(), value.get_mutable<Block>().data());
  EXPECT_THROW(value.type()->contiguous->check(value), Error);
}

TEST(Block, IsItsOwnWhileManyThreadsMakeAndFreeBlocks) {
  const auto work = [](double mark) {
    for (int i = 0; i < 20; ++i) {
      Block first(DType::kFloat64, Shape{(1 << 17) + i * 5000});
      Block second(DType::kFloat64, Shape{600'000});
      std::fill_n(first.as<double>(), first.count(), mark);
      std::fill_n(second.as<double>(), second.count(), -mark);
      const auto all = [](const Block& block, double value) {
        return std::count(block.as<double>(), block.as<double>() + block.count(), value) == block.count();
      };
      if (!all(first, mark) || !all(second, -mark)) return false;
    }
    return true;
  };
  bool ok[3] = {};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&, i] { ok[i] = work(i + 1); });
  }
  EXPECT_TRUE(ok[0] && ok[1] && ok[2]);
}
