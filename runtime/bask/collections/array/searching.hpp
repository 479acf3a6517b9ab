// searching.hpp: where elements belong among sorted numbers, which occur in a list, and values between
// points. Runs on: rank 0; nothing is computed before it is asked for. Threads: any. Cost: no tasks of their
// own, the numbers go to each rank once; where they are an Array, which is read whole by every task, one task
// per block of x. NaN: greater than all numbers, as in NumPy's order. Types: x and the numbers are compared
// in the type that both are promoted to.
#pragma once

#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/elementwise.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace bask {

/// On which side of equal numbers an element is put: before or after them.
enum class Side : std::uint8_t { kLeft, kRight };
struct DigitizeOptions {
  ByName by_name{};
  bool right = false;  ///< the bins include their right edges, not their left ones
};
struct IsinOptions {
  ByName by_name{};
  bool invert = false;  ///< which do not occur
};
struct InterpOptions {
  ByName by_name{};
  std::optional<double> left{}, right{};  ///< of x before the first and after the last point; else its value
};

namespace lazy {

/// The numbers are `count` elements of int64, uint64 or float64, as `dtype` says; x is cast to it.
ArrayPtr searchsorted(const ArrayPtr& node, DType dtype, const std::byte* numbers, std::size_t count,
                      Side side);
ArrayPtr digitize(const ArrayPtr& node, DType dtype, const std::byte* edges, std::size_t count, bool right);
ArrayPtr isin(const ArrayPtr& node, DType dtype, const std::byte* numbers, std::size_t count, bool invert);
ArrayPtr interp(const ArrayPtr& node, const std::vector<double>& points, const std::vector<double>& values,
                const InterpOptions& options);
/// `sorted` is read whole for each block of `node`.
PlannedBlocks plan_searchsorted(const ArrayPtr& sorted, const ArrayPtr& node, DType dtype);

}  // namespace lazy

namespace searching {

/// The type in which numbers are compared: the widest of its kind.
template <class E, class F>
using compared_t = std::conditional_t<
    std::is_floating_point_v<promoted<E, F>>, double,
    std::conditional_t<std::is_same_v<promoted<E, F>, std::uint64_t>, std::uint64_t, std::int64_t>>;

/// Calls `use` with the type, the bytes and the count of numbers that are compared with elements of E.
template <class E, class F, class Use>
auto with_numbers(const std::vector<F>& numbers, const Use& use) {
  require_order<E>();
  require_order<F>();
  using C = compared_t<E, F>;
  std::vector<char> bytes(numbers.size() * sizeof(C));
  C* const to = reinterpret_cast<C*>(bytes.data());
  for (std::size_t k = 0; k < numbers.size(); ++k) to[k] = static_cast<C>(numbers[k]);
  return use(dtype_of<C>(), reinterpret_cast<const std::byte*>(bytes.data()), numbers.size());
}

/// a < b, NaN being greater than all numbers.
template <class C>
bool is_less(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) return a < b || (b != b && a == a);
  return a < b;
}

template <class C, Side kSide>
NdArray<std::int64_t> places(NdView<const C> sorted, NdView<const C> block) {
  auto result = NdArray<std::int64_t>::uninitialized(Shape(block.shape.begin(), block.shape.end()));
  const C* const begin = sorted.data;
  const C* const end = begin + sorted.size();
  for (std::size_t i = 0; i < result.size(); ++i) {
    const C x = block.data[i];
    const C* const found = kSide == Side::kLeft ? std::lower_bound(begin, end, x, is_less<C>)
                                                : std::upper_bound(begin, end, x, is_less<C>);
    result[i] = found - begin;
  }
  return result;
}

}  // namespace searching

/// How many of the ascending numbers lie before each element (kLeft), or up to it (kRight): where it would
/// go.
template <Element F, Element E>
Array<std::int64_t> searchsorted(const std::vector<F>& sorted, const Array<E>& x, Side side = Side::kLeft) {
  return searching::with_numbers<E>(sorted, [&](DType dtype, const std::byte* numbers, std::size_t count) {
    return Array<std::int64_t>(lazy::searchsorted(x.node(), dtype, numbers, count, side));
  });
}
template <Element F, Element E>
Array<std::int64_t> searchsorted(std::initializer_list<F> sorted, const Array<E>& x,
                                 Side side = Side::kLeft) {
  return searchsorted(std::vector<F>(sorted), x, side);
}
/// The same; that they ascend is not checked. Throws: Error when they have not one axis.
template <Element F, Element E>
Array<std::int64_t> searchsorted(const Array<F>& sorted, const Array<E>& x, Side side = Side::kLeft) {
  require_order<E>();
  require_order<F>();
  using C = searching::compared_t<E, F>;
  lazy::PlannedBlocks planned = lazy::plan_searchsorted(sorted.node(), x.node(), dtype_of<C>());
  return side == Side::kLeft ? blocks::over<FunctionCallee<&searching::places<C, Side::kLeft>>, C, C>(
                                   std::move(planned), "searchsorted")
                             : blocks::over<FunctionCallee<&searching::places<C, Side::kRight>>, C, C>(
                                   std::move(planned), "searchsorted");
}

/// The bin of each element between ascending or descending edges: k for edges[k - 1] <= x < edges[k], 0 and
/// the number of edges outside. Throws: Error when the edges neither ascend nor descend.
template <Element E, Element F>
Array<std::int64_t> digitize(const Array<E>& x, const std::vector<F>& edges,
                             const DigitizeOptions& options = {}) {
  return searching::with_numbers<E>(edges, [&](DType dtype, const std::byte* numbers, std::size_t count) {
    return Array<std::int64_t>(lazy::digitize(x.node(), dtype, numbers, count, options.right));
  });
}
template <Element E, Element F>
Array<std::int64_t> digitize(const Array<E>& x, std::initializer_list<F> edges,
                             const DigitizeOptions& options = {}) {
  return digitize(x, std::vector<F>(edges), options);
}

/// Whether each element is one of the numbers; a NaN is none.
template <Element E, Element F>
Array<bool> isin(const Array<E>& x, const std::vector<F>& numbers, const IsinOptions& options = {}) {
  return searching::with_numbers<E>(numbers, [&](DType dtype, const std::byte* bytes, std::size_t count) {
    return Array<bool>(lazy::isin(x.node(), dtype, bytes, count, options.invert));
  });
}
template <Element E, Element F>
Array<bool> isin(const Array<E>& x, std::initializer_list<F> numbers, const IsinOptions& options = {}) {
  return isin(x, std::vector<F>(numbers), options);
}
/// The same; the numbers are computed now.
template <Element E, Element F>
Array<bool> isin(const Array<E>& x, const Array<F>& numbers, const IsinOptions& options = {}) {
  const NdArray<F> all = numbers.compute();
  return isin(x, std::vector<F>(all.begin(), all.end()), options);
}

/// The value at x of the lines between the points (points[k], values[k]), whose first coordinates ascend.
/// Throws: Error when they do not, or there are not as many points as values, or none.
template <Element E>
Array<double> interp(const Array<E>& x, const std::vector<double>& points, const std::vector<double>& values,
                     const InterpOptions& options = {}) {
  require_order<E>();
  return Array<double>(lazy::interp(lazy::cast(x.node(), DType::kFloat64), points, values, options));
}

}  // namespace bask
