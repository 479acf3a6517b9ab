#include <bask/collections/array/covariance.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/core/error.hpp>

#include <algorithm>

namespace bask {

namespace {

// One variable in each row.
ArrayPtr variables_of(const ArrayPtr& node, bool rowvar, DType dtype, const char* where) {
  if (node->ndim() > 2) {
    throw Error(where, "shape " + text_of(node->shape()) + " has more than two axes",
                "give one variable, or a matrix of variables and observations");
  }
  ArrayPtr matrix = lazy::cast(node, dtype);
  while (matrix->ndim() < 2) matrix = lazy::expand_dims(matrix, Axes(0));
  if (has_unknown(matrix->shape()))
    throw Error(where, "the shape is not known before it is computed", "call compute_chunk_sizes() first");
  return rowvar || matrix->shape()[0] == 1 ? matrix : lazy::transpose(matrix, std::vector<std::size_t>{1, 0});
}

ArrayPtr all_variables(const ArrayPtr& node, const ArrayPtr& more, bool rowvar, const char* where) {
  DType dtype = promote(node->dtype(), DType::kFloat64);
  if (more != nullptr) dtype = promote(dtype, more->dtype());
  const ArrayPtr rows = variables_of(node, rowvar, dtype, where);
  if (more == nullptr) return rows;
  const ArrayPtr others = variables_of(more, rowvar, dtype, where);
  if (rows->shape()[1] != others->shape()[1]) {
    throw Error(where,
                "the variables have " + std::to_string(rows->shape()[1]) + " and " +
                    std::to_string(others->shape()[1]) + " observations",
                "give as many of each");
  }
  return lazy::concatenate({rows, others}, 0, where);
}

ArrayPtr covariances(const ArrayPtr& rows, int ddof, const char* where) {
  const double left = static_cast<double>(std::max<std::int64_t>(0, rows->shape()[1] - ddof));
  const ArrayPtr means = lazy::mean(rows, Axes(1), false, rows->dtype(), {.keepdims = true}, "cov");
  const ArrayPtr apart = lazy::apply(Opcode::kSubtract, {rows, means}, where);
  ArrayPtr other = lazy::transpose(apart, std::vector<std::size_t>{1, 0});
  if (is_complex(rows->dtype())) other = lazy::apply(Opcode::kConj, {other}, where);
  const ArrayPtr products = lazy::matmul(apart, other, rows->dtype());
  return lazy::apply(Opcode::kMultiply, {products, lazy::constant(1 / left)}, where);
}

// The covariance matrix divided by the deviations of its rows and columns.
ArrayPtr correlations(const ArrayPtr& matrix) {
  constexpr const char* kWhere = "array::corrcoef";
  ArrayPtr variances = lazy::diagonal(matrix, 0);
  if (is_complex(matrix->dtype())) variances = lazy::apply(Opcode::kReal, {variances}, kWhere);
  const ArrayPtr deviations = lazy::apply(Opcode::kSqrt, {variances}, kWhere);
  ArrayPtr result = lazy::apply(Opcode::kDivide, {matrix, lazy::expand_dims(deviations, Axes(1))}, kWhere);
  result = lazy::apply(Opcode::kDivide, {result, deviations}, kWhere);
  if (is_complex(result->dtype())) return result;
  result = lazy::apply(Opcode::kMaximum, {result, lazy::constant(-1.0)}, kWhere);
  return lazy::apply(Opcode::kMinimum, {result, lazy::constant(1.0)}, kWhere);
}

}  // namespace

namespace lazy {

ArrayPtr cov(const ArrayPtr& node, const ArrayPtr& more, const CovOptions& options) {
  const UserCall call("cov");
  const ArrayPtr rows = all_variables(node, more, options.rowvar, "array::cov");
  const ArrayPtr matrix = covariances(rows, options.ddof.value_or(options.bias ? 0 : 1), "array::cov");
  return squeeze(matrix, {});
}

ArrayPtr corrcoef(const ArrayPtr& node, const ArrayPtr& more, const CorrcoefOptions& options) {
  const UserCall call("corrcoef");
  const ArrayPtr rows = all_variables(node, more, options.rowvar, "array::corrcoef");
  return squeeze(correlations(covariances(rows, 1, "array::corrcoef")), {});
}

}  // namespace lazy

}  // namespace bask
