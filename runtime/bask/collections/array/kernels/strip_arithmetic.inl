// strip_arithmetic.inl: arithmetic of single elements: integers without traps or overflow, floating
// remainders, quotients of complex numbers. Part of strip_variant.inl.
namespace bask::strips {
namespace {

template <class T>
constexpr bool is_inf(T a) {
  return std::is_same_v<T, float> ? __builtin_fabsf(a) == __builtin_inff()
                                  : __builtin_fabs(a) == __builtin_inf();
}
template <class T>
constexpr bool is_finite(T a) {
  return std::is_same_v<T, float> ? __builtin_fabsf(a) < __builtin_inff()
                                  : __builtin_fabs(a) < __builtin_inf();
}
template <class Z>
constexpr bool is_true(Z a) {
  return (a.re != 0) | (a.im != 0);
}

/// Smith's division, which does not square, without a branch, so that it vectorises. x / 0 is as in NumPy.
template <class Z>
constexpr Z quotient(Z a, Z b) {
  using T = decltype(b.re);
  const T size_re = b.re < 0 ? -b.re : b.re, size_im = b.im < 0 ? -b.im : b.im;
  const bool by_re = size_re >= size_im;
  const T major = by_re ? b.re : b.im, minor = by_re ? b.im : b.re;
  const T ratio = major == 0 ? T(0) : minor / major;
  const T scale = major == 0 ? T(1) / size_re : T(1) / (major + minor * ratio);
  const T x = by_re ? a.re : a.im, y = by_re ? a.im : a.re;
  const T imaginary = by_re ? a.im - a.re * ratio : a.im * ratio - a.re;
  return {(x + y * ratio) * scale, imaginary * scale};
}

/// An unsigned type at least as wide as int: it wraps. Narrower ones are promoted to int, which overflows.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) < 4, unsigned, std::make_unsigned_t<T>>;

template <class T>
constexpr T wrapping_negative(T a) {
  return static_cast<T>(Wrapping<T>(0) - static_cast<Wrapping<T>>(a));
}

/// Rounds towards zero. A division by 0 gives 0, and the least integer by -1 gives itself. Narrow integers
/// divide as floating numbers, which vectorises and is exact: a quotient that is not whole is further from a
/// whole number than the rounding error.
template <class T>
constexpr T truncated_quotient(T a, T b) {
  const bool is_special = b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1));
  const T divisor = is_special ? T(1) : b;
  T result = 0;
  if constexpr (sizeof(T) <= 2) {
    result = static_cast<T>(static_cast<int>(static_cast<float>(a) / static_cast<float>(divisor)));
  } else if constexpr (std::is_same_v<T, std::int32_t>) {
    result = static_cast<T>(static_cast<double>(a) / static_cast<double>(divisor));
  } else {
    result = static_cast<T>(a / divisor);
  }
  return b == 0 ? T(0) : is_special ? wrapping_negative(a) : result;
}

/// a - b * truncated_quotient(a, b); 0 for a divisor of 0.
template <class T>
constexpr T truncated_remainder(T a, T b) {
  using W = Wrapping<T>;
  const T rest =
      static_cast<T>(static_cast<W>(a) - static_cast<W>(b) * static_cast<W>(truncated_quotient(a, b)));
  return b == 0 ? T(0) : rest;
}

template <class T>
constexpr T floored_quotient(T a, T b) {
  const T rest = truncated_remainder(a, b);
  const bool goes_down = rest != 0 && (rest < 0) != (b < 0);
  return static_cast<T>(static_cast<Wrapping<T>>(truncated_quotient(a, b)) - Wrapping<T>(goes_down));
}

template <class T>
constexpr T floored_remainder(T a, T b) {
  const T rest = truncated_remainder(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
}

template <class T>
constexpr T integer_power(T base, T exponent) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0) return base == 1 ? T(1) : base != -1 ? T(0) : exponent & 1 ? T(-1) : T(1);
  }
  Wrapping<T> result = 1, factor = static_cast<Wrapping<T>>(base);
  for (auto rest = static_cast<std::make_unsigned_t<T>>(exponent); rest != 0; rest >>= 1) {
    if (rest & 1) result *= factor;
    factor *= factor;
  }
  return static_cast<T>(result);
}

template <class T>
constexpr T shifted_left(T a, T by) {
  constexpr auto kBits = static_cast<std::make_unsigned_t<T>>(8 * sizeof(T));
  const auto amount = static_cast<std::make_unsigned_t<T>>(by);
  const T shifted = static_cast<T>(static_cast<Wrapping<T>>(a) << (amount & (kBits - 1)));
  return amount < kBits ? shifted : T(0);
}

template <class T>
constexpr T shifted_right(T a, T by) {
  constexpr auto kBits = static_cast<std::make_unsigned_t<T>>(8 * sizeof(T));
  const auto amount = static_cast<std::make_unsigned_t<T>>(by);
  const T shifted = static_cast<T>(a >> (amount & (kBits - 1)));
  return amount < kBits ? shifted : a < 0 ? static_cast<T>(-1) : T(0);
}

inline double c_fmod(double a, double b) {
  return __builtin_fmod(a, b);
}
inline float c_fmod(float a, float b) {
  return __builtin_fmodf(a, b);
}
inline double fused(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
inline float fused(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
inline double size_of_number(double a) {
  return __builtin_fabs(a);
}
inline float size_of_number(float a) {
  return __builtin_fabsf(a);
}
inline double rounded_down(double a) {
  return __builtin_floor(a);
}
inline float rounded_down(float a) {
  return __builtin_floorf(a);
}
inline double whole_of(double a) {
  return __builtin_trunc(a);
}
inline float whole_of(float a) {
  return __builtin_truncf(a);
}
inline double with_sign_of(double a, double sign) {
  return __builtin_copysign(a, sign);
}
inline float with_sign_of(float a, float sign) {
  return __builtin_copysignf(a, sign);
}

/// C's fmod for quotients whose whole part the type holds exactly (is_near). A rounded quotient is at most
/// one too great; the rest then has the wrong sign, is still exact, and is mended. Vectorises where FMA is an
/// instruction.
template <class T>
T near_fmod(T a, T b) {
  const T rest = fused(-whole_of(a / b), b, a);
  const T size = size_of_number(b);
  const T mended = rest != 0 && (rest < 0) != (a < 0) ? rest + (a < 0 ? -size : size) : rest;
  return size_of_number(a) < size ? a : with_sign_of(mended, a);
}
template <class T>
bool is_near(T a, T b) {
  return size_of_number(a / b) < (sizeof(T) == 4 ? T(1 << 23) : T(1LL << 52));
}

/// Python's a % b from C's remainder: it has the divisor's sign, also when it is zero.
template <class T>
T floating_remainder(T, T b, T rest) {
  const T moved = (b < 0) != (rest < 0) ? rest + b : rest;
  const T result = rest == 0 ? with_sign_of(T(0), b) : moved;
  return b == 0 ? rest : result;
}

/// Python's a // b, from C's remainder, so that the two agree.
template <class T>
T floating_floor_quotient(T a, T b, T rest) {
  const T whole = (a - rest) / b;
  const T quotient = rest != 0 && (b < 0) != (rest < 0) ? whole - 1 : whole;
  const T floor = rounded_down(quotient);
  const T nearest = quotient - floor > T(0.5) ? floor + 1 : floor;
  const T result = quotient == 0 ? with_sign_of(T(0), a / b) : nearest;
  return b == 0 ? a / b : result;
}

}  // namespace
}  // namespace bask::strips
