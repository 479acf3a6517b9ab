// Other shapes and orders of the same elements.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>

#include <algorithm>

namespace bask::numpy_cases {

namespace {

template <class E>
void reorder(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  const auto axes = static_cast<std::int64_t>(shape.size());
  const std::vector<std::int64_t> order = round.permutation(shape.size());
  const std::int64_t a = axis_of(round, shape), b = axis_of(round, shape);
  const std::vector<std::int64_t> some = some_axes(round, shape.size());
  std::vector<std::int64_t> to = round.permutation(shape.size());
  to.resize(some.size());
  round.expect("x.T", x.T());
  round.expect("np.transpose(x)", transpose(x));
  round.expect("np.transpose(x, " + tuple_of(order) + ")", x.transpose(order));
  round.expect("np.swapaxes(x, " + number(a) + ", " + number(b) + ")", swapaxes(x, a, b));
  round.expect("np.moveaxis(x, " + number(a) + ", " + number(b) + ")", moveaxis(x, a, b));
  round.expect("np.moveaxis(x, " + list_of(some) + ", " + list_of(to) + ")", moveaxis(x, some, to));
  round.expect("np.flip(x)", flip(x));
  round.expect("np.flip(x, " + tuple_of(some) + ")", flip(x, some));
  round.expect("np.expand_dims(x, " + number(a) + ")", expand_dims(x, a));
  const std::int64_t last = axes;
  round.expect("np.expand_dims(x, (0, " + number(last + 1) + "))", expand_dims(x, {0, last + 1}));
}

template <class E>
void rolling(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape), shift = round.integer(-12, 12);
  const std::vector<std::int64_t> some = some_axes(round, shape.size());
  round.expect("np.roll(x, " + number(shift) + ", axis=" + number(axis) + ")", roll(x, shift, axis));
  round.expect("np.roll(x, " + number(shift) + ", axis=" + tuple_of(some) + ")", roll(x, shift, some));
  round.expect("np.roll(x, " + number(shift) + ")", roll(x, shift));
  const auto shifts = round.integers(some.size(), -12, 12);
  round.expect("np.roll(x, " + tuple_of(shifts) + ", axis=" + tuple_of(some) + ")", roll(x, shifts, some));
}

template <class E>
void reshaping(Round& round) {
  const auto x = round.array<E>("x", round.shape());
  for (int k = 0; k < 3; ++k) {
    Shape to = other_shape(round, x.size());
    round.expect("np.reshape(x, " + tuple_of(to) + ")", reshape(x, to));
    if (to.empty() || x.size() == 0) continue;
    to[static_cast<std::size_t>(round.integer(0, static_cast<std::int64_t>(to.size()) - 1))] = -1;
    round.expect("x.T.reshape(" + tuple_of(to) + ")", x.T().reshape(to));
  }
  round.expect("np.ravel(x)", ravel(x));
  round.expect("x.flatten()", x.flatten());
  round.expect("x.T.ravel()", x.T().ravel());
}

template <class E>
void extents_of_one(Round& round) {
  Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  shape.insert(shape.begin() + round.integer(0, static_cast<std::int64_t>(shape.size())), 1);
  const std::int64_t axis = std::find(shape.begin(), shape.end(), 1) - shape.begin();
  const auto x = round.array<E>("x", shape);
  round.expect("np.squeeze(x)", squeeze(x));
  round.expect("np.squeeze(x, " + number(axis) + ")", squeeze(x, axis));
  round.expect("np.squeeze(x, (" + number(axis) + ",))",
               x.squeeze({axis - static_cast<std::int64_t>(shape.size())}));
}

template <class E>
void joining(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const std::int64_t axis = axis_of(round, shape);
  const auto at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis);
  Shape other = shape;
  other[at] = round.integer(0, 5);
  const auto x = round.array<E>("x", shape);
  const auto y = round.array<E>("y", other);
  const auto z = round.array<E>("z", shape);
  round.expect("np.concatenate([x, y, z, y], " + number(axis) + ")",
               concatenate(std::vector{x, y, z, y}, axis));
  const std::int64_t place =
      round.integer(-static_cast<std::int64_t>(shape.size()) - 1, static_cast<std::int64_t>(shape.size()));
  round.expect("np.stack([x, z, x], " + number(place) + ")", stack(std::vector{x, z, x}, place));
  round.expect("np.concatenate([x, z])[::-1]", concatenate(std::vector{x, z})["::-1"]);
}

template <class E>
void blocks_of_blocks(Round& round) {
  const std::int64_t rows = round.integer(1, 5), more = round.integer(1, 5), columns = round.integer(1, 6);
  const auto a = round.array<E>("a", {rows, columns});
  const auto b = round.array<E>("b", {rows, 3});
  const auto c = round.array<E>("c", {more, columns + 3});
  round.expect("np.block([[a, b], [c]])", block<E>({{a, b}, {c}}));
  const auto x = round.array<E>("x", {2, rows, columns});
  round.expect("np.block([[x, x], [x, x]])", block<E>({{x, x}, {x, x}}));
}

template <class E>
void broadcasting(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", round.broadcastable(shape));
  round.expect("np.broadcast_to(x, " + tuple_of(shape) + ")", broadcast_to(x, shape));
  Shape more = shape;
  more.insert(more.begin(), 3);
  round.expect("np.broadcast_to(x, " + tuple_of(more) + ")", broadcast_to(x, more));
}

template <class E>
void repeating(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const auto x = round.array<E>("x", shape);
  const std::int64_t axis = axis_of(round, shape), times = round.integer(0, 4);
  round.expect("np.repeat(x, " + number(times) + ", axis=" + number(axis) + ")", repeat(x, times, axis));
  const auto repetitions = round.integers(static_cast<std::size_t>(round.integer(1, 4)), 0, 3);
  round.expect("np.tile(x, " + tuple_of(repetitions) + ")", tile(x, repetitions));
}

template <class E>
void diagonals(Round& round) {
  const Shape shape{round.integer(1, 9), round.integer(1, 9)};
  const auto x = round.array<E>("x", shape);
  const auto v = round.array<E>("v", {round.integer(0, 7)});
  const std::int64_t offset = round.integer(1 - shape[0], shape[1] - 1), other = round.integer(-4, 4);
  round.expect("np.diagonal(x, " + number(offset) + ")", diagonal(x, offset));
  round.expect("np.diag(x, " + number(offset) + ")", diag(x, offset));
  round.expect("np.diag(v, " + number(other) + ")", diag(v, other));
}

template <class E>
void padding(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3, .empty = false, .least_extent = 2});
  const auto x = round.array<E>("x", shape);
  std::vector<PadWidth> widths;
  std::string text;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    widths.push_back({round.integer(0, 7), round.integer(0, 7)});
    text += "(" + number(*widths.back().first) + ", " + number(*widths.back().second) + "), ";
  }
  const std::string call = "np.pad(x, (" + text + ")";
  round.expect(call + ")", pad(x, widths));
  round.expect(call + ", constant_values=3)", pad(x, widths, PadMode::kConstant, E(3)));
  round.expect(call + ", 'edge')", pad(x, widths, PadMode::kEdge));
  // Not by np.pad: NumPy before 1.25 does not repeat whole arrays where widths are larger than the array.
  std::string wrapped = "x";
  for (std::size_t k = 0; k < shape.size(); ++k) {
    const std::string range =
        number(-*widths[k].first) + ", " + number(shape[k] + *widths[k].second) + ") % " + number(shape[k]);
    wrapped = "np.take(" + wrapped + ", np.arange(" + range +
              ", axis=" + number(static_cast<std::int64_t>(k)) + ")";
  }
  round.expect(wrapped, pad(x, widths, PadMode::kWrap));
  round.expect(call + ", 'reflect')", pad(x, widths, PadMode::kReflect));
  round.expect(call + ", 'symmetric')", pad(x, widths, PadMode::kSymmetric));
  round.expect("np.pad(x, (2, 1), 'edge')", pad(x, {{2, 1}}, PadMode::kEdge));
  round.expect("np.pad(x, ((1,),), 'edge')", pad(x, {{1}}, PadMode::kEdge));
  round.expect("np.pad(x, 2, constant_values=1)", pad(x, 2, PadMode::kConstant, 1));
}

template <class E>
void rechunking(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  round.expect("x", rechunk(x, round.chunks(shape)));
  round.expect("x.T", x.T().rechunk(round.chunks(x.T().shape())).rechunk(3));
  round.expect("x", x.rechunk("auto").rechunk(ChunkCount{std::vector<std::int64_t>(shape.size(), 2)}));
  round.expect("x[::-1] + x", Array<E>(lazy::apply(
                                  Opcode::kAdd, {x["::-1"].rechunk(2).node(), x.rechunk(-1).node()}, "add")));
}

template <class E>
void add_manipulation_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("transposition and reversal" + of, reorder<E>);
  theme.add("rolling" + of, rolling<E>);
  theme.add("reshaping" + of, reshaping<E>, true, 12);
  theme.add("squeezing" + of, extents_of_one<E>);
  theme.add("joining" + of, joining<E>);
  theme.add("broadcasting" + of, broadcasting<E>);
  theme.add("repetition" + of, repeating<E>);
  theme.add("diagonals" + of, diagonals<E>);
  theme.add("padding" + of, padding<E>, true, 12);
  theme.add("rechunking" + of, rechunking<E>);
}

}  // namespace

void add_manipulation(Theme& theme) {
  add_manipulation_of<double>(theme);
  add_manipulation_of<std::int32_t>(theme);
  add_manipulation_of<std::uint8_t>(theme);
  add_manipulation_of<std::complex<double>>(theme);
  theme.add("blocks of float32", blocks_of_blocks<float>);
  theme.add("blocks of int16", blocks_of_blocks<std::int16_t>);
}

}  // namespace bask::numpy_cases
