// box_runs.hpp: a box within two arrays in C order, as runs of elements that are consecutive in both.
// Runs on: every rank. Threads: any; plain computation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace bask {

/// One of the two arrays: its shape, and where the box begins in it.
struct BoxPlace {
  std::span<const std::int64_t> shape;
  std::span<const std::int64_t> start;
};

/// How many elements are consecutive in both arrays: all of the last axes that the box fills in both, and the
/// box's extent along the axis before these.
struct BoxRuns {
  std::int64_t length = 1;
  std::size_t outer_axes = 0;  ///< the first axes, along which runs are counted
};
inline BoxRuns runs_of(const BoxPlace& a, const BoxPlace& b, std::span<const std::int64_t> extent) {
  BoxRuns runs;
  std::size_t axis = extent.size();
  while (axis > 0) {
    --axis;
    runs.length *= extent[axis];
    if (extent[axis] != a.shape[axis] || extent[axis] != b.shape[axis]) break;
  }
  runs.outer_axes = axis;
  return runs;
}

/// Where the box begins, in elements of the array.
inline std::int64_t offset_of(const BoxPlace& place) {
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < place.shape.size(); ++axis) {
    offset = offset * place.shape[axis] + place.start[axis];
  }
  return offset;
}

/// Calls use(offset in a, offset in b, length) for each run, in C order, all in elements.
template <class Use>
void for_each_run(const BoxPlace& a, const BoxPlace& b, std::span<const std::int64_t> extent, Use&& use) {
  for (const std::int64_t length : extent) {
    if (length == 0) return;
  }
  const BoxRuns runs = runs_of(a, b, extent);
  const std::size_t axes = extent.size();
  std::vector<std::int64_t> at(runs.outer_axes, 0), a_stride(axes, 1), b_stride(axes, 1);
  for (std::size_t axis = axes; axis-- > 1;) {
    a_stride[axis - 1] = a_stride[axis] * a.shape[axis];
    b_stride[axis - 1] = b_stride[axis] * b.shape[axis];
  }
  std::int64_t in_a = offset_of(a), in_b = offset_of(b);
  while (true) {
    use(in_a, in_b, runs.length);
    std::size_t axis = runs.outer_axes;
    while (axis > 0) {
      --axis;
      in_a += a_stride[axis], in_b += b_stride[axis];
      if (++at[axis] < extent[axis]) break;
      in_a -= extent[axis] * a_stride[axis], in_b -= extent[axis] * b_stride[axis];
      at[axis] = 0;
      if (axis == 0) return;
    }
    if (runs.outer_axes == 0) return;
  }
}

/// Copies the box from one array's elements into the other's.
inline void copy_box(const BoxPlace& a, const std::byte* from, const BoxPlace& b, std::byte* to,
                     std::span<const std::int64_t> extent, std::size_t element_bytes) {
  for_each_run(a, b, extent, [&](std::int64_t in_a, std::int64_t in_b, std::int64_t length) {
    const auto bytes = [element_bytes](std::int64_t count) {
      return static_cast<std::size_t>(count) * element_bytes;
    };
    std::memcpy(to + bytes(in_b), from + bytes(in_a), bytes(length));
  });
}

}  // namespace bask
