// Assignment: the expression as NumPy has it is `assigned(x, index, value)`, see compare.py.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/assignment.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>

namespace bask::numpy_cases {

namespace {

std::string assigned(const std::string& index, const std::string& value) {
  return "assigned(x, np.s_[" + index + "], " + value + ")";
}

// Slices, integers, newaxis and an ellipsis; values that broadcast.
template <class E, class V>
void assigned_parts(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  for (int k = 0; k < 5; ++k) {
    const std::string text = index_text(round, shape);
    const Shape part = x[without_module(text)].shape();
    const std::string name = "v" + number(k);
    const auto value = round.array<V>(name, round.broadcastable(part));
    round.expect(assigned(text, name), x.set(without_module(text), value));
    round.expect(assigned(text, "7"), x.set(without_module(text), 7));
    round.expect(assigned(text, name) + ".T[..., None]",
                 (x.set(without_module(text), value)).T()["..., None"]);
  }
  round.expect("assigned(x, np.s_[...], x[None])", x.set("...", x["None"]));
  round.expect("assigned(assigned(x, np.s_[0:2], 1), np.s_[1:3], 2)", x.set("0:2", 1).set("1:3", 2));
}

// One index array or several, and ix_; some positions occur twice.
template <class E>
void assigned_positions(Round& round) {
  const Shape shape = round.shape({.least_axes = 2, .most_axes = 3, .empty = false});
  const auto x = round.array<E>("x", shape);
  const auto at = [&](std::size_t axis, std::size_t count) {
    return round.integers(count, -shape[axis], shape[axis] - 1);
  };
  const auto text = [](const std::vector<std::int64_t>& list) {
    return "np.array(" + list_of(list) + ", dtype=np.int64)";
  };
  const auto count = static_cast<std::size_t>(round.integer(0, 8));
  const auto rows = at(0, count), columns = at(1, count), few = at(1, 3);
  const auto check = [&](const std::string& index, const Several<Index>& indices, const std::string& name) {
    const auto value = round.array<E>(name, round.broadcastable(x.at(indices).shape()));
    round.expect(assigned(index, name), x.set(indices, value));
  };
  check(text(rows), rows, "a");
  check(":, " + text(columns), {slice(none), columns}, "b");
  check("::-2, " + text(columns), {slice(none, none, -2), columns}, "c");
  check("0, " + text(columns), {0, columns}, "d");
  check("0, None, " + text(columns), {0, newaxis, columns}, "e");
  check(text(rows) + ", " + text(columns), {rows, columns}, "f");
  check("..., " + text(few) + "[:, None]" + (shape.size() == 3 ? ", 0" : ""),
        shape.size() == 3 ? Several<Index>(ellipsis, NdArray<std::int64_t>({3, 1}, few), 0)
                          : Several<Index>(ellipsis, NdArray<std::int64_t>({3, 1}, few)),
        "g");
  check("np.ix_(" + text(rows) + ", " + text(few) + ")", ix_(rows, few), "h");
  if (shape.size() == 3) {
    const auto planes = at(2, 3);
    check(text(few) + " * 0, :, " + text(planes), {std::vector<std::int64_t>(3, 0), slice(none), planes},
          "i");
    check(":, " + text(few) + "[:, None], " + text(planes),
          {slice(none), NdArray<std::int64_t>({3, 1}, few), planes}, "j");
  }
  round.expect(assigned(text(rows), "3"), x.set(rows, 3));
}

template <class E>
void assigned_masks(Round& round) {
  const Shape shape = round.shape({.least_axes = 1, .most_axes = 3});
  const auto x = round.array<E>("x", shape, Values::kWithNan);
  const auto m = round.array<bool>("m", shape);
  const auto rows = round.array<bool>("rows", {shape[0]});
  const Shape rest(shape.begin() + 1, shape.end());
  const auto v = round.array<E>("v", round.broadcastable(rest));
  round.expect(assigned("m", "1"), x.set(m, 1));
  round.expect(assigned("x > 3", "0"), x.set(x > 3, 0));
  round.expect(assigned("rows", "v"), x.set(rows, v));
  if (shape.size() > 1) round.expect(assigned("rows", "v[None]"), x.set(rows, v["None"]));
  round.expect(assigned("m", "np.array([2.75])"), x.set(m, full({1}, 2.75)));
}

// Numbers and arrays of another kind.
template <class E>
void assigned_kinds(Round& round) {
  const auto x = round.array<E>("x", round.shape({.least_axes = 1, .most_axes = 2, .least_extent = 2}));
  round.expect(assigned("0", "2.75"), x.set(0, 2.75));
  round.expect(assigned("0", "True"), x.set(std::size_t{0}, true));
  round.expect(assigned("-1", "np.float32(2.5)"), x.set(-1, 2.5F));
  round.expect(assigned("1", "0"), x.set({1}, 0));
  const auto y = round.array<double>("y", x.shape(), Values::kPositive);
  round.expect(assigned("...", "y"), x.set(ellipsis, y));
  const auto z = round.array<std::int64_t>("z", {});
  round.expect("assigned(z, np.s_[()], 3)", z.set(ellipsis, 3));
}

}  // namespace

void add_assignment(Theme& theme) {
  theme.add("parts of float64", assigned_parts<double, double>, true, 18);
  theme.add("parts of int16 by int64", assigned_parts<std::int16_t, std::int64_t>, true, 12);
  theme.add("parts of complex64 by float32", assigned_parts<std::complex<float>, float>);
  theme.add("positions of float64", assigned_positions<double>, true, 18);
  theme.add("positions of int32", assigned_positions<std::int32_t>);
  theme.add("masks of float64", assigned_masks<double>, true, 12);
  theme.add("masks of int8", assigned_masks<std::int8_t>);
  theme.add("kinds of float64", assigned_kinds<double>);
  theme.add("kinds of uint8", assigned_kinds<std::uint8_t>);
  theme.add("kinds of bool", assigned_kinds<bool>);
  theme.add("kinds of complex128", assigned_kinds<std::complex<double>>);
}

}  // namespace bask::numpy_cases
