// Reshaping: blocks that are stretches of the array in C order are cut and joined as other stretches.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstring>

namespace bask {

namespace {

/// Chunks that are stretches in C order: one axis is cut into runs of rows, the axes before it into single
/// rows, and the axes after it are whole.
Chunks stretches(const Shape& shape, std::int64_t most_elements) {
  Chunks chunks(shape.size());
  std::int64_t inside = 1;  // elements of the axes after k
  bool cut = false;
  for (std::size_t k = shape.size(); k-- > 0;) {
    const std::int64_t rows =
        cut ? 1
            : std::clamp<std::int64_t>(most_elements / std::max<std::int64_t>(inside, 1), 1,
                                       std::max<std::int64_t>(shape[k], 1));
    for (std::int64_t at = 0; at < shape[k]; at += rows) chunks[k].push_back(std::min(rows, shape[k] - at));
    if (chunks[k].empty()) chunks[k] = {0};
    cut |= rows < shape[k];
    inside *= shape[k];
  }
  return chunks;
}

bool are_stretches(const Chunks& chunks) {
  bool single_rows = true;  // in all axes so far
  for (const AxisChunks& axis : chunks) {
    if (axis.size() > 1 && !single_rows) return false;
    single_rows &= *std::max_element(axis.begin(), axis.end()) <= 1;
  }
  return true;
}

/// Where each block of stretches begins in the array, and the end.
std::vector<std::int64_t> boundaries(const Chunks& chunks) {
  const BlockGrid grid(chunks);
  std::vector<std::int64_t> at{0};
  for (std::uint32_t block = 0; block < grid.size(); ++block) {
    at.push_back(at.back() + element_count(region_of(grid, block).extent));
  }
  return at;
}

/// Chunks of `shape`, cut along its first axis alone, that begin where the given stretches begin; empty when
/// there are no such chunks.
Chunks chunks_like(const Shape& shape, const std::vector<std::int64_t>& at) {
  Chunks chunks(shape.size());
  const std::int64_t row = element_count(std::span(shape).subspan(1));
  for (std::size_t k = 0; k + 1 < at.size(); ++k) {
    if (row == 0 || (at[k + 1] - at[k]) % row != 0) return {};
    chunks[0].push_back((at[k + 1] - at[k]) / row);
  }
  for (std::size_t k = 1; k < shape.size(); ++k) chunks[k] = {shape[k]};
  return chunks;
}

struct Reshaping {
  Chunks chunks{};                   // of the result
  std::vector<std::int64_t> from{};  // where the stretches that are read begin
  std::vector<std::int64_t> to{};    // where those of the result begin
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& chunks& from& to;
  }
};

struct StretchRange {
  std::uint32_t first, end;
};
StretchRange stretches_read_by(const Reshaping& reshaping, std::uint32_t task) {
  const auto& from = reshaping.from;
  const auto first = std::upper_bound(from.begin(), from.end() - 1, reshaping.to[task]) - from.begin() - 1;
  const auto end = std::lower_bound(from.begin(), from.end() - 1, reshaping.to[task + 1]) - from.begin();
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(std::max(first + 1, end))};
}

Block reshape_block(const BlockCall<Reshaping>& call) {
  const Reshaping& reshaping = call.description();
  const std::uint32_t task = call.task();
  const Shape shape = region_of(reshaping.chunks, task).extent;
  const StretchRange read = stretches_read_by(reshaping, task);
  const std::int64_t begin = reshaping.to[task], end = reshaping.to[task + 1];
  const Input& only = call.call.inputs[1];
  if (call.blocks() == 1 && only.last_use && call.block(0).count() == end - begin) {
    Block block = std::move(only.value->get_mutable<Block>());
    block.reshape(shape);
    return block;
  }
  Block block(call.block(0).dtype(), shape);
  const auto element = static_cast<std::int64_t>(block.element_bytes());
  for (std::uint32_t k = read.first; k < read.end; ++k) {
    const std::int64_t from = std::max(begin, reshaping.from[k]), to = std::min(end, reshaping.from[k + 1]);
    if (to <= from) continue;
    std::memcpy(block.elements() + (from - begin) * element,
                call.block(k - read.first).elements() + (from - reshaping.from[k]) * element,
                static_cast<std::size_t>((to - from) * element));
  }
  return block;
}

Shape completed(const Shape& from, Shape to) {
  const std::int64_t count = element_count(from);
  std::int64_t known = 1, open = 0;
  for (const std::int64_t extent : to) {
    open += extent == -1;
    known *= extent == -1 ? 1 : extent;
  }
  const bool fits = open == 0 ? known == count : open == 1 && known != 0 && count % known == 0;
  if (!fits || std::any_of(to.begin(), to.end(), [](std::int64_t extent) { return extent < -1; })) {
    throw Error("array::reshape",
                "an array of shape " + text_of(from) + " has " + std::to_string(count) +
                    " elements, which do not fit shape " + text_of(to),
                "give a shape of as many elements; one extent may be -1");
  }
  for (std::int64_t& extent : to) extent = extent == -1 ? count / known : extent;
  return to;
}

}  // namespace

namespace lazy {

ArrayPtr reshape(const ArrayPtr& node, const Shape& wanted) {
  if (element_count(node->shape()) == kUnknown) {
    if (node->ndim() == 1 && wanted == Shape{-1}) return node;
    throw Error("array::reshape", "the shape is not known before it is computed",
                "call compute_chunk_sizes() first");
  }
  const Shape shape = completed(node->shape(), wanted);
  if (shape == node->shape()) return node;
  ArrayPtr from = node;
  if (!are_stretches(node->chunks())) {
    std::int64_t most = 1;
    for (const AxisChunks& axis : node->chunks()) most *= *std::max_element(axis.begin(), axis.end());
    from = rechunk(node, stretches(node->shape(), most));
  }
  Reshaping reshaping;
  reshaping.from = boundaries(from->chunks());
  std::int64_t longest = 1;
  for (std::size_t k = 0; k + 1 < reshaping.from.size(); ++k) {
    longest = std::max(longest, reshaping.from[k + 1] - reshaping.from[k]);
  }
  if (!shape.empty()) reshaping.chunks = chunks_like(shape, reshaping.from);
  if (reshaping.chunks.size() != shape.size() ||
      element_count(shape_of(reshaping.chunks)) != element_count(shape)) {
    reshaping.chunks = stretches(shape, longest);
  }
  reshaping.to = boundaries(reshaping.chunks);
  const auto lower = [reshaping](const std::vector<BlockRefs>& inputs) {
    BlockReads reads;
    for (std::uint32_t task = 0; task + 1 < reshaping.to.size(); ++task) {
      const StretchRange read = stretches_read_by(reshaping, task);
      for (std::uint32_t k = read.first; k < read.end; ++k) reads.read(0, k);
      reads.end_task();
    }
    const BlockRefs refs = BlockTasks<reshape_block>::add("reshape", reshaping, inputs, std::move(reads));
    refs.set_reads({.chooses_chunks = true});
    return refs;
  };
  return ArrayNode::operation("reshape", node->dtype(), reshaping.chunks, {from}, lower);
}

}  // namespace lazy

}  // namespace bask
