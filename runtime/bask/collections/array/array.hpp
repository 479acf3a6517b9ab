// array.hpp: lazy arrays cut into blocks, as `dask.array` has them, with NumPy's names and meaning.
// Runs on: rank 0; blocks are computed on every rank. Threads: any; an Array is a value, copies share their
// work.
//
//   auto x = bask::random::default_rng(42).random({10000, 10000}, {1000, 1000});
//   auto y = (x + x.T())["::2, 5000:"].mean(1);       // nothing has run yet
//   bask::NdArray<double> result = y.compute();
#pragma once

#include <bask/collections/array/block/axes.hpp>
#include <bask/collections/array/block/nd_array.hpp>
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/index.hpp>
#include <bask/core/error.hpp>

#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

template <class T>
class Delayed;

/// What sums and products of a type are: of bool and integers the widest integer, as in NumPy.
template <class T>
using sum_t = std::conditional_t<
    std::is_integral_v<T>,
    std::conditional_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>, std::uint64_t, std::int64_t>, T>;
/// What means of a type are: of bool and integers float64.
template <class T>
using mean_t = std::conditional_t<std::is_integral_v<T>, double, T>;

/// One rule for complex numbers: what needs an order of the elements is refused here, the rest computes with
/// both parts.
template <class E>
constexpr void require_order() {
  static_assert(std::is_arithmetic_v<E>,
                "bask: complex numbers have no order: take real(x), imag(x) or abs(x)");
}

/// Everything that NumPy has as a method; its functions are in the headers beside this one: creation.hpp,
/// elementwise.hpp, reductions.hpp, manipulation.hpp, products.hpp, blockwise.hpp, groupby.hpp.
template <class E>
class Array {
  static_assert(Element<E>,
                "bask: arrays hold bool, integers, float, double and complex numbers of them; other types go "
                "into delayed values");

 public:
  using value_type = E;

  /// A place for an Array. Using it before one is assigned is an Error.
  Array() = default;
  explicit Array(ArrayPtr node) : node_(std::move(node)) {}
  Array(const Array&) = default;
  Array(Array&&) noexcept = default;
  Array& operator=(const Array&) & = default;
  Array& operator=(Array&&) & noexcept = default;
  /// x["1:3"] = y and x[mask] = y would change a temporary.
  template <class U>
  void operator=(const U&) && {
    static_assert(sizeof(U) == 0,
                  "bask: a part of an array cannot be assigned to: arrays never change. Make a new one: "
                  "y = where(mask, values, x), or concatenate({...})");
  }

  template <class U = E>
  explicit operator bool() const {
    static_assert(
        sizeof(Array<U>) == 0,
        "bask: whether an array is true is not known before compute(): where(c, x, y) chooses element "
        "by element, logical_and(x, y) and logical_not(x) combine, x.all().compute().item() decides");
    return false;
  }

  /// Whether none was assigned yet.
  bool is_empty() const { return node_ == nullptr; }
  const Shape& shape() const { return node()->shape(); }
  const Chunks& chunks() const { return node()->chunks(); }
  std::size_t ndim() const { return shape().size(); }
  /// Elements; kUnknown where a length is unknown.
  std::int64_t size() const { return element_count(shape()); }
  std::int64_t nbytes() const {
    return size() == kUnknown ? kUnknown : size() * static_cast<std::int64_t>(sizeof(E));
  }
  static constexpr DType dtype() { return dtype_of<E>(); }
  /// Blocks along each axis, and all.
  std::vector<std::int64_t> numblocks() const { return BlockGrid(chunks()).counts; }
  std::uint32_t npartitions() const { return node()->block_count(); }

  // Use: use.hpp.
  /// Runs all that is needed. Returns the whole array. Cost: one copy, unless it has one block.
  NdArray<E> compute() const;
  /// Runs all that is needed now and keeps the blocks, on the ranks that made them, while the result lives.
  Array persist() const;
  /// The same array, of which every block is kept in the journal of --bask-checkpoint once it is there. Cost:
  /// a copy of blocks that other tasks have made, none of elementwise operations.
  Array checkpoint() const { return Array(ArrayNode::checkpoint(node())); }
  void visualize(const std::string& path = "graph.svg") const;
  /// The blocks, in C order.
  std::vector<Delayed<NdArray<E>>> to_delayed() const;
  /// Computes into memory of the caller's: C order, size() elements. Throws: Error when it is of another
  /// size.
  void store(std::span<E> memory) const;
  /// Runs what is needed to know the lengths that a mask left unknown, and keeps the blocks.
  Array compute_chunk_sizes() const;

  // Index: index.hpp.
  Array operator[](std::string_view indices) const { return at(parse_indices(indices)); }
  template <std::integral I>
  Array operator[](I index) const {
    return at({Index(static_cast<std::int64_t>(index))});
  }
  template <class... Is>
  requires(std::is_constructible_v<Index, const Is&>&&...) Array operator()(const Is&... indices) const {
    return at({Index(indices)...});
  }
  Array at(const Several<Index>& indices) const { return Array(lazy::getitem(node(), indices.list())); }
  /// The elements where a mask of the same shape is true, in C order. How many is known once it is computed.
  Array operator[](const Array<bool>& mask) const { return Array(lazy::compress(node(), mask.node())); }
  /// Of the array as ravel() has it when no axis is named.
  Array take(const Index::Positions& positions, std::optional<std::int64_t> axis = {}) const;
  /// Each block as an array, in C order: `for (const auto& block : x.blocks())`.
  std::vector<Array> blocks() const;
  /// The blocks at these indices of the grid of blocks: x.blocks("1:3, 0").
  Array blocks(std::string_view indices) const { return Array(lazy::blocks(node(), parse_indices(indices))); }

  // Shape: manipulation.hpp.
  /// One extent may be -1: what is left. Throws: Error when the counts differ.
  Array reshape(const Shape& shape) const;
  Array ravel() const { return reshape({-1}); }
  Array flatten() const { return reshape({-1}); }
  Array T() const;
  Array transpose(const Axes& axes = {}) const;
  Array swapaxes(std::int64_t a, std::int64_t b) const;
  Array squeeze(const Axes& axes = {}) const;
  Array rechunk(const ChunkSpec& chunks) const;
  Array repeat(std::int64_t times, std::optional<std::int64_t> axis = {}) const;

  // Elementwise: elementwise.hpp.
  template <class U>
  Array<U> astype() const {
    return Array<U>(lazy::cast(node(), dtype_of<U>()));
  }
  /// A function of one element, a template argument or a captureless lambda, of every element.
  template <auto F>
  auto map() const;
  template <class F>
  auto map(const F& function) const;
  template <class L, class H>
  auto clip(const L& lowest, const H& highest) const;
  Array round(int decimals = 0) const;
  Array conj() const;
  Array<real_t<E>> real() const;
  Array<real_t<E>> imag() const;

  // Reduce: reductions.hpp.
  Array<sum_t<E>> sum(const Axes& axes, const ReduceOptions& options = {}) const;
  Array<sum_t<E>> sum(const ReduceOptions& options = {}) const { return sum(Axes(), options); }
  Array<sum_t<E>> prod(const Axes& axes, const ReduceOptions& options = {}) const;
  Array<sum_t<E>> prod(const ReduceOptions& options = {}) const { return prod(Axes(), options); }
  Array<mean_t<E>> mean(const Axes& axes, const ReduceOptions& options = {}) const;
  Array<mean_t<E>> mean(const ReduceOptions& options = {}) const { return mean(Axes(), options); }
  Array<real_t<mean_t<E>>> var(const Axes& axes, const VarianceOptions& options = {}) const;
  Array<real_t<mean_t<E>>> var(const VarianceOptions& options = {}) const { return var(Axes(), options); }
  Array<real_t<mean_t<E>>> std(const Axes& axes, const VarianceOptions& options = {}) const;
  Array<real_t<mean_t<E>>> std(const VarianceOptions& options = {}) const { return std(Axes(), options); }
  Array min(const Axes& axes, const ReduceOptions& options = {}) const;
  Array min(const ReduceOptions& options = {}) const { return min(Axes(), options); }
  Array max(const Axes& axes, const ReduceOptions& options = {}) const;
  Array max(const ReduceOptions& options = {}) const { return max(Axes(), options); }
  Array ptp(const Axes& axes, const ReduceOptions& options = {}) const;
  Array ptp(const ReduceOptions& options = {}) const { return ptp(Axes(), options); }
  Array<bool> any(const Axes& axes, const ReduceOptions& options = {}) const;
  Array<bool> any(const ReduceOptions& options = {}) const { return any(Axes(), options); }
  Array<bool> all(const Axes& axes, const ReduceOptions& options = {}) const;
  Array<bool> all(const ReduceOptions& options = {}) const { return all(Axes(), options); }
  /// Along one axis, or of the array as ravel() has it when none is named.
  Array<std::int64_t> argmin(std::optional<std::int64_t> axis, const ReduceOptions& options = {}) const;
  Array<std::int64_t> argmin(const ReduceOptions& options = {}) const {
    return argmin(std::nullopt, options);
  }
  Array<std::int64_t> argmax(std::optional<std::int64_t> axis, const ReduceOptions& options = {}) const;
  Array<std::int64_t> argmax(const ReduceOptions& options = {}) const {
    return argmax(std::nullopt, options);
  }
  Array<sum_t<E>> cumsum(std::optional<std::int64_t> axis = {}) const;
  Array<sum_t<E>> cumprod(std::optional<std::int64_t> axis = {}) const;

  // Blocks: products.hpp, blockwise.hpp.
  template <class U>
  Array<promoted<E, U>> dot(const Array<U>& other) const;
  /// A function NdArray<U>(NdView<const E>) of each block.
  template <auto F>
  auto map_blocks() const;
  template <class F>
  auto map_blocks(const F& function) const;

  const ArrayPtr& node() const {
    if (node_ == nullptr)
      throw Error("array", "an empty Array is used", "assign one that an operation has made");
    return node_;
  }

 private:
  ArrayPtr node_;
};

/// `bask.Array<transpose, shape=(8, 4), dtype=float64, chunksize=(4, 4), chunks=2, 256 B, 2 tasks>`.
template <class T>
std::ostream& operator<<(std::ostream& out, const Array<T>& array);

}  // namespace bask

#include <bask/collections/array/use.hpp>
