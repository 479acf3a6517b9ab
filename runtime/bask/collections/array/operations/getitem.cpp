// Indexing: first slices, integers, newaxis and ix_ axis by axis; then all index arrays at once.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/points.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <numeric>

namespace bask {

namespace {

class Getitem {
 public:
  Getitem(const ArrayPtr& node, const std::vector<Index>& indices) : node_(node) {
    const std::size_t skipped = axes_for_ellipsis(indices);
    for (const Index& index : indices) {
      if (is<Ellipsis>(index)) {
        for (std::size_t k = 0; k < skipped; ++k) keep_axis();
      }
      const bool advanced = is<IndexArray>(index) || (is<std::int64_t>(index) && has_arrays_);
      if (advanced) {
        if (!before_.has_value()) before_ = chunks_.size();
        apart_ |= ended_;
      }
      ended_ |= before_.has_value() && !advanced;
      std::visit([&](const auto& what) { add(what); }, index.what());
    }
    while (axis_ < node->ndim()) keep_axis();
  }

  ArrayPtr result() {
    const bool changes = chunks_.size() != axes_.size() || sources_changed_;
    const ArrayPtr basic =
        changes ? lazy::view("getitem", node_, std::move(axes_), std::move(chunks_)) : node_;
    return arrays_.empty() ? basic : with_points(basic);
  }

 private:
  template <class T>
  static bool is(const Index& index) {
    return std::holds_alternative<T>(index.what());
  }

  // How many axes an ellipsis stands for.
  std::size_t axes_for_ellipsis(const std::vector<Index>& indices) {
    std::size_t used = 0, ellipses = 0, meshes = 0;
    for (const Index& index : indices) {
      const auto* mesh = std::get_if<OpenMesh>(&index.what());
      used += mesh != nullptr ? mesh->axes.size() : !is<NewAxis>(index) && !is<Ellipsis>(index);
      meshes += mesh != nullptr;
      ellipses += is<Ellipsis>(index);
      has_arrays_ |= is<IndexArray>(index);
    }
    if (ellipses > 1)
      throw Error(lazy::kGetitem, "there is more than one ellipsis", "use one \"...\" at most");
    if (meshes > 0 && has_arrays_) {
      throw Error(lazy::kGetitem, "there are index arrays beside ix_",
                  "name all positions in one ix_, or index twice");
    }
    if (used > node_->ndim()) {
      throw Error(lazy::kGetitem,
                  "there are " + std::to_string(used) + " indices for the " + std::to_string(node_->ndim()) +
                      " axes of shape " + text_of(node_->shape()),
                  "leave some out");
    }
    return node_->ndim() - used;
  }

  // Slices and takes are done one axis at a time on `node_`, which keeps its axes. At the end one view drops
  // and adds axes.
  void keep_axis() {
    axes_.push_back({static_cast<std::int64_t>(chunks_.size()), 0, 1});
    sources_changed_ |= axes_.size() != chunks_.size() + 1;
    chunks_.push_back(node_->chunks()[axis_++]);
  }
  void add(const Slice& slice) {
    lazy::require_known(node_->shape()[axis_]);
    const lazy::Progression part = lazy::progression_of(slice, node_->shape()[axis_]);
    const bool whole = part.start == 0 && part.step == 1 && part.count == node_->shape()[axis_];
    if (!whole) node_ = lazy::slice(node_, axis_, part.start, part.step, part.count);
    keep_axis();
  }
  void add(std::int64_t position) {
    lazy::require_known(node_->shape()[axis_]);
    axes_.push_back({-1, lazy::normal_position(position, node_->shape()[axis_], axis_), 0});
    sources_changed_ = true;
    ++axis_;
  }
  // The axis stays whole until all others are done.
  void add(const IndexArray& index) {
    lazy::require_known(node_->shape()[axis_]);
    arrays_.push_back(index);
    for (std::int64_t& position : arrays_.back().positions)
      position = lazy::normal_position(position, node_->shape()[axis_], axis_);
    array_axes_.push_back(chunks_.size());
    keep_axis();
  }
  void add(const OpenMesh& mesh) {
    for (const Index::Positions& positions : mesh.axes) {
      node_ = lazy::take(node_, positions, axis_);
      keep_axis();
    }
  }
  void add(NewAxis) {
    chunks_.push_back({1});
    sources_changed_ = true;
  }
  void add(Ellipsis) {}

  ArrayPtr with_points(const ArrayPtr& basic) const {
    std::vector<Shape> shapes;
    for (const IndexArray& index : arrays_) shapes.push_back(index.shape);
    const Shape shape = broadcast_shapes(shapes, lazy::kGetitem);
    std::vector<Index::Positions> at;
    for (const IndexArray& index : arrays_) at.push_back(lazy::broadcast_positions(index, shape));
    const bool one = arrays_.size() == 1;
    const std::size_t from = one ? array_axes_[0] : 0, to = apart_ ? 0 : *before_;
    const std::int64_t inner =
        shape.empty() ? 1 : std::max<std::int64_t>(1, element_count(Shape(shape.begin() + 1, shape.end())));
    ArrayPtr points = one ? lazy::take(basic, at[0], from) : lazy::pick(basic, array_axes_, at, inner);
    if (shape.size() != 1) {
      Shape whole = points->shape();
      whole.erase(whole.begin() + static_cast<std::ptrdiff_t>(from));
      whole.insert(whole.begin() + static_cast<std::ptrdiff_t>(from), shape.begin(), shape.end());
      points = lazy::reshape(points, whole);
    }
    return moved(points, from, to, shape.size());
  }

  // Moves the `count` axes that begin at `from`, so that they begin at `to`.
  static ArrayPtr moved(const ArrayPtr& node, std::size_t from, std::size_t to, std::size_t count) {
    if (from == to || count == 0) return node;
    std::vector<std::size_t> order(node->ndim());
    std::iota(order.begin(), order.end(), 0);
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(from);
    const auto middle = first + static_cast<std::ptrdiff_t>(count);
    if (to < from) {
      std::rotate(order.begin() + static_cast<std::ptrdiff_t>(to), first, middle);
    } else {
      std::rotate(first, middle, middle + static_cast<std::ptrdiff_t>(to - from));
    }
    return lazy::transpose(node, order);
  }

  ArrayPtr node_;
  std::size_t axis_ = 0;
  std::vector<AxisSource> axes_;  // per axis of node_
  Chunks chunks_;                 // of the result, where index arrays take whole axes
  bool sources_changed_ = false;
  bool has_arrays_ = false;
  std::vector<IndexArray> arrays_;
  std::vector<std::size_t> array_axes_;  // of the result
  std::optional<std::size_t> before_;    // axes before the first index array or integer beside one
  bool ended_ = false, apart_ = false;   // another index has followed these; and then one of these again
};

}  // namespace

namespace lazy {

Index::Positions broadcast_positions(const IndexArray& index, const Shape& shape) {
  const Shape own = strides_of(index.shape);
  const std::size_t more = shape.size() - index.shape.size();
  Shape at(shape.size(), 0);
  Index::Positions positions(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t& position : positions) {
    std::int64_t place = 0;
    for (std::size_t k = more; k < shape.size(); ++k)
      place += index.shape[k - more] == 1 ? 0 : at[k] * own[k - more];
    position = index.positions[static_cast<std::size_t>(place)];
    for (std::size_t k = shape.size(); k-- > 0 && ++at[k] == shape[k];) at[k] = 0;
  }
  return positions;
}

ArrayPtr getitem(const ArrayPtr& node, const std::vector<Index>& indices) {
  const UserCall call("getitem");
  return Getitem(node, indices).result();
}

}  // namespace lazy

}  // namespace bask
