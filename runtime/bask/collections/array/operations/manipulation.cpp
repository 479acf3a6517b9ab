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

// One element of an axis, `count` times.
ArrayPtr repeated_element(const ArrayPtr& node, std::size_t axis, std::int64_t at, std::int64_t count) {
  std::vector<AxisSource> axes(node->ndim());
  for (std::size_t k = 0; k < axes.size(); ++k) axes[k] = {static_cast<std::int32_t>(k), 0, 1};
  axes[axis] = {-1, at, 0};
  Chunks chunks = node->chunks();
  chunks[axis] = {count};
  return view("pad", node, std::move(axes), std::move(chunks));
}

// Joins the parts that are not empty.
ArrayPtr joined(std::vector<ArrayPtr> parts, std::size_t axis, std::string_view where,
                const AxisChunks& along = {}) {
  const ArrayPtr first = parts.front();
  std::erase_if(parts, [&](const ArrayPtr& one) { return one->shape()[axis] == 0; });
  if (parts.empty()) return first;
  return parts.size() == 1 ? parts.front() : concatenate(std::move(parts), axis, where, along);
}

// The element, from 0 to length - 1, that an index beyond the ends stands for.
std::int64_t folded(std::int64_t index, std::int64_t length, PadMode mode) {
  if (mode == PadMode::kWrap) return ((index % length) + length) % length;
  const std::int64_t period =
      mode == PadMode::kReflect ? std::max<std::int64_t>(2 * length - 2, 1) : 2 * length;
  const std::int64_t at = ((index % period) + period) % period;
  if (at < length) return at;
  return mode == PadMode::kReflect ? period - at : period - 1 - at;
}

// The elements begin … end - 1 of the axis, continued beyond its ends, as runs of step 1 or -1.
std::vector<ArrayPtr> continued(const ArrayPtr& node, std::size_t axis, std::int64_t begin, std::int64_t end,
                                PadMode mode) {
  const std::int64_t length = node->shape()[axis];
  std::vector<ArrayPtr> runs;
  while (begin < end) {
    const std::int64_t start = folded(begin, length, mode);
    std::int64_t count = 1;
    const std::int64_t step = begin + 1 < end ? folded(begin + 1, length, mode) - start : 1;
    if (step == 1 || step == -1) {
      while (begin + count < end && folded(begin + count, length, mode) == start + step * count) ++count;
    }
    runs.push_back(slice(node, axis, start, count == 1 ? 1 : step, count));
    begin += count;
  }
  return runs;
}

ArrayPtr pad_axis(const ArrayPtr& node, std::size_t axis, const PadWidth& width, PadMode mode,
                  const ElementBytes& value) {
  if (width.before < 0 || width.after < 0) {
    throw Error("array::pad", "a width is negative",
                "give widths of 0 or more; slice to make an array smaller");
  }
  if (width.before == 0 && width.after == 0) return node;
  const std::int64_t length = node->shape()[axis];
  std::vector<ArrayPtr> parts;
  if (mode == PadMode::kConstant) {
    const auto edge = [&](std::int64_t count) {
      Chunks chunks = node->chunks();
      chunks[axis] = {count};
      return constant(node->dtype(), value, std::move(chunks));
    };
    parts = {edge(width.before), node, edge(width.after)};
  } else if (length == 0) {
    throw Error("array::pad", "axis " + std::to_string(axis) + " is empty: there is nothing to fill it from",
                "use the mode kConstant");
  } else if (mode == PadMode::kEdge) {
    parts = {repeated_element(node, axis, 0, width.before), node,
             repeated_element(node, axis, length - 1, width.after)};
  } else {
    parts = continued(node, axis, -width.before, 0, mode);
    parts.push_back(node);
    for (ArrayPtr& run : continued(node, axis, length, length + width.after, mode))
      parts.push_back(std::move(run));
  }
  return joined(std::move(parts), axis, "array::pad");
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

ArrayPtr pad(const ArrayPtr& node, const std::vector<PadWidth>& widths, PadMode mode,
             const ElementBytes& value) {
  const UserCall call("pad");
  if (widths.size() != 1 && widths.size() != node->ndim()) {
    throw Error("array::pad",
                std::to_string(widths.size()) + " widths are given for shape " + text_of(node->shape()),
                "give one for all axes, or one each");
  }
  ArrayPtr result = node;
  for (std::size_t axis = 0; axis < node->ndim(); ++axis) {
    PadWidth width = widths.size() == 1 ? widths[0] : widths[axis];
    if (width.first) width = {.before = *width.first, .after = width.second.value_or(*width.first)};
    result = pad_axis(result, axis, width, mode, value);
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

ArrayPtr diagonal(const ArrayPtr& node, std::int64_t offset) {
  if (node->ndim() != 2) {
    throw Error("array::diagonal", "shape " + text_of(node->shape()) + " is not that of a matrix",
                "use an array of two axes");
  }
  const std::int64_t row = std::max<std::int64_t>(0, -offset), column = std::max<std::int64_t>(0, offset);
  const std::int64_t length =
      std::max<std::int64_t>(0, std::min(node->shape()[0] - row, node->shape()[1] - column));
  const std::int64_t longest = *std::max_element(node->chunks()[0].begin(), node->chunks()[0].end());
  Chunks chunks =
      ChunkSpec(std::max<std::int64_t>(1, longest)).of({length}, size_of(node->dtype()), "array::diagonal");
  return view("diagonal", node, {{0, row, 1}, {0, column, 1}}, std::move(chunks));
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
