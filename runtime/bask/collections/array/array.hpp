// array.hpp: lazy arrays cut into blocks, as `dask.array` has them, with NumPy's names and meaning.
// Runs on: rank 0; blocks are computed on every rank.
// Threads: any; an Array is a value, and copies share their work.
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

/// The type of sums and products: the widest integer for bool and integers, as in NumPy; else the same type.
template <class T>
using sum_t = std::conditional_t<
    std::is_integral_v<T>,
    std::conditional_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>, std::uint64_t, std::int64_t>, T>;
/// The type of means: float64 for bool and integers; else the same type.
template <class T>
using mean_t = std::conditional_t<std::is_integral_v<T>, double, T>;

/// Refuses complex numbers at compile time where a function needs an order of the elements. All other
/// functions compute with both parts.
template <class E>
constexpr void require_order() {
  static_assert(std::is_arithmetic_v<E>,
                "bask: complex numbers have no order: take real(x), imag(x) or abs(x)");
}

/// An array cut into blocks, with the methods of NumPy's ndarray. NumPy's functions are in the headers beside
/// this one:
///   elements    functions.hpp, elementwise.hpp, universal_functions.hpp, map.hpp, choice.hpp, searching.hpp
///   reductions  reductions.hpp, statistics.hpp, average.hpp, covariance.hpp, counts.hpp, histograms.hpp,
///               groupby.hpp
///   shapes      manipulation.hpp, joining.hpp, triangles.hpp, assignment.hpp
///   sources     creation.hpp, random.hpp
///   others      products.hpp, einsum.hpp, calculus.hpp, convolution.hpp, blockwise.hpp, along_axis.hpp
template <class E>
class Array {
  static_assert(Element<E>,
                "bask: arrays hold bool, integers, float, double and complex numbers of them; other types go "
                "into delayed values");

 public:
  using value_type = E;

  /// An empty Array, to be assigned to. Using it before that throws Error.
  Array() = default;
  explicit Array(ArrayPtr node) : node_(std::move(node)) {}
  Array(const Array&) = default;
  Array(Array&&) noexcept = default;
  Array& operator=(const Array&) & = default;
  Array& operator=(Array&&) & noexcept = default;
  /// Refused: x["1:3"] = y and x[mask] = y would change a temporary.
  template <class U>
  void operator=(const U&) && {
    static_assert(sizeof(U) == 0,
                  "bask: a part of an array cannot be assigned to: arrays never change. Make a new one: "
                  "y = x.set(\"1:3\", values), or x.set(mask, 0)");
  }

  template <class U = E>
  explicit operator bool() const {
    static_assert(
        sizeof(Array<U>) == 0,
        "bask: whether an array is true is not known before compute(): where(c, x, y) chooses element "
        "by element, logical_and(x, y) and logical_not(x) combine, x.all().compute().item() decides");
    return false;
  }

  /// Whether no array was assigned yet.
  bool is_empty() const { return node_ == nullptr; }
  const Shape& shape() const { return node()->shape(); }
  const Chunks& chunks() const { return node()->chunks(); }
  std::size_t ndim() const { return shape().size(); }
  /// The number of elements; kUnknown when a length is unknown. The same holds for nbytes().
  std::int64_t size() const { return element_count(shape()); }
  std::int64_t nbytes() const {
    return size() == kUnknown ? kUnknown : size() * static_cast<std::int64_t>(sizeof(E));
  }
  static constexpr DType dtype() { return dtype_of<E>(); }
  /// The number of blocks along each axis; npartitions() is the number of all blocks.
  std::vector<std::int64_t> numblocks() const { return BlockGrid(chunks()).counts; }
  std::uint32_t npartitions() const { return node()->block_count(); }

  // Use: use.hpp.
  /// Runs the tasks that the array needs and returns all of it. Cost: one copy, unless it has one block.
  NdArray<E> compute() const;
  /// Runs the tasks that the array needs now. The blocks stay on the ranks that made them while the returned
  /// Array lives.
  Array persist() const;
  /// The same array, whose blocks go to the journal of --bask-checkpoint as soon as they are computed.
  /// Cost: a copy of blocks that other tasks have made; none for elementwise operations.
  Array checkpoint() const { return Array(ArrayNode::checkpoint(node())); }
  /// Draws the graph into a file: .svg, .png, .pdf or .dot.
  void visualize(const std::string& path = "graph.svg") const;
  /// The blocks, in C order.
  std::vector<Delayed<NdArray<E>>> to_delayed() const;
  /// Computes the array into the caller's memory: size() elements in C order.
  /// Throws: Error when the memory has another size.
  void store(std::span<E> memory) const;
  /// Computes and keeps the blocks as persist() does, so that lengths which a mask left unknown are known.
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
  /// The elements where a mask of the same shape is true, in C order; with a mask of the first axis, whole
  /// rows. Their number is known once the result is computed.
  Array operator[](const Array<bool>& mask) const { return Array(lazy::compress(node(), mask.node())); }
  /// The elements at `positions` along `axis`, or of ravel() when no axis is given.
  Array take(const Index::Positions& positions, std::optional<std::int64_t> axis = {}) const;
  /// Each block as an array, in C order: `for (const auto& block : x.blocks())`.
  std::vector<Array> blocks() const;
  /// The blocks at these indices of the grid of blocks: x.blocks("1:3, 0").
  Array blocks(std::string_view indices) const { return Array(lazy::blocks(node(), parse_indices(indices))); }

  // Assign: assignment.hpp. An array never changes: these are new ones, and this one stays as it is.
  /// As x[indices] = value: a number, or an array that broadcasts to x[indices]. The type stays.
  template <class S, class V>
  requires std::convertible_to<const S&, std::string_view> Array set(const S& indices, const V& value)
  const;
  template <class V>
  Array set(const Several<Index>& indices, const V& value) const;
  /// As x[mask] = value. The mask has the shape of x, or that of its first axes.
  template <class M, class V>
  requires std::same_as<M, Array<bool>> Array set(const M& mask, const V& value)
  const;

  // Shape: manipulation.hpp.
  /// One extent may be -1: what is left of the elements. Throws: Error when their number would change.
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
    const UserCall call("astype");
    return Array<U>(lazy::cast(node(), dtype_of<U>()));
  }
  /// Calls a function of one element with every element. F is a template argument or a captureless lambda.
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
  /// argmin, argmax, cumsum and cumprod run along one axis, or over ravel() when no axis is given.
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
  /// Calls a function NdArray<U>(NdView<const E>) with each block.
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
