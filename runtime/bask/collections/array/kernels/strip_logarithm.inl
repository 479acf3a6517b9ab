// strip_logarithm.inl: the natural logarithm of vectors, with the same bits in every variant. Part of
// strip_variant.inl.
//
// SLEEF's logarithm takes four times as long on AVX2, and has other bits on AVX-512 (strips_avx512.cpp).
namespace bask::strips {
namespace {

/// The coefficients interpolate 2/3 + 2/5 z + 2/7 z^2 + … at Chebyshev's nodes, over the mantissa's range.
template <class T>
struct LogConstants;
template <>
struct LogConstants<double> {
  static constexpr double kSeries[] = {0.666666666666667,   0.39999999999899444, 0.2857142862600327,
                                       0.22222211130259878, 0.18182889455674947, 0.15331710618210773,
                                       0.14616585424888623};
  static constexpr double kLn2High = 0.6931471805592082, kLn2Low = 7.371002565167799e-13;  // times k: exact
  static constexpr std::uint64_t kRootOfHalf = 0x3fe6a09e667f3bcd, kOne = 0x3ff0000000000000;
  static constexpr int kMantissaBits = 52;
  static constexpr double kIntegers = 4503599627370496, kBias = 1023;  // 2^52: integers are its last bits
  static constexpr double kLeastNormal = 2.2250738585072014e-308;
};
template <>
struct LogConstants<float> {
  static constexpr float kSeries[] = {0.6666666655445165F, 0.40000121876972F, 0.2855081659971155F,
                                      0.23330581938241896F};
  static constexpr float kLn2High = 0.693115234375F, kLn2Low = 3.1946184945309415e-05F;
  static constexpr std::uint32_t kRootOfHalf = 0x3f3504f3, kOne = 0x3f800000;
  static constexpr int kMantissaBits = 23;
  static constexpr float kIntegers = 8388608, kBias = 127;
  static constexpr float kLeastNormal = 1.17549435e-38F;
};

struct NaturalLog {
  static constexpr bool kOverflowsEarly = false;

  /// x = 2^k (1 + f) with 1 + f between the roots of 1/2 and 2; with s = f / (2 + f), log(1 + f) is
  /// f - f^2 / 2 + s (f^2 / 2 + s^2 (2/3 + 2/5 s^2 + …)), whose largest parts are added last.
  template <class V>
  V operator()(V x) const {
    using T = std::remove_cvref_t<decltype(x[0])>;
    using Constants = LogConstants<T>;
    using Words = Vector<Bits<sizeof(T)>>;
    constexpr T kScale = Constants::kIntegers;
    const auto is_subnormal = x < Constants::kLeastNormal;
    const V scaled = is_subnormal ? x * kScale : x;
    const Words shifted = reinterpret_cast<Words>(scaled) + (Constants::kOne - Constants::kRootOfHalf);
    const Words exponents =
        (shifted >> Constants::kMantissaBits) | __builtin_bit_cast(Bits<sizeof(T)>, kScale);
    const V bias = is_subnormal ? V{} + (kScale + Constants::kBias + Constants::kMantissaBits)
                                : V{} + (kScale + Constants::kBias);
    const V k = reinterpret_cast<V>(exponents) - bias;
    constexpr auto kMantissa = (Bits<sizeof(T)>(1) << Constants::kMantissaBits) - 1;
    const V f = reinterpret_cast<V>((shifted & kMantissa) + Constants::kRootOfHalf) - T(1);

    const V s = f / (f + T(2)), z = s * s, half_square = f * f * T(0.5);
    constexpr std::size_t kTerms = std::size(Constants::kSeries);
    V series = V{} + Constants::kSeries[kTerms - 1];
    for (std::size_t i = kTerms - 1; i-- > 0;) series = series * z + Constants::kSeries[i];
    const V correction = s * (half_square + z * series) + k * Constants::kLn2Low;
    const V result = k * Constants::kLn2High - ((half_square - correction) - f);

    constexpr T kInfinity = std::is_same_v<T, float> ? __builtin_inff() : __builtin_inf();
    constexpr T kNan = std::is_same_v<T, float> ? __builtin_nanf("") : __builtin_nan("");
    const V ordinary = x < kInfinity ? result : x;  // infinity and NaN stay
    const V below = x == T(0) ? V{} - kInfinity : V{} + kNan;
    return x <= T(0) ? below : ordinary;
  }
};

}  // namespace
}  // namespace bask::strips
