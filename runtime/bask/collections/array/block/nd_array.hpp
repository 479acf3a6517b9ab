// nd_array.hpp: an owning dense array, and a view of one. compute() of an Array returns an NdArray; users'
// functions of blocks take views and return NdArrays.
// Runs on: every rank. Threads: an NdArray belongs to one thread, or no thread changes it.
// Invariants: (1) elements lie in C order without gaps, from a multiple of 64 bytes on;
//             (2) an NdArray is one Block: tasks may return it, and its bytes travel as they lie.
#pragma once

#include <bask/collections/array/block/block.hpp>

#include <algorithm>
#include <cassert>
#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <utility>

namespace bask {

namespace nd_array {
// Each throws an Error that names the index or the shape.
std::size_t checked_offset(std::span<const std::int64_t> shape, std::initializer_list<std::int64_t> index);
void check_count(std::span<const std::int64_t> shape, std::size_t values);
void check_dtype(const Block& block, DType dtype);
void check_one(std::span<const std::int64_t> shape);
void print(std::ostream& out, const Block& block);
}  // namespace nd_array

/// A view: element (i, j, …) is `data[i * strides[0] + j * strides[1] + …]`. It owns nothing, and is valid as
/// long as the array that it was made from.
template <class T>
struct NdView {
  T* data;
  std::span<const std::int64_t> shape;
  Shape strides;  ///< in elements

  std::size_t ndim() const { return shape.size(); }
  std::int64_t size() const { return element_count(shape); }
  template <std::integral... Index>
  T& operator()(Index... index) const {
    assert(sizeof...(index) == ndim());
    std::int64_t at = 0;
    std::size_t axis = 0;
    ((at += static_cast<std::int64_t>(index) * strides[axis++]), ...);
    return data[at];
  }
};

///     NdArray<double> a({2, 3}, {1, 2, 3, 4, 5, 6});
///     a(1, 2) == 6 && a.shape()[1] == 3;
///     for (double& x : a) x *= 2;
///     std::cout << a;   // as NumPy prints it
template <Element T>
class NdArray {
 public:
  static constexpr DType kDType = dtype_of<T>();

  /// Shape (0,).
  NdArray() : NdArray(Shape{0}) {}
  /// Filled with zeros.
  explicit NdArray(const Shape& shape) : block_(kDType, shape) { std::fill(begin(), end(), T{}); }
  /// Filled with `values` in C order. Throws: Error when their number is not that of the elements.
  NdArray(const Shape& shape, std::span<const T> values) : block_(kDType, shape) {
    nd_array::check_count(shape, values.size());
    std::copy(values.begin(), values.end(), begin());
  }
  NdArray(const Shape& shape, std::initializer_list<T> values)
      : NdArray(shape, std::span<const T>(values.begin(), values.size())) {}
  /// Throws: Error when the block has other elements.
  explicit NdArray(Block&& block) : block_(std::move(block)) { nd_array::check_dtype(block_, kDType); }
  static NdArray uninitialized(const Shape& shape) { return NdArray(Block(kDType, shape)); }

  std::span<const std::int64_t> shape() const { return block_.shape(); }
  std::size_t ndim() const { return block_.ndim(); }
  std::size_t size() const { return static_cast<std::size_t>(block_.count()); }
  /// In elements.
  Shape strides() const { return strides_of(shape()); }
  T* data() { return block_.as<T>(); }
  const T* data() const { return block_.as<T>(); }
  std::span<T> span() { return {data(), size()}; }
  std::span<const T> span() const { return {data(), size()}; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

  /// One index for each axis, not checked in release builds.
  template <std::integral... Index>
  T& operator()(Index... index) {
    return data()[offset(static_cast<std::int64_t>(index)...)];
  }
  template <std::integral... Index>
  const T& operator()(Index... index) const {
    return data()[offset(static_cast<std::int64_t>(index)...)];
  }
  /// The same with checks. Throws: Error when there is no such element.
  template <std::integral... Index>
  T& at(Index... index) {
    return data()[nd_array::checked_offset(shape(), {static_cast<std::int64_t>(index)...})];
  }
  template <std::integral... Index>
  const T& at(Index... index) const {
    return data()[nd_array::checked_offset(shape(), {static_cast<std::int64_t>(index)...})];
  }
  /// Element i in C order.
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  /// The only element. Throws: Error when there are more or none.
  T item() const {
    nd_array::check_one(shape());
    return *data();
  }

  /// Throws: Error when the new shape has another number of elements.
  void reshape(const Shape& shape) { block_.reshape(shape); }
  NdView<T> view() { return {data(), shape(), strides()}; }
  NdView<const T> view() const { return {data(), shape(), strides()}; }
  operator NdView<const T>() const { return view(); }

  Block& block() { return block_; }
  const Block& block() const { return block_; }
  Block release() && { return std::move(block_); }

  // What bask::Value asks of a type that is one stretch of memory.
  Block& stretch() { return block_; }
  const Block& stretch() const { return block_; }
  Block part(std::span<const std::int64_t> box) const { return block_.part(box); }
  void check() const {
    block_.check();
    nd_array::check_dtype(block_, kDType);
  }
  std::size_t held_bytes() const { return block_.held_bytes(); }

  /// Whether shapes and all elements are equal; NaN equals nothing.
  friend bool operator==(const NdArray& a, const NdArray& b) {
    return std::equal(a.shape().begin(), a.shape().end(), b.shape().begin(), b.shape().end()) &&
           std::equal(a.begin(), a.end(), b.begin());
  }
  /// As NumPy prints it: 8 digits, columns aligned, the middle of more than 1000 elements left out.
  friend std::ostream& operator<<(std::ostream& out, const NdArray& array) {
    nd_array::print(out, array.block_);
    return out;
  }

 private:
  template <class... Index>
  std::size_t offset(Index... index) const {
    assert(sizeof...(index) == ndim());
    const std::int64_t* const extents = shape().data();
    std::int64_t at = 0;
    std::size_t axis = 0;
    ((assert(index >= 0 && index < extents[axis]), at = at * extents[axis++] + index), ...);
    (void)extents, (void)axis;  // unused for an array of no axes
    return static_cast<std::size_t>(at);
  }

  Block block_;
};

}  // namespace bask
