// strip_functions.inl: loops of the functions of analysis, by SLEEF's vectors where the including source
// names them (BASK_SLEEF_DOUBLE_…, BASK_SLEEF_FLOAT_…, by accuracy), else by the C library. Part of
// strip_variant.inl.
//
// SLEEF's deterministic functions give the same bits for every vector width, but other bits with FMA than
// without. So the AVX2 and AVX-512 variants agree; the baseline may differ from them in the last place.
namespace bask::strips {
namespace {

#ifdef BASK_SLEEF_DOUBLE_U10
#define BASK_VECTOR_FUNCTION(function, kind)                  \
  template <class... V>                                       \
  Vector<double> operator()(Vector<double> a, V... b) const { \
    return BASK_SLEEF_DOUBLE_##kind(function)(a, b...);       \
  }                                                           \
  template <class... V>                                       \
  Vector<float> operator()(Vector<float> a, V... b) const {   \
    return BASK_SLEEF_FLOAT_##kind(function)(a, b...);        \
  }
#else
#define BASK_VECTOR_FUNCTION(function, kind)
#endif

/// `overflows_early`: SLEEF gives infinity already when the result or the operand is near the greatest
/// number; for these elements the C library is called.
#define BASK_FUNCTION(Name, function, kind, overflows_early) \
  struct Name {                                              \
    static constexpr bool kOverflowsEarly = overflows_early; \
    template <class... V>                                    \
    double operator()(double a, V... b) const {              \
      return __builtin_##function(a, b...);                  \
    }                                                        \
    template <class... V>                                    \
    float operator()(float a, V... b) const {                \
      return __builtin_##function##f(a, b...);               \
    }                                                        \
    BASK_VECTOR_FUNCTION(function, kind)                     \
  };

template <class T, std::size_t Operands, class F>
constexpr Loop function_of(F f) {
#ifdef BASK_SLEEF_DOUBLE_U10
  return by_vectors<T, Operands, 1>(f);
#else
  if constexpr (Operands == 2) {
    return binary<T, T>(f);
  } else {
    return unary<T, T>(f);
  }
#endif
}

BASK_FUNCTION(Cbrt, cbrt, U10, false)
BASK_FUNCTION(Exp, exp, U10, false)
BASK_FUNCTION(Exp2, exp2, U10, false)
BASK_FUNCTION(Expm1, expm1, U10, false)
BASK_FUNCTION(Log2, log2, LOGARITHM, false)
BASK_FUNCTION(Log10, log10, LOGARITHM, false)
BASK_FUNCTION(Log1p, log1p, U10, true)
BASK_FUNCTION(Sin, sin, U10, false)
BASK_FUNCTION(Cos, cos, U10, false)
BASK_FUNCTION(Tan, tan, U10, false)
BASK_FUNCTION(Asin, asin, U10, false)
BASK_FUNCTION(Acos, acos, U10, false)
BASK_FUNCTION(Atan, atan, U10, false)
BASK_FUNCTION(Sinh, sinh, U10, true)
BASK_FUNCTION(Cosh, cosh, U10, true)
BASK_FUNCTION(Tanh, tanh, U10, false)
BASK_FUNCTION(Asinh, asinh, U10, true)
BASK_FUNCTION(Acosh, acosh, U10, true)
BASK_FUNCTION(Atanh, atanh, U10, false)
BASK_FUNCTION(Pow, pow, U10, true)
BASK_FUNCTION(Atan2, atan2, U10, false)
BASK_FUNCTION(Hypot, hypot, U05, false)

template <class T>
Loop function_loop(Opcode opcode) {
  switch (opcode) {
    case Opcode::kCbrt:
      return function_of<T, 1>(Cbrt());
    case Opcode::kExp:
      return function_of<T, 1>(Exp());
    case Opcode::kExp2:
      return function_of<T, 1>(Exp2());
    case Opcode::kExpm1:
      return function_of<T, 1>(Expm1());
    case Opcode::kLog:
      return by_vectors<T, 1, 1>(NaturalLog());
    case Opcode::kLog2:
      return function_of<T, 1>(Log2());
    case Opcode::kLog10:
      return function_of<T, 1>(Log10());
    case Opcode::kLog1p:
      return function_of<T, 1>(Log1p());
    case Opcode::kSin:
      return function_of<T, 1>(Sin());
    case Opcode::kCos:
      return function_of<T, 1>(Cos());
    case Opcode::kTan:
      return function_of<T, 1>(Tan());
    case Opcode::kArcsin:
      return function_of<T, 1>(Asin());
    case Opcode::kArccos:
      return function_of<T, 1>(Acos());
    case Opcode::kArctan:
      return function_of<T, 1>(Atan());
    case Opcode::kSinh:
      return function_of<T, 1>(Sinh());
    case Opcode::kCosh:
      return function_of<T, 1>(Cosh());
    case Opcode::kTanh:
      return function_of<T, 1>(Tanh());
    case Opcode::kArcsinh:
      return function_of<T, 1>(Asinh());
    case Opcode::kArccosh:
      return function_of<T, 1>(Acosh());
    case Opcode::kArctanh:
      return function_of<T, 1>(Atanh());
    case Opcode::kPower:
      return function_of<T, 2>(Pow());
    case Opcode::kArctan2:
      return function_of<T, 2>(Atan2());
    case Opcode::kHypot:
      return function_of<T, 2>(Hypot());
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace bask::strips
