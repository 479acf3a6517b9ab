// Operators and functions of two arrays, or of an array and a number on either side,
// for all pairs of kinds of types.
#include "cases.hpp"

#include <bask/collections/array/average.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace {

using Complex = std::complex<double>;
using Complex32 = std::complex<float>;
using BinaryFunction = Result (*)(const ArrayPtr&, const ArrayPtr&);

// The operands have different shapes that broadcast together. `floating`: both are cast as Bask casts them.
struct Rules {
  Values x = Values::kSmall, y = Values::kSmall;
  bool floating = false;
  Tolerance tolerance{};
};

void replace_all(std::string& text, char what, const std::string& with) {
  std::string replaced;
  for (const char c : text) c == what ? replaced += with : replaced += c;
  text = replaced;
}

void add(Theme& theme, const std::string& text, DType a, DType b, const Rules& rules,
         BinaryFunction function) {
  theme.add(text + " of " + std::string(name_of(a)) + " and " + std::string(name_of(b)), [=](Round& round) {
    const Shape shape = round.shape();
    const bool swap = round.coin();
    const Shape other = round.broadcastable(shape);
    const ArrayPtr x = round.input("x", a, swap ? other : shape, rules.x);
    const ArrayPtr y = round.input("y", b, swap ? shape : other, rules.y);
    const DType common = promote(a, b);
    const bool cast = rules.floating && floating(common) != common;
    const std::string type = ".astype(np." + numpy_name(floating(common)) + ")";
    std::string expression = text;
    replace_all(expression, 'X', cast ? "x" + type : "x");
    replace_all(expression, 'Y', cast ? "y" + type : "y");
    round.expect(expression, function(x, y), rules.tolerance);
  });
}

template <class A, class B, class F>
void pair(Theme& theme, const std::string& text, const Rules& rules, F) {
  add(theme, text, dtype_of<A>(), dtype_of<B>(), rules,
      [](const ArrayPtr& x, const ArrayPtr& y) { return Result(F{}(Array<A>(x), Array<B>(y))); });
}
template <class F>
void integers(Theme& theme, const std::string& text, const Rules& rules, F f) {
  pair<std::int64_t, std::int64_t>(theme, text, rules, f);
  pair<std::int32_t, std::int8_t>(theme, text, rules, f);
  pair<std::uint8_t, std::uint8_t>(theme, text, rules, f);
  pair<std::uint16_t, std::int16_t>(theme, text, rules, f);
  pair<std::uint64_t, std::uint32_t>(theme, text, rules, f);
}
template <class F>
void reals(Theme& theme, const std::string& text, const Rules& rules, F f) {
  pair<double, double>(theme, text, rules, f);
  pair<float, float>(theme, text, rules, f);
  pair<float, double>(theme, text, rules, f);
  pair<std::int16_t, float>(theme, text, rules, f);
  pair<float, std::int32_t>(theme, text, rules, f);
  pair<std::uint64_t, std::int8_t>(theme, text, rules, f);
}
template <class F>
void complexes(Theme& theme, const std::string& text, const Rules& rules, F f) {
  pair<Complex, Complex>(theme, text, rules, f);
  pair<Complex32, Complex32>(theme, text, rules, f);
  pair<double, Complex32>(theme, text, rules, f);
  pair<Complex32, std::int64_t>(theme, text, rules, f);
}
template <class F>
void everything(Theme& theme, const std::string& text, Rules rules, F f) {
  reals(theme, text, rules, f);
  pair<bool, bool>(theme, text, rules, f);
  pair<bool, std::int32_t>(theme, text, rules, f);
  integers(theme, text, rules, f);
  rules.x = rules.y = Values::kSmall;
  complexes(theme, text, rules, f);
}

void add_arithmetic(Theme& theme) {
  const Rules special{Values::kSpecial, Values::kSpecial}, small{};
  everything(theme, "X + Y", special, [](const auto& x, const auto& y) { return x + y; });
  everything(theme, "X * Y", special, [](const auto& x, const auto& y) { return x * y; });
  everything(theme, "np.add(X, Y)", small, [](const auto& x, const auto& y) { return add(x, y); });
  everything(theme, "np.multiply(X, Y)", small, [](const auto& x, const auto& y) { return multiply(x, y); });
  const auto difference = [](const auto& x, const auto& y) { return x - y; };
  reals(theme, "X - Y", special, difference);
  integers(theme, "X - Y", special, difference);
  complexes(theme, "X - Y", small, difference);
  reals(theme, "np.subtract(X, Y)", small, [](const auto& x, const auto& y) { return subtract(x, y); });
  const auto quotient = [](const auto& x, const auto& y) { return x / y; };
  everything(theme, "X / Y", special, quotient);
  pair<std::int8_t, std::int8_t>(theme, "X / Y", special, quotient);
  pair<std::uint16_t, std::uint8_t>(theme, "X / Y", special, quotient);
  pair<std::int8_t, float>(theme, "X / Y", special, quotient);
  reals(theme, "np.divide(X, Y)", small, [](const auto& x, const auto& y) { return divide(x, y); });
  const auto remainder_of = [](const auto& x, const auto& y) { return x % y; };
  reals(theme, "X % Y", special, remainder_of);
  integers(theme, "X % Y", special, remainder_of);
  const auto fmod_of = [](const auto& x, const auto& y) { return fmod(x, y); };
  reals(theme, "np.fmod(X, Y)", special, fmod_of);
  integers(theme, "np.fmod(X, Y)", special, fmod_of);
  const auto floor_divided = [](const auto& x, const auto& y) { return floor_divide(x, y); };
  reals(theme, "X // Y", special, floor_divided);
  integers(theme, "X // Y", special, floor_divided);
  reals(theme, "np.remainder(X, Y)", small, [](const auto& x, const auto& y) { return remainder(x, y); });
}

void add_powers(Theme& theme) {
  const auto power_of = [](const auto& x, const auto& y) { return power(x, y); };
  pair<double, double>(theme, "np.power(X, Y)", {Values::kSpecial, Values::kSpecial}, power_of);
  pair<float, float>(theme, "np.power(X, Y)", {Values::kSpecial, Values::kSpecial}, power_of);
  pair<float, std::int32_t>(theme, "np.power(X, Y)", {}, power_of);
  integers(theme, "np.power(X, Y)", {Values::kSmall, Values::kPositive}, power_of);
  complexes(theme, "np.power(X, Y)", {Values::kUnit, Values::kUnit}, power_of);
}

void add_comparisons(Theme& theme) {
  const Rules special{Values::kSpecial, Values::kSpecial};
  everything(theme, "X == Y", special, [](const auto& x, const auto& y) { return x == y; });
  everything(theme, "np.not_equal(X, Y)", special,
             [](const auto& x, const auto& y) { return not_equal(x, y); });
  reals(theme, "X != Y", special, [](const auto& x, const auto& y) { return x != y; });
  reals(theme, "X < Y", special, [](const auto& x, const auto& y) { return x < y; });
  reals(theme, "X <= Y", special, [](const auto& x, const auto& y) { return x <= y; });
  reals(theme, "X > Y", special, [](const auto& x, const auto& y) { return x > y; });
  reals(theme, "X >= Y", special, [](const auto& x, const auto& y) { return x >= y; });
  integers(theme, "np.less(X, Y)", special, [](const auto& x, const auto& y) { return less(x, y); });
  integers(theme, "np.less_equal(X, Y)", special,
           [](const auto& x, const auto& y) { return less_equal(x, y); });
  integers(theme, "np.greater(X, Y)", special, [](const auto& x, const auto& y) { return greater(x, y); });
  integers(theme, "np.greater_equal(X, Y)", special,
           [](const auto& x, const auto& y) { return greater_equal(x, y); });
  integers(theme, "np.equal(X, Y)", special, [](const auto& x, const auto& y) { return equal(x, y); });
  everything(theme, "np.logical_and(X, Y)", special,
             [](const auto& x, const auto& y) { return logical_and(x, y); });
  everything(theme, "np.logical_or(X, Y)", special,
             [](const auto& x, const auto& y) { return logical_or(x, y); });
  everything(theme, "np.logical_xor(X, Y)", special,
             [](const auto& x, const auto& y) { return logical_xor(x, y); });
  // NumPy before 1.25 compares these as float64; Python's integers are exact.
  const auto exactly = [&](const std::string& compared, auto f) {
    const std::string text = "(X.astype(object) " + compared + " Y.astype(object)).astype(bool)";
    pair<std::int64_t, std::uint64_t>(theme, text, special, f);
    pair<std::uint64_t, std::int64_t>(theme, text, special, f);
    pair<std::uint64_t, std::int8_t>(theme, text, special, f);
  };
  exactly("==", [](const auto& x, const auto& y) { return x == y; });
  exactly("!=", [](const auto& x, const auto& y) { return x != y; });
  exactly("<", [](const auto& x, const auto& y) { return x < y; });
  exactly("<=", [](const auto& x, const auto& y) { return x <= y; });
  exactly(">", [](const auto& x, const auto& y) { return x > y; });
  exactly(">=", [](const auto& x, const auto& y) { return x >= y; });
  reals(theme, "np.isclose(X, Y, 0.2, 0.5)", {},
        [](const auto& x, const auto& y) { return isclose(x, y, 0.2, 0.5); });
  pair<double, double>(theme, "np.isclose(X, Y)", special,
                       [](const auto& x, const auto& y) { return isclose(x, y); });
  pair<double, double>(theme, "np.isclose(X, Y, equal_nan=True)", special,
                       [](const auto& x, const auto& y) { return isclose(x, y, 1e-5, 1e-8, true); });
}

void add_extrema(Theme& theme) {
  const Rules special{Values::kSpecial, Values::kSpecial};
  const auto largest = [](const auto& x, const auto& y) { return maximum(x, y); };
  const auto least = [](const auto& x, const auto& y) { return minimum(x, y); };
  reals(theme, "np.maximum(X, Y)", special, largest);
  integers(theme, "np.maximum(X, Y)", special, largest);
  reals(theme, "np.minimum(X, Y)", special, least);
  integers(theme, "np.minimum(X, Y)", special, least);
  reals(theme, "np.fmax(X, Y)", special, [](const auto& x, const auto& y) { return fmax(x, y); });
  reals(theme, "np.fmin(X, Y)", special, [](const auto& x, const auto& y) { return fmin(x, y); });
  const Rules as_floating{Values::kSpecial, Values::kSpecial, true};
  reals(theme, "np.arctan2(X, Y)", as_floating, [](const auto& x, const auto& y) { return arctan2(x, y); });
  reals(theme, "np.hypot(X, Y)", as_floating, [](const auto& x, const auto& y) { return hypot(x, y); });
  reals(theme, "np.copysign(X, Y)", as_floating, [](const auto& x, const auto& y) { return copysign(x, y); });
}

void add_bits(Theme& theme) {
  const Rules special{Values::kSpecial, Values::kSpecial};
  const auto both = [](const auto& x, const auto& y) { return x & y; };
  const auto either = [](const auto& x, const auto& y) { return x | y; };
  const auto one = [](const auto& x, const auto& y) { return x ^ y; };
  integers(theme, "X & Y", special, both);
  integers(theme, "X | Y", special, either);
  integers(theme, "X ^ Y", special, one);
  pair<bool, bool>(theme, "X & Y", {}, both);
  pair<bool, bool>(theme, "X | Y", {}, either);
  pair<bool, bool>(theme, "X ^ Y", {}, one);
  pair<bool, std::uint8_t>(theme, "np.bitwise_and(X, Y)", special,
                           [](const auto& x, const auto& y) { return bitwise_and(x, y); });
  pair<std::int8_t, bool>(theme, "np.bitwise_or(X, Y)", special,
                          [](const auto& x, const auto& y) { return bitwise_or(x, y); });
  pair<std::int8_t, std::uint8_t>(theme, "np.bitwise_xor(X, Y)", special,
                                  [](const auto& x, const auto& y) { return bitwise_xor(x, y); });
  const Rules shifts{Values::kSpecial, Values::kPositive};
  integers(theme, "np.left_shift(X, Y)", shifts,
           [](const auto& x, const auto& y) { return left_shift(x, y); });
  integers(theme, "np.right_shift(X, Y)", shifts,
           [](const auto& x, const auto& y) { return right_shift(x, y); });
}

}  // namespace

void add_binary(Theme& theme) {
  add_arithmetic(theme);
  add_powers(theme);
  add_comparisons(theme);
  add_extrema(theme);
  add_bits(theme);
}

}  // namespace bask::numpy_cases
