// operators.hpp: arithmetic, comparison and logic between Delayeds and constants, as tasks.
// As in Dask, operators are pure: the same operation on the same operands is one task. && and || do not
// short-circuit.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/delayed.hpp>
#include <bask/collections/operations.hpp>

#include <concepts>
#include <utility>

namespace bask {

namespace operators {

/// The type of an operand inside the task.
template <class A>
using ValueIn = arguments::ValueOf<std::decay_t<A>>;

template <class A, class B>
concept OneDelayed = arguments::is_delayed<std::decay_t<A>> || arguments::is_delayed<std::decay_t<B>>;

template <class Operation, class A, class B>
concept Operands = OneDelayed<A, B> && std::invocable < Operation,
        const ValueIn<A>
&, const ValueIn<B>& > ;
template <class Operation, class T>
concept Operand = std::invocable<Operation, const typename Delayed<T>::value_type&>;

template <class Operation, class... As>
auto apply(const As&... operands) {
  static const DelayedOptions pure{.pure = true};
  return arguments::add_call<ObjectCallee<Operation>, std::decay_t<const As&>...>(pure, operands...);
}

/// For x += y and the like: assigns result() to `a`, an lvalue.
template <class A>
auto& assign(A&& a, const auto& result) {
  constexpr bool kAssignable = std::is_lvalue_reference_v<A>;
  static_assert(
      kAssignable,
      "bask: a part of a Delayed cannot be assigned to: results never change. Make a new value in a "
      "task that takes this one");
  if constexpr (kAssignable) a = result();
  return a;
}

}  // namespace operators

template <class A, class B>
requires operators::Operands<operators::Add, A, B>
auto operator+(const A& a, const B& b) {
  return operators::apply<operators::Add>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Subtract, A, B>
auto operator-(const A& a, const B& b) {
  return operators::apply<operators::Subtract>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Multiply, A, B>
auto operator*(const A& a, const B& b) {
  return operators::apply<operators::Multiply>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Divide, A, B>
auto operator/(const A& a, const B& b) {
  return operators::apply<operators::Divide>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Remainder, A, B>
auto operator%(const A& a, const B& b) {
  return operators::apply<operators::Remainder>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::EqualTo, A, B>
auto operator==(const A& a, const B& b) {
  return operators::apply<operators::EqualTo>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::NotEqualTo, A, B>
auto operator!=(const A& a, const B& b) {
  return operators::apply<operators::NotEqualTo>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Less, A, B>
auto operator<(const A& a, const B& b) {
  return operators::apply<operators::Less>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::LessEqual, A, B>
auto operator<=(const A& a, const B& b) {
  return operators::apply<operators::LessEqual>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::Greater, A, B>
auto operator>(const A& a, const B& b) {
  return operators::apply<operators::Greater>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::GreaterEqual, A, B>
auto operator>=(const A& a, const B& b) {
  return operators::apply<operators::GreaterEqual>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::LogicalAnd, A, B>
auto operator&&(const A& a, const B& b) {
  return operators::apply<operators::LogicalAnd>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::LogicalOr, A, B>
auto operator||(const A& a, const B& b) {
  return operators::apply<operators::LogicalOr>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::BitAnd, A, B>
auto operator&(const A& a, const B& b) {
  return operators::apply<operators::BitAnd>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::BitOr, A, B>
auto operator|(const A& a, const B& b) {
  return operators::apply<operators::BitOr>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::BitXor, A, B>
auto operator^(const A& a, const B& b) {
  return operators::apply<operators::BitXor>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::ShiftLeft, A, B>
auto operator<<(const A& a, const B& b) {
  return operators::apply<operators::ShiftLeft>(a, b);
}
template <class A, class B>
requires operators::Operands<operators::ShiftRight, A, B>
auto operator>>(const A& a, const B& b) {
  return operators::apply<operators::ShiftRight>(a, b);
}
// x += y makes x the sum, which is a new task: nothing is changed in place.
template <class A, class B>
requires arguments::is_delayed<std::remove_cvref_t<A>>
auto& operator+=(A&& a, const B& b) {
  return operators::assign(std::forward<A>(a), [&] { return a + b; });
}
template <class A, class B>
requires arguments::is_delayed<std::remove_cvref_t<A>>
auto& operator-=(A&& a, const B& b) {
  return operators::assign(std::forward<A>(a), [&] { return a - b; });
}
template <class A, class B>
requires arguments::is_delayed<std::remove_cvref_t<A>>
auto& operator*=(A&& a, const B& b) {
  return operators::assign(std::forward<A>(a), [&] { return a * b; });
}
template <class A, class B>
requires arguments::is_delayed<std::remove_cvref_t<A>>
auto& operator/=(A&& a, const B& b) {
  return operators::assign(std::forward<A>(a), [&] { return a / b; });
}
template <class A, class B>
requires arguments::is_delayed<std::remove_cvref_t<A>>
auto& operator%=(A&& a, const B& b) {
  return operators::assign(std::forward<A>(a), [&] { return a % b; });
}

template <class T>
requires operators::Operand<operators::Negate, T>
auto operator-(const Delayed<T>& a) {
  return operators::apply<operators::Negate>(a);
}
template <class T>
requires operators::Operand<operators::Plus, T>
auto operator+(const Delayed<T>& a) {
  return operators::apply<operators::Plus>(a);
}
template <class T>
requires operators::Operand<operators::LogicalNot, T>
auto operator!(const Delayed<T>& a) {
  return operators::apply<operators::LogicalNot>(a);
}
template <class T>
requires operators::Operand<operators::BitNot, T>
auto operator~(const Delayed<T>& a) {
  return operators::apply<operators::BitNot>(a);
}

}  // namespace bask
