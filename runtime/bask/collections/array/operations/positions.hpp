// positions.hpp: positions along an axis by Python's rules.
// Runs on: rank 0. Threads: any; pure functions.
// Throws: Error when a length is unknown, a position is out of range, or a step is 0.
#pragma once

#include <bask/collections/array/operations/index.hpp>

#include <cstddef>
#include <cstdint>

namespace bask::lazy {

inline constexpr const char* kGetitem = "array::getitem";

/// start, start + step, …: `count` of them.
struct Progression {
  std::int64_t start, step, count;
};
/// The positions in a slice of an axis of this length.
Progression progression_of(const Slice& slice, std::int64_t length);
void require_known(std::int64_t length);
/// The position counted from the beginning; a negative one counts from the end.
std::int64_t normal_position(std::int64_t position, std::int64_t length, std::size_t axis);
/// The positions of an index array, repeated as broadcasting to `shape` repeats them.
Index::Positions broadcast_positions(const IndexArray& index, const Shape& shape);

}  // namespace bask::lazy
