// index.hpp: what an array is indexed with, NumPy's slices, integers, newaxis, ellipsis and integer arrays.
// Runs on: rank 0. Threads: any; plain data.
//
//   x["::2, 5000:"]                                   // as in Python
//   x(slice(none, none, 2), slice(5000, none))        // the same
//   x(0, newaxis, ellipsis, rows)                     // integers take an axis away, newaxis adds one
//   x(rows, columns)                                  // the points (rows[i], columns[i])
//   x(ix_(rows, columns))                             // where these rows and these columns meet
#pragma once

#include <bask/collections/array/block/nd_array.hpp>
#include <bask/collections/array/lazy/node.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace bask {

inline constexpr std::nullopt_t none = std::nullopt;

/// start:stop:step of NumPy; none stands for what is left out.
struct Slice {
  std::optional<std::int64_t> start{}, stop{}, step{};
};
inline Slice slice(std::optional<std::int64_t> stop) {
  return {std::nullopt, stop, std::nullopt};
}
inline Slice slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                   std::optional<std::int64_t> step = std::nullopt) {
  return {start, stop, step};
}
struct NewAxis {};
inline constexpr NewAxis newaxis{};
struct Ellipsis {};
inline constexpr Ellipsis ellipsis{};

/// Positions along an axis, in any order, repeated as often as named, in the shape that they give the result.
struct IndexArray {
  Shape shape{};
  std::vector<std::int64_t> positions{};
};
/// Positions along axes that follow each other, each axis by itself.
struct OpenMesh {
  std::vector<std::vector<std::int64_t>> axes{};
};
/// The elements where the positions of all axes meet, as `x[np.ix_(rows, columns)]`: x(ix_(rows, columns)).
template <class... Positions>
OpenMesh ix_(const Positions&... positions) {
  return {{std::vector<std::int64_t>(positions)...}};
}

/// What an array is indexed with: an axis, or several that ix_ names. Several index arrays are broadcast and
/// pick points, as in NumPy, integers beside them too. The axes of their shape come where they stand; first,
/// when a slice, newaxis or ellipsis stands between them.
class Index {
 public:
  using Positions = std::vector<std::int64_t>;
  Index(Slice slice) : what_(slice) {}
  Index(int position) : what_(static_cast<std::int64_t>(position)) {}
  Index(std::int64_t position) : what_(position) {}
  Index(Positions positions)
      : what_(IndexArray{{static_cast<std::int64_t>(positions.size())}, std::move(positions)}) {}
  Index(const NdArray<std::int64_t>& positions)
      : what_(IndexArray{{positions.shape().begin(), positions.shape().end()},
                         {positions.begin(), positions.end()}}) {}
  Index(OpenMesh mesh) : what_(std::move(mesh)) {}
  Index(NewAxis) : what_(newaxis) {}
  Index(Ellipsis) : what_(ellipsis) {}
  const auto& what() const { return what_; }

 private:
  std::variant<Slice, std::int64_t, IndexArray, OpenMesh, NewAxis, Ellipsis> what_;
};

/// "::2, 5000:", "..., -1", "0, None, 1:3". Throws: Error with the place of what is no index.
std::vector<Index> parse_indices(std::string_view text);

namespace lazy {

/// Cost of points: a task for each block that holds any, which picks them, and one for each block of the
/// result. Throws: Error for too many indices, one that is out of range, a step of 0, index arrays whose
/// shapes do not broadcast.
ArrayPtr getitem(const ArrayPtr& node, const std::vector<Index>& indices);
/// The elements at `positions` along `axis`. Chunks: the positions in runs as long as the node's longest
/// chunk there. Cost: 4 bytes a position (8 where the axis is longer than 2^31), which go to the tasks of
/// their run.
ArrayPtr take(const ArrayPtr& node, const Index::Positions& positions, std::size_t axis);
/// Each element `times` times, one after the other along `axis`. Chunks: as of take.
ArrayPtr repeat_along(const ArrayPtr& node, std::int64_t times, std::size_t axis);
/// The elements where `mask` is true. The length of the result and of its chunks is unknown.
ArrayPtr compress(const ArrayPtr& node, const ArrayPtr& mask);
/// The blocks at `indices` of the grid of blocks.
ArrayPtr blocks(const ArrayPtr& node, const std::vector<Index>& indices);

}  // namespace lazy

}  // namespace bask
