#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/kernels/tile_product.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/core/archive.hpp>
#include <bask/graph/runtime.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <numeric>

namespace bask {

namespace {

// So many blocks of the result keep every thread busy. With fewer, long rows of tiles are cut into groups.
constexpr std::uint32_t kManyBlocks = 16;
constexpr std::uint32_t kLongRow = 8;
constexpr std::uint32_t kSumsTogether = 8;

// The axes of the left factor are (batch…, free…, contracted…), of the right one (batch…, contracted…,
// free…), of the product (batch…, free of left…, free of right…). Batches are aligned at their last axis.
struct Factors {
  ArrayPtr left{}, right{};
  std::size_t left_free = 1, right_free = 1, contracted = 1;
  bool left_transposed = false, right_transposed = false;  // matrices whose blocks lie as their transpose

  std::size_t left_batch() const { return left->ndim() - left_free - contracted; }
  std::size_t right_batch() const { return right->ndim() - right_free - contracted; }
  std::size_t batch() const { return std::max(left_batch(), right_batch()); }
};

struct Multiplying {
  Chunks chunks{};  // of the product
  std::uint8_t batch = 0, left_batch = 0, right_batch = 0;
  std::uint8_t left_free = 0, right_free = 0;
  bool left_transposed = false, right_transposed = false;
  std::uint32_t groups = 1;  // tasks per block of the product
  std::string blas{};        // the library that multiplies; part of the keys: others give other last bits
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& chunks& batch& left_batch& right_batch& left_free& right_free& left_transposed& right_transposed&
        groups& blas;
  }
};

std::int64_t product_of(std::span<const std::int64_t> extents) {
  return element_count(extents);
}

// Where the matrices of a batch begin in a block, in elements, for each matrix of the product.
std::vector<std::int64_t> batch_offsets(std::span<const std::int64_t> product,
                                        std::span<const std::int64_t> own, std::int64_t matrix) {
  const std::size_t less = product.size() - own.size();
  const Shape strides = strides_of(own);
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(product_of(product)));
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    for (std::size_t k = product.size(); k-- > 0; rest /= product[k]) {
      if (k >= less && own[k - less] != 1) offsets[i] += rest % product[k] * strides[k - less] * matrix;
    }
  }
  return offsets;
}

Block multiply_blocks(const BlockCall<Multiplying>& call) {
  const Multiplying& how = call.description();
  const DType dtype = call.block(0).dtype();
  const Shape extent = region_of(how.chunks, call.task() / how.groups).extent;
  const std::span<const std::int64_t> shape(extent);
  Block product(dtype, shape);
  const auto element = static_cast<std::int64_t>(product.element_bytes());
  std::fill_n(product.elements(), product.count() * element, std::byte{0});
  const auto batch = shape.first(how.batch);
  TileSizes sizes;
  sizes.rows = product_of(shape.subspan(how.batch, how.left_free));
  sizes.columns = product_of(shape.subspan(how.batch + how.left_free));
  sizes.left_transposed = how.left_transposed;
  sizes.right_transposed = how.right_transposed;
  for (std::size_t k = 0; k + 1 < call.blocks(); k += 2) {
    const Block& left = call.block(k);
    const Block& right = call.block(k + 1);
    const auto contracted = left.shape().subspan(how.left_batch);
    sizes.inner = how.left_transposed ? contracted[0] : product_of(contracted.subspan(how.left_free));
    const auto lefts =
        batch_offsets(batch, left.shape().first(how.left_batch), sizes.rows * sizes.inner * element);
    const auto rights =
        batch_offsets(batch, right.shape().first(how.right_batch), sizes.inner * sizes.columns * element);
    for (std::size_t i = 0; i < lefts.size(); ++i) {
      add_tile_product(
          dtype, sizes, left.elements() + lefts[i], right.elements() + rights[i],
          product.elements() + static_cast<std::int64_t>(i) * sizes.rows * sizes.columns * element);
    }
  }
  return product;
}

// The description of tasks that add up blocks: they need none.
struct Adding {
  bool in_order = true;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& in_order;
  }
};

Block add_blocks(const BlockCall<Adding>& call) {
  const Input& first = call.call.inputs[1];
  Block sum = first.last_use ? std::move(first.value->get_mutable<Block>()) : call.block(0);
  const auto fold = strips::fold_rows(strips::Fold::kSum, sum.dtype());
  for (std::size_t k = 1; k < call.blocks(); ++k) {
    fold(static_cast<std::size_t>(sum.count()), call.block(k).elements(), sum.elements());
  }
  return sum;
}

// The number of a factor's block: at its own place in the batch, then at places a and b.
std::uint32_t factor_block(const BlockGrid& grid, std::span<const std::int64_t> batch, std::size_t own_batch,
                           std::span<const std::int64_t> a, std::span<const std::int64_t> b,
                           bool transposed) {
  std::vector<std::int64_t> place;
  const std::size_t less = batch.size() - own_batch;
  for (std::size_t k = 0; k < own_batch; ++k) place.push_back(grid.counts[k] == 1 ? 0 : batch[k + less]);
  place.insert(place.end(), a.begin(), a.end());
  place.insert(place.end(), b.begin(), b.end());
  if (transposed) std::swap(place[0], place[1]);
  return grid.number_of(place);
}

BlockRefs add_up(BlockRefs refs, std::uint32_t blocks) {
  std::uint32_t each = refs.size() / blocks;
  while (each > 1) {
    BlockReads reads;
    const std::uint32_t sums = (each + kSumsTogether - 1) / kSumsTogether;
    for (std::uint32_t block = 0; block < blocks; ++block) {
      for (std::uint32_t sum = 0; sum < sums; ++sum) {
        for (std::uint32_t k = sum * kSumsTogether; k < std::min(each, (sum + 1) * kSumsTogether); ++k)
          reads.read(0, block * each + k);
        reads.end_task();
      }
    }
    refs = BlockTasks<add_blocks>::add("matmul-sum", Adding(), std::vector<BlockRefs>(1, refs),
                                       std::move(reads));
    each = sums;
  }
  return refs;
}

BlockRefs lower_product(Multiplying how, const Factors& factors, const std::string& name,
                        const std::vector<BlockRefs>& inputs) {
  const BlockGrid out(how.chunks), left(factors.left->chunks()), right(factors.right->chunks());
  Chunks contracted;
  for (std::size_t k = 0; k < factors.contracted; ++k) {
    const std::size_t axis = factors.left_transposed ? 0 : factors.left->ndim() - factors.contracted + k;
    contracted.push_back(factors.left->chunks()[axis]);
  }
  const BlockGrid inner(contracted);
  const std::uint32_t row = inner.size();
  std::uint32_t group = row;
  if (out.size() < kManyBlocks && row > kLongRow) group = std::max(4U, row * out.size() / 64);
  how.groups = (row + group - 1) / group;
  BlockReads reads;
  for (std::uint32_t block = 0; block < out.size(); ++block) {
    const std::vector<std::int64_t> at = out.place_of(block);
    const std::span<const std::int64_t> place(at);
    const auto batch = place.first(how.batch);
    for (std::uint32_t k = 0; k < row; ++k) {
      const std::vector<std::int64_t> along = inner.place_of(k);
      reads.read(0, factor_block(left, batch, how.left_batch, place.subspan(how.batch, how.left_free), along,
                                 how.left_transposed));
      reads.read(1, factor_block(right, batch, how.right_batch, along,
                                 place.subspan(how.batch + how.left_free), how.right_transposed));
      if ((k + 1) % group == 0 || k + 1 == row) reads.end_task();
    }
  }
  const BlockRefs parts = BlockTasks<multiply_blocks>::add(name, how, inputs, std::move(reads));
  std::vector<float> bytes;
  for (const float of_block : block_bytes(factors.left->dtype(), how.chunks))
    bytes.insert(bytes.end(), how.groups, of_block);
  parts.set_bytes(std::move(bytes));
  return add_up(parts, out.size());
}

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
  if (a->ndim() == 1 && b->ndim() == 1) return inner_product(a, b, dtype);
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
  const ArrayPtr column = expand_dims(reshape(a, {-1}), {1});
  return apply_as(Opcode::kMultiply, dtype, {column, reshape(b, {-1})}, "array::outer");
}

}  // namespace lazy

}  // namespace bask
