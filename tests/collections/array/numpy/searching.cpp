// Places among sorted numbers, membership, interpolation, histograms with weights and of several coordinates.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/histograms.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/searching.hpp>

#include <algorithm>

namespace bask::numpy_cases {

namespace {

template <class F>
std::string text_of_numbers(const std::vector<F>& numbers) {
  std::string text = "np.array([";
  for (const F number : numbers) text += std::to_string(number) + ", ";
  return text + "], dtype=np." + numpy_name(dtype_of<F>()) + ")";
}

template <class F>
std::vector<F> sorted_numbers(Round& round, std::int64_t least) {
  std::vector<F> numbers;
  const std::int64_t count = round.integer(least, 9);
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t quarter = round.integer(std::is_unsigned_v<F> ? 0 : -80, 80);
    numbers.push_back(static_cast<F>(std::is_integral_v<F> ? static_cast<double>(quarter / 4)
                                                           : static_cast<double>(quarter) / 4));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

template <class E, class F>
void places_among(Round& round) {
  const auto x = round.array<E>("x", round.shape(), round.coin() ? Values::kWithNan : Values::kSpecial);
  const std::vector<F> sorted = sorted_numbers<F>(round, 0), edges = sorted_numbers<F>(round, 1);
  const std::string text = text_of_numbers(sorted), bins = text_of_numbers(edges);
  round.expect("np.searchsorted(" + text + ", x)", searchsorted(sorted, x));
  round.expect("np.searchsorted(" + text + ", x, 'right')", searchsorted(sorted, x, Side::kRight));
  const auto a = from_array<F>(sorted, {static_cast<std::int64_t>(sorted.size())}, 4);
  round.expect("np.searchsorted(" + text + ", x)", searchsorted(a, x));
  round.expect("np.searchsorted(" + text + ", x, 'right')", searchsorted(a, x, Side::kRight));
  round.expect("np.digitize(x, " + bins + ")", digitize(x, edges));
  round.expect("np.digitize(x, " + bins + ", right=True)", digitize(x, edges, {.right = true}));
  const std::vector<F> falling(edges.rbegin(), edges.rend());
  round.expect("np.digitize(x, " + bins + "[::-1])", digitize(x, falling));
  round.expect("np.digitize(x, " + bins + "[::-1], right=True)", digitize(x, falling, {.right = true}));
  round.expect("np.isin(x, " + text + ")", isin(x, sorted));
  round.expect("np.isin(x, " + text + ", invert=True)", isin(x, sorted, {.invert = true}));
  round.expect("np.isin(x, " + text + ")", isin(x, a));
  round.expect("np.isin(x, [1, 7, 3])", isin(x, {1, 7, 3}));
  round.expect("np.digitize(x, [-1.5, 0.0, 3])", digitize(x, {-1.5, 0.0, 3.0}));
  round.expect("np.searchsorted([1, 3, 3], x)", searchsorted({1, 3, 3}, x));
}

template <class E>
void interpolation(Round& round) {
  const auto x = round.array<E>("x", round.shape(), round.coin() ? Values::kWithNan : Values::kSpecial);
  std::vector<double> points = sorted_numbers<double>(round, 1), values;
  points.erase(std::unique(points.begin(), points.end()), points.end());
  for (std::size_t k = 0; k < points.size(); ++k) values.push_back(static_cast<double>(round.integer(-9, 9)));
  const std::string text = text_of_numbers(points) + ", " + text_of_numbers(values);
  round.expect("np.interp(x, " + text + ")", interp(x, points, values));
  round.expect("np.interp(x, " + text + ", left=-1, right=np.nan)",
               interp(x, points, values, {.left = -1, .right = std::numeric_limits<double>::quiet_NaN()}));
}

template <class E>
void weighted_histograms(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const auto w = round.array<double>("w", shape);
  const Tolerance close{1e-11, 1e-5, "1000.0"};
  round.expect("np.histogram(x, 7, (-5, 9), weights=w)[0]", histogram(x, 7, -5, 9, {.weights = w}).counts,
               close);
  round.expect("np.histogram(x, 6, (-30, 30), density=True)[0]",
               histogram(x, 6, -30, 30, {.density = true}).counts);
  round.expect(
      "np.histogram(x, [-30, -3, 1, 2, 30], weights=np.abs(w), density=True)[0]",
      histogram(x, std::vector<double>{-30, -3, 1, 2, 30}, {.weights = abs(w), .density = true}).counts);
  round.expect("np.histogram(x, weights=w)[0]", histogram(x, 10, {.weights = w}).counts, close);
}

template <class E>
void joint_histograms(Round& round) {
  const std::int64_t n = round.integer(1, 200);
  const auto x = round.array<E>("x", {n});
  const auto y = round.array<double>("y", {n});
  const auto z = round.array<double>("z", {n}, Values::kPositive);
  const std::vector<double> edges{-30, -2, 0.5, 30};
  round.expect("np.histogram2d(x, y, [4, [-30, -2, 0.5, 30]], [[-7, 7], None])[0]",
               histogram2d(x, y, {HistogramBins(4, -7, 7), HistogramBins(edges)}).counts);
  round.expect("np.histogram2d(x, y)[0]", histogram2d(x, y).counts);
  round.expect("np.histogram2d(x, y, 3, density=True)[0]", histogram2d(x, y, 3, {.density = true}).counts);
  const auto w = x.template astype<double>();
  round.expect("np.histogramdd((x, y, z), [[-30, -2, 0.5, 30], 2, [0, 5, 20]], weights=y)[0]",
               histogramdd({w, y, z}, {edges, 2, std::vector<double>{0, 5, 20}}, {.weights = y}).counts,
               {1e-11, 1e-5, "1000.0"});
}

void searches_of_nothing(Round& round) {
  const auto x = round.array<double>("x", {0, 3});
  const auto s = round.array<double>("s", {});
  const std::vector<double> none_at_all;
  round.expect("np.searchsorted([], s)", searchsorted(none_at_all, s));
  round.expect("np.isin(s, [])", isin(s, none_at_all));
  round.expect("np.digitize(x, [1.0])", digitize(x, {1.0}));
  round.expect("np.interp(s, [1.0], [4.0])", interp(s, {1.0}, {4.0}));
  round.expect("np.histogram(x, 3, (0, 1), weights=x)[0]", histogram(x, 3, 0, 1, {.weights = x}).counts);
  round.expect("np.histogram(s, 3, (-20, 20), density=True)[0]",
               histogram(s, 3, -20, 20, {.density = true}).counts);
  round.expect("np.histogram(x, 3, (0, 1), density=True)[0]",
               histogram(x, 3, 0, 1, {.density = true}).counts);
  round.expect("np.histogram2d(x.ravel(), x.ravel(), 2)[0]", histogram2d(x, x, 2).counts);
}

}  // namespace

void add_searching(Theme& theme) {
  theme.add("places of float64 among float64", places_among<double, double>, true, 12);
  theme.add("places of float32 among int64", places_among<float, std::int64_t>);
  theme.add("places of int16 among float64", places_among<std::int16_t, double>);
  theme.add("places of int64 among int64", places_among<std::int64_t, std::int64_t>);
  theme.add("places of uint64 among uint64", places_among<std::uint64_t, std::uint64_t>);
  theme.add("places of uint8 among int32", places_among<std::uint8_t, std::int32_t>);
  theme.add("searches of nothing", searches_of_nothing);
  theme.add("interpolation of float64", interpolation<double>, true, 12);
  theme.add("interpolation of float32", interpolation<float>);
  theme.add("interpolation of int32", interpolation<std::int32_t>);
  theme.add("weighted histograms of float64", weighted_histograms<double>, false, 12);
  theme.add("weighted histograms of int32", weighted_histograms<std::int32_t>, false);
  theme.add("joint histograms of float64", joint_histograms<double>, false);
  theme.add("joint histograms of int16", joint_histograms<std::int16_t>, false);
}

}  // namespace bask::numpy_cases
