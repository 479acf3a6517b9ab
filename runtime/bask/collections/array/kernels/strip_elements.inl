// strip_elements.inl: loops of the operations that the compiler vectorises by itself. Part of
// strip_variant.inl.
namespace bask::strips {
namespace {

// Every operand's pointer is copied first, so that a store cannot alias the array of pointers. `ivdep` says
// that the output either is an operand or overlaps none.
template <class R, class T, class F>
constexpr Loop unary(F) {
  return [](std::size_t count, void* out, const void* const* in) {
    auto* results = static_cast<R*>(out);
    const auto* a = static_cast<const T*>(in[0]);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) results[i] = F()(a[i]);
  };
}

template <class R, class T, class F>
constexpr Loop binary(F) {
  return [](std::size_t count, void* out, const void* const* in) {
    auto* results = static_cast<R*>(out);
    const auto* a = static_cast<const T*>(in[0]);
    const auto* b = static_cast<const T*>(in[1]);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) results[i] = F()(a[i], b[i]);
  };
}

template <std::size_t Bytes>
struct Raw;
template <>
struct Raw<1> : std::type_identity<std::uint8_t> {};
template <>
struct Raw<2> : std::type_identity<std::uint16_t> {};
template <>
struct Raw<4> : std::type_identity<std::uint32_t> {};
template <>
struct Raw<8> : std::type_identity<std::uint64_t> {};
template <std::size_t Bytes>
using Bits = typename Raw<Bytes>::type;

// bool is read as its byte: comparisons and selections vectorise for bytes, but not for bool.
using Byte = std::uint8_t;
/// Two neighbours of type T: a complex number; or, with integers, an element that is only moved.
template <class T>
struct Complex {
  T re, im;
};

/// F(a, b, fmod(a, b)). near_fmod is exact too, and vectorises; C's serves where a quotient is too large.
template <class T, class F>
constexpr Loop remainder_of(F) {
  return [](std::size_t count, void* out, const void* const* in) {
    constexpr std::size_t kBlock = 64;
    for (std::size_t start = 0; start < count; start += kBlock) {
      const std::size_t length = count - start < kBlock ? count - start : kBlock;
      auto* results = static_cast<T*>(out) + start;
      const auto* a = static_cast<const T*>(in[0]) + start;
      const auto* b = static_cast<const T*>(in[1]) + start;
      T rests[kBlock];
#ifdef __FP_FAST_FMA
      std::size_t far = 0;
      for (std::size_t i = 0; i < length; ++i) {
        rests[i] = near_fmod(a[i], b[i]);
        far += !is_near(a[i], b[i]);
      }
#else
      const std::size_t far = length;
#endif
      for (std::size_t i = 0; far != 0 && i < length; ++i) rests[i] = c_fmod(a[i], b[i]);
#pragma GCC ivdep
      for (std::size_t i = 0; i < length; ++i) results[i] = F()(a[i], b[i], rests[i]);
    }
  };
}

template <class T>
constexpr Loop copy() {
  return unary<T, T>([](T a) { return a; });
}

template <class T>
constexpr Loop choose_by_bool() {
  return [](std::size_t count, void* out, const void* const* in) {
    auto* results = static_cast<T*>(out);
    const auto* c = static_cast<const Byte*>(in[0]);
    const auto* a = static_cast<const T*>(in[1]);
    const auto* b = static_cast<const T*>(in[2]);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) {
      const T x = a[i], y = b[i];  // read both: a load under a condition does not vectorise
      results[i] = c[i] != 0 ? x : y;
    }
  };
}

template <class T>
constexpr Loop choose_complex_by_bool() {
  using Z = Complex<T>;
  return [](std::size_t count, void* out, const void* const* in) {
    auto* results = static_cast<Z*>(out);
    const auto* c = static_cast<const Byte*>(in[0]);
    const auto* a = static_cast<const Z*>(in[1]);
    const auto* b = static_cast<const Z*>(in[2]);
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i) {
      const Z x = a[i], y = b[i];
      results[i] = {c[i] != 0 ? x.re : y.re, c[i] != 0 ? x.im : y.im};
    }
  };
}

/// The comparisons of all real types.
template <class T>
Loop comparison_loop(Opcode opcode) {
  switch (opcode) {
    case Opcode::kLogicalNot:
      return unary<Byte, T>([](T a) -> Byte { return a == 0; });
    case Opcode::kEqual:
      return binary<Byte, T>([](T a, T b) -> Byte { return a == b; });
    case Opcode::kNotEqual:
      return binary<Byte, T>([](T a, T b) -> Byte { return a != b; });
    case Opcode::kLess:
      return binary<Byte, T>([](T a, T b) -> Byte { return a < b; });
    case Opcode::kLessEqual:
      return binary<Byte, T>([](T a, T b) -> Byte { return a <= b; });
    case Opcode::kGreater:
      return binary<Byte, T>([](T a, T b) -> Byte { return a > b; });
    case Opcode::kGreaterEqual:
      return binary<Byte, T>([](T a, T b) -> Byte { return a >= b; });
    case Opcode::kLogicalAnd:
      return binary<Byte, T>([](T a, T b) -> Byte { return (a != 0) & (b != 0); });
    case Opcode::kLogicalOr:
      return binary<Byte, T>([](T a, T b) -> Byte { return (a != 0) | (b != 0); });
    case Opcode::kLogicalXor:
      return binary<Byte, T>([](T a, T b) -> Byte { return (a != 0) != (b != 0); });
    default:
      return nullptr;
  }
}

Loop bool_loop(Opcode opcode) {
  switch (opcode) {
    case Opcode::kConj:
    case Opcode::kAbsolute:
    case Opcode::kReal:
      return copy<Byte>();
    case Opcode::kInvert:
      return comparison_loop<Byte>(Opcode::kLogicalNot);
    case Opcode::kImag:
    case Opcode::kIsnan:
    case Opcode::kIsinf:
    case Opcode::kSignbit:
      return unary<Byte, Byte>([](Byte) -> Byte { return 0; });
    case Opcode::kIsfinite:
      return unary<Byte, Byte>([](Byte) -> Byte { return 1; });
    case Opcode::kAdd:
    case Opcode::kMaximum:
    case Opcode::kFmax:
    case Opcode::kBitwiseOr:
      return comparison_loop<Byte>(Opcode::kLogicalOr);
    case Opcode::kMultiply:
    case Opcode::kMinimum:
    case Opcode::kFmin:
    case Opcode::kBitwiseAnd:
      return comparison_loop<Byte>(Opcode::kLogicalAnd);
    case Opcode::kBitwiseXor:
      return comparison_loop<Byte>(Opcode::kLogicalXor);
    default:
      return comparison_loop<Byte>(opcode);
  }
}

template <class T>
Loop complex_basic_loop(Opcode opcode) {
  using Z = Complex<T>;
  switch (opcode) {
    case Opcode::kNegative:
      return unary<Z, Z>([](Z a) -> Z { return {-a.re, -a.im}; });
    case Opcode::kSquare:
      return by_vectors<T, 1, 2>(ComplexSquare());
    case Opcode::kReciprocal:
      return unary<Z, Z>([](Z a) { return quotient(Z{1, 0}, a); });
    case Opcode::kConj:
      return unary<Z, Z>([](Z a) -> Z { return {a.re, -a.im}; });
    case Opcode::kReal:
      return unary<T, Z>([](Z a) { return a.re; });
    case Opcode::kImag:
      return unary<T, Z>([](Z a) { return a.im; });
    case Opcode::kLogicalNot:
      return unary<Byte, Z>([](Z a) -> Byte { return !is_true(a); });
    case Opcode::kIsnan:
      return unary<Byte, Z>([](Z a) -> Byte { return (a.re != a.re) | (a.im != a.im); });
    case Opcode::kIsinf:
      return unary<Byte, Z>([](Z a) -> Byte { return is_inf(a.re) | is_inf(a.im); });
    case Opcode::kIsfinite:
      return unary<Byte, Z>([](Z a) -> Byte { return is_finite(a.re) & is_finite(a.im); });
    case Opcode::kAdd:
      return binary<Z, Z>([](Z a, Z b) -> Z { return {a.re + b.re, a.im + b.im}; });
    case Opcode::kSubtract:
      return binary<Z, Z>([](Z a, Z b) -> Z { return {a.re - b.re, a.im - b.im}; });
    case Opcode::kMultiply:
      return by_vectors<T, 2, 2>(ComplexTimes());
    case Opcode::kDivide:
      return binary<Z, Z>([](Z a, Z b) { return quotient(a, b); });
    case Opcode::kEqual:
      return binary<Byte, Z>([](Z a, Z b) -> Byte { return (a.re == b.re) & (a.im == b.im); });
    case Opcode::kNotEqual:
      return binary<Byte, Z>([](Z a, Z b) -> Byte { return (a.re != b.re) | (a.im != b.im); });
    case Opcode::kLogicalAnd:
      return binary<Byte, Z>([](Z a, Z b) -> Byte { return is_true(a) & is_true(b); });
    case Opcode::kLogicalOr:
      return binary<Byte, Z>([](Z a, Z b) -> Byte { return is_true(a) | is_true(b); });
    case Opcode::kLogicalXor:
      return binary<Byte, Z>([](Z a, Z b) -> Byte { return is_true(a) != is_true(b); });
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace bask::strips
