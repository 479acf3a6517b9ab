#include <bask/collections/array/block/box_runs.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>

#include <cstring>

namespace bask {

namespace lazy {

ArrayPtr from_memory(DType dtype, const std::byte* elements, const Shape& shape, const Chunks& chunks) {
  const BlockGrid grid(chunks);
  std::vector<TaskRef> refs;
  for (std::uint32_t k = 0; k < grid.size(); ++k) {
    const Region region = region_of(grid, k);
    Block block(dtype, region.extent);
    copy_box({shape, region.start}, elements, {region.extent, Shape(shape.size(), 0)}, block.elements(),
             region.extent, block.element_bytes());
    const Key key = hash_bytes({block.data(), block.size()});
    refs.push_back(ValueLayer::constant(key, &value_type_of<Block>, [&] {
      Value value;
      value.emplace<Block>(std::move(block));
      return value;
    }));
  }
  return ArrayNode::blocks("from-array", dtype, chunks, BlockRefs(std::move(refs)));
}

ArrayPtr from_blocks(std::string name, DType dtype, const Chunks& chunks, std::vector<TaskRef> blocks) {
  const BlockGrid grid(chunks);
  if (grid.size() != blocks.size()) {
    throw Error("array::from_delayed",
                std::to_string(blocks.size()) + " blocks are given for chunks " + text_of(chunks) +
                    ", which have " + std::to_string(grid.size()),
                "give one for each block, in C order");
  }
  return ArrayNode::blocks(std::move(name), dtype, chunks, BlockRefs(std::move(blocks)));
}

ArrayPtr eye(std::int64_t rows, std::int64_t columns, std::int64_t offset, const ChunkSpec& chunks) {
  const Chunks grid = chunks.of({rows, columns}, 8, "array::eye");
  return apply(Opcode::kEqual, {iota(grid, 0, offset), iota(grid, 1)}, "array::eye");
}

ArrayPtr diag(const ArrayPtr& vector, std::int64_t offset) {
  const UserCall call("diag");
  if (vector->ndim() == 2) return diagonal(vector, offset);
  if (vector->ndim() != 1) {
    throw Error("array::diag", "shape " + text_of(vector->shape()) + " is neither a vector nor a matrix",
                "use an array of one axis or two");
  }
  const std::int64_t more = offset < 0 ? -offset : offset;
  const DType dtype = vector->dtype();
  const ArrayPtr zero = constant(dtype, ElementBytes{});
  // v[i] in row i, or in column i when the diagonal begins further down.
  AxisChunks own = vector->chunks()[0], longer = own;
  if (more > 0) longer.insert(longer.end(), more);
  const ArrayPtr edge = constant(dtype, ElementBytes{}, {{more}});
  const ArrayPtr padded = more == 0 ? vector : concatenate({vector, edge}, 0, "array::diag");
  const Chunks grid{longer, longer};
  const ArrayPtr spread = view("diag", padded, {{offset >= 0 ? 0 : 1, 0, 1}}, grid);
  const ArrayPtr on = apply(Opcode::kEqual, {iota(grid, 0, offset), iota(grid, 1)}, "array::diag");
  return apply(Opcode::kWhere, {on, spread, zero}, "array::diag");
}

ArrayPtr progression(std::int64_t count, double start, double step, const ChunkSpec& chunks,
                     std::string_view where) {
  const ArrayPtr numbers = cast(iota(chunks.of({count}, 8, where), 0), DType::kFloat64);
  const ArrayPtr scaled = apply(Opcode::kMultiply, {numbers, constant(step)}, where);
  return apply(Opcode::kAdd, {scaled, constant(start)}, where);
}

namespace {

constexpr const char* kArange = "array::arange";

// Wide enough for bounds and step of 64 bits, and for their differences and products.
__extension__ using Wide = __int128;

[[noreturn]] void refuse_endless(double start, double stop, double step) {
  throw Error(kArange,
              "the range from " + std::to_string(start) + " to " + std::to_string(stop) + " by " +
                  std::to_string(step) + " has no end",
              "use finite bounds and a step that is not 0");
}
std::int64_t checked_count(double count) {
  if (count >= 0x1p63) throw Error(kArange, "the range has more than 2^63 elements", "use a larger step");
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(count));
}

double as_double(const Number& number) {
  const auto bytes = element_of(number, DType::kFloat64, kArange);
  double value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}
// An integer of 64 bits, signed or unsigned.
Wide as_integer(const Number& number) {
  const bool is_unsigned = number.dtype() == DType::kUInt64;
  const auto bytes = element_of(number, is_unsigned ? DType::kUInt64 : DType::kInt64, kArange);
  std::int64_t value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return is_unsigned ? Wide(static_cast<std::uint64_t>(value)) : Wide(value);
}
Number as_number(Wide value) {
  return value < 0 || value <= INT64_MAX ? Number(static_cast<std::int64_t>(value))
                                         : Number(static_cast<std::uint64_t>(value));
}

ArrayPtr integer_range(DType dtype, const Number& first, const Number& end, const Number& by,
                       const ChunkSpec& chunks) {
  const Wide start = as_integer(first), step = as_integer(by);
  if (step == 0) refuse_endless(as_double(first), as_double(end), 0);
  const double bound = as_double(end);
  const bool is_whole = !is_floating(end.dtype());
  const Wide stop = is_whole ? as_integer(end) : as_integer(step > 0 ? std::ceil(bound) : std::floor(bound));
  const Wide length = step > 0 ? stop - start : start - stop, stride = step > 0 ? step : -step;
  const Wide count = length <= 0 ? 0 : (length - 1) / stride + 1;
  checked_count(static_cast<double>(count));
  if (count > 0) {
    element_of(first, dtype, kArange);
    element_of(as_number(start + (count - 1) * step), dtype, kArange);
  }
  const Chunks cut = chunks.of({static_cast<std::int64_t>(count)}, size_of(dtype), kArange);
  return cast(iota(cut, 0, static_cast<std::int64_t>(start), static_cast<std::int64_t>(step)), dtype);
}

// The step is the distance from the first element to the second one, both rounded, as in NumPy.
template <class E>
ArrayPtr floating_range(double start, double stop, double step, const ChunkSpec& chunks) {
  if (step == 0 || !std::isfinite((stop - start) / step)) refuse_endless(start, stop, step);
  const auto first = static_cast<E>(start);
  const auto by = static_cast<double>(static_cast<E>(first + static_cast<E>(step)) - first);
  const std::int64_t count = checked_count(std::ceil((stop - start) / step));
  return cast(progression(count, static_cast<double>(first), by, chunks, kArange), dtype_of<E>());
}

}  // namespace

ArrayPtr arange(DType dtype, const Number& start, const Number& stop, const Number& step,
                const ChunkSpec& chunks) {
  const UserCall call("arange");
  if (!is_floating(dtype)) return integer_range(dtype, start, stop, step, chunks);
  const double first = as_double(start), end = as_double(stop), by = as_double(step);
  return dtype == DType::kFloat32 ? floating_range<float>(first, end, by, chunks)
                                  : floating_range<double>(first, end, by, chunks);
}

}  // namespace lazy

Array<double> linspace(double start, double stop, std::int64_t count, bool endpoint,
                       const ChunkSpec& chunks) {
  if (count < 0) throw Error("array::linspace", "the count is " + std::to_string(count), "use 0 or more");
  const UserCall call("linspace");
  const std::int64_t steps = endpoint ? count - 1 : count;
  const double step = steps > 0 ? (stop - start) / static_cast<double>(steps) : 0;
  const ArrayPtr numbers = lazy::progression(count, start, step, chunks, "array::linspace");
  if (!endpoint || count < 2) return Array<double>(numbers);
  // The last element is `stop`, exactly.
  const ArrayPtr last = lazy::apply(
      Opcode::kEqual, {lazy::iota(numbers->chunks(), 0), lazy::constant(count - 1)}, "array::linspace");
  return Array<double>(lazy::apply(Opcode::kWhere, {last, lazy::constant(stop), numbers}, "array::linspace"));
}

std::vector<Array<std::int64_t>> indices(const Shape& shape, const ChunkSpec& chunks) {
  const UserCall call("indices");
  const Chunks grid = chunks.of(shape, 8, "array::indices");
  std::vector<Array<std::int64_t>> all;
  for (std::size_t k = 0; k < shape.size(); ++k) all.emplace_back(lazy::iota(grid, k));
  return all;
}

namespace arrays {

void check_block(const Block& block, const Shape& expected) {
  bool fits = block.ndim() == expected.size();
  for (std::size_t k = 0; fits && k < expected.size(); ++k)
    fits = expected[k] == kUnknown || expected[k] == block.shape()[k];
  if (fits) return;
  throw Error("array::from_delayed",
              "a block has shape " + text_of(block.shape()) + " where " + text_of(expected) + " was expected",
              "return blocks of the shapes that the chunks name");
}

}  // namespace arrays

}  // namespace bask
