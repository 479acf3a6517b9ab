// random_functions.inl: functions that turn uniform numbers into others, made of plain additions and
// multiplications so that every instruction set gives the same bits. They take one number or a vector. Part
// of random_loops.inl.
//
// The coefficients interpolate at Chebyshev's nodes; errors are below 2 units in the last place.

template <class V>
struct BitsOf;
template <>
struct BitsOf<double> {
  using Type = std::uint64_t;
};
template <class V>
typename BitsOf<V>::Type bits_of(V x) {
  return __builtin_bit_cast(typename BitsOf<V>::Type, x);
}

#if defined(__SSE2__)
#if defined(__AVX512F__)
using Doubles __attribute__((vector_size(64))) = double;
Doubles root_of(Doubles x) {
  return _mm512_sqrt_pd(x);
}
#elif defined(__AVX2__)
using Doubles __attribute__((vector_size(32))) = double;
Doubles root_of(Doubles x) {
  return _mm256_sqrt_pd(x);
}
#else
using Doubles __attribute__((vector_size(16))) = double;
Doubles root_of(Doubles x) {
  return _mm_sqrt_pd(x);
}
#endif
template <>
struct BitsOf<Doubles> {
  using Type __attribute__((vector_size(sizeof(Doubles)))) = std::uint64_t;
};
#else
using Doubles = double;
Doubles root_of(Doubles x) {
  return __builtin_sqrt(x);
}
#endif
constexpr std::size_t kWidth = sizeof(Doubles) / sizeof(double);

Doubles loaded(const double* from) {
  Doubles x;
  __builtin_memcpy(&x, from, sizeof(x));
  return x;
}
void store(double* to, Doubles x) {
  __builtin_memcpy(to, &x, sizeof(x));
}

/// The natural logarithm of a positive normal number x = 2^k (1 + f), with 1 + f between the roots of 1/2 and
/// 2. With s = f / (2 + f), log(1 + f) is f - f^2 / 2 + s (f^2 / 2 + 2/3 s^2 + 2/5 s^4 + …), whose largest
/// parts are added last.
template <class V>
V log_of(V x) {
  constexpr std::uint64_t kOne = 0x3ff0000000000000, kFraction = 0xfffffffffffff,
                          kRootOfHalf = 0x3fe6a09e667f3bcd;
  constexpr double kIntegers = 0x1p52;  // integers are its last bits
  constexpr double kLn2High = 0.6931471804855391,
                   kLn2Low = 7.440617110012397e-11;  // k times the high part is exact
  const auto shifted = bits_of(x) + (kOne - kRootOfHalf);
  const V k = __builtin_bit_cast(V, (shifted >> 52) | __builtin_bit_cast(std::uint64_t, kIntegers)) -
              (kIntegers + 1023);
  const V f = __builtin_bit_cast(V, (shifted & kFraction) + kRootOfHalf) - 1;
  const V s = f / (f + 2), z = s * s, half_square = f * f * 0.5;
  V series = z * 0.14616449685043406 + 0.15331721600556042;
  series = series * z + 0.18182889125261723;
  series = series * z + 0.2222221113479508;
  series = series * z + 0.28571428625975487;
  series = series * z + 0.39999999999899505;
  series = series * z + 0.666666666666667;
  const V correction = s * (half_square + z * series) + k * kLn2Low;
  return k * kLn2High - ((half_square - correction) - f);
}

/// e^x of x up to 0; 0 below -708. With x = k ln 2 + r, the series of e^r up to r^13, times 2^k.
double exp_of(double x) {
  constexpr double kLn2High = 0.6931471804855391, kLn2Low = 7.440617110012397e-11;
  if (x < -708) return 0;
  const double k = __builtin_floor(x * 1.4426950408889634 + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double series = 1;
  for (double term = 13; term >= 1; --term) series = 1 + series * r / term;
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023) << 52;
  return series * __builtin_bit_cast(double, exponent);
}

template <class V>
struct Direction {
  V cosine, sine;
};
/// Cosine and sine of an angle in turns, in [0, 1): those of its distance to the nearest quarter turn,
/// exchanged and negated as that quarter asks.
template <class V>
Direction<V> direction_of(V turns) {
  constexpr double kRounds = 0x1.8p52;
  constexpr double kHalfPiHigh = 1.5707963267948966, kHalfPiLow = 6.123233995736766e-17;
  const V quarters = turns * 4, rounded = quarters + kRounds;
  const V r = quarters - (rounded - kRounds), z = r * r;
  V sine = z * 5.642225369163528e-08 - 3.5987029509735105e-06;
  sine = sine * z + 0.00016044116661409423;
  sine = sine * z - 0.004681754134254207;
  sine = sine * z + 0.07969262624614423;
  sine = sine * z - 0.6459640975062462;
  sine = r * kHalfPiHigh + r * (sine * z + kHalfPiLow);
  V cosine = z * -6.329396344967424e-09 + 4.710678405505227e-07;
  cosine = cosine * z - 2.5202039028029178e-05;
  cosine = cosine * z + 0.0009192602745468447;
  cosine = cosine * z - 0.020863480763340773;
  cosine = cosine * z + 0.2536695079010478;
  cosine = cosine * z - 1.2337005501361697;
  cosine = cosine * z + 1;
  const auto quarter = bits_of(rounded), is_odd = 0 - (quarter & 1);
  const auto exchanged = (bits_of(sine) ^ bits_of(cosine)) & is_odd;
  return {__builtin_bit_cast(V, bits_of(cosine) ^ exchanged ^ (((quarter + 1) & 2) << 62)),
          __builtin_bit_cast(V, bits_of(sine) ^ exchanged ^ ((quarter & 2) << 62))};
}
