// An array and a number, on either side: a number does not widen an array of its kind (NEP 50). Where
// NumPy 1.24 looks at the number's value instead, the expression casts.
#include "cases.hpp"

#include <bask/collections/array/average.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace scalar_cases {

using Complex = std::complex<double>;
using Complex32 = std::complex<float>;
using Function = Result (*)(const ArrayPtr&);

void add(Theme& theme, const std::string& text, DType dtype, Values values, Function function) {
  theme.add(
      text + " of " + std::string(name_of(dtype)),
      [=](Round& round) { round.expect(text, function(round.input("x", dtype, round.shape(), values))); },
      true, 4);
}

template <class... Es>
struct Of {
  template <class F>
  static void add(Theme& theme, const std::string& text, F, Values values = Values::kSpecial) {
    (scalar_cases::add(theme, text, dtype_of<Es>(), values,
                       [](const ArrayPtr& x) { return Result(F{}(Array<Es>(x))); }),
     ...);
  }
};
using Integers = Of<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                    std::uint32_t, std::uint64_t>;
using Floats = Of<float, double>;
using Numbers = Of<std::int8_t, std::int32_t, std::int64_t, std::uint16_t, std::uint64_t, float, double>;
using Complexes = Of<Complex32, Complex>;
using Whole = Of<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t>;

void add_with_integers(Theme& theme) {
  Numbers::add(theme, "x + 7", [](const auto& x) { return x + 7; });
  Numbers::add(theme, "7 - x", [](const auto& x) { return 7 - x; });
  Numbers::add(theme, "3 * x", [](const auto& x) { return 3 * x; });
  Numbers::add(theme, "x % 3", [](const auto& x) { return x % 3; });
  Numbers::add(theme, "x // 3", [](const auto& x) { return floor_divide(x, 3); });
  Numbers::add(
      theme, "100 // x", [](const auto& x) { return floor_divide(100, x); }, Values::kPositive);
  Numbers::add(
      theme, "x ** 2", [](const auto& x) { return power(x, 2); }, Values::kSmall);
  Numbers::add(theme, "np.maximum(x, 5)", [](const auto& x) { return maximum(x, 5); });
  Numbers::add(theme, "np.minimum(5, x)", [](const auto& x) { return minimum(5, x); });
  Numbers::add(theme, "x < 4", [](const auto& x) { return x < 4; });
  Numbers::add(theme, "4 >= x", [](const auto& x) { return 4 >= x; });
  Numbers::add(theme, "x == 0", [](const auto& x) { return x == 0; });
  Numbers::add(theme, "0 != x", [](const auto& x) { return 0 != x; });
  Numbers::add(theme, "np.where(x > 3, x, 7)", [](const auto& x) { return where(x > 3, x, 7); });
  Complexes::add(
      theme, "x + 7", [](const auto& x) { return x + 7; }, Values::kSmall);
  Complexes::add(
      theme, "3 * x", [](const auto& x) { return 3 * x; }, Values::kSmall);
  Complexes::add(
      theme, "x / 3", [](const auto& x) { return x / 3; }, Values::kSmall);
  Integers::add(theme, "x & 12", [](const auto& x) { return x & 12; });
  Integers::add(theme, "12 | x", [](const auto& x) { return 12 | x; });
  Integers::add(theme, "x ^ 12", [](const auto& x) { return x ^ 12; });
  Integers::add(theme, "np.left_shift(x, 3)", [](const auto& x) { return left_shift(x, 3); });
  Integers::add(theme, "np.right_shift(x, 3)", [](const auto& x) { return right_shift(x, 3); });
  Of<bool>::add(theme, "x.astype(np.int64) + 2", [](const auto& x) { return x + 2; });
  Of<std::uint8_t, bool>::add(theme, "np.logical_and(x, 4)", [](const auto& x) { return logical_and(x, 4); });
}

// Compares with any number, as Python compares integers.
template <auto Number>
void add_comparisons(Theme& theme, const std::string& number) {
  const auto text = [&](const std::string& compared) {
    return "(x.astype(object) " + compared + " " + number + ").astype(bool)";
  };
  Integers::add(theme, text("<"), [](const auto& x) { return x < Number; });
  Integers::add(theme, text("<="), [](const auto& x) { return less_equal(x, Number); });
  Integers::add(theme, text(">"), [](const auto& x) { return x > Number; });
  Integers::add(theme, text(">="), [](const auto& x) { return greater_equal(x, Number); });
  Integers::add(theme, text("=="), [](const auto& x) { return x == Number; });
  Integers::add(theme, text("!="), [](const auto& x) { return not_equal(x, Number); });
  Integers::add(theme, "(" + number + " < x.astype(object)).astype(bool)",
                [](const auto& x) { return Number < x; });
  Integers::add(theme, "(" + number + " >= x.astype(object)).astype(bool)",
                [](const auto& x) { return Number >= x; });
}

void add_with_integers_of_any_size(Theme& theme) {
  add_comparisons<-1>(theme, "-1");
  add_comparisons<300>(theme, "300");
  add_comparisons<std::int64_t{3000000000}>(theme, "3000000000");
  add_comparisons<INT64_MIN>(theme, "-2**63");
  add_comparisons<INT64_MAX>(theme, "(2**63 - 1)");
  add_comparisons<std::uint64_t{1} << 63>(theme, "2**63");
  add_comparisons<UINT64_MAX>(theme, "(2**64 - 1)");
  Of<bool>::add(theme, "(x.astype(object) > -1).astype(bool)", [](const auto& x) { return x > -1; });
  Integers::add(theme, "np.logical_and(x, True)", [](const auto& x) { return logical_and(x, 256); });
  Integers::add(theme, "np.logical_xor(True, x)", [](const auto& x) { return logical_xor(-1, x); });
  Floats::add(theme, "x.astype(np.float64) <= 1e300", [](const auto& x) { return x <= 1e300; });
  Floats::add(theme, "x.astype(np.float64) == 1e300", [](const auto& x) { return x == 1e300; });
  Floats::add(theme, "-1e300 < x.astype(np.float64)", [](const auto& x) { return -1e300 < x; });
  Whole::add(theme, "x / 3", [](const auto& x) { return x / 3; });
  Whole::add(theme, "x / 70000", [](const auto& x) { return x / 70000.0; });
  Integers::add(
      theme, "np.round(x, -1)", [](const auto& x) { return round(x, -1); }, Values::kSmall);
  Integers::add(theme, "np.round(x, 2)", [](const auto& x) { return x.round(2); });
  Of<std::int16_t, std::int32_t>::add(theme, "np.round(x // 2, -3)",
                                      [](const auto& x) { return round(floor_divide(x, 2), -3); });
}

void add_with_reals(Theme& theme) {
  Floats::add(theme, "x + 0.1", [](const auto& x) { return x + 0.1; });
  Floats::add(theme, "0.1 * x", [](const auto& x) { return 0.1 * x; });
  Floats::add(theme, "x / 3", [](const auto& x) { return x / 3; });
  Floats::add(theme, "1 / x", [](const auto& x) { return 1 / x; });
  Floats::add(
      theme, "x ** 0.5", [](const auto& x) { return power(x, 0.5); }, Values::kPositive);
  Floats::add(
      theme, "2.0 ** x", [](const auto& x) { return power(2.0, x); }, Values::kSmall);
  Floats::add(theme, "np.fmod(x, 1.5)", [](const auto& x) { return fmod(x, 1.5); });
  Floats::add(theme, "x % -1.5", [](const auto& x) { return x % -1.5; });
  Floats::add(theme, "np.arctan2(x, 2.0)", [](const auto& x) { return arctan2(x, 2.0); });
  Floats::add(theme, "np.hypot(3.0, x)", [](const auto& x) { return hypot(3.0, x); });
  Floats::add(theme, "np.copysign(x, -1.0)", [](const auto& x) { return copysign(x, -1.0); });
  Floats::add(theme, "np.where(np.isnan(x), 0.5, x)", [](const auto& x) { return where(isnan(x), 0.5, x); });
  Floats::add(theme, "np.isclose(x, 1.0)", [](const auto& x) { return isclose(x, 1.0); });
  Floats::add(theme, "np.fmax(x, 2.5)", [](const auto& x) { return fmax(x, 2.5); });
  Whole::add(theme, "x.astype(np.float64) + 0.1", [](const auto& x) { return x + 0.1; });
  Whole::add(theme, "0.1 * x.astype(np.float64)", [](const auto& x) { return 0.1 * x; });
  Whole::add(theme, "x.astype(np.float64) > 0.5", [](const auto& x) { return x > 0.5; });
  Whole::add(theme, "x.astype(np.float64) / 0.5", [](const auto& x) { return x / 0.5; });
  Floats::add(
      theme, "x * (1 + 2j)", [](const auto& x) { return x * Complex(1, 2); }, Values::kSmall);
  Complexes::add(
      theme, "x * (1 + 2j)", [](const auto& x) { return x * Complex(1, 2); }, Values::kSmall);
  Complexes::add(
      theme, "2.5 - x", [](const auto& x) { return 2.5 - x; }, Values::kSmall);
  Whole::add(theme, "x.astype(np.complex128) + 1j", [](const auto& x) { return x + Complex(0, 1); });
}

void add_with_conditions(Theme& theme) {
  theme.add("np.where of a mask of another shape", [](Round& round) {
    const Shape shape = round.shape();
    const auto mask = round.array<bool>("m", round.broadcastable(shape));
    const auto x = round.array<float>("x", shape, Values::kSpecial);
    const auto y = round.array<std::int32_t>("y", round.broadcastable(shape));
    round.expect("np.where(m, x, y)", where(mask, x, y));
    round.expect("np.where(m, y, 2.5)", where(mask, y, 2.5));
    round.expect("np.where(m, 1, y)", where(mask, 1, y));
    round.expect("np.where(m, 2.5, 3.5)", where(mask, 2.5, 3.5));
    round.expect("np.where(m, 2, 3)", where(mask, std::int64_t(2), std::int64_t(3)));
  });
  theme.add("a function of three arrays", [](Round& round) {
    const Shape shape = round.shape();
    const auto x = round.array<double>("x", shape);
    const auto y = round.array<std::int32_t>("y", round.broadcastable(shape));
    const auto z = round.array<bool>("z", round.broadcastable(shape));
    round.expect("np.where(z, x * y, x)",
                 map([](double a, std::int32_t b, bool c) { return c ? a * b : a; }, x, y, z));
  });
}

}  // namespace scalar_cases

void add_scalars(Theme& theme) {
  using namespace scalar_cases;
  add_with_integers(theme);
  add_with_integers_of_any_size(theme);
  add_with_reals(theme);
  add_with_conditions(theme);
}

}  // namespace bask::numpy_cases
