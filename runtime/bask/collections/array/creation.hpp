// creation.hpp: arrays made from values, ranges, memory and lazy calls. Names and meaning are NumPy's; the
// last argument is `chunks`, "auto" unless given.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/lazy/numbers.hpp>
#include <bask/collections/array/map.hpp>

#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bask {

namespace lazy {

/// The blocks of an array in memory, each stored once, as constants.
ArrayPtr from_memory(DType dtype, const std::byte* elements, const Shape& shape, const Chunks& chunks);
ArrayPtr eye(std::int64_t rows, std::int64_t columns, std::int64_t offset, const ChunkSpec& chunks);
ArrayPtr diag(const ArrayPtr& vector, std::int64_t offset);
ArrayPtr from_blocks(std::string name, DType dtype, const Chunks& chunks, std::vector<TaskRef> blocks);
/// start + step * i as float64.
ArrayPtr progression(std::int64_t count, double start, double step, const ChunkSpec& chunks,
                     std::string_view where);
/// start, start + step, … before stop. Throws: Error when the step is 0, there is no end, or a number of the
/// range does not fit `dtype`.
ArrayPtr arange(DType dtype, const Number& start, const Number& stop, const Number& step,
                const ChunkSpec& chunks);

}  // namespace lazy

namespace arrays {

/// E, or `Otherwise` when E is void, that is, when the user names no type.
template <class E, class Otherwise>
using given_t = std::conditional_t<std::is_void_v<E>, Otherwise, E>;
/// The type of a range: int64 for integers of different types, else what its numbers are promoted to.
template <class A, class B>
using range_t = std::conditional_t<std::is_integral_v<A> && std::is_integral_v<B> && !std::is_same_v<A, B>,
                                   std::int64_t, promoted<A, B>>;

}  // namespace arrays

/// An array of the value's type, or of E: full<float>({3}, 1). Throws: Error when the value does not fit.
template <class E = void, Element V>
auto full(const Shape& shape, const V& value, const ChunkSpec& chunks = {}) {
  using T = arrays::given_t<E, V>;
  constexpr DType kType = dtype_of<T>();
  const UserCall call("full");
  return Array<T>(lazy::constant(kType, lazy::element_of(value, kType, "array::full"),
                                 chunks.of(shape, sizeof(T), "array::full")));
}
template <class E = double>
Array<E> zeros(const Shape& shape, const ChunkSpec& chunks = {}) {
  const UserCall call("zeros");
  return Array<E>(lazy::constant(E(0), chunks.of(shape, sizeof(E), "array::zeros")));
}
template <class E = double>
Array<E> ones(const Shape& shape, const ChunkSpec& chunks = {}) {
  const UserCall call("ones");
  return Array<E>(lazy::constant(E(1), chunks.of(shape, sizeof(E), "array::ones")));
}
/// Elements of no particular value; here they are zeros.
template <class E = double>
Array<E> empty(const Shape& shape, const ChunkSpec& chunks = {}) {
  const UserCall call("empty");
  return zeros<E>(shape, chunks);
}
template <Element E>
Array<E> full_like(const Array<E>& x, const Number& value) {
  constexpr DType kType = dtype_of<E>();
  const UserCall call("full_like");
  return Array<E>(lazy::constant(kType, lazy::element_of(value, kType, "array::full_like"), x.chunks()));
}
template <Element E>
Array<E> zeros_like(const Array<E>& x) {
  const UserCall call("zeros_like");
  return full_like(x, E(0));
}
template <Element E>
Array<E> ones_like(const Array<E>& x) {
  const UserCall call("ones_like");
  return full_like(x, E(1));
}
template <Element E>
Array<E> empty_like(const Array<E>& x) {
  const UserCall call("empty_like");
  return full_like(x, E(0));
}

/// start, start + step, … before stop: arange(0, 1, 0.1) is double, arange<float>(10) is float.
/// Throws: Error when the step is 0, there is no end, or a number of the range does not fit the type.
template <class E = void, Element A, Element B, Element S>
auto arange(const A& start, const B& stop, const S& step, const ChunkSpec& chunks = {}) {
  using T = arrays::given_t<E, arrays::range_t<arrays::range_t<A, B>, S>>;
  static_assert(std::is_arithmetic_v<T>, "bask: a range has no complex numbers");
  return Array<T>(lazy::arange(dtype_of<T>(), start, stop, step, chunks));
}
template <class E = void, Element A, Element B>
auto arange(const A& start, const B& stop) {
  using T = arrays::given_t<E, arrays::range_t<A, B>>;
  return arange<T>(start, stop, 1);
}
template <class E = void, Element B>
auto arange(const B& stop) {
  return arange<arrays::given_t<E, B>>(0, stop);
}
/// `count` numbers evenly spaced from start to stop, which is the last one, unless `endpoint` is false.
Array<double> linspace(double start, double stop, std::int64_t count = 50, bool endpoint = true,
                       const ChunkSpec& chunks = {});

/// Ones on the diagonal `offset` columns to the right of the main one. As many columns as rows unless it is
/// said.
template <class E = double>
Array<E> eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, std::int64_t offset = 0,
             const ChunkSpec& chunks = {}) {
  const UserCall call("eye");
  return Array<E>(lazy::cast(lazy::eye(rows, columns.value_or(rows), offset, chunks), dtype_of<E>()));
}
/// A vector gives the matrix with that vector on a diagonal; a matrix gives its diagonal.
template <Element E>
Array<E> diag(const Array<E>& x, std::int64_t offset = 0) {
  return Array<E>(lazy::diag(x.node(), offset));
}
/// One array per axis: the index of each element along it.
std::vector<Array<std::int64_t>> indices(const Shape& shape, const ChunkSpec& chunks = {});
/// Spreads vectors into arrays of one shape: indexing "xy" as NumPy's default, "ij" when `matrix_indexing`.
template <Element E>
std::vector<Array<E>> meshgrid(const std::vector<Array<E>>& vectors, bool matrix_indexing = false);

template <Element E>
std::vector<Array<E>> meshgrid(std::initializer_list<Array<E>> vectors, bool matrix_indexing = false) {
  return meshgrid(std::vector<Array<E>>(vectors), matrix_indexing);
}

/// A copy of numbers in memory, in C order.
template <Element E>
Array<E> from_array(std::span<const E> elements, const Shape& shape, const ChunkSpec& chunks = {}) {
  if (static_cast<std::int64_t>(elements.size()) != element_count(shape)) {
    throw Error("array::from_array",
                "shape " + text_of(shape) + " has " + std::to_string(element_count(shape)) +
                    " elements, and " + std::to_string(elements.size()) + " are given",
                "give as many elements as the shape has");
  }
  return Array<E>(lazy::from_memory(dtype_of<E>(), reinterpret_cast<const std::byte*>(elements.data()), shape,
                                    chunks.of(shape, sizeof(E), "array::from_array")));
}
template <Element E>
Array<E> from_array(const NdArray<E>& array, const ChunkSpec& chunks = {}) {
  return from_array<E>(array.span(), Shape(array.shape().begin(), array.shape().end()), chunks);
}
/// An array whose blocks are the results of lazy calls, in C order of the grid of `chunks`.
template <Element E>
Array<E> from_delayed(const std::vector<Delayed<NdArray<E>>>& blocks, const Chunks& chunks);
/// An array of one block.
template <Element E>
Array<E> from_delayed(const Delayed<NdArray<E>>& block, const Shape& shape) {
  Chunks chunks;
  for (const std::int64_t extent : shape) chunks.push_back({extent});
  return from_delayed(std::vector<Delayed<NdArray<E>>>{block}, chunks);
}
/// F(i, j, …) of the indices of each element, up to eight axes. F: a template argument or captureless lambda.
template <auto F>
auto from_function(const Shape& shape, const ChunkSpec& chunks = {}) {
  return maps::from_function<FunctionCallee<F>>(shape, chunks);
}
template <AnyFunction F>
auto from_function(const F&, const Shape& shape, const ChunkSpec& chunks = {}) {
  if constexpr (goes_to_arrays<F>()) {
    return maps::from_function<ObjectCallee<F>>(shape, chunks);
  } else {
    return Array<double>();
  }
}

/// The same under NumPy's name. The indices are integers unless F takes others.
template <auto F>
auto fromfunction(const Shape& shape, const ChunkSpec& chunks = {}) {
  return from_function<F>(shape, chunks);
}
template <AnyFunction F>
auto fromfunction(const F& function, const Shape& shape, const ChunkSpec& chunks = {}) {
  return from_function(function, shape, chunks);
}

template <Element E>
std::vector<Array<E>> meshgrid(const std::vector<Array<E>>& vectors, bool matrix_indexing) {
  const std::size_t axes = vectors.size();
  const auto place = [&](std::size_t k) { return !matrix_indexing && axes > 1 && k < 2 ? 1 - k : k; };
  Chunks chunks(axes);
  for (std::size_t k = 0; k < axes; ++k) chunks[place(k)] = vectors[k].ravel().chunks()[0];
  const UserCall call("meshgrid");
  std::vector<Array<E>> grids;
  for (std::size_t k = 0; k < axes; ++k) {
    grids.emplace_back(lazy::view("meshgrid", vectors[k].ravel().node(),
                                  {{static_cast<std::int32_t>(place(k)), 0, 1}}, chunks));
  }
  return grids;
}

namespace arrays {

/// Throws: Error when the block has another shape than `expected`; unknown lengths fit any.
void check_block(const Block& block, const Shape& expected);

template <class E>
Block to_block(NdArray<E> array, const Shape& expected) {
  check_block(array.block(), expected);
  return std::move(array).release();
}

}  // namespace arrays

template <Element E>
Array<E> from_delayed(const std::vector<Delayed<NdArray<E>>>& blocks, const Chunks& chunks) {
  const BlockGrid grid(chunks);
  std::vector<TaskRef> refs;
  for (std::uint32_t k = 0; k < blocks.size(); ++k) {
    const Shape expected = k < grid.size() ? region_of(grid, k).extent : Shape();
    refs.push_back(
        delayed<&arrays::to_block<E>>({.name = "from-delayed", .pure = true})(blocks[k], expected).ref());
  }
  return Array<E>(lazy::from_blocks("from-delayed", dtype_of<E>(), chunks, std::move(refs)));
}

}  // namespace bask
