#include <bask/collections/array/block/box_runs.hpp>
#include <bask/collections/array/use.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace bask::arrays {

namespace {

// The lengths along each axis, from the blocks along the array's edge. Throws: Error when one has other axes.
Chunks chunks_of(std::span<const Input> blocks, const std::vector<std::int64_t>& counts) {
  Chunks chunks(counts.size());
  const Shape strides = strides_of(counts);
  for (std::size_t axis = 0; axis < counts.size(); ++axis) {
    for (std::int64_t k = 0; k < counts[axis]; ++k) {
      const auto& block = blocks[static_cast<std::size_t>(k * strides[axis])].value->get<Block>();
      if (block.ndim() != counts.size()) {
        throw Error("array::compute",
                    "a block has " + std::to_string(block.ndim()) + " axes, the array " +
                        std::to_string(counts.size()),
                    "a function of blocks must return blocks of the shape that it was declared with");
      }
      chunks[axis].push_back(block.shape()[axis]);
    }
  }
  return chunks;
}

void assemble_blocks(std::span<const Input> blocks, const Chunks& chunks, std::byte* out) {
  const Shape shape = shape_of(chunks);
  const BlockGrid grid(chunks);
  for (std::uint32_t k = 0; k < blocks.size(); ++k) {
    const auto& block = blocks[k].value->get<Block>();
    const Region region = region_of(grid, k);
    if (!std::equal(region.extent.begin(), region.extent.end(), block.shape().begin(), block.shape().end())) {
      throw Error("array::compute",
                  "block " + std::to_string(k) + " has shape " + bask::text_of(block.shape()) + " where " +
                      bask::text_of(region.extent) + " was expected",
                  "a function of blocks must return blocks of the shape that it was declared with");
    }
    copy_box({block.shape(), Shape(shape.size(), 0)}, block.elements(), {shape, region.start}, out,
             region.extent, block.element_bytes());
  }
}

// Counts the tasks that computing the array would run.
std::size_t tasks_of(const ArrayNode& node) {
  std::unordered_set<const Layer*> seen;
  std::vector<const Layer*> left;
  std::size_t tasks = 0;
  const auto add = [&](const LayerPtr& layer) {
    if (seen.insert(layer.get()).second) left.push_back(layer.get());
  };
  const BlockRefs& refs = node.lowered();
  for (std::uint32_t k = 0; k < refs.size() && (k == 0 || refs.layer() == nullptr); ++k) add(refs[k].layer);
  while (!left.empty()) {
    const Layer* layer = left.back();
    left.pop_back();
    if (layer->inputs().empty() && layer->sequence() == 0) continue;  // a constant
    tasks += layer->size();
    for (const LayerPtr& input : layer->inputs()) add(input);
  }
  return tasks;
}

}  // namespace

Block assemble(std::span<const Input> blocks, const std::vector<std::int64_t>& counts) {
  if (blocks.size() == 1) {
    if (blocks[0].last_use) return std::move(blocks[0].value->get_mutable<Block>());
    return blocks[0].value->get<Block>();
  }
  const Chunks chunks = chunks_of(blocks, counts);
  Block whole(blocks[0].value->get<Block>().dtype(), shape_of(chunks));
  assemble_blocks(blocks, chunks, whole.elements());
  return whole;
}

void assemble_into(std::span<const Input> blocks, const std::vector<std::int64_t>& counts,
                   std::span<std::byte> memory) {
  const Chunks chunks = chunks_of(blocks, counts);
  const Shape shape = shape_of(chunks);
  const std::size_t bytes =
      static_cast<std::size_t>(element_count(shape)) * blocks[0].value->get<Block>().element_bytes();
  if (memory.size() != bytes) {
    throw Error("array::store",
                "the array " + bask::text_of(shape) + " has " + std::to_string(bytes) +
                    " bytes, the memory " + std::to_string(memory.size()),
                "give memory for all elements of the array");
  }
  assemble_blocks(blocks, chunks, memory.data());
}

std::string repr_of(const ArrayNode& node) {
  Shape longest;
  for (const AxisChunks& axis : node.chunks()) longest.push_back(*std::max_element(axis.begin(), axis.end()));
  const std::int64_t count = element_count(node.shape());
  const std::size_t tasks = tasks_of(node);
  return "bask.Array<" + node.name() + ", shape=" + bask::text_of(node.shape()) +
         ", dtype=" + std::string(name_of(node.dtype())) + ", chunksize=" + bask::text_of(longest) +
         ", chunks=" + std::to_string(node.block_count()) + ", " +
         (count == kUnknown ? "? B"
                            : format_size(static_cast<std::uint64_t>(count) * size_of(node.dtype()))) +
         ", " + std::to_string(tasks) + (tasks == 1 ? " task>" : " tasks>");
}

ArrayPtr with_known_chunks(const ArrayPtr& node) {
  std::vector<Delayed<Shape>> shapes;
  const BlockRefs& refs = node->lowered();
  for (std::uint32_t k = 0; k < refs.size(); ++k) {
    shapes.push_back(
        delayed([](const Block& block) { return Shape(block.shape().begin(), block.shape().end()); },
                {.name = "shape", .pure = true})(Delayed<Block>(refs[k])));
  }
  const std::vector<Shape> known = bask::compute(shapes);
  if (!current_runtime().knows_values()) return node;
  Chunks chunks = node->chunks();
  const Shape strides = strides_of(BlockGrid(chunks).counts);
  for (std::size_t axis = 0; axis < chunks.size(); ++axis) {
    for (std::size_t k = 0; k < chunks[axis].size(); ++k) {
      chunks[axis][k] = known[k * static_cast<std::size_t>(strides[axis])][axis];
    }
  }
  return ArrayNode::blocks(node->name(), node->dtype(), std::move(chunks), refs);
}

}  // namespace bask::arrays
