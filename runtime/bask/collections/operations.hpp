// operations.hpp: what the operators between Delayeds do inside their tasks, as named function objects.
// Runs on: the rank that runs the task. Threads: any; they hold nothing.
#pragma once

namespace bask::operators {

// The operations by the names they have in graphs, which are those of Python's operator module.
struct Add {
  static constexpr const char* kName = "add";
  auto operator()(const auto& a, const auto& b) const -> decltype(a + b) { return a + b; }
};
struct Subtract {
  static constexpr const char* kName = "sub";
  auto operator()(const auto& a, const auto& b) const -> decltype(a - b) { return a - b; }
};
struct Multiply {
  static constexpr const char* kName = "mul";
  auto operator()(const auto& a, const auto& b) const -> decltype(a * b) { return a * b; }
};
struct Divide {
  static constexpr const char* kName = "truediv";
  auto operator()(const auto& a, const auto& b) const -> decltype(a / b) { return a / b; }
};
struct Remainder {
  static constexpr const char* kName = "mod";
  auto operator()(const auto& a, const auto& b) const -> decltype(a % b) { return a % b; }
};
struct EqualTo {
  static constexpr const char* kName = "eq";
  auto operator()(const auto& a, const auto& b) const -> decltype(a == b) { return a == b; }
};
struct NotEqualTo {
  static constexpr const char* kName = "ne";
  auto operator()(const auto& a, const auto& b) const -> decltype(a != b) { return a != b; }
};
struct Less {
  static constexpr const char* kName = "lt";
  auto operator()(const auto& a, const auto& b) const -> decltype(a < b) { return a < b; }
};
struct LessEqual {
  static constexpr const char* kName = "le";
  auto operator()(const auto& a, const auto& b) const -> decltype(a <= b) { return a <= b; }
};
struct Greater {
  static constexpr const char* kName = "gt";
  auto operator()(const auto& a, const auto& b) const -> decltype(a > b) { return a > b; }
};
struct GreaterEqual {
  static constexpr const char* kName = "ge";
  auto operator()(const auto& a, const auto& b) const -> decltype(a >= b) { return a >= b; }
};
struct LogicalAnd {
  static constexpr const char* kName = "and";
  auto operator()(const auto& a, const auto& b) const -> decltype(a && b) { return a && b; }
};
struct LogicalOr {
  static constexpr const char* kName = "or";
  auto operator()(const auto& a, const auto& b) const -> decltype(a || b) { return a || b; }
};
struct BitAnd {
  static constexpr const char* kName = "bitand";
  auto operator()(const auto& a, const auto& b) const -> decltype(a & b) { return a & b; }
};
struct BitOr {
  static constexpr const char* kName = "bitor";
  auto operator()(const auto& a, const auto& b) const -> decltype(a | b) { return a | b; }
};
struct BitXor {
  static constexpr const char* kName = "bitxor";
  auto operator()(const auto& a, const auto& b) const -> decltype(a ^ b) { return a ^ b; }
};
struct ShiftLeft {
  static constexpr const char* kName = "lshift";
  auto operator()(const auto& a, const auto& b) const -> decltype(a << b) { return a << b; }
};
struct ShiftRight {
  static constexpr const char* kName = "rshift";
  auto operator()(const auto& a, const auto& b) const -> decltype(a >> b) { return a >> b; }
};
struct Negate {
  static constexpr const char* kName = "neg";
  auto operator()(const auto& a) const -> decltype(-a) { return -a; }
};
struct Plus {
  static constexpr const char* kName = "pos";
  auto operator()(const auto& a) const -> decltype(+a) { return +a; }
};
struct LogicalNot {
  static constexpr const char* kName = "not";
  auto operator()(const auto& a) const -> decltype(!a) { return !a; }
};
struct BitNot {
  static constexpr const char* kName = "invert";
  auto operator()(const auto& a) const -> decltype(~a) { return ~a; }
};

}  // namespace bask::operators
