#include <bask/collections/array/triangles.hpp>
#include <bask/core/error.hpp>

namespace bask::lazy {

ArrayPtr below_diagonal(const Chunks& rows_and_columns, std::int64_t offset) {
  const ArrayPtr row = iota({rows_and_columns[0], {1}}, 0, offset);
  const ArrayPtr column = iota({{1}, rows_and_columns[1]}, 1);
  return apply(Opcode::kLessEqual, {column, row}, "array::tri");
}

ArrayPtr triangle(const ArrayPtr& node, std::int64_t offset, bool above, const char* where) {
  const UserCall call(above ? "triu" : "tril");
  if (node->ndim() == 0)
    throw Error(where, "an array of no axes has no triangle", "use an array of two axes or more");
  if (has_unknown(node->shape()))
    throw Error(where, "the shape is not known before it is computed", "call compute_chunk_sizes() first");
  const AxisChunks& columns = node->chunks().back();
  const AxisChunks& rows = node->ndim() > 1 ? node->chunks()[node->ndim() - 2] : columns;
  const ArrayPtr below = below_diagonal({rows, columns}, above ? offset - 1 : offset);
  const ArrayPtr zero = constant(node->dtype(), ElementBytes{});
  return apply_as(Opcode::kWhere, node->dtype(),
                  above ? std::vector{below, zero, node} : std::vector{below, node, zero}, where);
}

}  // namespace bask::lazy
