// Functions of one array, element by element.
#include "cases.hpp"

#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace {

using Function = Result (*)(const ArrayPtr&);
using Complex = std::complex<double>;
using Complex32 = std::complex<float>;

// In `text`, "X" stands for the operand, which functions of analysis take as floating.
void add(Theme& theme, const std::string& text, DType dtype, bool analysis, Values values, Function function,
         const Tolerance& tolerance) {
  theme.add(text + " of " + std::string(name_of(dtype)), [=](Round& round) {
    const ArrayPtr x = round.input("x", dtype, round.shape(), values);
    std::string expression = text;
    const std::string operand = analysis ? floating_text(dtype, "x") : "x";
    for (std::size_t at; (at = expression.find('X')) != std::string::npos;)
      expression.replace(at, 1, operand);
    round.expect(expression, function(x), tolerance);
  });
}

template <class... Es>
struct Of {
  template <class F>
  static void keep(Theme& theme, const std::string& text, F, Values values = Values::kSpecial,
                   const Tolerance& tolerance = {}) {
    (add(
         theme, text, dtype_of<Es>(), false, values,
         [](const ArrayPtr& x) { return Result(F{}(Array<Es>(x))); }, tolerance),
     ...);
  }
  template <class F>
  static void analysis(Theme& theme, const std::string& text, F, Values values = Values::kSpecial,
                       const Tolerance& tolerance = {}) {
    (add(
         theme, text, dtype_of<Es>(), true, values,
         [](const ArrayPtr& x) { return Result(F{}(Array<Es>(x))); }, tolerance),
     ...);
  }
};
using Floats = Of<float, double>;
using Complexes = Of<Complex32, Complex>;
using Integers = Of<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                    std::uint32_t, std::uint64_t>;
using Narrow = Of<bool, std::int8_t, std::uint16_t, std::int32_t, std::uint64_t>;

template <class F>
void analysis(Theme& theme, const std::string& name, F f, Values complexes = Values::kSmall) {
  const std::string text = "np." + name + "(X)";
  Floats::analysis(theme, text, f);
  Narrow::analysis(theme, text, f, Values::kSmall);
  Complexes::analysis(theme, text, f, complexes);
}
template <class F>
void real_analysis(Theme& theme, const std::string& name, F f) {
  const std::string text = "np." + name + "(X)";
  Floats::analysis(theme, text, f);
  Narrow::analysis(theme, text, f, Values::kSmall);
}

void add_analysis(Theme& theme) {
  analysis(theme, "sqrt", [](const auto& x) { return sqrt(x); });
  analysis(theme, "exp", [](const auto& x) { return exp(x); });
  analysis(theme, "exp2", [](const auto& x) { return exp2(x); });
  analysis(theme, "expm1", [](const auto& x) { return expm1(x); });
  analysis(theme, "log", [](const auto& x) { return log(x); });
  analysis(theme, "log2", [](const auto& x) { return log2(x); });
  analysis(theme, "log10", [](const auto& x) { return log10(x); });
  analysis(theme, "log1p", [](const auto& x) { return log1p(x); });
  analysis(theme, "sin", [](const auto& x) { return sin(x); });
  analysis(theme, "cos", [](const auto& x) { return cos(x); });
  analysis(theme, "tan", [](const auto& x) { return tan(x); });
  analysis(theme, "arcsin", [](const auto& x) { return arcsin(x); });
  analysis(theme, "arccos", [](const auto& x) { return arccos(x); });
  analysis(theme, "arctan", [](const auto& x) { return arctan(x); });
  analysis(theme, "sinh", [](const auto& x) { return sinh(x); });
  analysis(theme, "cosh", [](const auto& x) { return cosh(x); });
  analysis(theme, "tanh", [](const auto& x) { return tanh(x); });
  analysis(theme, "arcsinh", [](const auto& x) { return arcsinh(x); });
  analysis(theme, "arccosh", [](const auto& x) { return arccosh(x); });
  analysis(theme, "arctanh", [](const auto& x) { return arctanh(x); });
  analysis(theme, "angle", [](const auto& x) { return angle(x); });
  real_analysis(theme, "cbrt", [](const auto& x) { return cbrt(x); });
  real_analysis(theme, "deg2rad", [](const auto& x) { return deg2rad(x); });
  real_analysis(theme, "rad2deg", [](const auto& x) { return rad2deg(x); });
}

template <class Types>
void add_arithmetic(Theme& theme, Values values) {
  Types::keep(
      theme, "-X", [](const auto& x) { return -x; }, values);
  Types::keep(
      theme, "np.negative(X)", [](const auto& x) { return negative(x); }, values);
  Types::keep(
      theme, "np.square(X)", [](const auto& x) { return square(x); }, values);
  Types::keep(
      theme, "np.conj(X)", [](const auto& x) { return conj(x); }, values);
  Types::keep(
      theme, "np.conj(X) + 0", [](const auto& x) { return x.conj(); }, values);
  Types::keep(
      theme, "np.absolute(X)", [](const auto& x) { return absolute(x); }, values);
  Types::keep(
      theme, "np.abs(X)", [](const auto& x) { return abs(x); }, values);
  Types::keep(
      theme, "np.real(X)", [](const auto& x) { return real(x); }, values);
  Types::keep(
      theme, "np.imag(X)", [](const auto& x) { return x.imag(); }, values);
}
template <class Types>
void add_predicates(Theme& theme) {
  Types::keep(theme, "np.logical_not(X)", [](const auto& x) { return logical_not(x); });
  Types::keep(theme, "np.isnan(X)", [](const auto& x) { return isnan(x); });
  Types::keep(theme, "np.isinf(X)", [](const auto& x) { return isinf(x); });
  Types::keep(theme, "np.isfinite(X)", [](const auto& x) { return isfinite(x); });
}
template <class Types>
void add_rounding(Theme& theme) {
  Types::keep(theme, "np.sign(X)", [](const auto& x) { return sign(x); });
  Types::keep(
      theme, "np.floor(X).astype(x.dtype)", [](const auto& x) { return floor(x); }, Values::kSmall);
  Types::keep(
      theme, "np.ceil(X).astype(x.dtype)", [](const auto& x) { return ceil(x); }, Values::kSmall);
  Types::keep(
      theme, "np.rint(X).astype(x.dtype)", [](const auto& x) { return rint(x); }, Values::kSmall);
  Types::keep(
      theme, "np.trunc(X).astype(x.dtype)", [](const auto& x) { return trunc(x); }, Values::kSmall);
  Types::keep(
      theme, "np.round(X)", [](const auto& x) { return round(x); }, Values::kSmall);
  Types::keep(theme, "np.clip(X, 2, 7)", [](const auto& x) { return x.clip(2, 7); });
}

void add_casts(Theme& theme) {
  for (std::size_t from = 0; from < kDTypes; ++from) {
    for (std::size_t to = 0; to < kDTypes; ++to) {
      const auto source = static_cast<DType>(from), target = static_cast<DType>(to);
      const bool loses_sign = is_unsigned(target) && (is_floating(source) || is_complex(source));
      theme.add(
          std::string(name_of(source)) + " as " + std::string(name_of(target)),
          [=](Round& round) {
            const ArrayPtr x =
                round.input("x", source, round.shape(), loses_sign ? Values::kPositive : Values::kSmall);
            with_element(target, [&]<class E>(std::type_identity<E>) {
              round.expect("x.astype(np." + numpy_name(target) + ")", Array<E>(lazy::cast(x, target)));
            });
          },
          true, 3);
    }
  }
}

}  // namespace

void add_elementwise(Theme& theme) {
  add_analysis(theme);
  add_arithmetic<Floats>(theme, Values::kSpecial);
  add_arithmetic<Complexes>(theme, Values::kSmall);
  add_arithmetic<Integers>(theme, Values::kSpecial);
  add_predicates<Floats>(theme);
  add_predicates<Complexes>(theme);
  add_predicates<Narrow>(theme);
  add_rounding<Floats>(theme);
  add_rounding<Integers>(theme);
  add_casts(theme);
  Floats::keep(theme, "np.signbit(X)", [](const auto& x) { return signbit(x); });
  Floats::keep(theme, "np.reciprocal(X)", [](const auto& x) { return reciprocal(x); });
  Complexes::keep(
      theme, "np.reciprocal(X)", [](const auto& x) { return reciprocal(x); }, Values::kSmall);
  Floats::keep(theme, "np.floor(X)", [](const auto& x) { return floor(x); });
  Floats::keep(theme, "np.ceil(X)", [](const auto& x) { return ceil(x); });
  Floats::keep(theme, "np.rint(X)", [](const auto& x) { return rint(x); });
  Floats::keep(theme, "np.trunc(X)", [](const auto& x) { return trunc(x); });
  Floats::keep(theme, "np.round(X, 2)", [](const auto& x) { return round(x, 2); });
  Floats::keep(theme, "np.round(X, -1)", [](const auto& x) { return x.round(-1); });
  Floats::keep(theme, "np.nan_to_num(X)", [](const auto& x) { return nan_to_num(x); });
  Of<double>::keep(theme, "np.nan_to_num(X, nan=1.5, posinf=7, neginf=-7)",
                   [](const auto& x) { return nan_to_num(x, 1.5, std::optional(7.0), std::optional(-7.0)); });
  Integers::keep(theme, "~X", [](const auto& x) { return ~x; });
  Of<bool>::keep(theme, "np.invert(X)", [](const auto& x) { return invert(x); });
  Of<bool>::keep(theme, "~X", [](const auto& x) { return !x; });
  Of<double>::keep(theme, "X * X + 1",
                   [](const auto& x) { return x.map([](double e) { return e * e + 1; }); });
  Of<std::int32_t>::keep(
      theme, "np.where(X > 3, x, -x).astype(np.float64)",
      [](const auto& x) {
        return map([](std::int32_t e) { return e > 3 ? static_cast<double>(e) : -static_cast<double>(e); },
                   x);
      },
      Values::kSmall);
}

}  // namespace bask::numpy_cases
