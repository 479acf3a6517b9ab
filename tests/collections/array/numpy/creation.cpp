// Arrays made from values, ranges and functions of indices.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace {

template <class E>
void constants(Round& round) {
  const Shape shape = round.shape();
  const std::string type = ", np." + numpy_name(dtype_of<E>()) + ")", extents = tuple_of(shape);
  round.expect("np.zeros(" + extents + type, zeros<E>(shape, round.chunks(shape)));
  round.expect("np.ones(" + extents + type, ones<E>(shape, 3));
  round.expect("np.full(" + extents + ", 1" + type, full(shape, E(1)));
  round.expect("np.zeros((), " + type.substr(2), zeros<E>({}));
  const auto x = round.array<E>("x", shape);
  round.expect("np.zeros_like(x)", zeros_like(x));
  round.expect("np.ones_like(x)", ones_like(x));
  round.expect("np.full_like(x, 1)", full_like(x, E(1)));
  round.expect("np.full_like(x, 1)", full_like(x, 1));
  round.expect("np.full(" + extents + ", 1" + type, full<E>(shape, 1));
  round.expect("np.ones_like(x)", empty_like(x) * E(0) + E(1));
}

template <class E>
void ranges(Round& round) {
  const std::string type = ", dtype=np." + numpy_name(dtype_of<E>()) + ")";
  const std::int64_t step = round.integer(1, 5), from = round.integer(0, 40), to = round.integer(0, 60);
  const auto arguments = number(from) + ", " + number(to) + ", " + number(step);
  round.expect("np.arange(" + arguments + type, arange<E>(E(from), E(to), E(step), 7));
  round.expect("np.arange(" + number(to) + type, arange<E>(E(to)));
  if constexpr (std::is_signed_v<E>) {
    round.expect("np.arange(" + number(to) + ", -" + number(from) + ", -" + number(step) + type,
                 arange<E>(E(to), E(-from), E(-step), 5));
  }
}

void real_ranges(Round& round) {
  const std::int64_t quarters = round.integer(1, 9), to = round.integer(-30, 30),
                     count = round.integer(0, 40);
  const double step = 0.1 * static_cast<double>(quarters), end = static_cast<double>(to);
  const std::string by = "0.1 * " + number(quarters);
  round.expect("np.arange(-3.0, " + number(to) + ".0, " + by + ")", arange<double>(-3, end, step, 6),
               {1e-12, 1e-5, "[3.0]"});
  round.expect("np.arange(0.5, 20, 0.25, dtype=np.float32)", arange<float>(0.5F, 20, 0.25F, 9));
  round.expect("np.linspace(-1.5, " + number(to) + ", " + number(count) + ")",
               linspace(-1.5, end, count, true, 8), {1e-12, 1e-5, "[1.5]"});
  round.expect("np.linspace(-1.5, " + number(to) + ", " + number(count) + ", endpoint=False)",
               linspace(-1.5, end, count, false), {1e-12, 1e-5, "[1.5]"});
  round.expect("np.arange(0, 1, 0.1)", arange(0, 1, 0.1), {1e-12, 1e-5, "[1.0]"});
  round.expect("np.arange(-2, 3.5)", arange(-2, 3.5));
  round.expect("np.linspace(2, 3)", linspace(2, 3));
  round.expect("np.linspace(2, 3, 1)", linspace(2, 3, 1));
}

template <class E>
void matrices(Round& round) {
  const std::int64_t rows = round.integer(0, 9), columns = round.integer(1, 9), offset = round.integer(-9, 9);
  const std::string type = ", dtype=np." + numpy_name(dtype_of<E>()) + ")";
  round.expect("np.eye(" + number(rows) + type, eye<E>(rows));
  round.expect("np.eye(" + number(rows) + ", " + number(columns) + ", " + number(offset) + type,
               eye<E>(rows, columns, offset, 4));
}

void grids(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const auto grid = indices(shape, round.chunks(shape));
  const std::string text = "np.indices(" + tuple_of(shape) + ")[";
  for (std::size_t k = 0; k < grid.size(); ++k)
    round.expect(text + number(static_cast<std::int64_t>(k)) + "]", grid[k]);
  const auto a = round.array<float>("a", {round.integer(0, 6)});
  const auto b = round.array<float>("b", {round.integer(1, 6)});
  const auto c = round.array<float>("c", {round.integer(1, 6)});
  for (const bool matrix : {false, true}) {
    const std::string how = matrix ? ", indexing='ij')[" : ")[";
    const auto two = meshgrid(std::vector{a, b}, matrix), three = meshgrid(std::vector{a, b, c}, matrix);
    for (std::size_t k = 0; k < 3; ++k) {
      const std::string at = how + number(static_cast<std::int64_t>(k)) + "]";
      if (k < 2) round.expect("np.meshgrid(a, b" + at, two[k]);
      round.expect("np.meshgrid(a, b, c" + at, three[k]);
    }
  }
}

void functions_of_indices(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 2});
  round.expect(
      "np.fromfunction(lambda i, j: 10 * i + j, " + tuple_of(shape) + ", dtype=np.int64)",
      from_function([](std::int64_t i, std::int64_t j) { return 10 * i + j; }, shape, round.chunks(shape)));
  round.expect("np.fromfunction(lambda i: i * 0.5, (" + number(shape[0]) + ",), dtype=np.int64)",
               from_function([](std::int64_t i) { return static_cast<double>(i) * 0.5; }, {shape[0]}, 3));
  round.expect(
      "np.fromfunction(lambda i, j: 10 * i + j, " + tuple_of(shape) + ", dtype=np.int64)[::-2].T * 2",
      from_function([](std::int64_t i, std::int64_t j) { return 10 * i + j; }, shape, 4)["::-2"].T() * 2);
}

template <class E>
void add_creation_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("constants" + of, constants<E>);
  theme.add("matrices" + of, matrices<E>);
}

}  // namespace

void add_creation(Theme& theme) {
  add_creation_of<double>(theme);
  add_creation_of<float>(theme);
  add_creation_of<bool>(theme);
  add_creation_of<std::uint8_t>(theme);
  add_creation_of<std::int64_t>(theme);
  add_creation_of<std::complex<float>>(theme);
  theme.add("ranges of int64", ranges<std::int64_t>, true, 12);
  theme.add("ranges of uint8", ranges<std::uint8_t>, true, 12);
  theme.add("ranges of int16", ranges<std::int16_t>, true, 12);
  theme.add("ranges of float64", ranges<double>, true, 12);
  theme.add("ranges of reals", real_ranges, true, 12);
  theme.add("grids", grids);
  theme.add("functions of indices", functions_of_indices);
}

}  // namespace bask::numpy_cases
