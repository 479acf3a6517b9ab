// Reductions over any axes. Sums of real numbers differ in other chunks, as they are added in another order;
// sums of whole numbers do not.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/average.hpp>
#include <bask/collections/array/counts.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/statistics.hpp>

namespace bask::numpy_cases {

namespace {

using Complex = std::complex<double>;
using Complex32 = std::complex<float>;

// The arguments of a reduction, for Bask and as text for NumPy: ", axis=(0, 2), keepdims=True)".
struct Arguments {
  Axes axes;
  ReduceOptions options;
  std::string text;
};
Arguments arguments_of(Round& round, const Shape& shape) {
  Arguments arguments;
  const std::int64_t kind = round.integer(0, 2);
  if (kind == 1) {
    const std::int64_t axis = axis_of(round, shape);
    arguments.axes = axis;
    arguments.text = ", axis=" + number(axis);
  } else if (kind == 2) {
    const auto some = some_axes(round, shape.size());
    arguments.axes = some;
    arguments.text = ", axis=" + tuple_of(some);
  }
  arguments.options.keepdims = round.coin();
  arguments.options.split_every = static_cast<int>(round.integer(2, 8));
  arguments.text += arguments.options.keepdims ? ", keepdims=True)" : ")";
  return arguments;
}
VarianceOptions variance_options(const Arguments& arguments, int ddof) {
  return {.ddof = ddof, .keepdims = arguments.options.keepdims, .split_every = arguments.options.split_every};
}

Tolerance near_sum() {
  return {1e-12, 1e-5, "np.nansum(np.abs(x))"};
}
Tolerance near_largest(const char* scale = "np.nan_to_num(np.abs(x))") {
  return {1e-12, 1e-5, scale};
}

template <class E>
void sums(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape);
  const auto small = round.array<E>("u", shape, Values::kUnit);
  for (int k = 0; k < 3; ++k) {
    const Arguments by = arguments_of(round, shape);
    round.expect("np.sum(x" + by.text, x.sum(by.axes, by.options), near_sum());
    round.expect("np.prod(u" + by.text, prod(small, by.axes, by.options));
    round.expect("np.sum((x + x).T[::-1]" + by.text, (x + x).T()["::-1"].sum(by.axes, by.options),
                 near_sum());
    round.expect("np.any(x" + by.text, x.any(by.axes, by.options));
    round.expect("np.all(x" + by.text, all(x, by.axes, by.options));
    round.expect("np.count_nonzero(x" + by.text, count_nonzero(x, by.axes, by.options));
  }
}

template <class E>
void cumulations(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape);
  const auto u = round.array<E>("u", shape, Values::kUnit);
  const std::int64_t axis = axis_of(round, shape);
  round.expect("np.cumsum(x, " + number(axis) + ")", cumsum(x, axis), near_sum());
  round.expect("np.cumprod(u, " + number(axis) + ")", u.cumprod(axis));
  round.expect("np.cumsum(x.T[::-1], " + number(axis) + ")[::2]", x.T()["::-1"].cumsum(axis)["::2"],
               near_sum());
}

template <class E>
void means(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape);
  for (int k = 0; k < 3; ++k) {
    const Arguments by = arguments_of(round, shape);
    const int ddof = static_cast<int>(round.integer(0, 2));
    const VarianceOptions options = variance_options(by, ddof);
    const std::string degrees = ", ddof=" + number(ddof) + by.text;
    round.expect("np.mean(x" + by.text, mean(x, by.axes, by.options), near_largest());
    round.expect("np.var(x" + degrees, var(x, by.axes, options),
                 near_largest("np.nan_to_num(np.abs(x)) ** 2"));
    round.expect("np.std(x" + degrees, x.std(by.axes, options), near_largest());
  }
}

template <class E>
void extrema(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape, round.coin() ? Values::kSpecial : Values::kSmall);
  for (int k = 0; k < 3; ++k) {
    const Arguments by = arguments_of(round, shape);
    round.expect("np.min(x" + by.text, min(x, by.axes, by.options));
    round.expect("np.max(x" + by.text, x.max(by.axes, by.options));
    if constexpr (!std::is_same_v<E, bool>) round.expect("np.ptp(x" + by.text, ptp(x, by.axes, by.options));
    const std::int64_t axis = axis_of(round, shape);
    const std::string along = number(axis) + (by.options.keepdims ? ", keepdims=True)" : ")");
    round.expect("np.argmin(x, " + along, argmin(x, axis, by.options));
    round.expect("np.argmax(x, " + along, x.argmax(axis, by.options));
    round.expect("np.argmin(x)", x.argmin());
    round.expect("np.argmax(x.T)", argmax(x.T()));
  }
}

// The reductions that real and complex numbers have.
template <class E>
void expect_sums_without_nan(Round& round, const Array<E>& x, const Arguments& by, const std::string& degrees,
                             const VarianceOptions& options) {
  round.expect("np.nansum(x" + by.text, nansum(x, by.axes, by.options), near_sum());
  round.expect("np.nanprod(x / 16" + by.text, nanprod(x * E(0.0625), by.axes, by.options));
  round.expect("np.nanmean(x" + by.text, nanmean(x, by.axes, by.options), near_largest());
  round.expect("np.nanvar(x" + degrees, nanvar(x, by.axes, options),
               near_largest("np.nan_to_num(np.abs(x)) ** 2"));
  round.expect("np.nanstd(x" + degrees, nanstd(x, by.axes, options), near_largest());
}

template <class E>
void without_nan(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape, Values::kWithNan);
  const auto z = round.array<E>("z", shape);
  for (int k = 0; k < 2; ++k) {
    const Arguments by = arguments_of(round, shape);
    const int ddof = static_cast<int>(round.integer(0, 1));
    const std::string degrees = ", ddof=" + number(ddof) + by.text;
    const VarianceOptions options = variance_options(by, ddof);
    expect_sums_without_nan(round, x, by, degrees, options);
    round.expect("np.nanmin(x" + by.text, nanmin(x, by.axes, by.options));
    round.expect("np.nanmax(x" + by.text, nanmax(x, by.axes, by.options));
    round.expect("np.mean(x" + by.text, x.mean(by.axes, by.options), near_largest());
    round.expect("np.std(x" + degrees, x.std(by.axes, options), near_largest());
  }
  const std::int64_t axis = axis_of(round, shape);
  const std::string text = "(np.concatenate([x, z], " + number(axis) + ")";
  const auto both = concatenate(std::vector{x, z}, axis);
  round.expect("np.nanargmin" + text + ", " + number(axis) + ")", nanargmin(both, axis));
  round.expect("np.nanargmax" + text + ", " + number(axis) + ")", nanargmax(both, axis));
  round.expect("np.nanargmin" + text + ")", nanargmin(both));
  round.expect("np.nancumsum(x, " + number(axis) + ")", nancumsum(x, axis), near_sum());
  round.expect("np.nancumprod(x / 16, " + number(axis) + ")", nancumprod(x * E(0.0625), axis));
  round.expect("np.nancumsum(x)", nancumsum(x), near_sum());
}

// Bask leaves a complex number out when either part is NaN, but nan_to_num replaces each part by itself.
template <class E>
void complex_without_nan(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape, Values::kWithNan);
  for (int k = 0; k < 2; ++k) {
    const Arguments by = arguments_of(round, shape);
    const std::string degrees = ", ddof=0" + by.text;
    const VarianceOptions options = variance_options(by, 0);
    expect_sums_without_nan(round, x, by, degrees, options);
    round.expect("np.count_nonzero(x" + by.text, count_nonzero(x, by.axes, by.options));
    round.expect("np.any(np.isnan(x)" + by.text, isnan(x).any(by.axes, by.options));
  }
  const std::int64_t axis = axis_of(round, shape);
  round.expect("np.nancumsum(x, " + number(axis) + ")", nancumsum(x, axis), near_sum());
  round.expect("np.nancumprod(x / 16, " + number(axis) + ")", nancumprod(x * E(0.0625), axis));
  round.expect("np.nan_to_num(x)", nan_to_num(x), exactly());
  round.expect("np.nan_to_num(x, nan=3)", nan_to_num(x, 3), exactly());
}

// Blocks whose own products overflow or underflow, although the product of all does not.
template <class E>
void far_products(Round& round) {
  const auto u = round.array<E>("u", {round.integer(1, 40)}, Values::kUnit);
  const E huge = E(std::is_same_v<real_t<E>, float> ? 1e25 : 1e200);
  const std::string factor = std::is_same_v<real_t<E>, float> ? "np.float32(1e25)" : "1e200";
  round.expect("np.cumprod(np.where(np.real(u) > 0, " + factor + ", 1 / " + factor + ").astype(u.dtype))",
               cumprod(where(real(u) > 0, huge, E(1) / huge).template astype<E>(), 0));
}

template <class E, class W>
void averages(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape);
  const auto w = round.array<W>("w", shape, Values::kPositive);
  const std::int64_t axis = axis_of(round, shape);
  const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis;
  const auto v = round.array<W>("v", {shape[static_cast<std::size_t>(place)]}, Values::kPositive);
  const std::string along = ", axis=" + number(axis);
  round.expect("np.average(x, weights=w)", average(x, w), near_largest());
  round.expect("np.average(x" + along + ")", average(x, axis), near_largest());
  round.expect("np.average(x, weights=w" + along + ")", average(x, w, axis), near_largest());
  round.expect("np.average(x, weights=v" + along + ", keepdims=True)",
               average(x, v, axis, {.keepdims = true}), near_largest());
}

template <class E>
void norms(Round& round) {
  const Shape shape = round.shape({.empty = false});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape);
  round.expect("np.linalg.norm(x.ravel())", norm(x));
  for (const char* order : {"1", "2", "3", "0", "np.inf", "-np.inf"}) {
    const std::string text = order;
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    const double value = text == "np.inf" ? kInfinite : text == "-np.inf" ? -kInfinite : text[0] - '0';
    round.expect("np.linalg.norm(x, " + text + ", axis=" + number(axis) + ")", norm(x, value, axis));
  }
}

template <class E>
void counts(Round& round) {
  const auto x = round.array<E>("x", round.shape());
  round.expect("np.histogram(x, bins=10, range=(-8, 12))[0]", histogram(x, 10, -8, 12).counts);
  round.expect("np.histogram(x, bins=7, range=(-10.5, 10.25))[0]", histogram(x, 7, -10.5, 10.25).counts);
  round.expect("np.histogram(x)[0]", histogram(x).counts);
  round.expect("np.histogram(x, 7)[0]", histogram(x, 7).counts);
  round.expect("np.histogram(x, bins=[-9, -2.5, 0, 1, 8])[0]", histogram(x, {-9, -2.5, 0, 1, 8}).counts);
}

template <class E>
void bin_counts(Round& round) {
  const auto x = round.array<E>("x", {round.integer(1, 200)}, Values::kPositive);
  const std::int64_t least = round.integer(0, 30);
  round.expect("np.bincount(x, minlength=" + number(least) + ")", bincount(x, least));
}

template <class E>
void closeness(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape);
  const auto y = round.array<E>("y", round.broadcastable(shape));
  round.expect("np.allclose(x, y)", allclose(x, y));
  round.expect("np.allclose(x, x + 1e-9)", allclose(x, x + 1e-9));
  round.expect("np.allclose(x, y, 0, 20)", allclose(x, y, 0, 20));
}

template <class E>
void of_unknown_length(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 2});
  const auto x = round.array<E>("x", shape, Values::kWhole);
  round.expect("np.sum(x[x > 0])", x[x > E(0)].sum());
  round.expect("np.mean(x[x > 0])", x[x > E(0)].mean());
  round.expect("np.std(x[x > 0])", x[x > E(0)].std(), near_largest());
  round.expect("np.any(x[x > 5])", x[x > E(5)].any());
  round.expect("np.sum(x[x > 99])", x[x > E(99)].sum());
  round.expect("np.mean(x[x > 99])", x[x > E(99)].mean());
  round.expect("np.var(x[x > 99])", x[x > E(99)].var());
}

template <class E>
void programs_of_reductions(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 2, .empty = false});
  const auto x = round.array<E>("x", shape);
  const ReduceOptions keep{.keepdims = true};
  round.expect("((x - x.mean(0)) / (x.std(0) + 1)).sum(1)", ((x - x.mean(0)) / (x.std(0) + 1)).sum(1),
               {1e-12, 1e-4, "x.shape[1] + x * 0"});
  round.expect("(x - x.min(axis=1, keepdims=True)).max(0)", (x - x.min(1, keep)).max(0));
  round.expect("x[::2].sum(1).cumsum(0)[::-1]", x["::2"].sum(1).cumsum(0)["::-1"], near_sum());
  round.expect("np.where(x > x.mean(), x, 0).sum(0)", where(x > x.mean(), x, 0).sum(0), near_sum());
}

template <class E>
void add_reductions_of(Theme& theme, bool exact) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("sums" + of, sums<E>, exact, 12);
  theme.add("means" + of, means<E>, false, 12);
  theme.add("cumulations" + of, cumulations<E>, exact);
  if constexpr (std::is_arithmetic_v<E>) theme.add("extrema" + of, extrema<E>, true, 12);
}

}  // namespace

void add_reductions(Theme& theme) {
  add_reductions_of<double>(theme, false);
  add_reductions_of<float>(theme, false);
  add_reductions_of<bool>(theme, true);
  add_reductions_of<std::int8_t>(theme, true);
  add_reductions_of<std::int64_t>(theme, true);
  add_reductions_of<std::uint16_t>(theme, true);
  add_reductions_of<std::uint64_t>(theme, true);
  add_reductions_of<Complex>(theme, false);
  add_reductions_of<Complex32>(theme, false);
}

void add_statistics(Theme& theme) {
  theme.add("without NaN of float64", without_nan<double>, false, 12);
  theme.add("without NaN of float32", without_nan<float>, false, 12);
  theme.add("without NaN of complex128", complex_without_nan<Complex>, false, 12);
  theme.add("without NaN of complex64", complex_without_nan<Complex32>, false, 12);
  theme.add("far products of float64", far_products<double>, true, 18);
  theme.add("far products of float32", far_products<float>, true, 18);
  theme.add("averages of complex128", averages<Complex, double>, false);
  theme.add("averages of float64", averages<double, double>, false);
  theme.add("averages of float32", averages<float, float>, false);
  theme.add("averages of int32", averages<std::int32_t, std::int64_t>, false);
  theme.add("norms of float64", norms<double>, false);
  theme.add("norms of float32", norms<float>, false);
  theme.add("norms of complex128", norms<Complex>, false);
  theme.add("norms of int32", norms<std::int32_t>, false);
  theme.add("counts of float64", counts<double>);
  theme.add("counts of float32", counts<float>);
  theme.add("counts of int16", counts<std::int16_t>);
  theme.add("counts of each of int64", bin_counts<std::int64_t>);
  theme.add("counts of each of uint8", bin_counts<std::uint8_t>);
  theme.add("closeness of float64", closeness<double>);
  theme.add("unknown length of float64", of_unknown_length<double>, false);
  theme.add("unknown length of int32", of_unknown_length<std::int32_t>, false);
  theme.add("programs of reductions of float64", programs_of_reductions<double>, false);
  theme.add("programs of reductions of float32", programs_of_reductions<float>, false);
}

}  // namespace bask::numpy_cases
