// shape.hpp: extents of arrays, and how they are cut into chunks.
// Runs on: every rank. Threads: any; plain data.
// Invariants: (1) an array of no axes has one element and one block;
//             (2) every axis has at least one chunk, an empty axis one of length 0;
//             (3) kUnknown stands for a length that only a computation tells.
#pragma once

#include <bask/collections/array/block/axes.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// A number of elements along each axis.
using Shape = std::vector<std::int64_t>;
/// The lengths of the chunks along one axis, and along each.
using AxisChunks = std::vector<std::int64_t>;
using Chunks = std::vector<AxisChunks>;

/// The length of an axis, or of a chunk, that is not known before it is computed (Dask's nan).
inline constexpr std::int64_t kUnknown = -1;
/// The most axes that an array may have, as in NumPy.
inline constexpr std::size_t kMostAxes = 32;

/// The product of the extents: 0 when one extent is 0, else kUnknown when one is unknown.
/// Throws: Error when the product of the extents above 0 does not fit 63 bits.
std::int64_t element_count(std::span<const std::int64_t> shape);
/// The strides of C order, in elements: the last axis has stride 1.
Shape strides_of(std::span<const std::int64_t> shape);
/// "(8, 4)", "(3,)", "()", with "?" for what is unknown.
std::string text_of(std::span<const std::int64_t> shape);
/// "((4, 4), (2, 2))".
std::string text_of(const Chunks& chunks);
Shape shape_of(const Chunks& chunks);

/// The number from 0 on of an axis that counts from the end when it is negative.
/// Throws: Error "<where>: axis 3 is out of range for shape (8, 4); use an axis from -2 to 1".
std::size_t normal_axis(std::int64_t axis, std::span<const std::int64_t> shape, std::string_view where);
/// The same for several axes, ascending; all axes when none is named.
/// Throws: Error also when an axis is named twice.
std::vector<std::size_t> normal_axes(std::span<const std::int64_t> axes, std::span<const std::int64_t> shape,
                                     std::string_view where);

/// The shape that all of `shapes` are broadcast to by NumPy's rule. Throws: Error naming two that do not fit.
Shape broadcast_shapes(std::span<const Shape> shapes, std::string_view where);

/// How many chunks to cut each axis into. Where lengths do not come out even, the first chunks are longer by
/// one; an axis never gets more chunks than it has elements.
struct ChunkCount {
  std::vector<std::int64_t> along;
};
/// How a user wants an array cut, as in Dask:
///   1000, {1000}               chunks of this length along all axes
///   {1000, 500}                along each axis; -1 is the whole axis
///   Chunks{{400, 600}, {500}}  every chunk
///   "64MiB", "auto"            blocks of at most this size; "auto" is "128MiB"
///   ChunkCount{…}              this number of chunks along each axis
/// For a size, the longest side of the block (the first of equal ones) is halved until the block fits; each
/// axis is then cut into that many chunks of equal length, rounded up, with a shorter one at the end.
class ChunkSpec {
 public:
  ChunkSpec() = default;  // "auto"
  // No initializer_list: g++ takes {.along = {2}} for one.
  template <AxisNumber N>
  ChunkSpec(N length) : all_(static_cast<std::int64_t>(length)), kind_(Kind::kAll) {}
  template <AxisNumber... Ns>
  requires(sizeof...(Ns) > 1) ChunkSpec(Ns... lengths)
      : each_{static_cast<std::int64_t>(lengths)...}, kind_(Kind::kEach) {}
  template <std::same_as<std::vector<std::int64_t>> Lengths>
  ChunkSpec(Lengths lengths) : each_(std::move(lengths)), kind_(Kind::kEach) {}
  ChunkSpec(Chunks chunks) : chunks_(std::move(chunks)), kind_(Kind::kExact) {}
  ChunkSpec(ChunkCount count) : each_(std::move(count.along)), kind_(Kind::kCount) {}
  ChunkSpec(const char* text);  ///< "auto" or a size; throws Error for other words

  /// Every chunk of an array of this shape. Throws: Error when they do not fit it.
  Chunks of(const Shape& shape, std::size_t element_bytes, std::string_view where) const;

 private:
  enum class Kind { kAuto, kAll, kEach, kExact, kCount };
  std::int64_t all_ = std::int64_t{128} << 20;  // kAll: a length; kAuto: bytes
  std::vector<std::int64_t> each_;
  Chunks chunks_;
  Kind kind_ = Kind::kAuto;
};

/// The blocks of a chunked array, numbered in C order. After a chunk of unknown length, starts are unknown.
struct BlockGrid {
  /// Throws: Error when there are more than 2^31 blocks.
  explicit BlockGrid(const Chunks& chunks);
  std::vector<std::int64_t> counts;               ///< blocks along each axis
  std::vector<std::vector<std::int64_t>> starts;  ///< along each axis: where each chunk begins, and the end
  std::uint32_t size() const;
  std::vector<std::int64_t> place_of(std::uint32_t block) const;
  std::uint32_t number_of(std::span<const std::int64_t> place) const;
};

/// A box of an array: where it begins and how far it extends along each axis.
struct Region {
  Shape start;
  Shape extent;
};
Region region_of(const BlockGrid& grid, std::uint32_t block);
/// The same without a grid, for one block alone: adds up the chunks before it.
Region region_of(const Chunks& chunks, std::uint32_t block);

}  // namespace bask
