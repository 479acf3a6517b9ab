#include <bask/collections/array/expression/axis_map.hpp>
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/points.hpp>
#include <bask/core/archive.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstring>

namespace bask {

namespace {

constexpr std::int64_t kSmallBlock = std::int64_t{1} << 20;  // bytes

// The points, sorted by the blocks that hold them. A part is all points of one block along their axes.
struct Parting {
  std::vector<std::uint8_t> axes{};
  std::vector<std::int64_t> begins{};  // where each part begins in `cells`, and the end
  std::vector<std::int64_t> cells{};   // per point: its number in C order within its block, along the axes
  std::int64_t inside = 1;             // the number of tasks that differ only in the other axes
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& axes& begins& cells& inside;
  }
};

// Per point: its part, and its row there.
struct Gathering {
  std::vector<std::uint32_t> part{};
  std::vector<std::int64_t> row{};
  std::int64_t run = 1;  // points of a block of the result
  std::int64_t inside = 1;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& part& row& run& inside;
  }
};

// A block as rows of consecutive elements: those of the axes after the last axis of the points.
class Cells {
 public:
  Cells(const Block& block, const std::vector<std::uint8_t>& axes) {
    const Shape strides = strides_of(block.shape());
    std::vector<std::int64_t> offsets{0};
    for (std::size_t k = 0; k < block.ndim(); ++k) {
      const std::int64_t extent = block.shape()[k];
      if (std::find(axes.begin(), axes.end(), k) != axes.end()) {
        extents_.push_back(extent);
        strides_.push_back(strides[k]);
        continue;
      }
      shape_.push_back(extent);
      if (k > axes.back()) {
        length_ *= extent;
        continue;
      }
      std::vector<std::int64_t> more;
      for (const std::int64_t offset : offsets) {
        for (std::int64_t i = 0; i < extent; ++i) more.push_back(offset + i * strides[k]);
      }
      offsets = std::move(more);
    }
    offsets_ = std::move(offsets);
  }
  // The extents of the other axes.
  const Shape& shape() const { return shape_; }
  const std::vector<std::int64_t>& offsets() const { return offsets_; }
  std::int64_t length() const { return length_; }
  std::int64_t offset_of(std::int64_t cell) const {
    std::int64_t offset = 0;
    for (std::size_t k = extents_.size(); k-- > 0; cell /= extents_[k])
      offset += cell % extents_[k] * strides_[k];
    return offset;
  }

 private:
  Shape extents_, strides_, shape_;
  std::vector<std::int64_t> offsets_;
  std::int64_t length_ = 1;
};

Block pick_points(const BlockCall<Parting>& call) {
  const Parting& parting = call.description();
  const auto part = static_cast<std::size_t>(call.task() / parting.inside);
  const Block& from = call.block(0);
  const Cells cells(from, parting.axes);
  const std::int64_t begin = parting.begins[part], end = parting.begins[part + 1];
  Shape shape = cells.shape();
  shape.insert(shape.begin(), end - begin);
  Block out(from.dtype(), shape);
  const auto element = static_cast<std::int64_t>(from.element_bytes());
  const auto bytes = static_cast<std::size_t>(cells.length() * element);
  std::byte* to = out.elements();
  for (std::int64_t k = begin; k < end && bytes > 0; ++k) {
    const std::int64_t at = cells.offset_of(parting.cells[static_cast<std::size_t>(k)]);
    for (const std::int64_t offset : cells.offsets()) {
      std::memcpy(to, from.elements() + (at + offset) * element, bytes);
      to += bytes;
    }
  }
  return out;
}

// The parts whose points a block of the result has, ascending.
std::vector<std::uint32_t> parts_of(const Gathering& gathering, std::int64_t run) {
  const auto points = static_cast<std::int64_t>(gathering.part.size());
  const auto begin = gathering.part.begin() + run * gathering.run;
  std::vector<std::uint32_t> parts(begin, begin + std::min(gathering.run, points - run * gathering.run));
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

Block gather_points(const BlockCall<Gathering>& call) {
  const Gathering& gathering = call.description();
  const std::int64_t run = call.task() / gathering.inside;
  const std::vector<std::uint32_t> parts = parts_of(gathering, run);
  const Block& first = call.block(0);
  Shape shape(first.shape().begin(), first.shape().end());
  const std::int64_t begin = run * gathering.run;
  shape[0] = std::min(gathering.run, static_cast<std::int64_t>(gathering.part.size()) - begin);
  Block out(first.dtype(), shape);
  const auto bytes =
      static_cast<std::size_t>(element_count({shape.begin() + 1, shape.end()})) * out.element_bytes();
  for (std::int64_t k = 0; k < shape[0] && bytes > 0; ++k) {
    const auto point = static_cast<std::size_t>(begin + k);
    const auto which = std::lower_bound(parts.begin(), parts.end(), gathering.part[point]) - parts.begin();
    const Block& from = call.block(static_cast<std::size_t>(which));
    std::memcpy(out.elements() + static_cast<std::size_t>(k) * bytes,
                from.elements() + static_cast<std::size_t>(gathering.row[point]) * bytes, bytes);
  }
  return out;
}

// The grid of blocks, split into the grid along the axes of the points and the one along the others.
struct Split {
  Split(const Chunks& chunks, const std::vector<std::size_t>& point_axes)
      : axes(point_axes), whole(chunks), along(part_of(chunks, true)), others(part_of(chunks, false)) {}
  Chunks part_of(const Chunks& chunks, bool of_points) const {
    Chunks part;
    for (std::size_t k = 0; k < chunks.size(); ++k) {
      if ((std::find(axes.begin(), axes.end(), k) != axes.end()) == of_points) part.push_back(chunks[k]);
    }
    return part;
  }
  // The number in the whole grid.
  std::uint32_t number(std::uint32_t box, std::uint32_t other) const {
    const std::vector<std::int64_t> at_box = along.place_of(box), at_other = others.place_of(other);
    std::vector<std::int64_t> place;
    for (std::size_t k = 0, point_axis = 0, other_axis = 0; k < whole.counts.size(); ++k) {
      const bool of_points = std::find(axes.begin(), axes.end(), k) != axes.end();
      place.push_back(of_points ? at_box[point_axis++] : at_other[other_axis++]);
    }
    return whole.number_of(place);
  }

  std::vector<std::size_t> axes;
  BlockGrid whole, along, others;
};

struct Points {
  Parting parting;
  Gathering gathering;
  std::vector<std::uint32_t> boxes;  // per part: its number in the grid along the axes
  std::vector<float> bytes;          // of the blocks that hold the picked parts
};

Points points_of(const Split& split, const std::vector<Index::Positions>& at) {
  const std::size_t count = at[0].size();
  std::vector<std::uint32_t> box(count, 0);
  std::vector<std::int64_t> cell(count, 0);
  for (std::size_t k = 0; k < at.size(); ++k) {
    const std::vector<std::int64_t>& starts = split.along.starts[k];
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t chunk = chunk_at(starts, at[k][i]);
      box[i] = box[i] * static_cast<std::uint32_t>(split.along.counts[k]) + static_cast<std::uint32_t>(chunk);
      cell[i] = cell[i] * (starts[chunk + 1] - starts[chunk]) + at[k][i] - starts[chunk];
    }
  }
  Points points;
  points.boxes = box;
  std::sort(points.boxes.begin(), points.boxes.end());
  points.boxes.erase(std::unique(points.boxes.begin(), points.boxes.end()), points.boxes.end());
  std::vector<std::int64_t> sizes(points.boxes.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto part =
        std::lower_bound(points.boxes.begin(), points.boxes.end(), box[i]) - points.boxes.begin();
    points.gathering.part.push_back(static_cast<std::uint32_t>(part));
    points.gathering.row.push_back(sizes[static_cast<std::size_t>(part)]++);
  }
  points.parting.begins.push_back(0);
  for (const std::int64_t size : sizes) points.parting.begins.push_back(points.parting.begins.back() + size);
  points.parting.cells.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t first = points.parting.begins[points.gathering.part[i]];
    points.parting.cells[static_cast<std::size_t>(first + points.gathering.row[i])] = cell[i];
  }
  for (const std::size_t axis : split.axes) points.parting.axes.push_back(static_cast<std::uint8_t>(axis));
  return points;
}

BlockRefs lower_points(const Points& points, const Split& split, const BlockRefs& blocks) {
  const std::uint32_t inside = split.others.size();
  BlockReads picked;
  for (const std::uint32_t box : points.boxes) {
    for (std::uint32_t other = 0; other < inside; ++other) {
      picked.read(0, split.number(box, other));
      picked.end_task();
    }
  }
  const BlockRefs parts =
      BlockTasks<pick_points>::add("getitem-points", points.parting, {blocks}, std::move(picked));
  parts.set_operations("getitem (pick)");
  parts.set_bytes(points.bytes);
  const Gathering& gathering = points.gathering;
  BlockReads gathered;
  const auto count = static_cast<std::int64_t>(gathering.part.size());
  for (std::int64_t run = 0; run * gathering.run < count; ++run) {
    const std::vector<std::uint32_t> own = parts_of(gathering, run);
    for (std::uint32_t other = 0; other < inside; ++other) {
      for (const std::uint32_t part : own) gathered.read(0, part * inside + other);
      gathered.end_task();
    }
  }
  return BlockTasks<gather_points>::add("getitem", gathering, {parts}, std::move(gathered));
}

Shape longest_of(const Chunks& chunks) {
  Shape longest;
  for (const AxisChunks& axis : chunks)
    longest.push_back(std::max<std::int64_t>(1, *std::max_element(axis.begin(), axis.end())));
  return longest;
}

}  // namespace

namespace lazy {

ArrayPtr pick(const ArrayPtr& node, const std::vector<std::size_t>& axes,
              const std::vector<Index::Positions>& at, std::int64_t together) {
  const Split split(node->chunks(), axes);
  Chunks chunks = split.part_of(node->chunks(), false);
  const auto count = static_cast<std::int64_t>(at[0].size());
  if (count == 0) {
    chunks.insert(chunks.begin(), {0});
    return constant(node->dtype(), {}, std::move(chunks));
  }
  const std::int64_t row =
      element_count(longest_of(chunks)) * static_cast<std::int64_t>(size_of(node->dtype()));
  const std::int64_t box = element_count(longest_of(split.part_of(node->chunks(), true)));
  std::int64_t run = std::max(box, kSmallBlock / row + 1);
  if (run > together) run -= run % together;
  Points points = points_of(split, at);
  points.gathering.run = run;
  points.gathering.inside = points.parting.inside = split.others.size();
  Chunks parts = chunks;
  parts.insert(parts.begin(), AxisChunks(points.boxes.size()));
  for (std::size_t k = 0; k < points.boxes.size(); ++k)
    parts[0][k] = points.parting.begins[k + 1] - points.parting.begins[k];
  points.bytes = block_bytes(node->dtype(), parts);
  AxisChunks runs;
  for (std::int64_t begin = 0; begin < count; begin += run) runs.push_back(std::min(run, count - begin));
  chunks.insert(chunks.begin(), std::move(runs));
  const auto lower = [points = std::move(points), split](const std::vector<BlockRefs>& inputs) {
    return lower_points(points, split, inputs[0]);
  };
  return ArrayNode::operation("getitem", node->dtype(), std::move(chunks), {node}, lower);
}

}  // namespace lazy

}  // namespace bask
