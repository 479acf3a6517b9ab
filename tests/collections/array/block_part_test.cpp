// Parts of blocks: what they hold, how they travel, and that tasks read the same from them as from the whole.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/expression/block_parts.hpp>
#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/core/value.hpp>

#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "message_of.hpp"

namespace bask {
namespace {

Block numbered(const Shape& shape) {
  Block block(DType::kFloat64, shape);
  std::iota(block.as<double>(), block.as<double>() + block.count(), 0.0);
  return block;
}

// The block that a rank decodes from these bytes.
Block part_arrived(std::span<const std::byte> bytes) {
  ByteWriter writer;
  writer.write_raw(static_cast<std::uint64_t>(bytes.size()));
  writer.write(bytes.data(), bytes.size());
  ByteReader reader(writer.bytes());
  return decode<Block>(reader);
}

TEST(BlockPart, HasTheShapeOfTheWholeAndTheElementsOfItsBox) {
  const Block part = numbered({4, 5, 6}).part(Shape{1, 3, 2, 2, 1, 3});
  EXPECT_TRUE(part.is_part());
  EXPECT_EQ(Shape(part.shape().begin(), part.shape().end()), (Shape{4, 5, 6}));
  EXPECT_EQ(Shape(part.part_start().begin(), part.part_start().end()), (Shape{1, 3, 2}));
  EXPECT_EQ(Shape(part.part_extent().begin(), part.part_extent().end()), (Shape{2, 1, 3}));
  const auto* const elements = reinterpret_cast<const double*>(part.stored());
  EXPECT_EQ(std::vector<double>(elements, elements + 6), (std::vector<double>{50, 51, 52, 80, 81, 82}));
  EXPECT_EQ(part.size(), Block::part_header_bytes(3) + 6 * sizeof(double));
  EXPECT_FALSE(numbered({4, 5, 6}).is_part());
}

TEST(BlockPart, HoldsTheMemoryOfItsBoxAlone) {
  const Block whole = numbered({1000, 1000});
  EXPECT_LT(whole.part(Shape{0, 0, 1000, 10}).held_bytes(), whole.held_bytes() / 50);
}

TEST(BlockPart, OfASingleElementAndOfNoneAreParts) {
  const Block whole = numbered({3, 3});
  EXPECT_EQ(*reinterpret_cast<const double*>(whole.part(Shape{2, 1, 1, 1}).stored()), 7);
  EXPECT_EQ(whole.part(Shape{3, 0, 0, 3}).size(), Block::part_header_bytes(2));
}

TEST(BlockPart, TravelsAsTheBytesThatItHas) {
  const Block whole = numbered({40, 50});
  const Block part = whole.part(Shape{10, 0, 2, 50});
  EXPECT_EQ(part_arrived({part.data(), part.size()}), part);
  EXPECT_FALSE(part == whole);
  Value value;
  value.emplace<Block>(whole);
  const Value cut = value.type()->part(std::as_const(value).object(), Shape{10, 0, 2, 50});
  EXPECT_EQ(cut.get<Block>(), part);
  EXPECT_EQ(cut.transfer_bytes(), part.size());
}

TEST(BlockPart, OfAnNdArrayIsABlock) {
  Value value;
  value.emplace<NdArray<double>>(numbered({40, 50}));
  const Value cut = value.type()->part(std::as_const(value).object(), Shape{10, 0, 2, 50});
  EXPECT_EQ(cut.type(), &value_type_of<Block>);
  EXPECT_EQ(cut.get<Block>(), numbered({40, 50}).part(Shape{10, 0, 2, 50}));
  EXPECT_EQ(message_of([&] { NdArray<double>(Block(cut.get<Block>())); }),
            "NdArray: the block is a part of one of shape (40, 50); use it where only its elements are read");
}

TEST(BlockPart, IsRefusedWhereTheWholeHasNoSuchBox) {
  const Block whole = numbered({4, 5});
  const auto refusal = [&](const Shape& box) { return message_of([&] { whole.part(box); }); };
  EXPECT_EQ(refusal({0, 0, 5, 1}),
            "array: a block of shape (4, 5) has no part (0, 0, 5, 1); this is an error in the runtime");
  for (const Shape& box : {Shape{3, 0, 2, 1}, Shape{-1, 0, 1, 1}, Shape{0, 0, 1, -1}, Shape{0, 0, 1}})
    EXPECT_EQ(refusal(box).find("array: a block of shape (4, 5) has no part"), 0u) << refusal(box);
  EXPECT_EQ(message_of([&] {
              whole.part(Shape{0, 0, 2, 2}).part(Shape{0, 0, 1, 1});
            }),
            "array: a block of shape (4, 5) has no part (0, 0, 1, 1); this is an error in the runtime");
}

// Numbers in the header: the shape, the beginning of the box, its extents.
TEST(BlockPart, IsRefusedWhenItsBytesAreCorrupt) {
  const Block part = numbered({4, 5}).part(Shape{1, 2, 2, 3});
  const auto refusal = [&](std::size_t number, std::int64_t value) {
    std::vector<std::byte> bytes(part.begin(), part.end());
    std::memcpy(bytes.data() + 8 + 8 * number, &value, sizeof(value));
    return message_of([&] { part_arrived(bytes); });
  };
  const std::string outside =
      "array: a block has arrived whose part lies outside of it; the bytes are corrupt";
  EXPECT_EQ(refusal(2, -1), outside);
  EXPECT_EQ(refusal(2, 3), outside);
  EXPECT_EQ(refusal(3, std::int64_t{1} << 62), outside);
  EXPECT_EQ(refusal(5, std::int64_t{1} << 62), outside);
  EXPECT_EQ(refusal(5, -3), outside);
  EXPECT_EQ(refusal(0, 2), outside);
  EXPECT_EQ(refusal(5, 2),
            "array: a block has arrived whose part is not that of its elements; the bytes are corrupt");
  EXPECT_EQ(refusal(0, std::int64_t{1} << 62),
            "array: a block has arrived whose shape is impossible; the bytes are corrupt");
  std::vector<std::byte> bytes(part.begin(), part.end());
  bytes[4] = std::byte{2};  // neither a part nor whole
  EXPECT_EQ(message_of([&] { part_arrived(bytes); }),
            "array: a block has arrived whose header is inconsistent; the bytes are corrupt");
  bytes[4] = std::byte{1};
  bytes.pop_back();
  EXPECT_EQ(message_of([&] { part_arrived(bytes); }),
            "array: a block has arrived whose part is not that of its elements; the bytes are corrupt");
}

// ---- What tasks read. ----

class PartReadTest : public testing::Test {
 protected:
  static Array<double> source(const Chunks& chunks) {
    return from_function([](std::int64_t i, std::int64_t j) { return 100.0 * i + j; }, shape_of(chunks),
                         chunks)
        .persist();
  }

  // Computes each block from whole blocks, and from the parts that it is said to read.
  void expect_same_from_parts(const std::string& name, const Array<double>& array, const Chunks& chunks) {
    const Expression expression = expression_of(array.node()).expression;
    const BlockGrid grid(chunks);
    for (std::uint32_t task = 0; task < expression.grid.size(); ++task) {
      const Region region = expression.region(task);
      const std::vector<SourceBlock> which = blocks_of(expression, region);
      std::vector<Block> whole, parts;
      for (const SourceBlock& block : which) {
        whole.push_back(block_at(grid, block.block));
        const std::optional<BlockPart> read = part_read(expression, region, block);
        ASSERT_TRUE(read) << name;
        Shape box = read->start;
        box.insert(box.end(), read->extent.begin(), read->extent.end());
        parts.push_back(whole.back().part(box));
        EXPECT_EQ(read->bytes(), static_cast<double>(parts.back().size())) << name;
        whole_bytes_ += whole.back().size();
        part_bytes_ += parts.back().size();
      }
      EXPECT_EQ(computed(expression, region, which, parts), computed(expression, region, which, whole))
          << name << ", block " << task;
    }
  }
  static Block computed(const Expression& expression, const Region& region, std::vector<SourceBlock> which,
                        const std::vector<Block>& blocks) {
    std::vector<const Block*> each;
    for (const Block& block : blocks) each.push_back(&block);
    return compute_region(expression, region, pieces(expression, region),
                          SourceBlocks(std::move(which), std::move(each)));
  }
  static Block block_at(const BlockGrid& grid, std::uint32_t block) {
    const Region region = region_of(grid, block);
    Block made(DType::kFloat64, region.extent);
    double* to = made.as<double>();
    for (std::int64_t i = 0; i < region.extent[0]; ++i) {
      for (std::int64_t j = 0; j < region.extent[1]; ++j)
        *to++ = 100.0 * static_cast<double>(region.start[0] + i) + static_cast<double>(region.start[1] + j);
    }
    return made;
  }

  Client client_ = Client(Options{.threads = 1});
  std::size_t whole_bytes_ = 0, part_bytes_ = 0;
};

TEST_F(PartReadTest, IsAllThatATaskReads) {
  const Chunks chunks{{13, 20, 7}, {8, 24, 8}};
  const Array<double> x = source(chunks);
  const std::map<std::string, Array<double>> arrays{
      {"slice", x[":, 3:9"]},
      {"steps", x["2:37:3, ::5"]},
      {"backwards", x["::-1, 30:2:-7"]},
      {"transposed", x.T()["1:5"]},
      {"with its transpose", x + x.T()},
      {"neighbours", x["1:-1"] + x["2:"] + x[":-2"]},
      {"columns from rows", rechunk(x, {40, 3})},
      {"rows from columns", rechunk(x, {1, 40})},
      {"joined", concatenate({x[":, 5:7"], x.T()["1:3"].T()}, 1)},
      {"rolled", roll(x, 5, 0)},
      {"a row for all", x + x["7"]},
      {"turned by a step", (x + x.T())["::2"]},
  };
  for (const auto& [name, array] : arrays) expect_same_from_parts(name, array, chunks);
  EXPECT_LT(part_bytes_, whole_bytes_ / 2);
}

TEST_F(PartReadTest, OfADiagonalIsNotTooSmall) {
  const Chunks chunks{{13, 20, 7}, {8, 24, 8}};
  expect_same_from_parts("diagonal", diagonal(source(chunks)), chunks);
}

TEST_F(PartReadTest, IsNothingOfABlockThatTheTaskDoesNotRead) {
  const Chunks chunks{{10, 10}, {10}};
  const Expression expression = expression_of(source(chunks)["2:5"].node()).expression;
  EXPECT_TRUE(part_read(expression, expression.region(0), {0, 0}));
  EXPECT_FALSE(part_read(expression, expression.region(0), {0, 1}));
}

}  // namespace
}  // namespace bask
