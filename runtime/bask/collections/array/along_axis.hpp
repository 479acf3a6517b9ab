// along_axis.hpp: the user's own functions of lines along an axis, and reductions over several axes in turn.
// Runs on: rank 0; functions of lines run on every rank. Threads: any.
//
//   double range(bask::NdView<const double> line);
//   auto r = bask::apply_along_axis<range>(1, x);   // (n, m) -> (n,)
#pragma once

#include <bask/collections/array/blockwise.hpp>

#include <algorithm>
#include <cstdint>

namespace bask {

struct AlongAxisOptions {
  ByName by_name{};
  /// Of the lines that the function returns, where it returns NdArrays; as long as the lines of x when 0.
  std::int64_t length = 0;
};

namespace lazy {

/// The axis is read whole. In the result it has this length, or is missing when that is 0. The second operand
/// is the length.
PlannedBlocks plan_along_axis(const ArrayPtr& node, std::int64_t axis, std::int64_t length);

}  // namespace lazy

namespace blocks {

template <class Callee, class E>
using LineResult = std::decay_t<decltype(Callee::call(std::declval<const NdView<const E>&>()))>;

/// The callee over all lines of a block.
template <class Callee, class E>
struct LineCallee {
  using Returned = LineResult<Callee, E>;
  static constexpr bool kGivesLines = !Element<Returned>;
  using Made = typename ElementOfResult<Returned>::type;
  using R = std::conditional_t<kGivesLines, Made, Returned>;

  static std::string_view name() { return Callee::name(); }

  /// `made_length`: of the lines of the result.
  static NdArray<R> call(const NdView<const E>& block, const NdView<const std::int64_t>& made_length,
                         const BlockInfo& info) {
    const auto axis = static_cast<std::size_t>(info.axis);
    const std::int64_t length = block.shape[axis], inner = block.strides[axis];
    const std::int64_t lines = block.size() == 0 ? 0 : block.size() / length;
    NdArray<E> line(Shape{length});
    const NdView<const E> view = line;
    NdArray<R> result(result_shape(block.shape, axis, made_length()));
    for (std::int64_t k = 0; k < lines; ++k) {
      const E* from = block.data + k / inner * inner * length + k % inner;
      for (std::int64_t i = 0; i < length; ++i) line[static_cast<std::size_t>(i)] = from[i * inner];
      if constexpr (kGivesLines) {
        const NdArray<R> made = Callee::call(view);
        if (made.ndim() != 1 || made.shape()[0] != made_length()) {
          throw Error("array::apply_along_axis",
                      "the function returned an array of shape " + text_of(made.shape()) +
                          " where lines of " + std::to_string(made_length()) + " elements were to be",
                      "return an array of one axis, as long as `length` says or as the line that is given");
        }
        put(made, result, k / inner, k % inner, inner);
      } else {
        result[static_cast<std::size_t>(k)] = Callee::call(view);
      }
    }
    return result;
  }

 private:
  static Shape result_shape(std::span<const std::int64_t> shape, std::size_t axis, std::int64_t length) {
    Shape result(shape.begin(), shape.end());
    if (kGivesLines) {
      result[axis] = length;
    } else {
      result.erase(result.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return result;
  }
  static void put(const NdArray<R>& made, NdArray<R>& result, std::int64_t outer, std::int64_t at,
                  std::int64_t inner) {
    const auto length = static_cast<std::int64_t>(made.size());
    for (std::int64_t i = 0; i < length; ++i)
      result[static_cast<std::size_t>((outer * length + i) * inner + at)] = made[static_cast<std::size_t>(i)];
  }
};

template <class Callee, class E>
constexpr bool takes_lines() {
  constexpr bool kFits = requires(const NdView<const E>& line) {
    Callee::call(line);
  };
  static_assert(kFits, "bask: a function of lines takes an NdView<const E> of one axis, of the array's type");
  if constexpr (kFits) {
    using Returned = LineResult<Callee, E>;
    constexpr bool kReturns = Element<Returned> || !std::is_void_v<typename ElementOfResult<Returned>::type>;
    static_assert(kReturns, "bask: a function of lines returns a number or an NdArray of one axis");
    return kReturns;
  } else {
    return false;
  }
}

template <class Callee, class E>
auto along_axis(std::int64_t axis, const Array<E>& x, const AlongAxisOptions& options) {
  if constexpr (takes_lines<Callee, E>()) {
    using Lines = LineCallee<Callee, E>;
    const std::size_t along = normal_axis(axis, x.shape(), "array::apply_along_axis");
    const std::int64_t length = options.length == 0 ? x.shape()[along] : options.length;
    return over<Lines, E, std::int64_t>(
        lazy::plan_along_axis(x.node(), axis, Lines::kGivesLines ? length : 0));
  } else {
    return Array<double>();
  }
}

}  // namespace blocks

/// Calls a function with every line along `axis`. Shape: that of x, without the axis where the function
/// returns a number; as long as the lines that it returns, which `options` tell, where it returns an NdArray.
/// Cost: one task per block; lines that lie in several blocks are joined first.
/// Throws: Error when the shape is unknown. A task fails when lines have another length than was said.
template <auto F, class E>
auto apply_along_axis(std::int64_t axis, const Array<E>& x, const AlongAxisOptions& options = {}) {
  return blocks::along_axis<FunctionCallee<F>>(axis, x, options);
}
template <AnyFunction F, class E>
auto apply_along_axis(const F&, std::int64_t axis, const Array<E>& x, const AlongAxisOptions& options = {}) {
  if constexpr (goes_to_arrays<F>()) {
    return blocks::along_axis<ObjectCallee<F>>(axis, x, options);
  } else {
    return Array<double>();
  }
}

/// function(function(x, axes[0]), axes[1]) and so on, each time with the axis put back with length 1 where
/// the function takes it away. The function is called now, with an array and an axis, and returns an array:
/// apply_over_axes([](const auto& a, std::int64_t axis) { return a.max(axis); }, x, {0, 2}).
/// Throws: Error when the function returns an array of another number of axes.
template <class F, class E>
Array<E> apply_over_axes(const F& function, const Array<E>& x, const Axes& axes) {
  const std::size_t ndim = x.ndim();
  Array<E> result = x;
  for (const std::int64_t axis : axes.list()) {
    const auto along = static_cast<std::int64_t>(normal_axis(axis, result.shape(), "array::apply_over_axes"));
    Array<E> made = function(result, along);
    if (made.ndim() + 1 == ndim) made = expand_dims(made, along);
    if (made.ndim() != ndim) {
      throw Error("array::apply_over_axes",
                  "the function made shape " + text_of(made.shape()) + " of shape " + text_of(result.shape()),
                  "return an array of as many axes, or of one less");
    }
    result = made;
  }
  return result;
}

}  // namespace bask
