// use.hpp: arrays as arguments of compute, persist, visualize and lazy calls. A task gets an NdArray.
// Runs on: rank 0; blocks are joined on the rank of the task that takes the array. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/compute.hpp>

namespace bask {

namespace arrays {

/// Joins the blocks of an array, given in C order of a grid of `counts` blocks. The blocks tell the lengths.
/// Throws: Error when the blocks do not fit each other.
Block assemble(std::span<const Input> blocks, const std::vector<std::int64_t>& counts);
/// The same into the caller's memory. Throws: Error when that has another size.
void assemble_into(std::span<const Input> blocks, const std::vector<std::int64_t>& counts,
                   std::span<std::byte> memory);
/// `bask.Array<sum, shape=(4,), dtype=float64, chunksize=(4,), chunks=1, 32 B, 5 tasks>`.
std::string repr_of(const ArrayNode& node);
/// The same persisted array with all lengths known. Runs a task for each block that tells its shape.
ArrayPtr with_known_chunks(const ArrayPtr& node);

template <class E>
NdArray<E> to_nd_array(Block block) {
  return NdArray<E>(std::move(block));
}

}  // namespace arrays

namespace arguments {

template <class E>
struct Contains<Array<E>> : std::true_type {};

template <class E>
struct Argument<Array<E>> {
  using Value = NdArray<E>;
  using Counts = std::vector<std::int64_t>;
  static void pack(const Array<E>& array, CallPacker& packer) {
    const BlockRefs& refs = array.node()->lowered();
    packer.constant(array.numblocks());
    packer.count(refs.size());
    for (std::uint32_t block = 0; block < refs.size(); ++block) packer.input(refs[block]);
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    auto counts = Argument<Counts>::unpack(unpacker).take();
    return {Value(arrays::assemble(unpacker.inputs(unpacker.count()), counts))};
  }
  static Array<E> with_refs(const Array<E>& array, RefCursor& refs) {
    std::vector<TaskRef> blocks;
    const std::uint32_t count = array.npartitions();
    for (std::uint32_t block = 0; block < count; ++block) blocks.push_back(refs.next());
    const ArrayNode& node = *array.node();
    return Array<E>(
        ArrayNode::blocks(node.name(), node.dtype(), node.chunks(), BlockRefs(std::move(blocks))));
  }
  static Value unknown(const Array<E>& array) {
    Shape shape(array.shape().begin(), array.shape().end());
    for (std::int64_t& length : shape) length = std::max<std::int64_t>(length, 0);  // it may be unknown, too
    Value value(shape);
    if constexpr (std::is_floating_point_v<E>) std::ranges::fill(value, unknown_value<E>());
    return value;
  }
};

}  // namespace arguments

template <class E>
NdArray<E> Array<E>::compute() const {
  return bask::compute(*this);
}

template <class E>
Array<E> Array<E>::persist() const {
  return bask::persist(*this);
}

template <class E>
void Array<E>::visualize(const std::string& path) const {
  bask::visualize(path, *this);
}

template <class E>
std::vector<Delayed<NdArray<E>>> Array<E>::to_delayed() const {
  const BlockRefs& refs = node()->lowered();
  std::vector<Delayed<NdArray<E>>> blocks;
  for (std::uint32_t block = 0; block < refs.size(); ++block) {
    blocks.push_back(delayed<&arrays::to_nd_array<E>>({.pure = true})(Delayed<Block>(refs[block])));
  }
  return blocks;
}

template <class E>
std::vector<Array<E>> Array<E>::blocks() const {
  std::vector<Array> each;
  const BlockGrid grid(chunks());
  for (std::uint32_t block = 0; block < grid.size(); ++block) {
    std::vector<Index> indices;
    for (const std::int64_t place : grid.place_of(block)) indices.emplace_back(Slice{place, place + 1, none});
    each.emplace_back(lazy::blocks(node(), indices));
  }
  return each;
}

template <class E>
void Array<E>::store(std::span<E> memory) const {
  const arguments::CallPacker packer = arguments::pack_targets(*this);
  const Results results = current_runtime().compute(packer.inputs());
  if (!results.are_unknown)
    arrays::assemble_into(results.targets, numblocks(), std::as_writable_bytes(memory));
}

template <class E>
Array<E> Array<E>::compute_chunk_sizes() const {
  return Array(arrays::with_known_chunks(persist().node()));
}

template <class E>
std::ostream& operator<<(std::ostream& out, const Array<E>& array) {
  return out << arrays::repr_of(*array.node());
}

}  // namespace bask
