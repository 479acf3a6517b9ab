#include <bask/collections/array/joining.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <numeric>
#include <variant>

namespace bask::lazy {

namespace {

// Axes of length 1 before the others.
ArrayPtr with_leading_axes(const ArrayPtr& node, std::size_t axes) {
  std::vector<std::int64_t> added;
  for (std::size_t k = node->ndim(); k < axes; ++k) added.push_back(static_cast<std::int64_t>(added.size()));
  return added.empty() ? node : expand_dims(node, added);
}

ArrayPtr stretch(const ArrayPtr& node, std::size_t axis, std::int64_t begin, std::int64_t end) {
  return slice(node, axis, begin, 1, end - begin);
}

std::int64_t known_extent(const ArrayPtr& node, std::size_t axis, std::string_view where) {
  if (node->shape()[axis] != kUnknown) return node->shape()[axis];
  throw Error(std::string(where), "the shape is not known before it is computed",
              "call compute_chunk_sizes() first");
}

std::int64_t checked_place(std::int64_t place, std::int64_t length, std::int64_t most, const char* where) {
  if (place >= -length && place <= most) return place < 0 ? place + length : place;
  throw Error(where,
              "position " + std::to_string(place) + " is out of range for an axis of length " +
                  std::to_string(length),
              "use one from " + std::to_string(-length) + " to " + std::to_string(most));
}

// The positions, from 0 to `most`.
Index::Positions places_of(const Places& places, std::int64_t length, std::int64_t most, const char* where) {
  Index::Positions positions;
  if (const auto* slice = std::get_if<Slice>(&places)) {
    const Progression part = progression_of(*slice, length);
    for (std::int64_t k = 0; k < part.count; ++k) positions.push_back(part.start + k * part.step);
    return positions;
  }
  if (const auto* one = std::get_if<std::int64_t>(&places)) {
    positions = {*one};
  } else {
    positions = std::get<std::vector<std::int64_t>>(places);
  }
  for (std::int64_t& place : positions) place = checked_place(place, length, most, where);
  return positions;
}

// The values, as numpy.insert lays them out: with the axes of the array, as long as needed along `axis`.
ArrayPtr inserted_values(const Operand& operand, const ArrayPtr& node, std::size_t axis, bool is_scalar,
                         std::optional<std::int64_t> count) {
  ArrayPtr values =
      operand.is_array() ? cast(operand.node(), node->dtype()) : operand.as(node->dtype(), "array::insert");
  if (values->ndim() > node->ndim()) {
    throw Error("array::insert",
                "values of shape " + text_of(values->shape()) + " have more axes than the array of shape " +
                    text_of(node->shape()),
                "give values that broadcast to the array");
  }
  values = with_leading_axes(values, node->ndim());
  if (is_scalar) values = moveaxis(values, {0}, {static_cast<std::int64_t>(axis)});
  Shape shape = node->shape();
  shape[axis] = count.value_or(values->shape()[axis]);
  return broadcast_to(values, shape, "array::insert");
}

}  // namespace

ArrayPtr vstack(const std::vector<ArrayPtr>& parts) {
  const UserCall call("vstack");
  std::vector<ArrayPtr> rows;
  for (const ArrayPtr& one : parts) rows.push_back(with_leading_axes(one, 2));
  return join(rows, 0, "array::vstack");
}

ArrayPtr hstack(const std::vector<ArrayPtr>& parts) {
  const UserCall call("hstack");
  std::vector<ArrayPtr> columns;
  for (const ArrayPtr& one : parts) columns.push_back(with_leading_axes(one, 1));
  return join(columns, !columns.empty() && columns[0]->ndim() > 1 ? 1 : 0, "array::hstack");
}

ArrayPtr dstack(const std::vector<ArrayPtr>& parts) {
  const UserCall call("dstack");
  std::vector<ArrayPtr> layers;
  for (const ArrayPtr& one : parts) {
    const ArrayPtr matrix = with_leading_axes(one, 2);
    layers.push_back(matrix->ndim() == 2 ? expand_dims(matrix, Axes(2)) : matrix);
  }
  return join(layers, 2, "array::dstack");
}

ArrayPtr column_stack(const std::vector<ArrayPtr>& parts) {
  const UserCall call("column_stack");
  std::vector<ArrayPtr> columns;
  for (const ArrayPtr& one : parts)
    columns.push_back(one->ndim() < 2 ? expand_dims(with_leading_axes(one, 1), Axes(1)) : one);
  return join(columns, 1, "array::column_stack");
}

std::vector<ArrayPtr> split(const ArrayPtr& node, std::int64_t sections, std::int64_t axis, bool even,
                            const char* where) {
  const UserCall call(std::string_view(where).substr(std::string_view("array::").size()));
  const std::size_t along = normal_axis(axis, node->shape(), where);
  const std::int64_t length = known_extent(node, along, where);
  if (sections < 1)
    throw Error(where, std::to_string(sections) + " sections are asked for", "ask for 1 or more");
  if (even && length % sections != 0) {
    throw Error(where,
                "axis " + std::to_string(along) + " of shape " + text_of(node->shape()) +
                    " cannot be cut into " + std::to_string(sections) + " sections of one length",
                "array_split() makes some of them longer by one");
  }
  std::vector<ArrayPtr> parts;
  std::int64_t begin = 0;
  for (std::int64_t k = 0; k < sections; ++k) {
    const std::int64_t end = begin + length / sections + (k < length % sections ? 1 : 0);
    parts.push_back(stretch(node, along, begin, end));
    begin = end;
  }
  return parts;
}

std::vector<ArrayPtr> split_at(const ArrayPtr& node, const std::vector<std::int64_t>& places,
                               std::int64_t axis, const char* where) {
  const UserCall call(std::string_view(where).substr(std::string_view("array::").size()));
  const std::size_t along = normal_axis(axis, node->shape(), where);
  const std::int64_t length = known_extent(node, along, where);
  std::vector<ArrayPtr> parts;
  std::int64_t begin = 0;
  const auto add = [&](std::optional<std::int64_t> end) {
    const Progression part = progression_of({begin, end, std::nullopt}, length);
    parts.push_back(slice(node, along, part.start, 1, part.count));
    begin = end.value_or(0);
  };
  for (const std::int64_t place : places) add(place);
  add(std::nullopt);
  return parts;
}

std::int64_t split_axis(const ArrayPtr& node, std::int64_t axis, const char* where) {
  const auto axes = static_cast<std::int64_t>(node->ndim());
  const std::int64_t least = axis == 1 ? 1 : axis == 0 ? 2 : 3;
  if (axes < least) {
    throw Error(where, "shape " + text_of(node->shape()) + " has too few axes",
                "use an array of " + std::to_string(least) + " or more, or split() with an axis");
  }
  return std::min(axis, axes - 1);
}

ArrayPtr append(const ArrayPtr& node, const ArrayPtr& values, std::optional<std::int64_t> axis) {
  const UserCall call("append");
  if (axis) return join({node, values}, *axis, "array::append");
  return join({reshape(node, {-1}), reshape(values, {-1})}, 0, "array::append");
}

ArrayPtr insert(const ArrayPtr& array, const Places& places, const Operand& values,
                std::optional<std::int64_t> axis) {
  constexpr const char* kWhere = "array::insert";
  const UserCall call("insert");
  const ArrayPtr node = axis ? array : reshape(array, {-1});
  const std::size_t along = normal_axis(axis.value_or(0), node->shape(), kWhere);
  const std::int64_t length = known_extent(node, along, kWhere);
  const Index::Positions at = places_of(places, length, length, kWhere);
  if (at.size() == 1) {
    const bool is_scalar = std::holds_alternative<std::int64_t>(places);
    const ArrayPtr added = inserted_values(values, node, along, is_scalar, std::nullopt);
    return concatenate({stretch(node, along, 0, at[0]), added, stretch(node, along, at[0], length)}, along,
                       kWhere);
  }
  const auto count = static_cast<std::int64_t>(at.size());
  const ArrayPtr added = inserted_values(values, node, along, false, count);
  std::vector<std::int64_t> order(at.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return at[static_cast<std::size_t>(a)] < at[static_cast<std::size_t>(b)];
  });
  Index::Positions from;  // in the array followed by the values
  std::size_t next = 0;
  for (std::int64_t place = 0; place <= length; ++place) {
    while (next < order.size() && at[static_cast<std::size_t>(order[next])] == place)
      from.push_back(length + order[next++]);
    if (place < length) from.push_back(place);
  }
  return take(concatenate({node, added}, along, kWhere), from, along);
}

ArrayPtr remove(const ArrayPtr& array, const Places& places, std::optional<std::int64_t> axis) {
  constexpr const char* kWhere = "array::delete_";
  constexpr std::size_t kFew = 64;  // stretches
  const UserCall call("delete_");
  const ArrayPtr node = axis ? array : reshape(array, {-1});
  const std::size_t along = normal_axis(axis.value_or(0), node->shape(), kWhere);
  const std::int64_t length = known_extent(node, along, kWhere);
  std::vector<bool> goes(static_cast<std::size_t>(length), false);
  for (const std::int64_t place : places_of(places, length, length - 1, kWhere))
    goes[static_cast<std::size_t>(place)] = true;
  Index::Positions stays;
  std::vector<std::int64_t> begins;
  for (std::int64_t k = 0; k < length; ++k) {
    if (goes[static_cast<std::size_t>(k)]) continue;
    if (stays.empty() || stays.back() != k - 1) begins.push_back(k);
    stays.push_back(k);
  }
  if (stays.empty()) return stretch(node, along, 0, 0);
  if (begins.size() > kFew) return take(node, stays, along);
  std::vector<ArrayPtr> parts;
  for (const std::int64_t begin : begins) {
    std::int64_t end = begin;
    while (end < length && !goes[static_cast<std::size_t>(end)]) ++end;
    parts.push_back(stretch(node, along, begin, end));
  }
  return parts.size() == 1 ? parts[0] : concatenate(std::move(parts), along, kWhere);
}

}  // namespace bask::lazy
