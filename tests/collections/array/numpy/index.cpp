// Indexing: slices, integers, newaxis, ellipsis, integer arrays, masks, blocks.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/universal_functions.hpp>

#include <algorithm>

namespace bask::numpy_cases {

namespace {

template <class E>
void slices(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  for (int k = 0; k < 6; ++k) {
    const std::string text = index_text(round, shape);
    round.expect("x[" + text + "]", x[without_module(text)]);
  }
  const std::string first = slice_text(round, shape[0]), second = slice_text(round, shape[0]);
  round.expect("x[" + first + "][" + second + "]", x[first][second]);
  round.expect("x.T[" + first + "].T[" + second + "]", x.T()[first].T()[second]);
}

template <class E>
void positions(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const auto axes = static_cast<std::int64_t>(shape.size());
  for (int k = 0; k < 3; ++k) {
    const std::int64_t axis = round.integer(-axes, axes - 1);
    const std::int64_t extent = shape[static_cast<std::size_t>(axis < 0 ? axis + axes : axis)];
    const auto at = round.integers(static_cast<std::size_t>(round.integer(0, 12)), -extent, extent - 1);
    const std::string list = "np.array(" + list_of(at) + ", dtype=np.int64)";
    round.expect("np.take(x, " + list + ", axis=" + number(axis) + ")", take(x, at, axis));
    round.expect("np.take(x + x, " + list + ", axis=" + number(axis) + ")", (x + x).take(at, axis));
  }
  const auto rows = round.integers(static_cast<std::size_t>(round.integer(1, 9)), -shape[0], shape[0] - 1);
  const auto columns = round.integers(static_cast<std::size_t>(round.integer(1, 9)), -shape[1], shape[1] - 1);
  round.expect("x[" + list_of(rows) + "]", x(rows));
  round.expect("x[:, " + list_of(columns) + "]", x(slice(none), columns));
  round.expect("x[::-1, " + list_of(columns) + ", None]", x(slice(none, none, -1), columns, newaxis));
  round.expect("x[..., [0]]", x(ellipsis, Index::Positions{0}));
  round.expect("x[None, -1, 1:]", x(newaxis, -1, slice(1, none)));
  round.expect("x[-1]", x(-1));
}

template <class E>
void masks(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const auto x = round.array<E>("x", shape);
  const auto mask = round.array<bool>("m", shape);
  round.expect("x[m]", x[mask]);
  round.expect("x[x > 3]", x[x > 3]);
  round.expect("x[x > 99]", x[x > 99]);
  round.expect("x[m] * 2", x[mask] * 2);
  round.expect("x[m] + x[m]", x[mask] + x[mask]);
  round.expect("x[m][::2]", x[mask].compute_chunk_sizes()["::2"]);
  round.expect("x[m] * 2 + 1", x[mask].persist() * 2 + 1);
}

template <class E>
void of_blocks(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 2});
  const auto x = round.array<E>("x", shape);
  const BlockGrid grid(x.chunks());
  const std::int64_t row = round.integer(0, 7) % grid.counts[0],
                     column = round.integer(0, 7) % grid.counts[1];
  const auto start = [&](std::size_t axis, std::int64_t block) {
    return number(grid.starts[axis][static_cast<std::size_t>(block)]);
  };
  // The expressions have the chunks in them, so they differ in other chunks: see `same_in_other_chunks`.
  round.expect("x[" + start(0, row) + ":" + start(0, row + 1) + ", " + start(1, column) + ":]",
               x.blocks(number(row) + ":" + number(row + 1) + ", " + number(column) + ":"));
  round.expect("x[:" + start(0, row) + "]", x.blocks(":" + number(row)));
  round.expect("x[" + start(0, row) + ":" + start(0, row + 1) + "]", x.blocks(number(row)));
}

template <class E>
void add_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("slices" + of, slices<E>, true, 18);
  theme.add("positions" + of, positions<E>);
}

}  // namespace

void add_index(Theme& theme) {
  add_of<double>(theme);
  add_of<std::int16_t>(theme);
  add_of<std::uint8_t>(theme);
  add_of<std::complex<double>>(theme);
  theme.add("masks of float64", masks<double>, true, 12);
  theme.add("masks of int32", masks<std::int32_t>, true, 12);
  theme.add("blocks of float64", of_blocks<double>, false);
  theme.add("blocks of int8", of_blocks<std::int8_t>, false);
}

}  // namespace bask::numpy_cases
