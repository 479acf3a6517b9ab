#include "message_of.hpp"

#include <bask/collections/array/block/shape.hpp>
#include <bask/core/error.hpp>

#include <gtest/gtest.h>

#include <functional>

using namespace bask;

namespace {

std::string refusal_of(const ChunkSpec& spec, const Shape& shape) {
  return message_of([&] { (void)spec.of(shape, 8, "array::zeros"); });
}

}  // namespace

TEST(Shape, CountsElementsAndStridesInCOrder) {
  EXPECT_EQ(element_count(Shape{2, 3, 4}), 24);
  EXPECT_EQ(element_count(Shape{}), 1);
  EXPECT_EQ(element_count(Shape{5, 0}), 0);
  EXPECT_EQ(element_count(Shape{5, kUnknown}), kUnknown);
  EXPECT_EQ(strides_of(Shape{2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(strides_of(Shape{}), Shape{});
}

TEST(Shape, IsPrintedAsPythonPrintsTuples) {
  EXPECT_EQ(text_of(Shape{8, 4}), "(8, 4)");
  EXPECT_EQ(text_of(Shape{3}), "(3,)");
  EXPECT_EQ(text_of(Shape{}), "()");
  EXPECT_EQ(text_of(Shape{kUnknown, 2}), "(?, 2)");
  EXPECT_EQ(text_of(Chunks{{4, 4}, {2}}), "((4, 4), (2,))");
  EXPECT_EQ(text_of(Chunks{AxisChunks(1000, 7)}), "((7, 7, 7, ..., 7, 7, 7),)");
}

TEST(Shape, RefusesMoreElementsThanCanBeCounted) {
  const std::int64_t big = std::int64_t{1} << 40;
  EXPECT_NE(message_of([&] {
              element_count(Shape{big, big});
            }).find("more than 2^63 elements"),
            std::string::npos);
  EXPECT_NE(refusal_of("auto", {big, big}).find("array::zeros: an array of shape"), std::string::npos);
  EXPECT_NE(refusal_of(-1, {0, big, big}).find("more than 2^63 bytes"), std::string::npos);
  EXPECT_EQ(refusal_of(-1, {-3}),
            "array::zeros: shape (-3,) has a negative extent; give extents of 0 or more");
  EXPECT_NE(refusal_of(-1, Shape(33, 1)).find("use at most 32"), std::string::npos);
}

TEST(Shape, CountsNegativeAxesFromTheEnd) {
  const Shape shape{8, 4, 2};
  EXPECT_EQ(normal_axis(-1, shape, "x"), 2u);
  EXPECT_EQ(normal_axis(0, shape, "x"), 0u);
  EXPECT_EQ(normal_axes(Shape{-1, 0}, shape, "x"), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(normal_axes(Shape{}, shape, "x"), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Shape, RefusesAxesThatAreNotThere) {
  EXPECT_EQ(message_of([] {
              normal_axis(3, Shape{8, 4}, "array::sum");
            }),
            "array::sum: axis 3 is out of range for shape (8, 4); use an axis from -2 to 1");
  EXPECT_EQ(message_of([] { normal_axis(0, Shape{}, "array::sum"); }),
            "array::sum: axis 0 is out of range for shape (); an array of no axes has one element: name no "
            "axis");
  EXPECT_EQ(message_of([] {
              normal_axes(Shape{1, -1}, Shape{8, 4}, "array::sum");
            }),
            "array::sum: axis 1 is named twice; name each axis once");
}

TEST(Shape, BroadcastsByNumPysRule) {
  const std::vector<Shape> shapes{{8, 1, 6}, {7, 1}, {}};
  EXPECT_EQ(broadcast_shapes(shapes, "x"), (Shape{8, 7, 6}));
  const std::vector<Shape> empty{{3, 1}, {0}};
  EXPECT_EQ(broadcast_shapes(empty, "x"), (Shape{3, 0}));
  const std::vector<Shape> unknown{{kUnknown, 2}, {1, 2}, {kUnknown, 1}};
  EXPECT_EQ(broadcast_shapes(unknown, "x"), (Shape{kUnknown, 2}));
  EXPECT_EQ(broadcast_shapes({}, "x"), Shape{});
}

TEST(Shape, NamesTheShapesThatDoNotBroadcast) {
  const std::vector<Shape> shapes{{1, 4}, {8, 4}, {3}};
  EXPECT_EQ(
      message_of([&] { broadcast_shapes(shapes, "array::add"); }),
      "array::add: shapes (1, 4) and (3,) do not broadcast; from the last axis on, lengths must be equal "
      "or 1");
  const std::vector<Shape> unknown{{kUnknown}, {3}};
  EXPECT_EQ(message_of([&] { broadcast_shapes(unknown, "array::add"); }),
            "array::add: shapes (?,) and (3,) do not broadcast; compute or persist the one of unknown length "
            "first");
}

TEST(ChunkSpec, CutsUniformChunksWithAShorterLast) {
  EXPECT_EQ(ChunkSpec(4).of({10, 3}, 8, "x"), (Chunks{{4, 4, 2}, {3}}));
  EXPECT_EQ(ChunkSpec({4, -1}).of({8, 9}, 8, "x"), (Chunks{{4, 4}, {9}}));
  EXPECT_EQ(ChunkSpec(-1).of({8, 0}, 8, "x"), (Chunks{{8}, {0}}));
  EXPECT_EQ(ChunkSpec(4).of({}, 8, "x"), Chunks{});
}

// g++ takes designated initialisers for an initializer list where a class has a constructor for one.
template <class Spec>
concept TakesCountsByName = requires(void (*take)(const Spec&)) {
  take({.along = {2}});
  take({.along = {2, 3}});
};
static_assert(!TakesCountsByName<ChunkSpec> && TakesCountsByName<ChunkCount>);

TEST(ChunkSpec, TakesOneLengthInBracesAsWithoutThem) {
  const auto chunks = [](const ChunkSpec& spec) { return spec.of({10, 3}, 8, "x"); };
  EXPECT_EQ(chunks({4}), chunks(4));
}

TEST(ChunkSpec, CutsSoManyNearlyEqualChunks) {
  EXPECT_EQ(ChunkSpec(ChunkCount{{3, 1}}).of({11, 5}, 8, "x"), (Chunks{{4, 4, 3}, {5}}));
  EXPECT_EQ(ChunkSpec(ChunkCount{{5, 2}}).of({3, 0}, 8, "x"), (Chunks{{1, 1, 1}, {0}}));
}

TEST(ChunkSpec, TakesExactChunksThatAddUp) {
  EXPECT_EQ(ChunkSpec(Chunks{{4, 4}, {1, 3}}).of({8, 4}, 8, "x"), (Chunks{{4, 4}, {1, 3}}));
  EXPECT_EQ(ChunkSpec(Chunks{{}}).of({0}, 8, "x"), Chunks{{0}});
  EXPECT_EQ(ChunkSpec(Chunks{{kUnknown, kUnknown}}).of({kUnknown}, 8, "x"), (Chunks{{kUnknown, kUnknown}}));
  EXPECT_EQ(
      message_of([] {
        (void)ChunkSpec(Chunks{{4, 4}, {2}}).of({8, 4}, 8, "rechunk");
      }),
      "rechunk: chunks ((4, 4), (2,)) add up to (8, 2), which is not the shape (8, 4); give chunks that "
      "add up to it");
}

TEST(ChunkSpec, RefusesLengthsThatAreNone) {
  EXPECT_EQ(refusal_of(0, {8}),
            "array::zeros: a chunk cannot have length 0; use 1 or more, or -1 for the whole axis");
  EXPECT_NE(refusal_of({4, -2}, {8, 8}).find("a chunk cannot have length -2"), std::string::npos);
  EXPECT_NE(refusal_of(Chunks{{10, -2}}, {8}).find("chunks ((10, -2),) have one of length -2"),
            std::string::npos);
  EXPECT_EQ(refusal_of(ChunkCount{{0}}, {8}), "array::zeros: an axis cannot have 0 chunks; use 1 or more");
}

TEST(ChunkSpec, RefusesWhatDoesNotFitTheShape) {
  EXPECT_EQ(refusal_of({4, 4, 4}, {8, 4}),
            "array::zeros: chunks are given for 3 axes, but the shape (8, 4) has 2; give one length for each "
            "axis");
  EXPECT_NE(refusal_of(4, {kUnknown}).find("a length that is not known before it is computed"),
            std::string::npos);
  EXPECT_NE(refusal_of(Chunks{{2, 2}}, {kUnknown}).find("add up to (4,)"), std::string::npos);
  EXPECT_NE(refusal_of(1, {std::int64_t{1} << 33}).find("more than 2^31 blocks"), std::string::npos);
  EXPECT_NE(refusal_of(1, {1 << 16, 1 << 16}).find("more than 2^31 blocks"), std::string::npos);
  EXPECT_NE(message_of([] { ChunkSpec("square"); }).find("'square'"), std::string::npos);
}

TEST(ChunkSpec, CutsTheLongestSideUntilABlockHas128MiB) {
  EXPECT_EQ(ChunkSpec("auto").of({100, 100}, 8, "x"), (Chunks{{100}, {100}}));
  EXPECT_EQ(ChunkSpec("auto").of({10000, 10000}, 8, "x"), (Chunks{AxisChunks(4, 2500), {5000, 5000}}));
  AxisChunks months(127, 1032);  // 132000 / 128, rounded up
  months.push_back(132000 - 127 * 1032);
  EXPECT_EQ(ChunkSpec("auto").of({132000, 73, 144}, 8, "x"), (Chunks{months, {73}, {144}}));
  EXPECT_EQ(ChunkSpec().of({1 << 27}, 1, "x"), Chunks{{1 << 27}});
  EXPECT_EQ(ChunkSpec().of({(1 << 27) + 1}, 1, "x"), (Chunks{{(1 << 26) + 1, 1 << 26}}));
  EXPECT_EQ(ChunkSpec().of({}, 8, "x"), Chunks{});
}

TEST(BlockGrid, NumbersBlocksInCOrder) {
  const BlockGrid grid(Chunks{{4, 4, 2}, {3, 5}});
  ASSERT_EQ(grid.size(), 6u);
  EXPECT_EQ(grid.starts[0], (std::vector<std::int64_t>{0, 4, 8, 10}));
  for (std::uint32_t block = 0; block < 6; ++block) {
    const std::vector<std::int64_t> place{block / 2, block % 2};
    EXPECT_EQ(grid.place_of(block), place);
    EXPECT_EQ(grid.number_of(place), block);
  }
  EXPECT_EQ(region_of(grid, 5).start, (Shape{8, 3}));
  EXPECT_EQ(region_of(grid, 5).extent, (Shape{2, 5}));
}

TEST(BlockGrid, HasOneBlockForNoAxes) {
  const BlockGrid grid{Chunks{}};
  EXPECT_EQ(grid.size(), 1u);
  EXPECT_EQ(grid.number_of(grid.place_of(0)), 0u);
  EXPECT_TRUE(region_of(grid, 0).extent.empty());
}

TEST(BlockGrid, KnowsNoPlaceBeyondAnUnknownLength) {
  const BlockGrid grid(Chunks{{kUnknown, kUnknown}});
  EXPECT_EQ(region_of(grid, 0).start, Shape{0});
  EXPECT_EQ(region_of(grid, 0).extent, Shape{kUnknown});
  EXPECT_EQ(region_of(grid, 1).start, Shape{kUnknown});
}

TEST(BlockGrid, RefusesMoreThan2To31Blocks) {
  EXPECT_THROW(BlockGrid(Chunks{AxisChunks(1 << 16, 1), AxisChunks(1 << 16, 1)}), Error);
}
