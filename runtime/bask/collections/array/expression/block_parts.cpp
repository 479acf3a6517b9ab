#include <bask/collections/array/expression/axis_map.hpp>
#include <bask/collections/array/expression/block_parts.hpp>
#include <bask/collections/array/expression/expression_walk.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace bask {

namespace {

// Gathers what is read of one block: the ranges along each axis, counted from the block's beginning.
struct PartCollector {
  SourceBlock block;
  bool is_read = false;
  std::vector<Range> ranges{};
  DType dtype = DType::kFloat64;

  void leaf(const Term& term, const AxisMap& map, const Ranges& root) {
    if (term.kind != TermKind::kBlocks || term.source != block.source) return;
    std::vector<Range> read(map.size());
    std::size_t rest = block.block;
    for (std::size_t k = map.size(); k-- > 0;) {
      const std::vector<std::int64_t>& starts = term.starts[k];
      const std::size_t chunk = rest % (starts.size() - 1);
      rest /= starts.size() - 1;
      const Range range = range_read(map[k], root);
      read[k] = {std::max(range.begin, starts[chunk]) - starts[chunk],
                 std::min(range.end, starts[chunk + 1]) - starts[chunk]};
      if (read[k].begin >= read[k].end) return;
    }
    add(std::move(read));
    dtype = term.dtype;
  }
  void parts(const std::vector<std::int64_t>&, const AxisSource&, const Ranges&) {}
  void add(std::vector<Range> read) {
    if (!std::exchange(is_read, true)) {
      ranges = std::move(read);
      return;
    }
    for (std::size_t k = 0; k < read.size(); ++k)
      ranges[k] = {std::min(ranges[k].begin, read[k].begin), std::max(ranges[k].end, read[k].end)};
  }
};

}  // namespace

std::optional<BlockPart> part_read(const Expression& expression, const Region& region,
                                   const SourceBlock& block) {
  if (std::ranges::find(region.extent, 0) != region.extent.end()) return std::nullopt;
  PartCollector collector{block};
  const ExpressionWalk walk(expression, ranges_of(region), collector);
  if (!collector.is_read) return std::nullopt;
  BlockPart part;
  part.start.reserve(collector.ranges.size());
  part.extent.reserve(collector.ranges.size());
  for (const Range& range : collector.ranges) {
    part.start.push_back(range.begin);
    part.extent.push_back(range.end - range.begin);
  }
  part.header_bytes = static_cast<std::uint32_t>(Block::part_header_bytes(part.extent.size()));
  part.element_bytes = static_cast<std::uint32_t>(size_of(collector.dtype));
  return part;
}

// The place in the whole tells the index along each axis, and that tells the place in the part. Along an axis
// of the piece, the first and the last place tell the stride.
Leaf leaf_in_part(const Leaf& leaf, std::span<const std::int64_t> extent, const Block& part) {
  const std::span<const std::int64_t> whole = part.shape(), start = part.part_start();
  const Shape strides = strides_of({part.part_extent().begin(), part.part_extent().end()});
  const auto place_in_part = [&](std::int64_t offset) {
    std::int64_t place = 0;
    for (std::size_t k = whole.size(); k-- > 0; offset /= whole[k]) {
      const std::int64_t index = offset % whole[k] - start[k];
      assert(index >= 0 && index < part.part_extent()[k]);
      place += index * strides[k];
    }
    return place;
  };
  Leaf moved = leaf;
  moved.offset = place_in_part(leaf.offset);
  for (std::size_t axis = 0; axis < extent.size(); ++axis) {
    const std::int64_t steps = extent[axis] - 1;
    moved.strides[axis] =
        steps == 0 ? 0 : (place_in_part(leaf.offset + steps * leaf.strides[axis]) - moved.offset) / steps;
  }
  return moved;
}

}  // namespace bask
