// lazy.hpp: the building blocks of operations on lazy arrays: constants, elementwise operations with NumPy's
// promotion and broadcasting, views and concatenations. All of it becomes part of the expression of whoever
// reads it.
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
/// An operation of one, two or three operands. They are cast to one type (promoted; for division and
/// functions of analysis to a floating one) and broadcast; where their chunks differ, those of the operand
/// with the most blocks along an axis are taken. `where`, as in "array::add", begins the message of Throws:
/// Error when the shapes do not broadcast, or there is no such operation for the type.
ArrayPtr apply(Opcode opcode, std::vector<ArrayPtr> operands, std::string_view where);
/// The same with the operands' own common type given.
ArrayPtr apply_as(Opcode opcode, DType operand, std::vector<ArrayPtr> operands, std::string_view where);
/// A user's function of the elements of `operands`, which are broadcast. `kernel` is called with a MapStrip.
ArrayPtr map(KernelId kernel, std::vector<std::byte> state, std::string name, DType result,
             std::vector<ArrayPtr> operands);

/// The array under other indices: `axes` say for each axis of `node` where it is read.
ArrayPtr view(std::string name, const ArrayPtr& node, std::vector<AxisSource> axes, Chunks chunks);
/// The same elements in other chunks.
ArrayPtr rechunk(const ArrayPtr& node, const Chunks& chunks);
ArrayPtr broadcast_to(const ArrayPtr& node, const Shape& shape, std::string_view where);
/// One after the other along `axis`; types are promoted. The other axes have equal lengths. Chunks: `along`,
/// or those of the parts; where two parts meet, their chunks become one that is no longer than the longest.
/// Throws: Error when other axes differ.
ArrayPtr concatenate(std::vector<ArrayPtr> parts, std::size_t axis, std::string_view where,
                     const AxisChunks& along = {});
/// Axis k of the result is axis order[k] of `node`.
ArrayPtr transpose(const ArrayPtr& node, const std::vector<std::size_t>& order);
/// Along `axis`, the elements start, start + step, … (`count` of them); any sign of step. Chunks: as the
/// elements lie in the chunks of `node`.
ArrayPtr slice(const ArrayPtr& node, std::size_t axis, std::int64_t start, std::int64_t step,
               std::int64_t count);

/// The same elements in C order under another shape of the same count. Merging or splitting of axes that the
/// chunks allow is done block by block; else the blocks are made anew. Throws: Error when the counts differ.
ArrayPtr reshape(const ArrayPtr& node, const Shape& shape);

/// Chunks that suit all operands of an operation whose shape is `shape`.
Chunks common_chunks(const std::vector<ArrayPtr>& operands, const Shape& shape);

}  // namespace bask::lazy
