// Functions of blocks with their neighbours, differences, gradients, coarser grids, and groups of an axis.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/manipulation.hpp>

namespace bask::numpy_cases {

namespace {

template <class E>
void differences(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape), times = round.integer(0, 3);
  round.expect("np.diff(x, " + number(times) + ", " + number(axis) + ")", diff(x, times, axis));
  round.expect("np.diff(x.T[::-1])", diff(x.T()["::-1"]));
}

template <class E>
void gradients(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false, .least_extent = 3});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape);
  const Tolerance near{1e-12, 1e-5, "10 * x"};
  std::vector<double> coordinates;
  std::string text;
  const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis;
  for (std::int64_t k = 0; k < shape[static_cast<std::size_t>(place)]; ++k) {
    coordinates.push_back(static_cast<double>(k * 4 + round.integer(0, 3)) * 0.25);
  }
  for (const double coordinate : coordinates) text += std::to_string(coordinate) + ", ";
  const std::string along = ", axis=" + number(axis);
  round.expect("np.gradient(x" + along + ")", gradient(x, axis), near);
  round.expect("np.gradient(x, 0.25" + along + ", edge_order=2)", gradient(x, axis, 0.25, 2), near);
  round.expect("np.gradient(x, np.array([" + text + "])" + along + ")", gradient(x, axis, coordinates), near);
  round.expect("np.gradient(x, np.array([" + text + "])" + along + ", edge_order=2)",
               gradient(x, axis, coordinates, 2), near);
}

template <class E>
void coarser(Round& round) {
  const std::int64_t a = round.integer(1, 4), b = round.integer(1, 4);
  const Shape shape{a * round.integer(1, 6), b * round.integer(1, 6), 3};
  const auto x = round.array<E>("x", shape);
  const std::string boxes = "x.reshape(" + number(shape[0] / a) + ", " + number(a) + ", " +
                            number(shape[1] / b) + ", " + number(b) + ", 3)";
  const std::vector<CoarsenAxis> axes{{0, a}, {1, b}};
  const Tolerance near{1e-12, 1e-5, "10 * np.abs(x)"};
  round.expect(boxes + ".sum((1, 3))", coarsen<Coarsen::kSum>(x, axes), near);
  round.expect(boxes + ".mean((1, 3))", coarsen<Coarsen::kMean>(x, axes), near);
  round.expect(boxes + ".min((1, 3))", coarsen<Coarsen::kMin>(x, axes));
  round.expect(boxes + ".max((1, 3))", coarsen<Coarsen::kMax>(x, axes));
}

// The reductions of each group, and the labels, ascending.
template <class E>
void groups(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape, Values::kSmall);
  const std::int64_t axis = axis_of(round, shape);
  const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis;
  const auto labels = round.array<std::int64_t>("l", {shape[static_cast<std::size_t>(place)]}, Values::kUnit);
  const auto grouped = groupby(x, labels, axis);
  const auto each = [&](const std::string& reduction) {
    const std::string part = "np.compress(l == k, x, " + number(axis) + ")";
    return "np.stack([np." + reduction + "(" + part + ", axis=" + number(axis) +
           ") for k in np.unique(l)], " + number(axis) + ")";
  };
  const Tolerance near{1e-12, 1e-5, "10 * np.abs(x)"};
  round.expect(each("sum"), grouped.sum(), {1e-12, 1e-5, "np.sum(np.abs(x))"});
  round.expect(each("mean"), grouped.mean(), near);
  round.expect(each("min"), grouped.min());
  round.expect(each("max"), grouped.max());
  round.expect(each("std"), grouped.std(), near);
  round.expect(each("var"), grouped.var(), {1e-12, 1e-5, "np.abs(x.astype(np.float64)) ** 2"});
  round.expect("np.unique(l)", from_array(NdArray<std::int64_t>(
                                   {static_cast<std::int64_t>(grouped.labels().size())}, grouped.labels())));
}

NdArray<double> negated(NdView<const double> x) {
  NdArray<double> result(Shape(x.shape.begin(), x.shape.end()));
  for (std::size_t k = 0; k < result.size(); ++k) result[k] = -x.data[k];
  return result;
}

// The sum of an element and its four neighbours; the edges are trimmed afterwards.
NdArray<double> cross(NdView<const double> x) {
  NdArray<double> result(Shape(x.shape.begin(), x.shape.end()));
  for (std::int64_t i = 1; i + 1 < x.shape[0]; ++i) {
    for (std::int64_t j = 1; j + 1 < x.shape[1]; ++j) {
      result(i, j) = x(i, j) + x(i - 1, j) + x(i + 1, j) + x(i, j - 1) + x(i, j + 1);
    }
  }
  return result;
}

void functions_of_blocks(Round& round) {
  const Shape shape{round.integer(2, 30), round.integer(2, 30)};
  const auto x = round.array<double>("x", shape);
  round.expect("-x", map_blocks<negated>(x));
  round.expect("-(x + x).T", map_blocks<negated>((x + x).T()));
  const auto expect_cross = [&](const std::string& mode, Boundary boundary) {
    round.expect("[p := np.pad(x, 1, " + mode +
                     "), p[1:-1, 1:-1] + p[:-2, 1:-1] + p[2:, 1:-1] + "
                     "p[1:-1, :-2] + p[1:-1, 2:]][-1]",
                 map_overlap<cross>(x, {.depth = {1, 1}, .boundary = {boundary, boundary}}));
  };
  expect_cross("'wrap'", Boundary::kPeriodic);
  expect_cross("'edge'", Boundary::kNearest);
  expect_cross("'symmetric'", Boundary::kReflect);
}

template <class E>
void add_blocks_of(Theme& theme, bool exact) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("differences" + of, differences<E>, true, 8);
  theme.add("gradients" + of, gradients<E>, true, 8);
  theme.add("coarser grids" + of, coarser<E>, exact, 8);
  theme.add("groups" + of, groups<E>, false, 12);
}

}  // namespace

void add_blocks(Theme& theme) {
  add_blocks_of<double>(theme, false);
  add_blocks_of<float>(theme, false);
  add_blocks_of<std::int32_t>(theme, false);
  theme.add("differences of bool", differences<bool>);
  theme.add("differences of uint8", differences<std::uint8_t>);
  theme.add("functions of blocks", functions_of_blocks, true, 12);
}

}  // namespace bask::numpy_cases
