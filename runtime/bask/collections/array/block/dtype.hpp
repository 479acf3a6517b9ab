// dtype.hpp: the element types of arrays, at run time and at compile time, and NumPy's rules of promotion.
// Runs on: every rank. Threads: any.
#pragma once

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bask {

/// The type of an array's elements. The numbers are part of what is hashed and sent.
enum class DType : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat32,
  kFloat64,
  kComplex64,
  kComplex128,
};
inline constexpr std::size_t kDTypes = 13;

std::size_t size_of(DType dtype);
/// NumPy's name: "float64", "bool".
std::string_view name_of(DType dtype);

inline constexpr bool is_complex(DType dtype) {
  return dtype >= DType::kComplex64;
}
inline constexpr bool is_floating(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64;
}
inline constexpr bool is_unsigned(DType dtype) {
  return dtype >= DType::kUInt8 && dtype <= DType::kUInt64;
}
inline constexpr bool is_signed_integer(DType dtype) {
  return dtype >= DType::kInt8 && dtype <= DType::kInt64;
}
inline constexpr bool is_integer(DType dtype) {
  return is_unsigned(dtype) || is_signed_integer(dtype);
}

/// The DType of a C++ type. `long` and `long long` are both int64.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return DType::kBool;
  } else if constexpr (std::is_same_v<T, float>) {
    return DType::kFloat32;
  } else if constexpr (std::is_same_v<T, double>) {
    return DType::kFloat64;
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    return DType::kComplex64;
  } else if constexpr (std::is_same_v<T, std::complex<double>>) {
    return DType::kComplex128;
  } else {
    static_assert(std::is_integral_v<T>,
                  "bask: arrays hold bool, integers, float, double or std::complex of them");
    constexpr DType kFirst = std::is_signed_v<T> ? DType::kInt8 : DType::kUInt8;
    constexpr int kLog = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<DType>(static_cast<int>(kFirst) + kLog);
  }
}

/// A type that arrays may hold.
template <class T>
concept Element = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>> ||
    std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> &&
     !std::is_same_v<T, wchar_t> && sizeof(T) <= 8);

/// The type to which an operation brings two operands, as `numpy.promote_types`: int32 with float32 gives
/// float64, uint64 with int64 gives float64.
constexpr DType promote(DType a, DType b);
/// The result type of functions of analysis: floating and complex types stay, bool and integers of 8 and 16
/// bits become float32, others float64. NumPy has float16 for 8 bits; Bask has no float16.
constexpr DType floating(DType a);
/// The result type of true division: floating and complex types stay, others become float64.
constexpr DType quotient(DType a) {
  return is_floating(a) || is_complex(a) ? a : DType::kFloat64;
}
/// Whether every value of `from` is one of `to`, as `numpy.can_cast(from, to, "safe")`.
constexpr bool can_cast(DType from, DType to) {
  return promote(from, to) == to;
}
/// The type of the parts of a complex type; others stay.
constexpr DType real_of(DType dtype) {
  return dtype == DType::kComplex64 ? DType::kFloat32 : dtype == DType::kComplex128 ? DType::kFloat64 : dtype;
}

template <DType>
struct ElementOf;
template <>
struct ElementOf<DType::kBool> : std::type_identity<bool> {};
template <>
struct ElementOf<DType::kInt8> : std::type_identity<std::int8_t> {};
template <>
struct ElementOf<DType::kInt16> : std::type_identity<std::int16_t> {};
template <>
struct ElementOf<DType::kInt32> : std::type_identity<std::int32_t> {};
template <>
struct ElementOf<DType::kInt64> : std::type_identity<std::int64_t> {};
template <>
struct ElementOf<DType::kUInt8> : std::type_identity<std::uint8_t> {};
template <>
struct ElementOf<DType::kUInt16> : std::type_identity<std::uint16_t> {};
template <>
struct ElementOf<DType::kUInt32> : std::type_identity<std::uint32_t> {};
template <>
struct ElementOf<DType::kUInt64> : std::type_identity<std::uint64_t> {};
template <>
struct ElementOf<DType::kFloat32> : std::type_identity<float> {};
template <>
struct ElementOf<DType::kFloat64> : std::type_identity<double> {};
template <>
struct ElementOf<DType::kComplex64> : std::type_identity<std::complex<float>> {};
template <>
struct ElementOf<DType::kComplex128> : std::type_identity<std::complex<double>> {};
template <DType D>
using element_of = typename ElementOf<D>::type;

/// The same rules for C++ types.
template <class A, class B>
using promoted = element_of<promote(dtype_of<A>(), dtype_of<B>())>;
template <class A>
using floating_t = element_of<floating(dtype_of<A>())>;
template <class A>
using quotient_t = element_of<quotient(dtype_of<A>())>;
template <class A>
using real_t = element_of<real_of(dtype_of<A>())>;

/// Calls `use(std::type_identity<T>())` with the C++ type of `dtype`.
template <class Use>
decltype(auto) with_element(DType dtype, Use&& use) {
  switch (dtype) {
    case DType::kBool:
      return use(std::type_identity<bool>());
    case DType::kInt8:
      return use(std::type_identity<std::int8_t>());
    case DType::kInt16:
      return use(std::type_identity<std::int16_t>());
    case DType::kInt32:
      return use(std::type_identity<std::int32_t>());
    case DType::kInt64:
      return use(std::type_identity<std::int64_t>());
    case DType::kUInt8:
      return use(std::type_identity<std::uint8_t>());
    case DType::kUInt16:
      return use(std::type_identity<std::uint16_t>());
    case DType::kUInt32:
      return use(std::type_identity<std::uint32_t>());
    case DType::kUInt64:
      return use(std::type_identity<std::uint64_t>());
    case DType::kFloat32:
      return use(std::type_identity<float>());
    case DType::kFloat64:
      return use(std::type_identity<double>());
    case DType::kComplex64:
      return use(std::type_identity<std::complex<float>>());
    case DType::kComplex128:
      break;
  }
  return use(std::type_identity<std::complex<double>>());
}

constexpr DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a > b) {
    const DType less = b;
    b = a;
    a = less;
  }
  // Now a < b in the order of the enumeration.
  const auto bytes = [](DType d) { return 1 << ((static_cast<int>(d) - 1) % 4); };  // of integers
  if (a == DType::kBool) return b;
  if (is_complex(b)) {
    const bool wide = b == DType::kComplex128 || a == DType::kFloat64 || (is_integer(a) && bytes(a) > 2);
    return wide ? DType::kComplex128 : DType::kComplex64;
  }
  if (is_floating(b)) {
    const bool wide = b == DType::kFloat64 || (is_integer(a) && bytes(a) > 2);
    return wide ? DType::kFloat64 : DType::kFloat32;
  }
  if (is_signed_integer(a) == is_signed_integer(b)) return b;  // of one signedness: the wider
  // a is signed, b unsigned: a signed type wider than b, and as wide as a.
  if (bytes(b) < bytes(a)) return a;
  if (bytes(b) == 8) return DType::kFloat64;
  return static_cast<DType>(static_cast<int>(b) - static_cast<int>(DType::kUInt8) +
                            static_cast<int>(DType::kInt8) + 1);
}

constexpr DType floating(DType a) {
  if (is_floating(a) || is_complex(a)) return a;
  const bool narrow = a == DType::kBool || a == DType::kInt8 || a == DType::kInt16 || a == DType::kUInt8 ||
                      a == DType::kUInt16;
  return narrow ? DType::kFloat32 : DType::kFloat64;
}

}  // namespace bask
