// The loops of exact operations, by every compiled variant that this CPU runs, compared with plain code.
#include "strip_test_support.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace bask::strips {
namespace {

__extension__ typedef __int128 Wide;
template <class T>
constexpr bool kIsInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// The result of an operation on two integers, computed without overflow, to be wrapped afterwards.
template <class T>
Wide of_integers(Opcode opcode, Wide a, Wide b) {
  const Wide bits = 8 * sizeof(T);
  const Wide quotient = b == 0 ? 0 : a / b, rest = b == 0 ? 0 : a % b;
  const bool goes_down = rest != 0 && (rest < 0) != (b < 0);
  const Wide shift = b < 0 || b >= bits ? bits : b;
  switch (opcode) {
    case Opcode::kNegative:
      return -a;
    case Opcode::kSquare:
    case Opcode::kMultiply:
      return static_cast<T>(static_cast<std::uint64_t>(a) *
                            static_cast<std::uint64_t>(opcode == Opcode::kSquare ? a : b));
    case Opcode::kReciprocal:
      return a == 0 ? 0 : 1 / a;
    case Opcode::kSign:
      return a > 0 ? 1 : a < 0 ? -1 : 0;
    case Opcode::kInvert:
      return ~a;
    case Opcode::kAbsolute:
      return a < 0 ? -a : a;
    case Opcode::kAdd:
      return a + b;
    case Opcode::kSubtract:
      return a - b;
    case Opcode::kFloorDivide:
      return quotient - (goes_down ? 1 : 0);
    case Opcode::kRemainder:
      return goes_down ? rest + b : rest;
    case Opcode::kFmod:
      return rest;
    case Opcode::kPower: {
      if (b < 0) return a == 1 ? 1 : a != -1 ? 0 : b % 2 == 0 ? 1 : -1;
      std::uint64_t product = 1, factor = static_cast<std::uint64_t>(a);
      for (Wide left = b; left > 0; left /= 2, factor *= factor) product *= left % 2 == 1 ? factor : 1;
      return static_cast<Wide>(product);
    }
    case Opcode::kLeftShift:
      return shift == bits ? 0 : static_cast<Wide>(static_cast<std::uint64_t>(a) << static_cast<int>(shift));
    case Opcode::kRightShift:
      return a >> static_cast<int>(shift);
    case Opcode::kBitwiseAnd:
      return a & b;
    case Opcode::kBitwiseOr:
      return a | b;
    case Opcode::kBitwiseXor:
      return a ^ b;
    case Opcode::kMaximum:
    case Opcode::kFmax:
      return a > b ? a : b;
    case Opcode::kMinimum:
    case Opcode::kFmin:
      return a < b ? a : b;
    default:
      ADD_FAILURE() << "no reference for " << name_of(opcode);
      return 0;
  }
}

template <class T>
T python_remainder(T a, T b) {
  const T rest = std::fmod(a, b);
  if (b == 0 || std::isnan(rest)) return rest;
  if (rest == 0) return std::copysign(T(0), b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}
template <class T>
T python_floor_quotient(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T(0), a / b);
  const T floor = std::floor(quotient);
  return quotient - floor > T(0.5) ? floor + 1 : floor;
}

template <class T>
T of_floating(Opcode opcode, T a, T b) {
  const T pi = T(3.14159265358979323846);
  switch (opcode) {
    case Opcode::kNegative:
      return -a;
    case Opcode::kSquare:
      return a * a;
    case Opcode::kReciprocal:
      return 1 / a;
    case Opcode::kSign:
      return std::isnan(a) ? a : T((a > 0) - (a < 0));
    case Opcode::kFloor:
      return std::floor(a);
    case Opcode::kCeil:
      return std::ceil(a);
    case Opcode::kRint:
      return std::rint(a);
    case Opcode::kTrunc:
      return std::trunc(a);
    case Opcode::kDeg2rad:
      return a * (pi / 180);
    case Opcode::kRad2deg:
      return a * (180 / pi);
    case Opcode::kAbsolute:
      return std::abs(a);
    case Opcode::kAngle:
      return std::isnan(a) ? a : std::signbit(a) ? pi : T(0);
    case Opcode::kAdd:
      return a + b;
    case Opcode::kSubtract:
      return a - b;
    case Opcode::kMultiply:
      return a * b;
    case Opcode::kDivide:
      return a / b;
    case Opcode::kFloorDivide:
      return python_floor_quotient(a, b);
    case Opcode::kRemainder:
      return python_remainder(a, b);
    case Opcode::kFmod:
      return std::fmod(a, b);
    case Opcode::kMaximum:
      return std::isnan(a) ? a : std::isnan(b) ? b : a >= b ? a : b;
    case Opcode::kMinimum:
      return std::isnan(a) ? a : std::isnan(b) ? b : a <= b ? a : b;
    case Opcode::kFmax:
      return std::isnan(a) ? b : std::isnan(b) ? a : a >= b ? a : b;
    case Opcode::kFmin:
      return std::isnan(a) ? b : std::isnan(b) ? a : a <= b ? a : b;
    case Opcode::kCopysign:
      return std::copysign(a, b);
    default:
      ADD_FAILURE() << "no reference for " << name_of(opcode);
      return 0;
  }
}

bool of_bools(Opcode opcode, bool a, bool b) {
  switch (opcode) {
    case Opcode::kInvert:
      return !a;
    case Opcode::kAbsolute:
      return a;
    case Opcode::kAdd:
    case Opcode::kMaximum:
    case Opcode::kFmax:
    case Opcode::kBitwiseOr:
      return a || b;
    case Opcode::kMultiply:
    case Opcode::kMinimum:
    case Opcode::kFmin:
    case Opcode::kBitwiseAnd:
      return a && b;
    case Opcode::kBitwiseXor:
      return a != b;
    default:
      ADD_FAILURE() << "no reference for " << name_of(opcode);
      return false;
  }
}

template <class T>
bool truth(Opcode opcode, T a, T b) {
  switch (opcode) {
    case Opcode::kLogicalNot:
      return a == T(0);
    case Opcode::kIsnan:
      return a != a;
    case Opcode::kEqual:
      return a == b;
    case Opcode::kNotEqual:
      return a != b;
    case Opcode::kLogicalAnd:
      return a != T(0) && b != T(0);
    case Opcode::kLogicalOr:
      return a != T(0) || b != T(0);
    case Opcode::kLogicalXor:
      return (a != T(0)) != (b != T(0));
    case Opcode::kIsinf:
      return std::isinf(std::real(a)) || std::isinf(std::imag(a));
    case Opcode::kIsfinite:
      return std::isfinite(std::real(a)) && std::isfinite(std::imag(a));
    default:
      break;
  }
  if constexpr (!is_complex(dtype_of<T>())) {
    if (opcode == Opcode::kSignbit) return std::signbit(static_cast<long double>(a));
    if (opcode == Opcode::kLess) return a < b;
    if (opcode == Opcode::kLessEqual) return a <= b;
    if (opcode == Opcode::kGreater) return a > b;
    if (opcode == Opcode::kGreaterEqual) return a >= b;
  }
  ADD_FAILURE() << "no reference for " << name_of(opcode);
  return false;
}

template <class T>
T of_complex(Opcode opcode, T a, T b) {
  switch (opcode) {
    case Opcode::kNegative:
      return -a;
    case Opcode::kConj:
      return std::conj(a);
    case Opcode::kAdd:
      return a + b;
    case Opcode::kSubtract:
      return a - b;
    case Opcode::kSquare:
      b = a;
      [[fallthrough]];
    case Opcode::kMultiply:
      return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
    default:
      ADD_FAILURE() << "no reference for " << name_of(opcode);
      return {};
  }
}

/// The reference of any exact operation whose result has the operands' type or its real type.
template <class R, class T>
R expected(Opcode opcode, T a, T b) {
  if constexpr (is_complex(dtype_of<T>())) {
    if constexpr (!is_complex(dtype_of<R>())) return opcode == Opcode::kReal ? a.real() : a.imag();
  } else {
    if (opcode == Opcode::kReal || opcode == Opcode::kConj) return a;
    if (opcode == Opcode::kImag) return R();
  }
  if constexpr (is_complex(dtype_of<R>())) {
    return of_complex(opcode, a, b);
  } else if constexpr (std::is_same_v<T, bool>) {
    return of_bools(opcode, a, b);
  } else if constexpr (kIsInteger<T>) {
    return static_cast<R>(of_integers<T>(opcode, a, b));
  } else if constexpr (!is_complex(dtype_of<T>())) {
    return of_floating(opcode, a, b);
  }
}

bool is_function_of_analysis(Opcode opcode, DType dtype) {
  if (opcode >= Opcode::kSqrt && opcode <= Opcode::kArctanh) return true;
  if (opcode == Opcode::kArctan2 || opcode == Opcode::kHypot) return true;
  const bool is_hard = opcode == Opcode::kPower || opcode == Opcode::kDivide ||
                       opcode == Opcode::kReciprocal || opcode == Opcode::kAbsolute ||
                       opcode == Opcode::kAngle;
  return (opcode == Opcode::kPower && is_floating(dtype)) || (is_hard && is_complex(dtype));
}

/// Tries every length, out of place and in place; the element behind the strip must not change.
template <class R, class T>
void expect_loop_gives(Loop loop, const Strip<T>& a, const Strip<T>& b, const Strip<R>& exact,
                       const std::string& what) {
  for (const std::size_t length : kLengths) {
    Strip<R> out(length + 1);
    const void* in[] = {a.data(), b.data(), nullptr};
    loop(length, out.data(), in);
    ASSERT_TRUE(same(out[length], R())) << what << " writes beyond " << length;
    for (std::size_t i = 0; i < length; ++i) {
      ASSERT_TRUE(same(out[i], exact[i]))
          << what << " of " << text(a[i]) << " and " << text(b[i]) << ": " << text(out[i]) << ", not "
          << text(exact[i]) << ", at " << i << " of " << length;
    }
    if constexpr (std::is_same_v<R, T>) {
      for (const bool is_first : {true, false}) {
        Strip<T> here(length);
        for (std::size_t i = 0; i < length; ++i) here[i] = is_first ? a[i] : b[i];
        const void* in_place[] = {is_first ? here.data() : a.data(), is_first ? b.data() : here.data(),
                                  nullptr};
        loop(length, here.data(), in_place);
        for (std::size_t i = 0; i < length; ++i) ASSERT_TRUE(same(here[i], exact[i])) << what << " in place";
      }
    }
  }
}

template <class R, class T, class Reference>
void expect_everywhere(Opcode opcode, const Strip<T>& a, const Strip<T>& b, Reference reference) {
  Strip<R> exact(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) exact[i] = reference(opcode, a[i], b[i]);
  for (const Variant* variant : runnable_variants()) {
    const Loop loop = variant->loop(opcode, dtype_of<T>());
    const std::string what = std::string(variant->name) + ' ' + std::string(name_of(opcode));
    ASSERT_NE(loop, nullptr) << what;
    expect_loop_gives<R, T>(loop, a, b, exact, what);
  }
}

template <class T>
class ExactStrips : public testing::Test {};
TYPED_TEST_SUITE(ExactStrips, AllElements);

TYPED_TEST(ExactStrips, GiveWhatPlainCodeGives) {
  using T = TypeParam;
  const Strip<T> a = some_values<T>(1024, 1), b = some_values<T>(1024, 2);
  for (std::size_t code = 0; code < static_cast<std::size_t>(Opcode::kWhere); ++code) {
    const auto opcode = static_cast<Opcode>(code);
    if (!is_defined(opcode, dtype_of<T>()) || is_function_of_analysis(opcode, dtype_of<T>())) continue;
    if (opcode >= Opcode::kEqual || (opcode >= Opcode::kLogicalNot && opcode <= Opcode::kSignbit)) {
      expect_everywhere<bool>(opcode, a, b, truth<T>);
    } else if (opcode >= Opcode::kAbsolute && opcode <= Opcode::kAngle) {
      expect_everywhere<real_t<T>>(opcode, a, b, expected<real_t<T>, T>);
    } else {
      expect_everywhere<T>(opcode, a, b, expected<T, T>);
    }
  }
}

TYPED_TEST(ExactStrips, ExistWhereAnOperationIsDefined) {
  for (std::size_t code = 0; code < kOpcodes; ++code) {
    const auto opcode = static_cast<Opcode>(code);
    const bool is_elsewhere = opcode == Opcode::kCast || opcode == Opcode::kMap;
    EXPECT_EQ(loop(opcode, dtype_of<TypeParam>()) != nullptr,
              !is_elsewhere && is_defined(opcode, dtype_of<TypeParam>()))
        << name_of(opcode);
  }
}

TYPED_TEST(ExactStrips, ChooseByBool) {
  using T = TypeParam;
  const Strip<bool> choice = some_values<bool>(1024, 3);
  const Strip<T> a = some_values<T>(1024, 1), b = some_values<T>(1024, 2);
  const void* in[] = {choice.data(), a.data(), b.data()};
  for (const Variant* variant : runnable_variants()) {
    for (const std::size_t length : kLengths) {
      Strip<T> out(length);
      variant->loop(Opcode::kWhere, dtype_of<T>())(length, out.data(), in);
      for (std::size_t i = 0; i < length; ++i) ASSERT_TRUE(same(out[i], choice[i] ? a[i] : b[i]));
    }
  }
}

TYPED_TEST(ExactStrips, GatherAndFill) {
  using T = TypeParam;
  constexpr std::int64_t kMost = 37;
  const Strip<T> from = some_values<T>(100 * kMost, 4);
  for (const Variant* variant : runnable_variants()) {
    for (const std::int64_t stride :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, std::int64_t{-1}, kMost}) {
      Strip<T> out(100), filled(101);
      const T* start = stride < 0 ? from.data() + 99 : from.data();
      variant->gather_elements(100, sizeof(T), out.data(), start, stride);
      variant->fill_elements(100, sizeof(T), filled.data(), &from[5]);
      for (std::int64_t i = 0; i < 100; ++i) {
        ASSERT_TRUE(same(out[static_cast<std::size_t>(i)], start[i * stride])) << stride;
        ASSERT_TRUE(same(filled[static_cast<std::size_t>(i)], from[5]));
      }
      EXPECT_TRUE(same(filled[100], T()));
    }
  }
}

TEST(Strips, CountUpAndWrap) {
  for (const Variant* variant : runnable_variants()) {
    std::int64_t out[5];
    variant->count_up(5, out, 7, -3);
    EXPECT_EQ(out[4], -5);
    variant->count_up(2, out, std::numeric_limits<std::int64_t>::max(), 1);
    EXPECT_EQ(out[1], std::numeric_limits<std::int64_t>::min());
  }
}

TEST(Strips, DivideComplexNumbersWithoutNeedlessOverflow) {
  using Z = std::complex<double>;
  const Z a[] = {{4, 2}, {1e300, 1e300}, {1, 0}, {1, 2}},
          b[] = {{3, -1}, {1e300, 0}, {0, 0}, {1e-200, 1e-200}};
  const void* in[] = {a, b};
  for (const Variant* variant : runnable_variants()) {
    Z out[4];
    variant->loop(Opcode::kDivide, DType::kComplex128)(4, out, in);
    EXPECT_NEAR(std::abs(out[0] - Z(1, 1)), 0, 1e-15);
    EXPECT_EQ(out[1], Z(1, 1));
    EXPECT_TRUE(std::isinf(out[2].real()));
    EXPECT_NEAR(std::abs(out[3] / Z(1.5e200, 0.5e200) - Z(1, 0)), 0, 1e-15);
  }
}

}  // namespace
}  // namespace bask::strips
