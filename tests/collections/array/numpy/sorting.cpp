// sort and its kin, on arrays of one chunk and of many, with ties, NaN and empty axes.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/quantiles.hpp>
#include <bask/collections/array/sorting.hpp>

namespace bask::numpy_cases {

namespace {

template <class E>
void sorts(Round& round) {
  for (const auto& [name, values] : std::vector<std::pair<std::string, Values>>{
           {"a", Values::kSmall}, {"b", Values::kWithNan}, {"c", Values::kWhole}, {"d", Values::kSpecial}}) {
    const auto line = round.array<E>(name, round.shape({.least_axes = 1, .most_axes = 1}), values);
    round.expect("np.sort(" + name + ")", sort(line), exactly());
    round.expect("np.argsort(" + name + ", kind='stable')", argsort(line), exactly());
    const Shape shape = round.shape();
    const auto box = round.array<E>("of_" + name, shape, values);
    const std::int64_t axis = axis_of(round, shape);
    const std::string arguments = "(of_" + name + ", axis=" + number(axis);
    round.expect("np.sort" + arguments + ")", sort(box, axis), exactly());
    round.expect("np.argsort" + arguments + ", kind='stable')", argsort(box, axis), exactly());
  }
}

std::string text_of_method(QuantileMethod method) {
  static const std::vector<std::string> names{"inverted_cdf",
                                              "averaged_inverted_cdf",
                                              "closest_observation",
                                              "interpolated_inverted_cdf",
                                              "hazen",
                                              "weibull",
                                              "linear",
                                              "median_unbiased",
                                              "normal_unbiased",
                                              "lower",
                                              "higher",
                                              "midpoint",
                                              "nearest"};
  return names[static_cast<std::size_t>(method)];
}

template <class E>
void quantiles(Round& round) {
  for (const auto& [name, values] : std::vector<std::pair<std::string, Values>>{
           {"a", Values::kSmall}, {"b", Values::kWithNan}, {"c", Values::kWhole}}) {
    const Tolerance near{1e-12, 2e-5, "np.nan_to_num(np.abs(" + name + "))"};
    const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false, .least_extent = 1});
    const auto x = round.array<E>(name, shape, values);
    const auto axes = some_axes(round, shape.size());
    const std::string axis = axes.empty() ? "" : ", axis=" + tuple_of(axes);
    const bool keepdims = round.coin();
    const std::string keep = keepdims ? ", keepdims=True)" : ")";
    // NumPy's types follow the method; here they are those of means.
    const auto expect = [&](const std::string& text, const auto& result) {
      round.expect("np.asarray(" + text + ").astype('" + std::string(name_of(dtype_of<mean_t<E>>())) + "')",
                   result, near);
    };
    expect("np.median(" + name + axis + keep, median(x, axes, {.keepdims = keepdims}));
    expect("np.nanmedian(" + name + axis + keep, nanmedian(x, axes, {.keepdims = keepdims}));
    const auto method = static_cast<QuantileMethod>(round.integer(0, 12));
    const std::string how = axis + ", method='" + text_of_method(method) + "'" + keep;
    const QuantileOptions options{.method = method, .keepdims = keepdims};
    const double share = static_cast<double>(round.integer(0, 20)) / 20;
    const std::string some = name + ", " + std::to_string(share) + how;
    expect("np.quantile(" + some, quantile(x, share, axes, options));
    expect("np.nanquantile(" + some, nanquantile(x, share, axes, options));
    expect("np.percentile(" + name + ", [0, 25, 100, 62.5]" + how,
           percentile(x, {0, 25, 100, 62.5}, axes, options));
    expect("np.nanpercentile(" + name + ", [90, 10]" + how, nanpercentile(x, {90, 10}, axes, options));
  }
}

template <class E>
void add_quantiles(Theme& theme) {
  theme.add("quantiles of " + std::string(name_of(dtype_of<E>())), quantiles<E>);
}

template <class E>
void uniques(Round& round) {
  for (const auto& [name, values] : std::vector<std::pair<std::string, Values>>{
           {"a", Values::kWhole}, {"b", Values::kWithNan}, {"c", Values::kSpecial}}) {
    const auto x = round.array<E>(name, round.shape({.least_axes = 1, .most_axes = 3}), values);
    const UniqueCounts<E> both = unique_counts(x);
    round.expect("np.unique(" + name + ")", unique(x), exactly());
    round.expect("np.unique(" + name + ", return_counts=True)[0]", both.values, exactly());
    round.expect("np.unique(" + name + ", return_counts=True)[1]", both.counts, exactly());
  }
}

template <class E>
void add_uniques(Theme& theme) {
  theme.add("unique of " + std::string(name_of(dtype_of<E>())), uniques<E>);
}

template <class E>
void add_sorts(Theme& theme) {
  theme.add("sort of " + std::string(name_of(dtype_of<E>())), sorts<E>);
}

}  // namespace

void add_sorting(Theme& theme) {
  add_sorts<double>(theme);
  add_sorts<float>(theme);
  add_sorts<std::int64_t>(theme);
  add_sorts<std::int16_t>(theme);
  add_sorts<std::uint8_t>(theme);
  add_sorts<bool>(theme);
  add_sorts<std::complex<double>>(theme);
  add_uniques<double>(theme);
  add_uniques<std::int64_t>(theme);
  add_uniques<std::uint8_t>(theme);
  add_uniques<bool>(theme);
  add_quantiles<double>(theme);
  add_quantiles<float>(theme);
  add_quantiles<std::int32_t>(theme);
}

}  // namespace bask::numpy_cases
