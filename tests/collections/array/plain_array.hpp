// plain_array.hpp: arrays of doubles, computed element by element without Bask, to compare with.
// Runs on: tests. Threads: any; plain data.
#pragma once

#include <bask/collections/array/block/shape.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace bask {

using Place = std::vector<std::int64_t>;

// The expected array.
struct Plain {
  Shape shape;
  std::vector<double> values;

  double at(const Place& place) const {
    std::int64_t offset = 0;
    for (std::size_t k = 0; k < shape.size(); ++k) offset = offset * shape[k] + place[k];
    return values[static_cast<std::size_t>(offset)];
  }
};

inline void each_place(const Shape& shape, const std::function<void(const Place&)>& use) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
  Place place(shape.size(), 0);
  for (;;) {
    use(place);
    std::size_t k = shape.size();
    while (k > 0 && ++place[k - 1] == shape[k - 1]) place[--k] = 0;
    if (k == 0) return;
  }
}

inline Plain made(const Shape& shape, const std::function<double(const Place&)>& value) {
  Plain plain{shape, {}};
  each_place(shape, [&](const Place& place) { plain.values.push_back(value(place)); });
  return plain;
}

inline double at_broadcast(const Plain& from, const Place& place) {
  Place own(place.end() - static_cast<std::ptrdiff_t>(from.shape.size()), place.end());
  for (std::size_t k = 0; k < own.size(); ++k) own[k] = from.shape[k] == 1 ? 0 : own[k];
  return from.at(own);
}

inline bool broadcast(const Shape& a, const Shape& b, Shape& result) {
  result.assign(std::max(a.size(), b.size()), 1);
  for (std::size_t k = 1; k <= result.size(); ++k) {
    const std::int64_t x = k <= a.size() ? a[a.size() - k] : 1, y = k <= b.size() ? b[b.size() - k] : 1;
    if (x != y && x != 1 && y != 1) return false;
    result[result.size() - k] = x == 1 ? y : x;
  }
  return true;
}

}  // namespace bask
