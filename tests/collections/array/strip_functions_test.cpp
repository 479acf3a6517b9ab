// The functions of analysis, by every compiled variant that this CPU runs,
// compared with the C library's long double.
#include "strip_test_support.hpp"

namespace bask::strips {
namespace {

/// Largest error in units of the last place: SLEEF stays below 1;
/// the C library, where there is no SLEEF, below 3.
constexpr double kUnits = 3;

struct Unary {
  Opcode opcode;
  long double (*reference)(long double);
};
const std::vector<Unary>& unary_functions() {
  static const std::vector<Unary> table{
      {Opcode::kSqrt, std::sqrt},     {Opcode::kCbrt, std::cbrt},     {Opcode::kExp, std::exp},
      {Opcode::kExp2, std::exp2},     {Opcode::kExpm1, std::expm1},   {Opcode::kLog, std::log},
      {Opcode::kLog2, std::log2},     {Opcode::kLog10, std::log10},   {Opcode::kLog1p, std::log1p},
      {Opcode::kSin, std::sin},       {Opcode::kCos, std::cos},       {Opcode::kTan, std::tan},
      {Opcode::kArcsin, std::asin},   {Opcode::kArccos, std::acos},   {Opcode::kArctan, std::atan},
      {Opcode::kSinh, std::sinh},     {Opcode::kCosh, std::cosh},     {Opcode::kTanh, std::tanh},
      {Opcode::kArcsinh, std::asinh}, {Opcode::kArccosh, std::acosh}, {Opcode::kArctanh, std::atanh},
  };
  return table;
}

struct Binary {
  Opcode opcode;
  long double (*reference)(long double, long double);
};
const std::vector<Binary>& binary_functions() {
  static const std::vector<Binary> table{
      {Opcode::kPower, std::pow}, {Opcode::kArctan2, std::atan2}, {Opcode::kHypot, std::hypot}};
  return table;
}

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  const T pi = T(3.14159265358979323846);
  for (const T x : {T(0),
                    Limits::denorm_min(),
                    Limits::min(),
                    Limits::min() / 4,
                    Limits::epsilon(),
                    T(1e-5),
                    T(0.25),
                    T(0.5),
                    T(1) - Limits::epsilon() / 2,
                    T(1),
                    T(1) + Limits::epsilon(),
                    T(1.5),
                    T(2),
                    T(3),
                    pi / 2,
                    pi,
                    T(10),
                    T(85),
                    T(87.4),
                    T(88.5),
                    T(89.2),
                    T(100),
                    T(103.5),
                    T(127),
                    T(128),
                    T(148),
                    T(708),
                    T(709.5),
                    T(710.2),
                    T(744.9),
                    T(746),
                    T(1023),
                    T(1024),
                    T(1074),
                    T(1e5),
                    T(1e7),
                    T(1e15),
                    T(1e19),
                    T(1e22),
                    T(1e30),
                    T(1e38),
                    std::sqrt(Limits::max()),
                    Limits::max() / 2,
                    Limits::max(),
                    Limits::infinity(),
                    Limits::quiet_NaN()}) {
    values.push_back(x);
    values.push_back(-x);
  }
  return values;
}

template <class T>
std::vector<T> values_of(std::size_t random_ones) {
  std::vector<T> values = special_values<T>();
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> near(-12, 12), exponent(-40, 40), unit(-1, 1);
  for (std::size_t i = 0; i < random_ones; ++i) {
    values.push_back(static_cast<T>(near(random)));
    values.push_back(static_cast<T>(unit(random)));
    values.push_back(static_cast<T>(unit(random) * std::exp2(exponent(random))));
  }
  return values;
}

/// The distance between both in units of the last place of the exact result.
template <class T>
double ulps_between(T got, long double exact) {
  const T rounded = static_cast<T>(exact);
  if (std::isnan(got) || std::isnan(rounded)) return std::isnan(got) && std::isnan(rounded) ? 0 : INFINITY;
  if (got == rounded) return std::signbit(got) == std::signbit(rounded) ? 0 : INFINITY;
  if (std::isinf(got) || std::isinf(rounded)) return INFINITY;
  const T size = std::max(std::abs(rounded), std::numeric_limits<T>::min());
  const long double unit =
      std::nextafter(size, std::numeric_limits<T>::infinity()) - static_cast<long double>(size);
  return static_cast<double>(std::abs(got - exact) / unit);
}

template <class T>
void expect_accurate_unary() {
  const std::vector<T> values = values_of<T>(300);
  std::vector<T> results(values.size());
  const void* in[] = {values.data()};
  for (const Variant* variant : runnable_variants()) {
    for (const Unary& function : unary_functions()) {
      variant->loop(function.opcode, dtype_of<T>())(values.size(), results.data(), in);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const long double exact = function.reference(values[i]);
        EXPECT_LE(ulps_between(results[i], exact), kUnits)
            << variant->name << ' ' << name_of(function.opcode) << '(' << values[i] << ") = " << results[i]
            << ", not " << static_cast<T>(exact);
      }
    }
  }
}

template <class T>
void expect_accurate_binary() {
  const std::vector<T> some = special_values<T>();
  std::vector<T> left, right;
  for (const T x : some) {
    for (const T y : some) {
      left.push_back(x);
      right.push_back(y);
    }
  }
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> near(0, 9), exponent(-9, 9);
  for (int i = 0; i < 1000; ++i) {
    left.push_back(static_cast<T>(near(random)));
    right.push_back(static_cast<T>(exponent(random)));
  }
  std::vector<T> results(left.size());
  const void* in[] = {left.data(), right.data()};
  for (const Variant* variant : runnable_variants()) {
    for (const Binary& function : binary_functions()) {
      variant->loop(function.opcode, dtype_of<T>())(left.size(), results.data(), in);
      for (std::size_t i = 0; i < left.size(); ++i) {
        const long double exact = function.reference(left[i], right[i]);
        EXPECT_LE(ulps_between(results[i], exact), kUnits)
            << variant->name << ' ' << name_of(function.opcode) << '(' << left[i] << ", " << right[i]
            << ") = " << results[i] << ", not " << static_cast<T>(exact);
      }
    }
  }
}

TEST(StripFunctions, OfOneDoubleAreWithinThreeUnitsOfTheLastPlace) {
  expect_accurate_unary<double>();
}
TEST(StripFunctions, OfOneFloatAreWithinThreeUnitsOfTheLastPlace) {
  expect_accurate_unary<float>();
}
TEST(StripFunctions, OfTwoDoublesAreWithinThreeUnitsOfTheLastPlace) {
  expect_accurate_binary<double>();
}
TEST(StripFunctions, OfTwoFloatsAreWithinThreeUnitsOfTheLastPlace) {
  expect_accurate_binary<float>();
}

template <class T>
std::vector<Opcode> functions_of_one_and_two() {
  std::vector<Opcode> opcodes;
  for (const Unary& function : unary_functions()) opcodes.push_back(function.opcode);
  for (const Binary& function : binary_functions()) opcodes.push_back(function.opcode);
  return opcodes;
}

template <class T>
std::vector<T> results_of(const Variant* variant, Opcode opcode, const std::vector<T>& a,
                          const std::vector<T>& b) {
  std::vector<T> results(a.size());
  const void* in[] = {a.data(), b.data()};
  variant->loop(opcode, dtype_of<T>())(a.size(), results.data(), in);
  return results;
}

template <class T>
bool have_same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Huge and ordinary numbers next to each other, so that a shortcut taken for one lane
/// would show in another lane.
template <class T>
void expect_independent_of_position() {
  const std::vector<T> a = values_of<T>(30), b(a.rbegin(), a.rend());
  for (const Variant* variant : runnable_variants()) {
    for (const Opcode opcode : functions_of_one_and_two<T>()) {
      const std::vector<T> together = results_of(variant, opcode, a, b);
      for (std::size_t i = 0; i < a.size(); ++i) {
        const std::vector<T> alone = results_of<T>(variant, opcode, {a[i]}, {b[i]});
        ASSERT_TRUE(have_same_bits(alone, {together[i]}))
            << variant->name << ' ' << name_of(opcode) << ' ' << a[i];
      }
      for (const std::size_t length : kLengths) {
        if (length > a.size()) continue;
        const auto part = static_cast<std::ptrdiff_t>(length);
        ASSERT_TRUE(have_same_bits(
            results_of<T>(variant, opcode, {a.begin(), a.begin() + part}, {b.begin(), b.begin() + part}),
            {together.begin(), together.begin() + part}));
      }
    }
  }
}

TEST(StripFunctions, GiveAnElementTheSameBitsWhereverItLies) {
  expect_independent_of_position<double>();
  expect_independent_of_position<float>();
}

template <class T>
void expect_equal_bits_of_wide_variants() {
  const std::vector<T> a = values_of<T>(300), b(a.rbegin(), a.rend());
  for (const Opcode opcode : functions_of_one_and_two<T>()) {
    EXPECT_TRUE(
        have_same_bits(results_of(avx2_variant(), opcode, a, b), results_of(avx512_variant(), opcode, a, b)))
        << name_of(opcode);
  }
}

TEST(StripFunctions, GiveTheSameBitsWithAvx2AndWithAvx512) {
  if (std::string(instruction_set()) != "avx512") GTEST_SKIP() << "no AVX-512 on this CPU or in this build";
  expect_equal_bits_of_wide_variants<double>();
  expect_equal_bits_of_wide_variants<float>();
}

template <class T>
std::complex<long double> complex_reference(Opcode opcode, std::complex<long double> z,
                                            std::complex<long double> w) {
  using Z = std::complex<long double>;
  const long double two = std::log(2.0L);
  switch (opcode) {
    case Opcode::kSqrt:
      return std::sqrt(z);
    case Opcode::kExp:
      return std::exp(z);
    case Opcode::kExp2:
      return std::exp(z * two);
    case Opcode::kExpm1:
      return std::exp(z) - Z(1);
    case Opcode::kLog:
      return std::log(z);
    case Opcode::kLog2:
      return std::log(z) / two;
    case Opcode::kLog10:
      return std::log10(z);
    case Opcode::kLog1p:
      return std::log(Z(1) + z);
    case Opcode::kSin:
      return std::sin(z);
    case Opcode::kCos:
      return std::cos(z);
    case Opcode::kTan:
      return std::tan(z);
    case Opcode::kArcsin:
      return std::asin(z);
    case Opcode::kArccos:
      return std::acos(z);
    case Opcode::kArctan:
      return std::atan(z);
    case Opcode::kSinh:
      return std::sinh(z);
    case Opcode::kCosh:
      return std::cosh(z);
    case Opcode::kTanh:
      return std::tanh(z);
    case Opcode::kArcsinh:
      return std::asinh(z);
    case Opcode::kArccosh:
      return std::acosh(z);
    case Opcode::kArctanh:
      return std::atanh(z);
    case Opcode::kAbsolute:
      return std::abs(z);
    case Opcode::kAngle:
      return std::arg(z);
    case Opcode::kReciprocal:
      return Z(1) / z;
    case Opcode::kDivide:
      return z / w;
    default:
      return std::pow(z, w);
  }
}

template <class T>
void expect_accurate_complex() {
  using Z = std::complex<T>;
  std::mt19937_64 random(12);
  std::uniform_real_distribution<T> near(-2, 2);
  std::vector<Z> a, b;
  for (int i = 0; i < 100; ++i) {
    a.push_back({near(random), near(random)});
    b.push_back(i % 2 == 0 ? Z(near(random), near(random)) : Z(static_cast<T>(i % 9 - 4), 0));
  }
  const void* in[] = {a.data(), b.data()};
  for (std::size_t code = 0; code < static_cast<std::size_t>(Opcode::kEqual); ++code) {
    const auto opcode = static_cast<Opcode>(code);
    const bool is_tested = (opcode >= Opcode::kSqrt && opcode <= Opcode::kArctanh) ||
                           opcode == Opcode::kAbsolute || opcode == Opcode::kAngle ||
                           opcode == Opcode::kPower || opcode == Opcode::kDivide ||
                           opcode == Opcode::kReciprocal;
    if (!is_tested || !is_defined(opcode, dtype_of<Z>())) continue;
    std::vector<Z> results(a.size());
    loop(opcode, dtype_of<Z>())(a.size(), results.data(), in);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (b[i] == Z(0)) continue;  // the parts of such a quotient may differ: infinities and NaNs
      const auto exact = complex_reference<T>(opcode, a[i], b[i]);
      const bool is_real = result_of(opcode, dtype_of<Z>()) != dtype_of<Z>();
      const Z got = is_real ? Z(reinterpret_cast<const T*>(results.data())[i]) : results[i];
      EXPECT_LE(std::abs(std::complex<long double>(got) - exact),
                64 * std::numeric_limits<T>::epsilon() * std::abs(exact))
          << name_of(opcode) << a[i] << b[i] << " = " << got << ", not " << Z(exact);
    }
  }
}

TEST(StripFunctions, OfComplexNumbersAreAccurate) {
  expect_accurate_complex<double>();
  expect_accurate_complex<float>();
}

TEST(InstructionSets, AreTakenUpToWhatRanksHaveInCommon) {
  const InstructionSet best = best_instruction_set();
  EXPECT_EQ(instruction_set_in_use(), best);
  use_instruction_set(InstructionSet::kBaseline);
  EXPECT_STREQ(instruction_set(), "baseline");
  EXPECT_FALSE(has_fused_multiply_add());
  EXPECT_EQ(loop(Opcode::kSin, DType::kFloat64), baseline_variant()->loop(Opcode::kSin, DType::kFloat64));
  use_instruction_set(InstructionSet::kAvx512);
  EXPECT_EQ(instruction_set_in_use(), best);
  EXPECT_EQ(has_fused_multiply_add(), best != InstructionSet::kBaseline);
}

}  // namespace
}  // namespace bask::strips
