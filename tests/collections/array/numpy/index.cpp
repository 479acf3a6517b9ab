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

// An index array that broadcasts to `common`, as text for NumPy and as an array for Bask.
struct IndexText {
  std::string text;
  Index index;
};
IndexText index_array(Round& round, const Shape& common, std::int64_t extent) {
  const Shape shape = round.broadcastable(common);
  const auto at = round.integers(static_cast<std::size_t>(element_count(shape)), -extent, extent - 1);
  std::string text = "np.array(" + list_of(at) + ", dtype=np.int64).reshape(" + tuple_of(shape) + ")";
  if (shape.size() == 1 && round.coin()) return {std::move(text), at};
  return {std::move(text), NdArray<std::int64_t>(shape, at)};
}

// Index arrays that broadcast, among integers, slices, newaxis and an ellipsis.
template <class E>
void points(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 4, .empty = false});
  const auto x = round.array<E>("x", shape);
  for (int k = 0; k < 8; ++k) {
    Shape common{round.integer(0, 9)};
    if (round.coin()) common.insert(common.begin(), round.integer(1, 4));
    std::vector<Index> indices;
    std::string text;
    const auto add = [&](const std::string& part, const Index& index) {
      text += (text.empty() ? "" : ", ") + part;
      indices.push_back(index);
    };
    const std::int64_t ellipsis_at = round.integer(0, 8);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (static_cast<std::int64_t>(axis) == ellipsis_at) {
        add("...", ellipsis);
        if (round.coin() && axis + 1 < shape.size()) ++axis;  // the ellipsis stands for this axis
      }
      if (round.integer(0, 5) == 0) add("np.newaxis", newaxis);
      const std::int64_t kind = round.integer(0, 4);
      if (kind < 3) {
        const IndexText array = index_array(round, common, shape[axis]);
        add(array.text, array.index);
      } else if (kind == 3) {
        const std::int64_t at = round.integer(-shape[axis], shape[axis] - 1);
        add(number(at), at);
      } else {
        const std::string slice = slice_text(round, shape[axis]);
        add(slice, parse_indices(slice)[0]);
      }
    }
    round.expect("x[" + text + "]", x.at(indices));
    round.expect("(x + x)[" + text + "]", (x + x).at(indices));
  }
}

template <class E>
void meshes(Round& round) {
  const Shape shape = round.shape({.least_axes = 3, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const auto at = [&](std::size_t axis) {
    return round.integers(static_cast<std::size_t>(round.integer(0, 5)), -shape[axis], shape[axis] - 1);
  };
  const auto rows = at(0), columns = at(1), planes = at(2);
  const auto ints = [](const auto& list) { return "np.array(" + list_of(list) + ", dtype=np.int64)"; };
  round.expect("x[np.ix_(" + ints(rows) + ", " + ints(columns) + ")]", x(ix_(rows, columns)));
  round.expect("x[np.ix_(" + ints(rows) + ", " + ints(columns) + ", " + ints(planes) + ")]",
               x(ix_(rows, columns, planes)));
  round.expect("x[::-1][:, " + ints(columns) + "][:, :, " + ints(planes) + "]",
               x(slice(none, none, -1), ix_(columns, planes)));
  round.expect("x[" + ints(rows) + "][:, :, -1][:, " + ints(columns) + ", None]",
               x(ix_(rows, columns), -1, newaxis));
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
  // NumPy's expressions name the starts of chunks, so they differ in other chunks: see
  // `same_in_other_chunks`.
  round.expect("x[" + start(0, row) + ":" + start(0, row + 1) + ", " + start(1, column) + ":]",
               x.blocks(number(row) + ":" + number(row + 1) + ", " + number(column) + ":"));
  round.expect("x[:" + start(0, row) + "]", x.blocks(":" + number(row)));
  round.expect("x[" + start(0, row) + ":" + start(0, row + 1) + "]", x.blocks(number(row)));
}

template <class E>
void add_index_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("slices" + of, slices<E>, true, 18);
  theme.add("positions" + of, positions<E>);
  theme.add("points" + of, points<E>, true, 18);
  theme.add("meshes" + of, meshes<E>);
}

}  // namespace

void add_index(Theme& theme) {
  add_index_of<double>(theme);
  add_index_of<std::int16_t>(theme);
  add_index_of<std::uint8_t>(theme);
  add_index_of<std::complex<double>>(theme);
  theme.add("masks of float64", masks<double>, true, 12);
  theme.add("masks of int32", masks<std::int32_t>, true, 12);
  theme.add("blocks of float64", of_blocks<double>, false);
  theme.add("blocks of int8", of_blocks<std::int8_t>, false);
}

}  // namespace bask::numpy_cases
