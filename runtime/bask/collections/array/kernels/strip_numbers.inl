// strip_numbers.inl: which loop an operation on integers or floating numbers has. Part of strip_variant.inl.
namespace bask::strips {
namespace {

/// Operations that are the same for signed and unsigned integers: compiled once for each width.
template <class T>
Loop wrapping_loop(Opcode opcode) {
  using W = Wrapping<T>;
  switch (opcode) {
    case Opcode::kNegative:
      return unary<T, T>([](T a) { return wrapping_negative(a); });
    case Opcode::kSquare:
      return unary<T, T>([](T a) { return static_cast<T>(W(a) * W(a)); });
    case Opcode::kConj:
    case Opcode::kReal:
      return copy<T>();
    case Opcode::kInvert:
      return unary<T, T>([](T a) { return static_cast<T>(~a); });
    case Opcode::kImag:
      return unary<T, T>([](T) { return T(0); });
    case Opcode::kIsnan:
    case Opcode::kIsinf:
      return unary<Byte, T>([](T) { return Byte(0); });
    case Opcode::kIsfinite:
      return unary<Byte, T>([](T) { return Byte(1); });
    case Opcode::kAdd:
      return binary<T, T>([](T a, T b) { return static_cast<T>(W(a) + W(b)); });
    case Opcode::kSubtract:
      return binary<T, T>([](T a, T b) { return static_cast<T>(W(a) - W(b)); });
    case Opcode::kMultiply:
      return binary<T, T>([](T a, T b) { return static_cast<T>(W(a) * W(b)); });
    case Opcode::kBitwiseAnd:
      return binary<T, T>([](T a, T b) { return static_cast<T>(a & b); });
    case Opcode::kBitwiseOr:
      return binary<T, T>([](T a, T b) { return static_cast<T>(a | b); });
    case Opcode::kBitwiseXor:
      return binary<T, T>([](T a, T b) { return static_cast<T>(a ^ b); });
    case Opcode::kLeftShift:
      return binary<T, T>([](T a, T b) { return shifted_left(a, b); });
    case Opcode::kLogicalNot:
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLogicalAnd:
    case Opcode::kLogicalOr:
    case Opcode::kLogicalXor:
      return comparison_loop<T>(opcode);
    default:
      return nullptr;
  }
}

template <class T>
Loop integer_loop(Opcode opcode) {
  if (const Loop found = wrapping_loop<Bits<sizeof(T)>>(opcode)) return found;
  switch (opcode) {
    case Opcode::kReciprocal:
      return unary<T, T>([](T a) { return truncated_quotient(T(1), a); });
    case Opcode::kSign:
      return unary<T, T>([](T a) { return static_cast<T>((a > 0) - (a < 0)); });
    case Opcode::kAbsolute:
      return unary<T, T>([](T a) { return a < 0 ? wrapping_negative(a) : a; });
    case Opcode::kSignbit:
      return unary<Byte, T>([](T a) { return Byte(a < 0); });
    case Opcode::kFloorDivide:
      return binary<T, T>([](T a, T b) { return floored_quotient(a, b); });
    case Opcode::kRemainder:
      return binary<T, T>([](T a, T b) { return floored_remainder(a, b); });
    case Opcode::kFmod:
      return binary<T, T>([](T a, T b) { return truncated_remainder(a, b); });
    case Opcode::kPower:
      return binary<T, T>([](T a, T b) { return integer_power(a, b); });
    case Opcode::kMaximum:
    case Opcode::kFmax:
      return binary<T, T>([](T a, T b) { return a > b ? a : b; });
    case Opcode::kMinimum:
    case Opcode::kFmin:
      return binary<T, T>([](T a, T b) { return a < b ? a : b; });
    case Opcode::kRightShift:
      return binary<T, T>([](T a, T b) { return shifted_right(a, b); });
    default:
      return comparison_loop<T>(opcode);
  }
}

template <class T>
Loop floating_unary_loop(Opcode opcode) {
  constexpr bool kIsFloat = std::is_same_v<T, float>;
  constexpr T kDegree = T(3.14159265358979323846) / T(180), kRadian = T(180) / T(3.14159265358979323846);
  switch (opcode) {
    case Opcode::kNegative:
      return unary<T, T>([](T a) { return -a; });
    case Opcode::kSquare:
      return unary<T, T>([](T a) { return a * a; });
    case Opcode::kReciprocal:
      return unary<T, T>([](T a) { return 1 / a; });
    case Opcode::kSign:
      return unary<T, T>([](T a) { return a > 0 ? T(1) : a < 0 ? T(-1) : a == 0 ? T(0) : a; });
    case Opcode::kConj:
    case Opcode::kReal:
      return copy<T>();
    case Opcode::kImag:
      return unary<T, T>([](T) { return T(0); });
    case Opcode::kSqrt:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_sqrtf(a) : __builtin_sqrt(a); });
    case Opcode::kFloor:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_floorf(a) : __builtin_floor(a); });
    case Opcode::kCeil:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_ceilf(a) : __builtin_ceil(a); });
    case Opcode::kRint:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_rintf(a) : __builtin_rint(a); });
    case Opcode::kTrunc:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_truncf(a) : __builtin_trunc(a); });
    case Opcode::kDeg2rad:
      return unary<T, T>([](T a) { return a * kDegree; });
    case Opcode::kRad2deg:
      return unary<T, T>([](T a) { return a * kRadian; });
    case Opcode::kAbsolute:
      return unary<T, T>([](T a) -> T { return kIsFloat ? __builtin_fabsf(a) : __builtin_fabs(a); });
    case Opcode::kAngle:
      return unary<T, T>([](T a) {
        const auto is_negative = __builtin_bit_cast(Bits<sizeof(T)>, a) >> (8 * sizeof(T) - 1);
        return a != a ? a : is_negative ? T(3.14159265358979323846) : T(0);
      });
    case Opcode::kIsnan:
      return unary<Byte, T>([](T a) { return Byte(a != a); });
    case Opcode::kIsinf:
      return unary<Byte, T>([](T a) { return Byte(is_inf(a)); });
    case Opcode::kIsfinite:
      return unary<Byte, T>([](T a) { return Byte(is_finite(a)); });
    case Opcode::kSignbit:
      return unary<Byte, T>(
          [](T a) { return Byte(__builtin_bit_cast(Bits<sizeof(T)>, a) >> (8 * sizeof(T) - 1)); });
    default:
      return nullptr;
  }
}

template <class T>
Loop floating_binary_loop(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAdd:
      return binary<T, T>([](T a, T b) { return a + b; });
    case Opcode::kSubtract:
      return binary<T, T>([](T a, T b) { return a - b; });
    case Opcode::kMultiply:
      return binary<T, T>([](T a, T b) { return a * b; });
    case Opcode::kDivide:
      return binary<T, T>([](T a, T b) { return a / b; });
    case Opcode::kFloorDivide:
      return remainder_of<T>([](T a, T b, T rest) { return floating_floor_quotient(a, b, rest); });
    case Opcode::kRemainder:
      return remainder_of<T>([](T a, T b, T rest) { return floating_remainder(a, b, rest); });
    case Opcode::kFmod:
      return remainder_of<T>([](T, T, T rest) { return rest; });
    case Opcode::kMaximum:
      return binary<T, T>([](T a, T b) { return (a >= b) | (a != a) ? a : b; });
    case Opcode::kMinimum:
      return binary<T, T>([](T a, T b) { return (a <= b) | (a != a) ? a : b; });
    case Opcode::kFmax:
      return binary<T, T>([](T a, T b) { return (a >= b) | (b != b) ? a : b; });
    case Opcode::kFmin:
      return binary<T, T>([](T a, T b) { return (a <= b) | (b != b) ? a : b; });
    case Opcode::kCopysign:
      return binary<T, T>([](T a, T b) { return with_sign_of(a, b); });
    default:
      return comparison_loop<T>(opcode);
  }
}

template <class T>
Loop floating_loop(Opcode opcode) {
  if (const Loop found = function_loop<T>(opcode)) return found;
  if (const Loop found = floating_unary_loop<T>(opcode)) return found;
  return floating_binary_loop<T>(opcode);
}

}  // namespace
}  // namespace bask::strips
