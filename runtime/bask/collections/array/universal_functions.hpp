// universal_functions.hpp: NumPy's functions of two arrays under NumPy's names, and functions made of others.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Shapes and types: as in elementwise.hpp.
#pragma once

#include <bask/collections/array/elementwise.hpp>

#include <limits>

namespace bask {

template <class A, class B>
requires elementwise::Operands<A, B>
auto add(const A& a, const B& b) {
  return elementwise::same(Opcode::kAdd, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto subtract(const A& a, const B& b) {
  return elementwise::same(Opcode::kSubtract, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto multiply(const A& a, const B& b) {
  return elementwise::same(Opcode::kMultiply, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto divide(const A& a, const B& b) {
  return elementwise::quotient(a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto floor_divide(const A& a, const B& b) {
  return elementwise::same(Opcode::kFloorDivide, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto remainder(const A& a, const B& b) {
  return elementwise::same(Opcode::kRemainder, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto fmod(const A& a, const B& b) {
  return elementwise::same(Opcode::kFmod, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto power(const A& a, const B& b) {
  return elementwise::same(Opcode::kPower, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto maximum(const A& a, const B& b) {
  require_order<elementwise::common_t<A, B>>();
  return elementwise::same(Opcode::kMaximum, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto minimum(const A& a, const B& b) {
  require_order<elementwise::common_t<A, B>>();
  return elementwise::same(Opcode::kMinimum, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto fmax(const A& a, const B& b) {
  require_order<elementwise::common_t<A, B>>();
  return elementwise::same(Opcode::kFmax, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto fmin(const A& a, const B& b) {
  require_order<elementwise::common_t<A, B>>();
  return elementwise::same(Opcode::kFmin, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto arctan2(const A& a, const B& b) {
  return elementwise::analysed(Opcode::kArctan2, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto hypot(const A& a, const B& b) {
  return elementwise::analysed(Opcode::kHypot, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto copysign(const A& a, const B& b) {
  return elementwise::analysed(Opcode::kCopysign, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto left_shift(const A& a, const B& b) {
  return elementwise::same(Opcode::kLeftShift, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto right_shift(const A& a, const B& b) {
  return elementwise::same(Opcode::kRightShift, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto bitwise_and(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseAnd, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto bitwise_or(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseOr, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto bitwise_xor(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseXor, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto logical_and(const A& a, const B& b) {
  return elementwise::logical(Opcode::kLogicalAnd, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto logical_or(const A& a, const B& b) {
  return elementwise::logical(Opcode::kLogicalOr, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto logical_xor(const A& a, const B& b) {
  return elementwise::logical(Opcode::kLogicalXor, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto equal(const A& a, const B& b) {
  return elementwise::compared(Opcode::kEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto not_equal(const A& a, const B& b) {
  return elementwise::compared(Opcode::kNotEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto less(const A& a, const B& b) {
  return elementwise::compared(Opcode::kLess, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto less_equal(const A& a, const B& b) {
  return elementwise::compared(Opcode::kLessEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto greater(const A& a, const B& b) {
  return elementwise::compared(Opcode::kGreater, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto greater_equal(const A& a, const B& b) {
  return elementwise::compared(Opcode::kGreaterEqual, a, b);
}

/// a where the condition holds, else b. Two numbers give the type that both are promoted to.
template <class A, class B>
requires(elementwise::Operand<A>&& elementwise::Operand<B>) auto where(const Array<bool>& condition,
                                                                       const A& a, const B& b) {
  using C = elementwise::common_t<A, B>;
  return Array<C>(
      lazy::where(condition.node(), dtype_of<C>(), elementwise::operand(a), elementwise::operand(b)));
}
template <class... Others>
Array<double> where(const Others&...) {
  static_assert(sizeof(std::tuple<Others...>) == 0,
                "bask: where takes an Array<bool> and two arrays or numbers: where(x != 0, x, 1)");
  return {};
}
/// Elements below `lowest` become `lowest`, those above `highest` become `highest`: numbers or arrays.
template <Element E, class L, class H>
requires(elementwise::Operand<L>&& elementwise::Operand<H>) auto clip(const Array<E>& x, const L& lowest,
                                                                      const H& highest) {
  require_order<E>();
  const UserCall call("clip");
  return minimum(maximum(x, lowest), highest);
}
/// Rounds to `decimals` digits after the point; halves go to the even neighbour. Negative decimals round to
/// tens, hundreds, …, also integers. Throws: Error when that power of ten does not fit an integer type.
template <Element E>
Array<E> round(const Array<E>& x, int decimals = 0) {
  if constexpr (std::is_integral_v<E>) {
    return Array<E>(lazy::rounded(x.node(), decimals));
  } else {
    const UserCall call("round");
    if (decimals == 0) return rint(x);
    const auto scale = static_cast<E>(std::pow(10.0, std::abs(decimals)));
    return decimals > 0 ? rint(x * scale) / scale : rint(x / scale) * scale;
  }
}

/// Replaces NaN and infinities by numbers; infinities become the largest (lowest) number of the type unless
/// others are given. Both parts of a complex number are treated alike, each by itself.
template <Element E>
Array<E> nan_to_num(const Array<E>& x, const Number& nan = 0, const std::optional<Number>& posinf = {},
                    const std::optional<Number>& neginf = {}) {
  const UserCall call("nan_to_num");
  if constexpr (!std::is_arithmetic_v<E>) {
    return maps::map<ObjectCallee<elementwise::ComplexOf<real_t<E>>>>(
        nan_to_num(bask::real(x), nan, posinf, neginf), nan_to_num(bask::imag(x), nan, posinf, neginf));
  } else if constexpr (std::is_floating_point_v<E>) {
    const auto number = [](const Number& given) {
      return Array<E>(lazy::Operand(given).as(dtype_of<E>(), "array::nan_to_num"));
    };
    const Array<E> highest = number(posinf.value_or(std::numeric_limits<E>::max()));
    const Array<E> lowest = number(neginf.value_or(std::numeric_limits<E>::lowest()));
    const Array<E> numbers = where(isnan(x), number(nan), x);
    return where(isinf(numbers), where(signbit(numbers), lowest, highest), numbers);
  } else {
    return x;
  }
}

template <class E>
template <auto F>
auto Array<E>::map() const {
  return bask::map<F>(*this);
}
template <class E>
template <class F>
auto Array<E>::map(const F& function) const {
  return bask::map(function, *this);
}
template <class E>
template <class L, class H>
auto Array<E>::clip(const L& lowest, const H& highest) const {
  return bask::clip(*this, lowest, highest);
}
template <class E>
Array<E> Array<E>::round(int decimals) const {
  return bask::round(*this, decimals);
}

}  // namespace bask
