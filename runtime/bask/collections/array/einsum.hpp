// einsum.hpp: products that are written by their indices, and traces and products made of such.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
#pragma once

#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/reductions.hpp>

#include <string_view>
#include <vector>

namespace bask {

namespace lazy {

ArrayPtr einsum(std::string_view subscripts, const std::vector<ArrayPtr>& operands, DType dtype);
ArrayPtr kron(const ArrayPtr& a, const ArrayPtr& b, DType dtype);
ArrayPtr cross(const ArrayPtr& a, const ArrayPtr& b, std::int64_t axis);

}  // namespace lazy

namespace arrays {

template <class E, class... Others>
struct PromotedOf : std::type_identity<E> {};
template <class E, class F, class... Others>
struct PromotedOf<E, F, Others...> : PromotedOf<promoted<E, F>, Others...> {};

}  // namespace arrays

/// Sums of products by the names of their indices, as numpy.einsum: einsum("ij,jk->ik", x, y), also without
/// "->" and with "...". An index that one operand has twice takes its diagonal; extents of 1 are broadcast.
/// Types are promoted, and sums keep that type: those of bool are `or`.
/// Cost: operands are multiplied from left to right, by tensordot or matmul where these do; other products of
/// elements are summed as they are computed and stored nowhere.
/// Throws: Error when the subscripts do not fit the operands, or extents of one index differ.
template <Element E, Element... Others>
auto einsum(std::string_view subscripts, const Array<E>& x, const Array<Others>&... others) {
  using R = typename arrays::PromotedOf<E, Others...>::type;
  return Array<R>(lazy::einsum(subscripts, {x.node(), others.node()...}, dtype_of<R>()));
}

/// The sum of the elements x[i, i + offset] of the axes, in the type of sums.
template <Element E>
Array<sum_t<E>> trace(const Array<E>& x, std::int64_t offset = 0, std::int64_t axis1 = 0,
                      std::int64_t axis2 = 1) {
  const UserCall call("trace");
  return diagonal(x, offset, axis1, axis2).sum(-1);
}

/// Each element of x times all of y: block (i, j) is x[i, j] * y.
/// Shape: the products of the extents, aligned at the last axis. Cost: one reshape.
template <Element A, Element B>
Array<promoted<A, B>> kron(const Array<A>& x, const Array<B>& y) {
  using R = promoted<A, B>;
  return Array<R>(lazy::kron(x.node(), y.node(), dtype_of<R>()));
}

/// Vector products along `axis`, of vectors of length 3 or 2; the third element of the latter is 0. Of two
/// vectors of length 2, only the third element of the product is given, and the axis goes.
/// Throws: Error when the axis is out of range or has another length, or the others do not broadcast.
template <Element A, Element B>
Array<promoted<A, B>> cross(const Array<A>& x, const Array<B>& y, std::int64_t axis = -1) {
  return Array<promoted<A, B>>(lazy::cross(x.node(), y.node(), axis));
}

}  // namespace bask
