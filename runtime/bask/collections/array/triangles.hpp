// triangles.hpp: matrices above or below a diagonal.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: no tasks; whatever reads the result computes it.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/creation.hpp>

#include <optional>

namespace bask {

namespace lazy {

/// Whether element (i, j) lies at or below the diagonal j = i + offset, over the last two axes in these
/// chunks.
ArrayPtr below_diagonal(const Chunks& rows_and_columns, std::int64_t offset);
/// x below that diagonal, or above it, and 0 elsewhere.
ArrayPtr triangle(const ArrayPtr& node, std::int64_t offset, bool above, const char* where);

}  // namespace lazy

/// Ones at and below the diagonal `offset` columns to the right of the main one. As many columns as rows
/// unless it is said.
template <class E = double>
Array<E> tri(std::int64_t rows, std::optional<std::int64_t> columns = {}, std::int64_t offset = 0,
             const ChunkSpec& chunks = {}) {
  const UserCall call("tri");
  const Chunks grid = chunks.of({rows, columns.value_or(rows)}, sizeof(E), "array::tri");
  return Array<E>(lazy::cast(lazy::below_diagonal(grid, offset), dtype_of<E>()));
}
/// The lower triangle of the last two axes, with the diagonal; 0 above it. A vector is every row of a matrix.
template <class E>
Array<E> tril(const Array<E>& x, std::int64_t offset = 0) {
  return Array<E>(lazy::triangle(x.node(), offset, false, "array::tril"));
}
/// The upper triangle, with the diagonal; 0 below it.
template <class E>
Array<E> triu(const Array<E>& x, std::int64_t offset = 0) {
  return Array<E>(lazy::triangle(x.node(), offset, true, "array::triu"));
}

}  // namespace bask
