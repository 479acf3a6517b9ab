// lazy.hpp: the building blocks of operations on lazy arrays: constants, elementwise operations with NumPy's
// promotion and broadcasting, views and concatenations. All but reshape add no tasks of their own: they
// become part of the expression of the node that reads them.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/array/lazy/node.hpp>

#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace bask::lazy {

template <Element T>
ElementBytes bytes_of(const T& value) {
  ElementBytes bytes{};
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

/// An array of one value. Shape: () unless `chunks` say otherwise.
ArrayPtr constant(DType dtype, const ElementBytes& value, Chunks chunks = {});
template <Element T>
ArrayPtr constant(const T& value, Chunks chunks = {}) {
  return constant(dtype_of<T>(), bytes_of(value), std::move(chunks));
}
/// start + step * i of int64, i being the index along `axis`.
ArrayPtr iota(Chunks chunks, std::size_t axis, std::int64_t start = 0, std::int64_t step = 1);
ArrayPtr random(const strips::RandomNumbers& numbers, Chunks chunks);

/// astype. The same node when it has that type already.
ArrayPtr cast(const ArrayPtr& node, DType dtype);
/// An operation of one, two or three operands. They are cast to one type (the promoted one; for division and
/// functions of analysis a floating one) and broadcast. Along each axis, the chunks are those of the operand
/// that has the most.
/// Throws: Error when the shapes do not broadcast, or there is no such operation for the type; `where`, as in
/// "array::add", begins its message.
ArrayPtr apply(Opcode opcode, std::vector<ArrayPtr> operands, std::string_view where);
/// The same with the type that the operands are cast to.
ArrayPtr apply_as(Opcode opcode, DType operand, std::vector<ArrayPtr> operands, std::string_view where);
/// A user's function of the elements of `operands`, which are broadcast. `kernel` is called with a MapStrip.
ArrayPtr map(KernelId kernel, std::vector<std::byte> state, std::string name, DType result,
             std::vector<ArrayPtr> operands);

/// The array under other indices: axes[k] says where axis k of `node` is read.
ArrayPtr view(std::string name, const ArrayPtr& node, std::vector<AxisSource> axes, Chunks chunks);
/// The same elements in other chunks.
ArrayPtr rechunk(const ArrayPtr& node, const Chunks& chunks);
ArrayPtr broadcast_to(const ArrayPtr& node, const Shape& shape, std::string_view where);
/// Joins the parts along `axis`; types are promoted. Chunks along the axis: `along`, or those of the parts;
/// where two parts meet, the last chunk of one and the first of the next become one, unless that would be
/// longer than the longest chunk. Throws: Error when the lengths of other axes differ.
ArrayPtr concatenate(std::vector<ArrayPtr> parts, std::size_t axis, std::string_view where,
                     const AxisChunks& along = {});
/// Axis k of the result is axis order[k] of `node`.
ArrayPtr transpose(const ArrayPtr& node, const std::vector<std::size_t>& order);
/// Along `axis`, the elements at start, start + step, … (`count` of them); the step may be negative. Chunks:
/// the elements that lie in one chunk of `node` form a chunk.
ArrayPtr slice(const ArrayPtr& node, std::size_t axis, std::int64_t start, std::int64_t step,
               std::int64_t count);

/// The same elements in C order under another shape of the same count; one extent may be -1.
/// Cost: one task per block of the result. Blocks that are stretches of the array in C order, and that the
/// new shape can be cut like, only get another shape; others are cut and joined.
/// Throws: Error when the counts differ, or a length is unknown.
ArrayPtr reshape(const ArrayPtr& node, const Shape& shape);

/// The chunks of operands that are broadcast to `shape`: along each axis those of the operand with the most.
Chunks common_chunks(const std::vector<ArrayPtr>& operands, const Shape& shape);

}  // namespace bask::lazy
