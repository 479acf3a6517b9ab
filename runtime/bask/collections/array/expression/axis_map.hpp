// axis_map.hpp: the indices of a term of an expression as functions of the root's.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/collections/array/expression/expression.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bask {

using AxisMap = std::vector<AxisSource>;

// The indices of a view's operand as functions of the root's; `map` has those of the view itself.
inline AxisMap composed(const std::vector<AxisSource>& view, const AxisMap& map) {
  AxisMap result(view.size());
  for (std::size_t k = 0; k < view.size(); ++k) {
    const AxisSource& own = view[k];
    if (own.axis < 0) {
      result[k] = {-1, own.start, 0};
    } else {
      const AxisSource& outer = map[static_cast<std::size_t>(own.axis)];
      result[k] = {outer.axis, own.start + own.step * outer.start, own.step * outer.step};
    }
  }
  return result;
}

inline AxisMap identity_map(std::size_t axes) {
  AxisMap map(axes);
  for (std::size_t k = 0; k < axes; ++k) map[k] = {static_cast<std::int32_t>(k), 0, 1};
  return map;
}

// The chunk that an index lies in; never an empty one.
inline std::size_t chunk_at(const std::vector<std::int64_t>& starts, std::int64_t index) {
  return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end() - 1, index) -
                                  starts.begin()) -
         1;
}

}  // namespace bask
