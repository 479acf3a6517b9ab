#include <bask/collections/array/manipulation.hpp>

#include <algorithm>
#include <numeric>

namespace bask::lazy {

namespace {

std::vector<std::size_t> straight(std::size_t axes) {
  std::vector<std::size_t> order(axes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

ArrayPtr part(const ArrayPtr& node, std::size_t axis, std::int64_t begin, std::int64_t end) {
  return slice(node, axis, begin, 1, end - begin);
}

// Joins the parts that are not empty.
ArrayPtr joined(std::vector<ArrayPtr> parts, std::size_t axis, std::string_view where,
                const AxisChunks& along = {}) {
  const ArrayPtr first = parts.front();
  std::erase_if(parts, [&](const ArrayPtr& one) { return one->shape()[axis] == 0; });
  if (parts.empty()) return first;
  return parts.size() == 1 ? parts.front() : concatenate(std::move(parts), axis, where, along);
}

}  // namespace

ArrayPtr transpose(const ArrayPtr& node, const std::vector<std::int64_t>& axes) {
  std::vector<std::size_t> order = straight(node->ndim());
  std::reverse(order.begin(), order.end());
  if (!axes.empty()) {
    if (axes.size() != order.size()) {
      throw Error("array::transpose",
                  std::to_string(axes.size()) + " axes are given for shape " + text_of(node->shape()),
                  "name each axis once");
    }
    normal_axes(axes, node->shape(), "array::transpose");
    for (std::size_t k = 0; k < order.size(); ++k)
      order[k] = normal_axis(axes[k], node->shape(), "array::transpose");
  }
  return transpose(node, order);
}

ArrayPtr swapaxes(const ArrayPtr& node, std::int64_t a, std::int64_t b) {
  const UserCall call("swapaxes");
  std::vector<std::size_t> order = straight(node->ndim());
  std::swap(order[normal_axis(a, node->shape(), "array::swapaxes")],
            order[normal_axis(b, node->shape(), "array::swapaxes")]);
  return transpose(node, order);
}

ArrayPtr moveaxis(const ArrayPtr& node, std::vector<std::int64_t> from, std::vector<std::int64_t> to) {
  const UserCall call("moveaxis");
  constexpr const char* kWhere = "array::moveaxis";
  if (from.size() != to.size()) {
    throw Error(kWhere,
                std::to_string(from.size()) + " axes are moved to " + std::to_string(to.size()) + " places",
                "give one place for each axis");
  }
  normal_axes(from, node->shape(), kWhere);
  normal_axes(to, node->shape(), kWhere);
  constexpr std::size_t kOpen = ~std::size_t{0};
  std::vector<std::size_t> order(node->ndim(), kOpen);
  std::vector<bool> moved(node->ndim(), false);
  for (std::size_t k = 0; k < from.size(); ++k) {
    const std::size_t axis = normal_axis(from[k], node->shape(), kWhere);
    order[normal_axis(to[k], node->shape(), kWhere)] = axis;
    moved[axis] = true;
  }
  std::size_t next = 0;
  for (std::size_t& place : order) {
    if (place != kOpen) continue;
    while (moved[next]) ++next;
    place = next++;
  }
  return transpose(node, order);
}

ArrayPtr squeeze(const ArrayPtr& node, const Axes& axes) {
  std::vector<bool> drops(node->ndim(), false);
  if (axes.list().empty()) {
    for (std::size_t k = 0; k < drops.size(); ++k) drops[k] = node->shape()[k] == 1;
  } else {
    for (const std::size_t axis : normal_axes(axes.list(), node->shape(), "array::squeeze")) {
      if (node->shape()[axis] != 1) {
        throw Error(
            "array::squeeze",
            "axis " + std::to_string(axis) + " of shape " + text_of(node->shape()) + " is not of length 1",
            "name axes of length 1 only");
      }
      drops[axis] = true;
    }
  }
  std::vector<AxisSource> sources;
  Chunks chunks;
  for (std::size_t k = 0; k < drops.size(); ++k) {
    sources.push_back(drops[k] ? AxisSource{-1, 0, 0}
                               : AxisSource{static_cast<std::int64_t>(chunks.size()), 0, 1});
    if (!drops[k]) chunks.push_back(node->chunks()[k]);
  }
  return chunks.size() == node->ndim() ? node : view("squeeze", node, std::move(sources), std::move(chunks));
}

ArrayPtr expand_dims(const ArrayPtr& node, const Axes& axes) {
  const Shape larger(node->ndim() + axes.list().size(), 1);
  std::vector<bool> is_new(larger.size(), false);
  if (!axes.list().empty()) {
    for (const std::size_t axis : normal_axes(axes.list(), larger, "array::expand_dims")) is_new[axis] = true;
  }
  std::vector<AxisSource> sources;
  Chunks chunks;
  for (std::size_t k = 0; k < larger.size(); ++k) {
    if (is_new[k]) {
      chunks.push_back({1});
      continue;
    }
    chunks.push_back(node->chunks()[sources.size()]);
    sources.push_back({static_cast<std::int32_t>(k), 0, 1});
  }
  return view("expand_dims", node, std::move(sources), std::move(chunks));
}

ArrayPtr flip(const ArrayPtr& node, const Axes& axes) {
  const UserCall call("flip");
  ArrayPtr result = node;
  for (const std::size_t axis : normal_axes(axes.list(), node->shape(), "array::flip")) {
    const std::int64_t length = node->shape()[axis];
    if (length != 0) result = slice(result, axis, length - 1, -1, length);
  }
  return result;
}

ArrayPtr roll(const ArrayPtr& node, std::int64_t shift, const Axes& axes) {
  const UserCall call("roll");
  if (axes.list().empty()) return reshape(roll(reshape(node, {-1}), shift, Axes(0)), node->shape());
  ArrayPtr result = node;
  for (const std::size_t axis : normal_axes(axes.list(), node->shape(), "array::roll")) {
    const std::int64_t length = node->shape()[axis];
    if (length == 0) continue;
    const std::int64_t by = ((shift % length) + length) % length;
    result = joined({part(result, axis, length - by, length), part(result, axis, 0, length - by)}, axis,
                    "array::roll", node->chunks()[axis]);
  }
  return result;
}

ArrayPtr join(const std::vector<ArrayPtr>& parts, std::int64_t axis, std::string_view where) {
  if (parts.empty()) throw Error(std::string(where), "there are no arrays to join", "give one at least");
  for (const ArrayPtr& one : parts) {
    if (one->ndim() == parts.front()->ndim()) continue;
    throw Error(std::string(where),
                "arrays of shapes " + text_of(parts.front()->shape()) + " and " + text_of(one->shape()) +
                    " differ in their number of axes",
                "give arrays of as many axes; stack() makes a new one");
  }
  return concatenate(parts, normal_axis(axis, parts.front()->shape(), where), where);
}

ArrayPtr stack(const std::vector<ArrayPtr>& parts, std::int64_t axis) {
  const UserCall call("stack");
  std::vector<ArrayPtr> larger;
  for (const ArrayPtr& one : parts) {
    if (one->shape() != parts.front()->shape()) {
      throw Error("array::stack",
                  "shapes " + text_of(parts.front()->shape()) + " and " + text_of(one->shape()) + " differ",
                  "give arrays of one shape; concatenate() joins along an axis");
    }
    larger.push_back(expand_dims(one, Axes(axis)));
  }
  return join(larger, axis, "array::stack");
}

ArrayPtr block(const std::vector<std::vector<ArrayPtr>>& rows) {
  const UserCall call("block");
  std::vector<ArrayPtr> joined_rows;
  for (const std::vector<ArrayPtr>& row : rows) {
    ArrayPtr one = join(row, -1, "array::block");
    if (one->ndim() == 1) one = expand_dims(one, Axes(0));
    joined_rows.push_back(std::move(one));
  }
  return join(joined_rows, -2, "array::block");
}

ArrayPtr rot90(const ArrayPtr& node, std::int64_t times, const Axes& axes) {
  constexpr const char* kWhere = "array::rot90";
  const UserCall call("rot90");
  if (axes.list().size() != 2)
    throw Error(kWhere, std::to_string(axes.list().size()) + " axes span no plane", "name two axes");
  normal_axes(axes.list(), node->shape(), kWhere);  // none twice
  const std::int64_t a = axes.list()[0], b = axes.list()[1];
  switch (((times % 4) + 4) % 4) {
    case 1:
      return swapaxes(flip(node, Axes(b)), a, b);
    case 2:
      return flip(flip(node, Axes(a)), Axes(b));
    case 3:
      return flip(swapaxes(node, a, b), Axes(b));
    default:
      return node;
  }
}

ArrayPtr sliding_window_view(const ArrayPtr& node, const std::vector<std::int64_t>& window,
                             const Axes& axes) {
  constexpr const char* kWhere = "array::sliding_window_view";
  const UserCall call("sliding_window_view");
  const std::size_t named = axes.list().empty() ? node->ndim() : axes.list().size();
  if (window.size() != named) {
    throw Error(kWhere,
                "the window has " + std::to_string(window.size()) + " extents for " + std::to_string(named) +
                    " axes of shape " + text_of(node->shape()),
                "give one extent for each axis, or name the axes");
  }
  if (!axes.list().empty()) normal_axes(axes.list(), node->shape(), kWhere);  // none twice
  ArrayPtr result = node;
  for (std::size_t k = 0; k < named; ++k) {
    const std::size_t axis = axes.list().empty() ? k : normal_axis(axes.list()[k], node->shape(), kWhere);
    const std::int64_t length = node->shape()[axis];
    if (length == kUnknown || window[k] < 1 || window[k] > length) {
      throw Error(kWhere,
                  "a window of " + std::to_string(window[k]) + " elements does not fit axis " +
                      std::to_string(axis) + " of shape " + text_of(node->shape()),
                  "use extents from 1 to the length of the axis");
    }
    std::vector<ArrayPtr> shifted;
    for (std::int64_t at = 0; at < window[k]; ++at)
      shifted.push_back(part(result, axis, at, at + length - window[k] + 1));
    result = stack(shifted, -1);
  }
  return result;
}

ArrayPtr repeat(const ArrayPtr& node, std::int64_t times, std::int64_t axis) {
  const std::size_t along = normal_axis(axis, node->shape(), "array::repeat");
  if (times < 0)
    throw Error("array::repeat", "elements cannot be repeated " + std::to_string(times) + " times",
                "use 0 or more");
  return repeat_along(node, times, along);
}

ArrayPtr tile(const ArrayPtr& node, std::vector<std::int64_t> times) {
  const UserCall call("tile");
  ArrayPtr result = node;
  while (times.size() < node->ndim()) times.insert(times.begin(), 1);
  while (result->ndim() < times.size()) result = expand_dims(result, Axes(0));
  for (std::size_t axis = 0; axis < times.size(); ++axis) {
    if (times[axis] < 0)
      throw Error("array::tile", "an array is repeated a negative number of times", "use 0 or more");
    if (times[axis] == 0) {
      result = part(result, axis, 0, 0);
    } else if (times[axis] > 1) {
      result =
          joined(std::vector<ArrayPtr>(static_cast<std::size_t>(times[axis]), result), axis, "array::tile");
    }
  }
  return result;
}

ArrayPtr diagonal(const ArrayPtr& node, std::int64_t offset, std::int64_t axis_a, std::int64_t axis_b) {
  if (node->ndim() < 2) {
    throw Error("array::diagonal", "shape " + text_of(node->shape()) + " is not that of a matrix",
                "use an array of two axes or more");
  }
  normal_axes(std::vector{axis_a, axis_b}, node->shape(), "array::diagonal");  // none twice
  const std::size_t a = normal_axis(axis_a, node->shape(), "array::diagonal"),
                    b = normal_axis(axis_b, node->shape(), "array::diagonal");
  const std::int64_t row = std::max<std::int64_t>(0, -offset), column = std::max<std::int64_t>(0, offset);
  const std::int64_t length =
      std::max<std::int64_t>(0, std::min(node->shape()[a] - row, node->shape()[b] - column));
  const std::int64_t longest = *std::max_element(node->chunks()[a].begin(), node->chunks()[a].end());
  std::vector<AxisSource> sources(node->ndim());
  Chunks chunks;
  for (std::size_t k = 0; k < node->ndim(); ++k) {
    if (k == a || k == b) continue;
    sources[k] = {static_cast<std::int64_t>(chunks.size()), 0, 1};
    chunks.push_back(node->chunks()[k]);
  }
  sources[a] = {static_cast<std::int64_t>(chunks.size()), row, 1};
  sources[b] = {static_cast<std::int64_t>(chunks.size()), column, 1};
  chunks.push_back(ChunkSpec(std::max<std::int64_t>(1, longest))
                       .of({length}, size_of(node->dtype()), "array::diagonal")[0]);
  return view("diagonal", node, std::move(sources), std::move(chunks));
}

ArrayPtr rechunked(const ArrayPtr& node, const ChunkSpec& chunks) {
  return rechunk(node, chunks.of(node->shape(), size_of(node->dtype()), "array::rechunk"));
}

ArrayPtr roll_each(const ArrayPtr& node, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  const UserCall call("roll");
  const std::size_t named = std::max<std::size_t>(1, axes.list().size());
  if (shifts.size() != named && shifts.size() != 1 && named != 1) {
    throw Error("array::roll",
                std::to_string(shifts.size()) + " shifts are given for " + std::to_string(named) + " axes",
                "give one shift for each axis, or one for all");
  }
  if (shifts.size() == 1) return roll(node, shifts[0], axes);
  ArrayPtr result = node;
  for (std::size_t k = 0; k < shifts.size(); ++k) {
    result = roll(result, shifts[k], axes.list().empty() ? axes : Axes(axes.list()[named == 1 ? 0 : k]));
  }
  return result;
}

ArrayPtr take_along(const ArrayPtr& node, const Index::Positions& positions, std::int64_t axis) {
  return take(node, positions, normal_axis(axis, node->shape(), "array::take"));
}

}  // namespace bask::lazy
