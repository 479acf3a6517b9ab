// Names that are made of others: stacks, splits, insertion, triangles, choices, lines along an axis.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/along_axis.hpp>
#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/choice.hpp>
#include <bask/collections/array/convolution.hpp>
#include <bask/collections/array/joining.hpp>
#include <bask/collections/array/statistics.hpp>
#include <bask/collections/array/triangles.hpp>

#include <algorithm>

namespace bask::numpy_cases {

namespace {

template <class E>
void stacks(Round& round) {
  for (std::size_t axes = 1; axes <= 3; ++axes) {
    const Shape shape = round.shape({.least_axes = axes, .most_axes = axes});
    const std::string p = "p" + number(static_cast<std::int64_t>(axes)), q = "q" + p.substr(1);
    const auto x = round.array<E>(p, shape), y = round.array<E>(q, shape);
    const std::string list = "([" + p + ", " + q + ", " + p + "])";
    round.expect("np.vstack" + list, vstack({x, y, x}));
    round.expect("np.hstack" + list, hstack({x, y, x}));
    round.expect("np.dstack" + list, dstack(std::vector{x, y, x}));
    round.expect("np.column_stack" + list, column_stack({x, y, x}));
  }
  const std::int64_t n = round.integer(0, 5);
  const auto v = round.array<E>("v", {n});
  const auto m = round.array<E>("m", {n, 2});
  const auto s = round.array<E>("s", {});
  round.expect("np.column_stack([v, m, v])", column_stack({v, m, v}));
  round.expect("np.vstack([v, m.T])", vstack({v, m.T()}));
  round.expect("np.hstack([s, v, s])", hstack({s, v, s}));
  round.expect("np.vstack([s, s])", vstack({s, s}));
}

template <class E>
void splits(Round& round) {
  const Shape shape = round.shape({.least_axes = 3, .most_axes = 3});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape), sections = round.integer(1, 5);
  const auto check = [&](const std::string& text, const std::vector<Array<E>>& parts) {
    round.expect("len(" + text + ")",
                 Array<std::int64_t>(lazy::constant(static_cast<std::int64_t>(parts.size()))));
    for (std::size_t k = 0; k < parts.size(); ++k)
      round.expect(text + "[" + number(static_cast<std::int64_t>(k)) + "]", parts[k]);
  };
  const std::string at = number(axis) + ")";
  check("np.array_split(x, " + number(sections) + ", " + at, array_split(x, sections, axis));
  const std::int64_t extent = shape[static_cast<std::size_t>(axis < 0 ? axis + 3 : axis)];
  if (extent % sections == 0) check("np.split(x, " + number(sections) + ", " + at, split(x, sections, axis));
  std::vector<std::int64_t> places = round.integers(static_cast<std::size_t>(round.integer(1, 3)), -2, 9);
  check("np.split(x, " + list_of(places) + ", " + at, split(x, places, axis));
  std::sort(places.begin(), places.end());
  check("np.hsplit(x, " + list_of(places) + ")", hsplit(x, places));
  check("np.vsplit(x, [2])", vsplit(x, {2}));
  check("np.dsplit(x, [1, 3])", dsplit(x, {1, 3}));
  check("np.hsplit(x, 1)", hsplit(x, 1));
}

template <class E>
void insertions(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape);
  const auto along =
      static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis);
  const std::int64_t extent = shape[along];
  const std::string at = ", " + number(axis) + ")";
  const auto y = round.array<E>("y", shape);
  round.expect("np.append(x, y" + at, append(x, y, axis));
  round.expect("np.append(x, y[:1])", append(x, y[":1"]));
  round.expect("np.append(x, y.dtype.type(3))", append(x, 3));
  const std::int64_t place = round.integer(-extent, extent);
  round.expect("np.insert(x, " + number(place) + ", 7" + at, insert(x, place, 7, axis));
  round.expect("np.insert(x, 1, 7)", insert(x, 1, 7));
  Shape line = shape;
  line.erase(line.begin() + static_cast<std::ptrdiff_t>(along));
  const auto v = round.array<E>("v", line);
  round.expect("np.insert(x, " + number(place) + ", v" + at, insert(x, place, v, axis));
  const auto places = round.integers(static_cast<std::size_t>(round.integer(2, 6)), -extent, extent);
  Shape several = shape;
  several[along] = static_cast<std::int64_t>(places.size());
  const auto w = round.array<E>("w", round.broadcastable(several));
  round.expect("np.insert(x, " + list_of(places) + ", w" + at, insert(x, places, w, axis));
  round.expect("np.insert(x, [" + number(place) + "], y" + at, insert(x, {place}, y, axis));
  round.expect("np.insert(x, slice(0, None, 2), 1" + at, insert(x, slice(0, none, 2), 1, axis));
  const auto gone = round.integers(static_cast<std::size_t>(round.integer(0, 6)), -extent, extent - 1);
  const std::string list = "np.array(" + list_of(gone) + ", dtype=np.int64)";
  round.expect("np.delete(x, " + list + at, delete_(x, gone, axis));
  round.expect("np.delete(x, " + list + ")", delete_(x, gone));
  round.expect("np.delete(x, -1" + at, delete_(x, -1, axis));
  round.expect("np.delete(x, slice(1, None, 2)" + at, delete_(x, slice(1, none, 2), axis));
  round.expect("np.delete(np.tile(x, 99).ravel(), slice(None, None, 3))",
               delete_(tile(x, 99).ravel(), slice(none, none, 3)));
}

template <class E>
void turned_planes(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 3});
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  const auto v = round.array<E>("v", {round.integer(0, 6)});
  const std::int64_t offset = round.integer(-6, 6), times = round.integer(-5, 5);
  const std::vector<std::int64_t> axes = round.permutation(shape.size());
  const std::string at = number(offset) + ")";
  round.expect("np.tril(x, " + at, tril(x, offset));
  round.expect("np.triu(x, " + at, triu(x, offset));
  round.expect("np.tril(x)", tril(x));
  round.expect("np.triu(v)", triu(v));
  round.expect("np.tri(5, 7, " + number(offset) + ", dtype=x.dtype)", tri<E>(5, 7, offset));
  round.expect("np.tri(4)", tri(4, {}, 0, 3));
  round.expect("np.rot90(x)", rot90(x));
  round.expect("np.rot90(x, " + number(times) + ", " + tuple_of({axes[0], axes[1]}) + ")",
               rot90(x, times, {axes[0], axes[1]}));
  const std::int64_t last = static_cast<std::int64_t>(shape.size()) - 1;
  const std::string view = "np.lib.stride_tricks.sliding_window_view(x, ";
  if (*std::min_element(shape.begin(), shape.end()) >= 2) {
    round.expect(view + tuple_of(Shape(shape.size(), 2)) + ")",
                 sliding_window_view(x, Shape(shape.size(), 2)));
    round.expect(view + "2, -1)", sliding_window_view(x, 2, -1));
    round.expect(view + "(1, 2), (" + number(last) + ", 0))", sliding_window_view(x, {1, 2}, {last, 0}));
  }
}

template <class E>
void choices(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kWithNan);
  const auto y = round.array<E>("y", round.broadcastable(shape));
  round.expect("np.select([x < 2, x > 5, x > 3], [x, y, x + y], 42)",
               select({x<2, x> 5, x > 3}, {x, y, x + y}, 42), exactly());
  round.expect("np.select([y > 0], [x])", select({y > 0}, {x}), exactly());
  round.expect("np.piecewise(x, [x < 2, x > 1], [lambda v: v + v, 3])",
               piecewise(x, {x<2, x> 1}, {[](const auto& v) { return v + v; }, 3}), exactly());
  round.expect("np.piecewise(x, [x < -2, x > 5], [1, 2, lambda v: -v])",
               piecewise(x, {x<-2, x> 5}, {1, 2, [](const Array<E>& v) { return -v; }}), exactly());
}

template <class E>
double sum_of_line(NdView<const E> line) {
  double sum = 0;
  for (std::int64_t i = 0; i < line.size(); ++i) sum += static_cast<double>(line(i) * (i + 1));
  return sum;
}
template <class E>
NdArray<E> both_ends(NdView<const E> line) {
  return NdArray<E>({2}, {line(0), line(line.size() - 1)});
}
template <class E>
NdArray<E> reversed(NdView<const E> line) {
  NdArray<E> result({line.size()});
  for (std::int64_t i = 0; i < line.size(); ++i) result(i) = line(line.size() - 1 - i);
  return result;
}

template <class E>
void lines(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape);
  const std::string at = ", " + number(axis) + ", x)";
  round.expect("np.apply_along_axis(lambda v: np.sum(v * np.arange(1.0, len(v) + 1))" + at,
               apply_along_axis<sum_of_line<E>>(axis, x), {1e-11, 1e-5, "1000.0"});
  round.expect("np.apply_along_axis(lambda v: v[[0, -1]]" + at,
               apply_along_axis<both_ends<E>>(axis, x, {.length = 2}));
  round.expect("np.apply_along_axis(lambda v: v[::-1]" + at, apply_along_axis<reversed<E>>(axis, x));
  round.expect("np.apply_along_axis(lambda v: v[0]" + at,
               apply_along_axis([](NdView<const E> line) { return line(0); }, axis, x));
  round.expect("np.apply_over_axes(np.max, x, [0, " + number(axis) + "])",
               apply_over_axes([](const Array<E>& a, std::int64_t k) { return a.max(k); }, x, {0, axis}));
}

template <class E>
void extrema_so_far(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, round.coin() ? Values::kWithNan : Values::kSpecial);
  for (std::int64_t axis = -1; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
    round.expect("np.maximum.accumulate(x, " + number(axis) + ")", cummax(x, axis), exactly());
    round.expect("np.minimum.accumulate(x, " + number(axis) + ")", cummin(x, axis), exactly());
  }
  round.expect("np.maximum.accumulate(x.ravel())", cummax(x), exactly());
}

template <class E, class F>
void integrals(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const auto y = round.array<E>("y", shape, Values::kUnit);
  const std::int64_t axis = axis_of(round, shape);
  const std::int64_t extent =
      shape[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis)];
  std::vector<double> places;
  for (std::int64_t k = 0; k < extent; ++k) places.push_back(static_cast<double>(k * k));
  const std::string type =
      ").astype(" +
      std::string(std::is_same_v<E, float> ? "np.float32"
                                           : "None or y.dtype if y.dtype.kind in 'fc' else float") +
      ")";
  const Tolerance close{1e-11, 1e-5, "1000.0"};
  round.expect("np.trapz(y, axis=" + number(axis) + type, trapz(y, 1, axis), close);
  round.expect("np.trapz(y, None, 0.5, axis=" + number(axis) + type, trapz(y, 0.5, axis), close);
  round.expect("np.trapz(y, np.arange(" + number(extent) + ") ** 2, axis=" + number(axis) + type,
               extent == 0 ? trapz(y, 1, axis) : trapz(y, places, axis), close);
  const auto u = round.array<E>("u", {round.integer(1, 40)}, Values::kWhole);
  const auto v = round.array<F>("v", {round.integer(1, 12)}, Values::kWhole);
  round.expect("np.convolve(u, v)", convolve(u, v), exactly());
  round.expect("np.convolve(u, v, 'same')", convolve(u, v, ConvolveMode::kSame), exactly());
  round.expect("np.convolve(v, u, 'valid')", convolve(v, u, ConvolveMode::kValid), exactly());
}

template <class E>
void more_padding(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false, .least_extent = 1});
  const auto x = round.array<E>("x", shape, Values::kPositive);
  std::vector<PadWidth> widths;
  std::string text;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    widths.push_back({round.integer(0, 6), round.integer(0, 6)});
    text += "(" + number(*widths.back().first) + ", " + number(*widths.back().second) + "), ";
  }
  const std::string call = "np.pad(x, (" + text + "), ";
  round.expect(call + "'mean')", pad(x, widths, PadMode::kMean));
  round.expect(call + "'linear_ramp')", pad(x, widths, PadMode::kLinearRamp));
  round.expect(call + "'linear_ramp', end_values=30)", pad(x, widths, PadMode::kLinearRamp, 30));
  if constexpr (std::is_arithmetic_v<E>) {
    round.expect(call + "'minimum')", pad(x, widths, PadMode::kMinimum));
    round.expect(call + "'maximum')", pad(x, widths, PadMode::kMaximum));
  }
}

// Arrays without elements, and of no axes.
void empties(Round& round) {
  const auto x = round.array<double>("x", {0, 3});
  const auto v = round.array<double>("v", {0});
  const auto s = round.array<double>("s", {});
  round.expect("np.vstack([x, x])", vstack({x, x}));
  round.expect("np.split(x, 3, 1)[1]", split(x, 3, 1)[1]);
  round.expect("np.array_split(v, 2)[1]", array_split(v, 2)[1]);
  round.expect("np.insert(x, 0, 7, 0)", insert(x, 0, 7, 0));
  round.expect("np.append(v, s)", append(v, s));
  round.expect("np.delete(x, [], 0)", delete_(x, std::vector<std::int64_t>{}, 0));
  round.expect("np.delete(s, 0)", delete_(s, 0));
  round.expect("np.insert(s, 1, 5)", insert(s, 1, 5));
  round.expect("np.tril(x)", tril(x));
  round.expect("np.rot90(x)", rot90(x));
  round.expect("np.select([x > 0, s > 0], [s, x])", select({x > 0, s > 0}, {s, x}));
  round.expect("np.piecewise(s, [s > 0], [1, 2])", piecewise(s, {s > 0}, {1, 2}));
  round.expect("np.maximum.accumulate(x, 0)", cummax(x, 0));
  round.expect("np.maximum.accumulate(x, 1)", cummax(x, 1));
  round.expect("np.minimum.accumulate(v)", cummin(v));
  round.expect("np.trapz(v)", trapz(v));
  round.expect("np.pad(x, ((0, 0), (1, 2)), 'linear_ramp')", pad(x, {{0, 0}, {1, 2}}, PadMode::kLinearRamp));
  round.expect("np.zeros((0,))", apply_along_axis<sum_of_line<double>>(1, x));
  round.expect("np.zeros((0, 2))", apply_along_axis<both_ends<double>>(1, x, {.length = 2}));
}

template <class E>
void add_names_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("stacks" + of, stacks<E>);
  theme.add("splits" + of, splits<E>, true, 12);
  theme.add("insertions" + of, insertions<E>, true, 12);
  theme.add("turned planes" + of, turned_planes<E>, true, 12);
  theme.add("padding" + of, more_padding<E>, false, 12);
}

}  // namespace

void add_names(Theme& theme) {
  add_names_of<double>(theme);
  add_names_of<std::int16_t>(theme);
  add_names_of<std::uint8_t>(theme);
  add_names_of<std::complex<float>>(theme);
  theme.add("empties", empties);
  theme.add("choices of float64", choices<double>);
  theme.add("choices of int32", choices<std::int32_t>);
  theme.add("lines of float64", lines<double>);
  theme.add("lines of int64", lines<std::int64_t>);
  theme.add("extrema so far of float64", extrema_so_far<double>, true, 12);
  theme.add("extrema so far of float32", extrema_so_far<float>);
  theme.add("extrema so far of int8", extrema_so_far<std::int8_t>);
  theme.add("extrema so far of uint64", extrema_so_far<std::uint64_t>);
  theme.add("extrema so far of bool", extrema_so_far<bool>);
  theme.add("integrals of float64", integrals<double, double>, false, 12);
  theme.add("integrals of float32", integrals<float, std::int16_t>, false);
  theme.add("integrals of int32", integrals<std::int32_t, std::int64_t>, false);
  theme.add("integrals of complex128", integrals<std::complex<double>, float>, false);
}

}  // namespace bask::numpy_cases
