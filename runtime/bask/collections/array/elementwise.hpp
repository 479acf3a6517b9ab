// elementwise.hpp: operators and functions of two arrays, or of an array and a number, element by element.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Shapes: broadcast as in NumPy.
// Types: promoted as in NumPy. A number does not widen an array of its own kind (NEP 50): Array<float> * 2.0
// is float, Array<int> * 2.0 is double. Division gives a floating type, float64 for integers; arctan2, hypot
// and copysign give the type of functions of analysis (`floating` in dtype.hpp).
// Throws: Error when a number does not fit the type: Array<std::uint8_t> * 1000. Comparisons take any number.
#pragma once

#include <bask/collections/array/functions.hpp>
#include <bask/collections/array/lazy/numbers.hpp>
#include <bask/collections/array/map.hpp>

#include <cmath>

namespace bask {

namespace elementwise {

template <class X>
inline constexpr bool is_array = false;
template <class E>
inline constexpr bool is_array<Array<E>> = true;
/// Text, pointers and containers: accepted only so that the compiler can say what to write instead.
template <class X>
concept Sequence = !is_array<X> && (std::is_array_v<X> || std::is_pointer_v<X> || requires(const X& x) {
  x.begin();
  x.end();
});
template <class X>
concept Operand = is_array<X> || Element<X> || Sequence<X>;
template <class A, class B>
concept Operands = Operand<A> && Operand<B> &&(is_array<A> || is_array<B>);

template <class X>
struct ElementIn : std::conditional<Element<X>, X, double> {};
template <class E>
struct ElementIn<Array<E>> : std::type_identity<E> {};

/// 0 bool, 1 integers, 2 floating, 3 complex.
template <class E>
inline constexpr int kind_of = std::is_same_v<E, bool>       ? 0
                               : std::is_integral_v<E>       ? 1
                               : std::is_floating_point_v<E> ? 2
                                                             : 3;
/// The element type of an operation on an array of E and a number of type S (NEP 50).
template <class E, class S>
using weak_t = std::conditional_t<
    (kind_of<S> <= kind_of<E>), E,
    std::conditional_t<kind_of<S> == 1, std::int64_t,
                       std::conditional_t<kind_of<S> == 2, double,
                                          std::conditional_t<std::is_same_v<E, float>, std::complex<float>,
                                                             std::complex<double>>>>>;

template <class A, class B>
constexpr auto common() {
  using X = typename ElementIn<A>::type;
  using Y = typename ElementIn<B>::type;
  if constexpr (is_array<A> == is_array<B>) {
    return std::type_identity<promoted<X, Y>>();
  } else if constexpr (is_array<A>) {
    return std::type_identity<weak_t<X, Y>>();
  } else {
    return std::type_identity<weak_t<Y, X>>();
  }
}
template <class A, class B>
using common_t = typename decltype(common<A, B>())::type;

template <class X>
lazy::Operand operand(const X& x) {
  if constexpr (is_array<X>) {
    return x.node();
  } else if constexpr (Element<X>) {
    return Number(x);
  } else {
    static_assert(Element<X>,
                  "bask: beside an array stands an array or a number. Numbers in memory become an array by "
                  "from_array");
    return Number(0);
  }
}

template <class C, class A, class B>
Array<C> binary(Opcode opcode, const A& a, const B& b) {
  return Array<C>(lazy::binary(opcode, dtype_of<C>(), operand(a), operand(b)));
}
template <class A, class B>
auto same(Opcode opcode, const A& a, const B& b) {
  return binary<common_t<A, B>>(opcode, a, b);
}
template <class A, class B>
auto analysed(Opcode opcode, const A& a, const B& b) {
  return binary<floating_t<common_t<A, B>>>(opcode, a, b);
}
template <class A, class B>
auto quotient(const A& a, const B& b) {
  return binary<quotient_t<common_t<A, B>>>(Opcode::kDivide, a, b);
}
template <class A, class B>
Array<bool> compared(Opcode opcode, const A& a, const B& b) {
  return Array<bool>(lazy::compare(opcode, operand(a), operand(b)));
}
template <class A, class B>
Array<bool> logical(Opcode opcode, const A& a, const B& b) {
  return Array<bool>(lazy::logical(opcode, operand(a), operand(b)));
}

/// For x += y and the like: assigns the result to `a`, an lvalue of the same element type.
template <class A, class R>
auto& assign(A&& a, R&& result) {
  constexpr bool kAssignable = std::is_lvalue_reference_v<A> && !std::is_const_v<std::remove_reference_t<A>>;
  static_assert(kAssignable,
                "bask: a part of an array cannot be assigned to: arrays never change. Make a new one: "
                "y = where(mask, x + 1, x), or concatenate({...})");
  constexpr bool kSame = std::is_same_v<std::remove_cvref_t<A>, R>;
  static_assert(kSame || !kAssignable,
                "bask: x op y has another element type than x: write auto z = x op y, or "
                "x = (x op y).astype<T>()");
  if constexpr (kAssignable && kSame) a = std::move(result);
  return a;
}

/// Makes a complex number from its parts, in a map.
template <class R>
struct ComplexOf {
  static constexpr const char* kName = "complex";
  std::complex<R> operator()(R real_part, R imag_part) const { return {real_part, imag_part}; }
};

}  // namespace elementwise

template <class A, class B>
requires elementwise::Operands<A, B>
auto operator+(const A& a, const B& b) {
  return elementwise::same(Opcode::kAdd, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator-(const A& a, const B& b) {
  return elementwise::same(Opcode::kSubtract, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator*(const A& a, const B& b) {
  return elementwise::same(Opcode::kMultiply, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator/(const A& a, const B& b) {
  return elementwise::quotient(a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator%(const A& a, const B& b) {
  return elementwise::same(Opcode::kRemainder, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator&(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseAnd, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator|(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseOr, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator^(const A& a, const B& b) {
  return elementwise::same(Opcode::kBitwiseXor, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator==(const A& a, const B& b) {
  return elementwise::compared(Opcode::kEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator!=(const A& a, const B& b) {
  return elementwise::compared(Opcode::kNotEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator<(const A& a, const B& b) {
  return elementwise::compared(Opcode::kLess, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator<=(const A& a, const B& b) {
  return elementwise::compared(Opcode::kLessEqual, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator>(const A& a, const B& b) {
  return elementwise::compared(Opcode::kGreater, a, b);
}
template <class A, class B>
requires elementwise::Operands<A, B>
auto operator>=(const A& a, const B& b) {
  return elementwise::compared(Opcode::kGreaterEqual, a, b);
}

// x += y makes x the sum, lazily: nothing is changed in place, and what was made of x before stays.
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator+=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a + b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator-=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a - b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator*=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a * b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator/=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a / b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator%=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a % b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator&=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a & b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator|=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a | b);
}
template <class A, class B>
requires elementwise::Operands<std::remove_cvref_t<A>, B>
auto& operator^=(A&& a, const B& b) {
  return elementwise::assign(std::forward<A>(a), a ^ b);
}

}  // namespace bask
