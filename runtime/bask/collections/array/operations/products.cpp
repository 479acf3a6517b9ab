#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/kernels/tile_product.hpp>
#include <bask/collections/array/operations/multiply_blocks.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/graph/runtime.hpp>

#include <algorithm>
#include <numeric>

namespace bask {

namespace {

// When a matrix is the transpose of another one, block by block, the other one is read in its place.
void read_transposed(ArrayPtr& node, bool& transposed) {
  if (!node->is_inline() || node->term().kind != TermKind::kView || node->ndim() != 2) return;
  const ArrayPtr& from = node->inputs()[0];
  const std::vector<AxisSource> swapped{{1, 0, 1}, {0, 0, 1}};
  if (node->term().axes != swapped || from->chunks() != Chunks{node->chunks()[1], node->chunks()[0]}) return;
  node = ArrayPtr(from);
  transposed = true;
}

// Gives both factors the same chunks along the axes that they share. Returns the chunks of the product.
Chunks match_chunks(Factors& factors) {
  Chunks chunks(factors.batch());
  const std::size_t left_batch = factors.left_batch(), right_batch = factors.right_batch();
  Chunks left = factors.left->chunks(), right = factors.right->chunks();
  for (std::size_t k = 0; k < factors.contracted; ++k)
    right[right_batch + k] = left[left_batch + factors.left_free + k];
  for (std::size_t k = 0; k < chunks.size(); ++k) {
    AxisChunks* own_left = k + left_batch < chunks.size() ? nullptr : &left[k + left_batch - chunks.size()];
    AxisChunks* own_right =
        k + right_batch < chunks.size() ? nullptr : &right[k + right_batch - chunks.size()];
    const auto is_one = [](AxisChunks* axis) {
      if (axis == nullptr) return true;
      if (std::accumulate(axis->begin(), axis->end(), std::int64_t{0}) != 1) return false;
      *axis = {1};  // without the chunks of length 0 beside it
      return true;
    };
    const bool left_is_one = is_one(own_left), right_is_one = is_one(own_right);
    if (!left_is_one && !right_is_one) *own_right = *own_left;
    chunks[k] = own_left == nullptr || (own_right != nullptr && left_is_one) ? *own_right : *own_left;
  }
  factors.left = lazy::rechunk(factors.left, left);
  factors.right = lazy::rechunk(factors.right, right);
  const auto from = [](const Chunks& all, std::size_t first, std::size_t count) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return Chunks(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  for (AxisChunks& axis : from(left, left_batch, factors.left_free)) chunks.push_back(std::move(axis));
  for (AxisChunks& axis : from(right, right_batch + factors.contracted, factors.right_free))
    chunks.push_back(std::move(axis));
  return chunks;
}

ArrayPtr product(Factors factors, DType dtype, const std::string& name) {
  for (const ArrayPtr& factor : {factors.left, factors.right}) {
    if (std::count(factor->shape().begin(), factor->shape().end(), kUnknown) == 0) continue;
    throw Error("array::" + name, "the shape is not known before it is computed",
                "call compute_chunk_sizes() first");
  }
  factors.left = lazy::cast(factors.left, dtype);
  factors.right = lazy::cast(factors.right, dtype);
  Multiplying how;
  how.batch = static_cast<std::uint8_t>(factors.batch());
  how.left_batch = static_cast<std::uint8_t>(factors.left_batch());
  how.right_batch = static_cast<std::uint8_t>(factors.right_batch());
  how.left_free = static_cast<std::uint8_t>(factors.left_free);
  how.right_free = static_cast<std::uint8_t>(factors.right_free);
  how.chunks = match_chunks(factors);
  if (knows_transposed(dtype) && factors.contracted == 1) {
    if (factors.left_free == 1) read_transposed(factors.left, factors.left_transposed);
    if (factors.right_free == 1) read_transposed(factors.right, factors.right_transposed);
  }
  how.left_transposed = factors.left_transposed;
  how.right_transposed = factors.right_transposed;
  if (knows_transposed(dtype)) {
    how.blas = blas::name_in_job();
    if (Runtime* const runtime = runtime_in_use()) runtime->note_input("BLAS", how.blas);
  }
  const auto lower = [how, factors, name](const std::vector<BlockRefs>& inputs) {
    return lower_product(how, factors, name, inputs);
  };
  return ArrayNode::operation(name, dtype, how.chunks, {factors.left, factors.right}, lower);
}

[[noreturn]] void refuse(const std::string& name, const ArrayPtr& a, const ArrayPtr& b,
                         const std::string& how) {
  throw Error("array::" + name,
              "shapes " + text_of(a->shape()) + " and " + text_of(b->shape()) + " do not fit", how);
}

// The product of two vectors. The elementwise products are added up without being stored.
ArrayPtr inner_product(const ArrayPtr& a, const ArrayPtr& b, DType dtype) {
  const UserCall call("dot");
  ReduceRules rules;
  rules.values = rules.result = dtype;
  const ArrayPtr all = lazy::apply_as(Opcode::kMultiply, dtype, {a, b}, "array::dot");
  return lazy::reduce(all, {}, rules, false, 8, "dot");
}

}  // namespace

namespace lazy {

ArrayPtr matmul(const ArrayPtr& a, const ArrayPtr& b, DType dtype) {
  if (a->ndim() == 0 || b->ndim() == 0) refuse("matmul", a, b, "multiply by a single number with *");
  const std::int64_t inner = a->shape().back();
  const std::size_t axis = b->ndim() == 1 ? 0 : b->ndim() - 2;
  if (inner != b->shape()[axis]) {
    refuse("matmul", a, b,
           "axis " + std::to_string(a->ndim() - 1) + " of the first and axis " + std::to_string(axis) +
               " of the second must have one length");
  }
  if (a->ndim() == 1 && b->ndim() == 1) {
    const UserCall call("matmul");
    return inner_product(a, b, dtype);
  }
  const Factors factors{
      .left = a, .right = b, .left_free = a->ndim() == 1 ? 0U : 1U, .right_free = b->ndim() == 1 ? 0U : 1U};
  const auto batch_of = [](const ArrayPtr& node, std::size_t axes) {
    return Shape(node->shape().begin(), node->shape().begin() + static_cast<std::ptrdiff_t>(axes));
  };
  const std::vector<Shape> batches{batch_of(a, factors.left_batch()), batch_of(b, factors.right_batch())};
  broadcast_shapes(batches, "array::matmul");
  return product(factors, dtype, "matmul");
}

ArrayPtr dot(const ArrayPtr& a, const ArrayPtr& b, DType dtype) {
  if (a->ndim() == 0 || b->ndim() == 0) return apply_as(Opcode::kMultiply, dtype, {a, b}, "array::dot");
  if (a->ndim() <= 2 && b->ndim() <= 2) return matmul(a, b, dtype);
  return tensordot(a, b, {-1}, {b->ndim() == 1 ? -1 : -2}, dtype);
}

ArrayPtr tensordot(const ArrayPtr& a, const ArrayPtr& b, const std::vector<std::int64_t>& a_axes,
                   const std::vector<std::int64_t>& b_axes, DType dtype) {
  if (a_axes.size() != b_axes.size())
    refuse("tensordot", a, b, "name as many axes of the first as of the second");
  std::vector<std::size_t> a_order, b_order;
  for (std::size_t k = 0; k < a_axes.size(); ++k) {
    a_order.push_back(normal_axis(a_axes[k], a->shape(), "array::tensordot"));
    b_order.push_back(normal_axis(b_axes[k], b->shape(), "array::tensordot"));
    if (a->shape()[a_order[k]] != b->shape()[b_order[k]]) {
      refuse("tensordot", a, b,
             "axis " + std::to_string(a_order[k]) + " of the first and axis " + std::to_string(b_order[k]) +
                 " of the second must have one length");
    }
  }
  if (!a_axes.empty()) {
    normal_axes(a_axes, a->shape(), "array::tensordot");  // none twice
    normal_axes(b_axes, b->shape(), "array::tensordot");
  }
  const auto others = [](std::size_t axes, const std::vector<std::size_t>& named) {
    std::vector<std::size_t> rest;
    for (std::size_t k = 0; k < axes; ++k) {
      if (std::find(named.begin(), named.end(), k) == named.end()) rest.push_back(k);
    }
    return rest;
  };
  const std::vector<std::size_t> a_rest = others(a->ndim(), a_order), b_rest = others(b->ndim(), b_order);
  a_order.insert(a_order.begin(), a_rest.begin(), a_rest.end());
  b_order.insert(b_order.end(), b_rest.begin(), b_rest.end());
  const auto ordered = [](const ArrayPtr& node, const std::vector<std::size_t>& order) {
    return std::is_sorted(order.begin(), order.end()) ? node : transpose(node, order);
  };
  Factors factors{ordered(a, a_order), ordered(b, b_order), a_rest.size(), b_rest.size(), a_axes.size()};
  return product(std::move(factors), dtype, "tensordot");
}

ArrayPtr outer(const ArrayPtr& a, const ArrayPtr& b, DType dtype) {
  const UserCall call("outer");
  const ArrayPtr column = expand_dims(reshape(a, {-1}), {1});
  return apply_as(Opcode::kMultiply, dtype, {column, reshape(b, {-1})}, "array::outer");
}

}  // namespace lazy

}  // namespace bask
