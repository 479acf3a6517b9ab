// index.hpp: the indices of arrays: NumPy's slices, integers, newaxis, ellipsis and integer arrays.
// Runs on: rank 0. Threads: any; plain data.
//
//   x["::2, 5000:"]                                   // as in Python
//   x(slice(none, none, 2), slice(5000, none))        // the same
//   x(0, newaxis, ellipsis, rows)                     // integers take an axis away, newaxis adds one
//   x(rows, columns)                                  // the points (rows[i], columns[i])
//   x(ix_(rows, columns))                             // where these rows and these columns meet
#pragma once

#include <bask/collections/array/block/axes.hpp>
#include <bask/collections/array/block/nd_array.hpp>
#include <bask/collections/array/lazy/node.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace bask {

inline constexpr std::nullopt_t none = std::nullopt;

/// start:stop:step of NumPy; `none` stands for one that is left out.
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

/// Positions along an axis, in any order; they may repeat. The result has `shape` in place of the axis.
struct IndexArray {
  Shape shape{};
  std::vector<std::int64_t> positions{};
};
/// Positions along several axes that follow each other: those of each axis are taken independently.
struct OpenMesh {
  std::vector<std::vector<std::int64_t>> axes{};
};
/// The elements where the given rows and columns (and so on) meet: x(ix_(rows, columns)) is
/// `x[np.ix_(rows, columns)]`.
template <class... Positions>
OpenMesh ix_(const Positions&... positions) {
  return {{std::vector<std::int64_t>(positions)...}};
}

/// An index along one axis, or along several axes by ix_. Several index arrays, and integers beside them, are
/// broadcast together and pick points, as in NumPy. The axes of their common shape come where the arrays
/// stand, or first when a slice, newaxis or ellipsis stands between them.
class Index {
 public:
  using Positions = std::vector<std::int64_t>;
  Index(Slice slice) : what_(slice) {}
  template <AxisNumber I>
  Index(I position) : what_(static_cast<std::int64_t>(position)) {}
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

/// Reads "::2, 5000:", "..., -1", "0, None, 1:3". Throws: Error that names the part that is no index.
std::vector<Index> parse_indices(std::string_view text);

namespace lazy {

/// Cost: slices, integers and newaxis add no tasks. Index arrays and ix_ take a task for each block of the
/// result; several index arrays also one for each block that holds points.
/// Throws: Error for too many indices, an index out of range, a step of 0, or arrays that do not broadcast.
ArrayPtr getitem(const ArrayPtr& node, const std::vector<Index>& indices);
/// The elements at `positions` along `axis`. Chunks along the axis: runs of positions, each as long as the
/// longest chunk of `node`. Cost: one task per block of the result, and 4 bytes a position (8 when the axis
/// is longer than 2^31), which go to the tasks of the position's run.
ArrayPtr take(const ArrayPtr& node, const Index::Positions& positions, std::size_t axis);
/// Each element `times` times, one after the other along `axis`. Chunks and tasks: as for take.
ArrayPtr repeat_along(const ArrayPtr& node, std::int64_t times, std::size_t axis);
/// The elements where `mask`, of the node's shape, is true; or the rows where it is, when it has only the
/// first axis. The lengths of the result and of its chunks along the first axis are unknown.
ArrayPtr compress(const ArrayPtr& node, const ArrayPtr& mask);
/// The blocks at `indices` of the grid of blocks.
ArrayPtr blocks(const ArrayPtr& node, const std::vector<Index>& indices);

}  // namespace lazy

}  // namespace bask
