#include <bask/collections/array/expression/intermediate_chunks.hpp>
#include <bask/collections/array/kernels/strip_reductions.hpp>
#include <bask/collections/array/kernels/tile_product.hpp>
#include <bask/collections/array/operations/multiply_blocks.hpp>
#include <bask/core/archive.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace bask {

namespace {

// So many blocks of the result keep every thread busy. With fewer, long rows of tiles are cut into groups.
constexpr std::uint32_t kManyBlocks = 16;
constexpr std::uint32_t kLongRow = 8;
constexpr std::uint32_t kSumsTogether = 8;

// Where the matrices of a batch begin in a block, in elements, for each matrix of the product.
std::vector<std::int64_t> batch_offsets(std::span<const std::int64_t> product,
                                        std::span<const std::int64_t> own, std::int64_t matrix) {
  const std::size_t less = product.size() - own.size();
  const Shape strides = strides_of(own);
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(element_count(product)));
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    for (std::size_t k = product.size(); k-- > 0; rest /= product[k]) {
      if (k >= less && own[k - less] != 1) offsets[i] += rest % product[k] * strides[k - less] * matrix;
    }
  }
  return offsets;
}

// The first block that a call reads, for the call to change.
template <class Description>
Block first_block(const BlockCall<Description>& call) {
  const Input& first = call.call.inputs[1];
  return first.last_use ? std::move(first.value->get_mutable<Block>()) : call.block(0);
}

Block multiply_blocks(const BlockCall<Multiplying>& call) {
  const Multiplying& how = call.description();
  const DType dtype = call.block(0).dtype();
  const Shape extent = region_of(how.chunks, call.task() / how.groups).extent;
  const std::span<const std::int64_t> shape(extent);
  Block product = how.goes_on ? first_block(call) : Block(dtype, shape);
  const auto element = static_cast<std::int64_t>(product.element_bytes());
  if (!how.goes_on) std::fill_n(product.elements(), product.count() * element, std::byte{0});
  const auto batch = shape.first(how.batch);
  TileSizes sizes;
  sizes.rows = element_count(shape.subspan(how.batch, how.left_free));
  sizes.columns = element_count(shape.subspan(how.batch + how.left_free));
  sizes.left_transposed = how.left_transposed;
  sizes.right_transposed = how.right_transposed;
  for (std::size_t k = how.goes_on ? 1 : 0; k + 1 < call.blocks(); k += 2) {
    const Block& left = call.block(k);
    const Block& right = call.block(k + 1);
    const auto contracted = left.shape().subspan(how.left_batch);
    sizes.inner = how.left_transposed ? contracted[0] : element_count(contracted.subspan(how.left_free));
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
  Block sum = first_block(call);
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

BlockRefs add_up(BlockRefs refs, std::uint32_t blocks, const std::string& name) {
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
    refs.set_reads({});
    refs.set_operations(name + " (sum)");
    each = sums;
  }
  return refs;
}

// Along the contracted axes, a task reads as many elements as before when blocks are smaller.
ReadsByChunks whole_rows(const Factors& factors) {
  ReadsByChunks reads;
  for (std::size_t k = 0; k < factors.contracted; ++k) {
    const std::size_t left_axis = factors.left->ndim() - factors.contracted + k;
    reads.whole.push_back({0, factors.left_transposed ? 0 : left_axis});
    reads.whole.push_back({1, factors.right_transposed ? 1 : factors.right_batch() + k});
  }
  return reads;
}

// Of the largest pair of tiles.
double bytes_of_a_pair(const Factors& factors) {
  double bytes = 0;
  for (const ArrayPtr& factor : {factors.left, factors.right}) {
    double tile = static_cast<double>(size_of(factor->dtype()));
    for (const AxisChunks& axis : factor->chunks())
      tile *= static_cast<double>(*std::max_element(axis.begin(), axis.end()));
    bytes += tile;
  }
  return std::max(bytes, 1.0);
}

Chunks contracted_chunks(const Factors& factors) {
  Chunks chunks;
  for (std::size_t k = 0; k < factors.contracted; ++k) {
    const std::size_t axis = factors.left_transposed ? 0 : factors.left->ndim() - factors.contracted + k;
    chunks.push_back(factors.left->chunks()[axis]);
  }
  return chunks;
}

// Of the largest tiles.
TaskScratch packing(const Multiplying& how, const Factors& factors) {
  const auto longest = [](const AxisChunks& axis) { return *std::max_element(axis.begin(), axis.end()); };
  TileSizes sizes{1, 1, 1};
  for (std::size_t k = how.batch; k < how.chunks.size(); ++k)
    (k < how.batch + how.left_free ? sizes.rows : sizes.columns) *= longest(how.chunks[k]);
  for (const AxisChunks& axis : contracted_chunks(factors)) sizes.inner *= longest(axis);
  const DType dtype = factors.left->dtype();
  const std::size_t axes =
      std::max(factors.left->ndim() - how.left_batch, factors.right->ndim() - factors.right_batch());
  return {packing_bytes(dtype, sizes), 2 * static_cast<double>(size_of(dtype)), axes};  // two whole tiles
}

// Where the factors are large, the products of some rows of tiles with one column follow each other, so that
// the column is read once for all of them. The rows and the column should fit in memory together; they are
// few, as all their products may be held for a reader that wants whole rows. Empty: any order will do.
std::vector<std::uint32_t> down_columns(const Multiplying& how, double bytes_in_a_row) {
  constexpr double kBytesTogether = 3 * static_cast<double>(kMostBytesRead);
  constexpr double kMostRows = 3;
  const BlockGrid out(how.chunks);
  const std::span<const std::int64_t> counts(out.counts);
  const auto rows = static_cast<double>(element_count(counts.subspan(how.batch, how.left_free)));
  const auto columns = static_cast<std::uint32_t>(element_count(counts.subspan(how.batch + how.left_free)));
  const double fitting = std::min(kBytesTogether / bytes_in_a_row - 1, kMostRows);
  if (bytes_in_a_row * (rows + columns) <= kBytesTogether || fitting < 2) return {};
  const auto last = static_cast<std::uint32_t>(rows) - 1, together = static_cast<std::uint32_t>(fitting);
  std::vector<std::uint32_t> next(out.size(), kNoIndex);
  for (std::uint32_t block = 0; block < out.size(); ++block) {
    const std::uint32_t row = block / columns % (last + 1);
    if ((row + 1) % together != 0 && row < last) next[block] = block + columns;
  }
  return next;
}

// The pairs of tiles whose products a block of the product is the sum of, one after the other.
class TilePairs {
 public:
  TilePairs(const Multiplying& how, const Factors& factors)
      : how_(how),
        out_(how.chunks),
        left_(factors.left->chunks()),
        right_(factors.right->chunks()),
        inner_(contracted_chunks(factors)) {}
  std::uint32_t blocks() const { return out_.size(); }
  std::uint32_t each() const { return inner_.size(); }
  void read(std::uint32_t block, std::uint32_t first, std::uint32_t end, BlockReads& reads) const {
    const std::vector<std::int64_t> at = out_.place_of(block);
    const std::span<const std::int64_t> place(at);
    const auto batch = place.first(how_.batch);
    for (std::uint32_t k = first; k < end; ++k) {
      const std::vector<std::int64_t> along = inner_.place_of(k);
      reads.read(0, factor_block(left_, batch, how_.left_batch, place.subspan(how_.batch, how_.left_free),
                                 along, how_.left_transposed));
      reads.read(1, factor_block(right_, batch, how_.right_batch, along,
                                 place.subspan(how_.batch + how_.left_free), how_.right_transposed));
    }
  }

 private:
  const Multiplying& how_;
  BlockGrid out_, left_, right_, inner_;
};

}  // namespace

TaskWork task_work(const Multiplying& how, std::uint32_t, const ResultsOfTask& results) {
  constexpr double kElement = 8;
  TaskWork work;
  const std::span<const float> blocks = results.inputs;
  for (std::size_t k = how.goes_on ? 1 : 0; k + 1 < blocks.size(); k += 2) {
    work.multiply_adds +=
        std::sqrt(double{blocks[k]} * blocks[k + 1] * results.made / (kElement * kElement * kElement));
  }
  return work;
}

BlockRefs lower_product(Multiplying how, const Factors& factors, const std::string& name,
                        std::vector<BlockRefs> inputs) {
  const TilePairs pairs(how, factors);
  const double pair = bytes_of_a_pair(factors), fitting = static_cast<double>(kMostBytesRead) / pair;
  const std::uint32_t row = pairs.each(), together = static_cast<std::uint32_t>(std::max(fitting, 1.0));
  std::uint32_t group = row;
  if (pairs.blocks() < kManyBlocks && row > kLongRow) group = std::max(4U, row * pairs.blocks() / 64);
  const std::uint32_t groups = (row + group - 1) / group;
  std::vector<TaskRef> so_far;  // the last task of each group of each block
  for (std::uint32_t done = 0; done < group; done += together) {
    // The last group may be shorter than the others, and end in an earlier layer.
    how.groups = (groups - 1) * group + done < row ? groups : groups - 1;
    how.goes_on = done > 0;
    BlockReads reads;
    for (std::uint32_t block = 0; block < pairs.blocks(); ++block) {
      for (std::uint32_t k = 0; k < how.groups; ++k) {
        if (how.goes_on) reads.read(2, block * groups + k);
        const std::uint32_t end = std::min({(k + 1) * group, k * group + done + together, row});
        pairs.read(block, k * group + done, end, reads);
        reads.end_task();
      }
    }
    inputs.resize(2);
    if (how.goes_on) inputs.emplace_back(so_far);
    const BlockRefs parts = BlockTasks<multiply_blocks>::add(name, how, inputs, std::move(reads));
    parts.set_blocks(factors.left->dtype(), how.chunks, how.groups);
    parts.set_scratch(packing(how, factors));
    if (together >= group) parts.set_reads(whole_rows(factors));
    const bool is_last = done + together >= group;
    if (is_last && groups == 1) parts.set_companions(down_columns(how, row * pair / 2));
    if (is_last && how.groups == groups) return add_up(parts, pairs.blocks(), name);
    so_far.resize(pairs.blocks() * groups);
    for (std::uint32_t task = 0; task < parts.size(); ++task)
      so_far[task / how.groups * groups + task % how.groups] = parts[task];
  }
  return add_up(BlockRefs(std::move(so_far)), pairs.blocks(), name);
}

}  // namespace bask
