// Assignment to a part: x is cut along one axis after the other; the value goes where the part was.
#include <bask/collections/array/assignment.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bask {

namespace {

constexpr const char* kSet = "array::set";

// A number as an element of `dtype`, as NumPy makes one: floating numbers lose their fraction, and any other
// than 0 is true.
ArrayPtr assigned_number(const Number& number, DType dtype) {
  const auto constant_of = [&](const Number& whole) {
    return lazy::constant(dtype, lazy::element_of(whole, dtype, kSet));
  };
  const bool takes_whole = dtype == DType::kBool || is_integer(dtype);
  if (!takes_whole || is_complex(number.dtype())) return constant_of(number);
  return with_element(number.dtype(), [&]<class S>(std::type_identity<S>) {
    const S value = number.as<S>();
    if (dtype == DType::kBool) return constant_of(value != S(0));
    if constexpr (std::is_floating_point_v<S>) return constant_of(std::trunc(value));
    return constant_of(value);
  });
}

// The value in the type of the array, without leading axes of length 1 beyond `most_axes`.
ArrayPtr assigned_value(const lazy::Operand& value, DType dtype, std::size_t most_axes) {
  if (!value.is_array()) return assigned_number(value.number(), dtype);
  ArrayPtr node = lazy::cast(value.node(), dtype);
  std::vector<std::int64_t> leading;
  while (node->ndim() - leading.size() > most_axes && node->shape()[leading.size()] == 1)
    leading.push_back(static_cast<std::int64_t>(leading.size()));
  return leading.empty() ? node : lazy::squeeze(node, leading);
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  for (std::size_t k = 0; k < from.size(); ++k) {
    const std::int64_t extent = to[k + to.size() - from.size()];
    if (from[k] != 1 && from[k] != extent) return false;
  }
  return true;
}

// What is assigned to along one axis of the array.
struct AssignedPart {
  bool is_array = false, is_position = false;
  lazy::Progression range{0, 1, 0};  // of slices and single positions
  IndexArray array{};
};

class Assignment {
 public:
  Assignment(const ArrayPtr& node, const std::vector<Index>& indices) : node_(node) {
    std::size_t used = 0;
    for (const Index& index : indices) {
      const auto* mesh = std::get_if<OpenMesh>(&index.what());
      used += mesh != nullptr ? mesh->axes.size() : !is<NewAxis>(index) && !is<Ellipsis>(index);
      has_arrays_ |= is<IndexArray>(index);
    }
    lazy::getitem(node, indices);  // throws where an index is wrong
    for (const Index& index : indices) {
      const bool advanced = is<IndexArray>(index) || (is<std::int64_t>(index) && has_arrays_);
      if (advanced) {
        apart_ |= ended_;
        began_ = true;
      }
      ended_ |= began_ && !advanced;
      if (is<Ellipsis>(index)) {
        for (std::size_t k = used; k < node->ndim(); ++k) add(Slice());
      }
      std::visit([&](const auto& what) { add(what); }, index.what());
    }
    while (parts_.size() < node->ndim()) add(Slice());
    place_arrays();
  }

  ArrayPtr with(const lazy::Operand& operand) const {
    const Shape target = target_shape();
    ArrayPtr value = assigned_value(operand, node_->dtype(), target.size());
    if (!broadcasts_to(value->shape(), target)) {
      throw Error(kSet,
                  "a value of shape " + text_of(value->shape()) + " does not fit the part, which has shape " +
                      text_of(target),
                  "give a number, or an array that broadcasts to the part");
    }
    if (element_count(target) == 0) return node_;
    value = lazy::broadcast_to(value, target, kSet);
    return lazy::rechunk(arrays_.size() > 1 ? with_points(value) : with_parts(value), node_->chunks());
  }

 private:
  // Axes of the part: an axis of the array, one that newaxis made, or those of the index arrays.
  static constexpr std::size_t kNew = ~std::size_t{0}, kArrays = kNew - 1;

  template <class T>
  static bool is(const Index& index) {
    return std::holds_alternative<T>(index.what());
  }
  std::int64_t length() const { return node_->shape()[parts_.size()]; }

  void add(const Slice& slice) {
    order_.push_back(parts_.size());
    parts_.push_back({.range = lazy::progression_of(slice, length())});
  }
  void add(std::int64_t position) {
    if (has_arrays_) mark_arrays();
    const std::int64_t at = lazy::normal_position(position, length(), parts_.size());
    parts_.push_back({.is_position = true, .range = {at, 1, 1}});
  }
  void add(const IndexArray& index) {
    mark_arrays();
    arrays_.push_back(parts_.size());
    shapes_.push_back(index.shape);
    add_array(index);
  }
  void add(const OpenMesh& mesh) {
    for (const Index::Positions& positions : mesh.axes) {
      order_.push_back(parts_.size());
      add_array({{static_cast<std::int64_t>(positions.size())}, positions});
    }
  }
  void add(NewAxis) { order_.push_back(kNew); }
  void add(Ellipsis) {}

  void add_array(IndexArray index) {
    for (std::int64_t& position : index.positions)
      position = lazy::normal_position(position, length(), parts_.size());
    parts_.push_back({.is_array = true, .array = std::move(index)});
  }
  void mark_arrays() {
    if (std::find(order_.begin(), order_.end(), kArrays) == order_.end()) order_.push_back(kArrays);
  }
  void place_arrays() {
    if (!has_arrays_) return;
    common_ = broadcast_shapes(shapes_, kSet);
    if (!apart_) return;
    order_.erase(std::find(order_.begin(), order_.end(), kArrays));
    order_.insert(order_.begin(), kArrays);
  }

  std::int64_t count(std::size_t axis) const {
    const AssignedPart& part = parts_[axis];
    return part.is_array ? static_cast<std::int64_t>(part.array.positions.size()) : part.range.count;
  }
  Shape target_shape() const {
    Shape shape;
    for (const std::size_t axis : order_) {
      if (axis == kArrays) {
        shape.insert(shape.end(), common_.begin(), common_.end());
      } else {
        shape.push_back(axis == kNew ? 1 : count(axis));
      }
    }
    return shape;
  }

  // The value with the axes of the array in their order, each as long as its part; the axes of the index
  // arrays become one, which stands at `first`.
  ArrayPtr arranged(ArrayPtr value, std::size_t first) const {
    if (has_arrays_ && common_.size() != 1) {
      Shape merged;
      for (const std::size_t axis : order_)
        merged.push_back(axis == kArrays ? element_count(common_) : axis == kNew ? 1 : count(axis));
      value = lazy::reshape(value, merged);
    }
    const bool merges = arrays_.size() > 1;
    std::vector<AxisSource> sources(order_.size(), AxisSource{-1, 0, 0});
    Chunks chunks;
    const auto place = [&](std::size_t axis) {
      const auto found = std::find(order_.begin(), order_.end(), axis);
      if (found == order_.end()) return chunks.push_back({1});
      const auto at = static_cast<std::size_t>(found - order_.begin());
      sources[at] = {static_cast<std::int64_t>(chunks.size()), 0, 1};
      chunks.push_back(value->chunks()[at]);
    };
    if (merges) place(kArrays);
    for (std::size_t axis = 0; axis < parts_.size(); ++axis) {
      const bool merged = merges && std::find(arrays_.begin(), arrays_.end(), axis) != arrays_.end();
      if (!merged) place(!merges && has_arrays_ && axis == first ? kArrays : axis);
    }
    return lazy::view("set", value, std::move(sources), std::move(chunks));
  }

  ArrayPtr with_parts(const ArrayPtr& value) const {
    return put(node_, parts_, 0, arranged(value, has_arrays_ ? arrays_[0] : 0));
  }

  // Several index arrays: their axes become one, the first.
  ArrayPtr with_points(const ArrayPtr& value) const {
    std::vector<std::size_t> order = arrays_;
    std::vector<AssignedPart> parts(1);
    Shape merged{1}, strides;
    for (const std::size_t axis : arrays_) merged[0] *= node_->shape()[axis];
    for (std::size_t axis = 0; axis < parts_.size(); ++axis) {
      if (std::find(arrays_.begin(), arrays_.end(), axis) != arrays_.end()) continue;
      order.push_back(axis);
      merged.push_back(node_->shape()[axis]);
      parts.push_back(parts_[axis]);
    }
    parts[0].is_array = true;
    parts[0].array.positions.assign(static_cast<std::size_t>(element_count(common_)), 0);
    for (const std::size_t axis : arrays_) {
      const Index::Positions at = lazy::broadcast_positions(parts_[axis].array, common_);
      for (std::size_t k = 0; k < at.size(); ++k)
        parts[0].array.positions[k] = parts[0].array.positions[k] * node_->shape()[axis] + at[k];
    }
    const ArrayPtr moved = lazy::transpose(node_, order);
    const ArrayPtr changed = put(lazy::reshape(moved, merged), parts, 0, arranged(value, 0));
    std::vector<std::size_t> back(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) back[order[k]] = k;
    return lazy::transpose(lazy::reshape(changed, moved->shape()), back);
  }

  // `node` with the value in place of the parts of `axis` and those after it.
  static ArrayPtr put(const ArrayPtr& node, const std::vector<AssignedPart>& parts, std::size_t axis,
                      const ArrayPtr& value) {
    if (axis == parts.size()) return value;
    const AssignedPart& part = parts[axis];
    const std::int64_t length = node->shape()[axis];
    if (part.is_array) {
      const ArrayPtr old = lazy::take(node, part.array.positions, axis);
      return replaced(node, axis, part.array.positions, put(old, parts, axis + 1, value));
    }
    auto [start, step, count] = part.range;
    ArrayPtr ascending = value;
    if (step < 0) {
      ascending = lazy::slice(value, axis, count - 1, -1, count);
      start += step * (count - 1);
      step = -step;
    }
    const ArrayPtr old = lazy::slice(node, axis, start, step, count);
    const ArrayPtr inner = put(old, parts, axis + 1, ascending);
    if (count == length) return inner;
    if (step != 1 && count != 1) {
      Index::Positions positions(static_cast<std::size_t>(count));
      for (std::size_t k = 0; k < positions.size(); ++k)
        positions[k] = start + step * static_cast<std::int64_t>(k);
      return replaced(node, axis, positions, inner);
    }
    std::vector<ArrayPtr> pieces;
    if (start > 0) pieces.push_back(lazy::slice(node, axis, 0, 1, start));
    pieces.push_back(inner);
    const std::int64_t end = start + count;
    if (end < length) pieces.push_back(lazy::slice(node, axis, end, 1, length - end));
    return lazy::concatenate(std::move(pieces), axis, kSet, node->chunks()[axis]);
  }
  // The elements at `positions` come from `inner`. Of equal positions the last one counts.
  static ArrayPtr replaced(const ArrayPtr& node, std::size_t axis, const Index::Positions& positions,
                           const ArrayPtr& inner) {
    const std::int64_t length = node->shape()[axis];
    Index::Positions from(static_cast<std::size_t>(length));
    std::iota(from.begin(), from.end(), std::int64_t{0});
    for (std::size_t k = 0; k < positions.size(); ++k)
      from[static_cast<std::size_t>(positions[k])] = length + static_cast<std::int64_t>(k);
    return lazy::take(lazy::concatenate({node, inner}, axis, kSet), from, axis);
  }

  const ArrayPtr& node_;
  std::vector<AssignedPart> parts_;  // per axis of the array
  std::vector<std::size_t> order_;   // the axes of what is assigned to, as NumPy has them
  std::vector<std::size_t> arrays_;  // axes with index arrays
  std::vector<Shape> shapes_;
  Shape common_;  // of the index arrays
  bool has_arrays_ = false;
  bool began_ = false, ended_ = false, apart_ = false;  // as in getitem
};

}  // namespace

namespace lazy {

ArrayPtr set(const ArrayPtr& node, const std::vector<Index>& indices, const Operand& value) {
  const UserCall call("set");
  return Assignment(node, indices).with(value);
}

ArrayPtr set_masked(const ArrayPtr& node, const ArrayPtr& mask, const Operand& value) {
  const UserCall call("set");
  const std::size_t axes = mask->ndim();
  if (axes > node->ndim() || !std::equal(mask->shape().begin(), mask->shape().end(), node->shape().begin())) {
    throw Error(kSet,
                "the mask has shape " + text_of(mask->shape()) + ", the array " + text_of(node->shape()),
                "use a mask of the array's shape, or one of its first axes");
  }
  const Shape rest(node->shape().begin() + static_cast<std::ptrdiff_t>(axes), node->shape().end());
  const ArrayPtr values = assigned_value(value, node->dtype(), rest.size());
  if (!broadcasts_to(values->shape(), rest)) {
    throw Error(kSet,
                "a value of shape " + text_of(values->shape()) +
                    " does not broadcast to what the mask chooses, elements of shape " + text_of(rest),
                "give one value for all of them; values element by element are where(mask, y, x)");
  }
  std::vector<std::int64_t> added;
  for (std::size_t k = axes; k < node->ndim(); ++k) added.push_back(static_cast<std::int64_t>(k));
  const ArrayPtr condition = added.empty() ? mask : expand_dims(mask, added);
  const ArrayPtr all = apply_as(Opcode::kWhere, node->dtype(), {condition, values, node}, kSet);
  return has_unknown(node->shape()) ? all : rechunk(all, node->chunks());
}

}  // namespace lazy

}  // namespace bask
