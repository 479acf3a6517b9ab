#include <bask/collections/array/kernels/opcode.hpp>

#include <array>

namespace bask {

namespace {

/// The operand types that an operation takes.
enum class Operands : std::uint8_t {
  kAll,
  kNumbers,      // all but bool
  kReal,         // all but complex
  kRealNumbers,  // neither bool nor complex
  kInexact,      // floating or complex
  kFloating,
  kIntegers,
  kBits,  // bool or integers
};
enum class Result : std::uint8_t { kSame, kReal, kBool };

struct Row {
  std::string_view name;
  int operands;
  Operands of;
  Result result;
};

// In the order of the enumeration.
constexpr std::array<Row, kOpcodes> kRows{{
    {"negative", 1, Operands::kNumbers, Result::kSame},
    {"square", 1, Operands::kNumbers, Result::kSame},
    {"reciprocal", 1, Operands::kNumbers, Result::kSame},
    {"sign", 1, Operands::kRealNumbers, Result::kSame},
    {"conj", 1, Operands::kAll, Result::kSame},
    {"invert", 1, Operands::kBits, Result::kSame},
    {"sqrt", 1, Operands::kInexact, Result::kSame},
    {"cbrt", 1, Operands::kFloating, Result::kSame},
    {"exp", 1, Operands::kInexact, Result::kSame},
    {"exp2", 1, Operands::kInexact, Result::kSame},
    {"expm1", 1, Operands::kInexact, Result::kSame},
    {"log", 1, Operands::kInexact, Result::kSame},
    {"log2", 1, Operands::kInexact, Result::kSame},
    {"log10", 1, Operands::kInexact, Result::kSame},
    {"log1p", 1, Operands::kInexact, Result::kSame},
    {"sin", 1, Operands::kInexact, Result::kSame},
    {"cos", 1, Operands::kInexact, Result::kSame},
    {"tan", 1, Operands::kInexact, Result::kSame},
    {"arcsin", 1, Operands::kInexact, Result::kSame},
    {"arccos", 1, Operands::kInexact, Result::kSame},
    {"arctan", 1, Operands::kInexact, Result::kSame},
    {"sinh", 1, Operands::kInexact, Result::kSame},
    {"cosh", 1, Operands::kInexact, Result::kSame},
    {"tanh", 1, Operands::kInexact, Result::kSame},
    {"arcsinh", 1, Operands::kInexact, Result::kSame},
    {"arccosh", 1, Operands::kInexact, Result::kSame},
    {"arctanh", 1, Operands::kInexact, Result::kSame},
    {"floor", 1, Operands::kFloating, Result::kSame},
    {"ceil", 1, Operands::kFloating, Result::kSame},
    {"rint", 1, Operands::kFloating, Result::kSame},
    {"trunc", 1, Operands::kFloating, Result::kSame},
    {"deg2rad", 1, Operands::kFloating, Result::kSame},
    {"rad2deg", 1, Operands::kFloating, Result::kSame},
    {"absolute", 1, Operands::kAll, Result::kReal},
    {"real", 1, Operands::kAll, Result::kReal},
    {"imag", 1, Operands::kAll, Result::kReal},
    {"angle", 1, Operands::kInexact, Result::kReal},
    {"logical_not", 1, Operands::kAll, Result::kBool},
    {"isnan", 1, Operands::kAll, Result::kBool},
    {"isinf", 1, Operands::kAll, Result::kBool},
    {"isfinite", 1, Operands::kAll, Result::kBool},
    {"signbit", 1, Operands::kReal, Result::kBool},
    {"add", 2, Operands::kAll, Result::kSame},
    {"subtract", 2, Operands::kNumbers, Result::kSame},
    {"multiply", 2, Operands::kAll, Result::kSame},
    {"divide", 2, Operands::kInexact, Result::kSame},
    {"floor_divide", 2, Operands::kRealNumbers, Result::kSame},
    {"remainder", 2, Operands::kRealNumbers, Result::kSame},
    {"fmod", 2, Operands::kRealNumbers, Result::kSame},
    {"power", 2, Operands::kNumbers, Result::kSame},
    {"maximum", 2, Operands::kReal, Result::kSame},
    {"minimum", 2, Operands::kReal, Result::kSame},
    {"fmax", 2, Operands::kReal, Result::kSame},
    {"fmin", 2, Operands::kReal, Result::kSame},
    {"arctan2", 2, Operands::kFloating, Result::kSame},
    {"hypot", 2, Operands::kFloating, Result::kSame},
    {"copysign", 2, Operands::kFloating, Result::kSame},
    {"bitwise_and", 2, Operands::kBits, Result::kSame},
    {"bitwise_or", 2, Operands::kBits, Result::kSame},
    {"bitwise_xor", 2, Operands::kBits, Result::kSame},
    {"left_shift", 2, Operands::kIntegers, Result::kSame},
    {"right_shift", 2, Operands::kIntegers, Result::kSame},
    {"equal", 2, Operands::kAll, Result::kBool},
    {"not_equal", 2, Operands::kAll, Result::kBool},
    {"less", 2, Operands::kReal, Result::kBool},
    {"less_equal", 2, Operands::kReal, Result::kBool},
    {"greater", 2, Operands::kReal, Result::kBool},
    {"greater_equal", 2, Operands::kReal, Result::kBool},
    {"logical_and", 2, Operands::kAll, Result::kBool},
    {"logical_or", 2, Operands::kAll, Result::kBool},
    {"logical_xor", 2, Operands::kAll, Result::kBool},
    {"where", 3, Operands::kAll, Result::kSame},
    {"cast", 1, Operands::kAll, Result::kSame},
    {"map", 1, Operands::kAll, Result::kSame},
}};
static_assert(!kRows.back().name.empty());

const Row& row_of(Opcode opcode) {
  return kRows[static_cast<std::size_t>(opcode)];
}

}  // namespace

std::string_view name_of(Opcode opcode) {
  return row_of(opcode).name;
}

int operands_of(Opcode opcode) {
  return row_of(opcode).operands;
}

DType result_of(Opcode opcode, DType operand) {
  switch (row_of(opcode).result) {
    case Result::kBool:
      return DType::kBool;
    case Result::kReal:
      return real_of(operand);
    case Result::kSame:
      break;
  }
  return operand;
}

bool is_defined(Opcode opcode, DType operand) {
  const bool is_bool = operand == DType::kBool;
  switch (row_of(opcode).of) {
    case Operands::kNumbers:
      return !is_bool;
    case Operands::kReal:
      return !is_complex(operand);
    case Operands::kRealNumbers:
      return !is_bool && !is_complex(operand);
    case Operands::kInexact:
      return is_floating(operand) || is_complex(operand);
    case Operands::kFloating:
      return is_floating(operand);
    case Operands::kIntegers:
      return is_integer(operand);
    case Operands::kBits:
      return is_bool || is_integer(operand);
    case Operands::kAll:
      break;
  }
  return true;
}

}  // namespace bask
