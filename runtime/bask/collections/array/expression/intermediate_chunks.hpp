// intermediate_chunks.hpp: which chunks an array gets on the way between its blocks and tasks that would each
// read too many of them. From rows to columns, say, every task would read the whole array; with squares in
// between, a task reads a few rows, or a few squares.
// Runs on: rank 0. Threads: any; pure functions.
// Source: the manner of Dask's plan_rechunk: split along one axis while merging along another.
#pragma once

#include <bask/collections/array/block/shape.hpp>
#include <bask/collections/array/expression/expression_walk.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace bask {

/// What tasks read along one axis of an array. Tasks at one place along an axis of theirs read the same
/// ranges, which are in ascending order of their begins.
struct AxisReads {
  std::vector<std::vector<Range>> at_places;
};
/// What tasks read of an array: at each place along each axis, the box of these ranges.
struct ArrayReads {
  std::vector<AxisReads> axes;
  double tasks_each = 1;  ///< so many tasks read the same box
};

/// The elements of the blocks that tasks read, as every block is read whole.
struct BlocksRead {
  double most = 0;   ///< by one task
  double total = 0;  ///< by all tasks
};
/// Where boxes overlap, their blocks count again. Cost: the ranges of each axis, not of each task.
BlocksRead blocks_read(const Chunks& chunks, const std::vector<ArrayReads>& reads);

/// A task may always read so many bytes of one array.
inline constexpr std::int64_t kMostBytesRead = std::int64_t{128} << 20;

/// The chunks that an array of `chunks` should have in between, so that neither the tasks which make the
/// blocks in between nor `readers` read more than kMostBytesRead, or four times the larger of a block and of
/// what the task needs. Of all such chunks, those with which the fewest bytes are read; then those of the
/// largest blocks. When one array in between is not enough, its readers come first, and the tasks that make
/// it need another array before it. No block in between is larger than all that are there or needed. Nothing
/// when the readers stay within the bound without, or when what is read would not be halved, or blocks in
/// between would be very small.
std::optional<Chunks> intermediate_chunks(const Chunks& chunks, std::size_t element_bytes,
                                          const std::vector<ArrayReads>& readers);

}  // namespace bask
