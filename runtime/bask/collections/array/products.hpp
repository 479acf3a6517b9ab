// products.hpp: products of matrices and tensors, with NumPy's names and meaning.
// Runs on: rank 0; tiles are multiplied on every rank. Threads: any.
// Blocks: one per block of rows of x and block of columns of y. Along the contracted axes y is cut as x is.
// Cost: one task per block of the result, which adds up the products of a row of tiles and a column of tiles
// in place. When the result has few blocks and the rows of tiles are long, one task per group of tiles and a
// tree of sums of fan-in eight. A transposed matrix is read as it lies, without a copy.
// Source: tiles by BLAS (Goto, van de Geijn 2008). BLAS runs on the one thread of its task.
#pragma once

#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/reductions.hpp>

#include <cstdint>
#include <vector>

namespace bask {

namespace lazy {

ArrayPtr matmul(const ArrayPtr& a, const ArrayPtr& b, DType dtype);
ArrayPtr dot(const ArrayPtr& a, const ArrayPtr& b, DType dtype);
ArrayPtr tensordot(const ArrayPtr& a, const ArrayPtr& b, const std::vector<std::int64_t>& a_axes,
                   const std::vector<std::int64_t>& b_axes, DType dtype);
ArrayPtr outer(const ArrayPtr& a, const ArrayPtr& b, DType dtype);

}  // namespace lazy

/// Matrix product over the last axis of x and the last but one of y; axes before these are broadcast.
/// Shape: (…, m, k), (…, k, n) -> (…, m, n); (m, k), (k,) -> (m,); (k,), (k, n) -> (n,); (k,), (k,) -> ().
/// Throws: Error when the shapes do not fit, or one has no axes.
template <class A, class B>
Array<promoted<A, B>> matmul(const Array<A>& x, const Array<B>& y) {
  using R = promoted<A, B>;
  return Array<R>(lazy::matmul(x.node(), y.node(), dtype_of<R>()));
}

/// As matmul for vectors and matrices. With more axes, every row of x is multiplied with every column of y:
/// shape (i, j, k), (l, k, m) -> (i, j, l, m). An array of no axes multiplies each element.
template <class A, class B>
Array<promoted<A, B>> dot(const Array<A>& x, const Array<B>& y) {
  using R = promoted<A, B>;
  return Array<R>(lazy::dot(x.node(), y.node(), dtype_of<R>()));
}
template <class E>
template <class U>
Array<promoted<E, U>> Array<E>::dot(const Array<U>& other) const {
  return bask::dot(*this, other);
}

/// Sums the products over axes x_axes[i] of x and y_axes[i] of y.
/// Shape: the other axes of x, then those of y.
/// Throws: Error when lengths differ, or an axis is out of range or named twice.
template <class A, class B>
Array<promoted<A, B>> tensordot(const Array<A>& x, const Array<B>& y, const Axes& x_axes,
                                const Axes& y_axes) {
  using R = promoted<A, B>;
  return Array<R>(lazy::tensordot(x.node(), y.node(), x_axes.list(), y_axes.list(), dtype_of<R>()));
}
/// The same over the last `axes` axes of x and the first `axes` axes of y, in their order.
template <class A, class B>
Array<promoted<A, B>> tensordot(const Array<A>& x, const Array<B>& y, std::int64_t axes = 2) {
  std::vector<std::int64_t> x_axes, y_axes;
  for (std::int64_t k = 0; k < axes; ++k) {
    x_axes.push_back(k - axes);
    y_axes.push_back(k);
  }
  return bask::tensordot(x, y, x_axes, y_axes);
}

/// x[i] * y[j] of the ravelled arrays. Cost: no tasks of its own; whatever reads the product computes it.
template <class A, class B>
Array<promoted<A, B>> outer(const Array<A>& x, const Array<B>& y) {
  using R = promoted<A, B>;
  return Array<R>(lazy::outer(x.node(), y.node(), dtype_of<R>()));
}

/// The sum of conj(x) * y over all elements. Shape: (). Cost: one task per block and a tree of sums.
/// Throws: Error when the arrays have different numbers of elements.
template <class A, class B>
Array<promoted<A, B>> vdot(const Array<A>& x, const Array<B>& y) {
  const UserCall call("vdot");
  return bask::dot(x.ravel().conj(), y.ravel());
}

}  // namespace bask
