// Random programs: chains of views and element operations, some of which use earlier results, compared with
// NumPy to the last bit.
#include "cases.hpp"
#include "draws.hpp"

#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/universal_functions.hpp>

#include <algorithm>

namespace bask::numpy_cases {

namespace {

// NumPy's program is "[t := x.dtype.type, s0 := x, s1 := s0.T, …][-1]". Numbers are of type t, as NumPy 1.24
// promotes arrays without axes like numbers.
template <class E>
class Program {
 public:
  explicit Program(Round& round) : round_(round) {
    add("x", round_.array<E>("x", round_.shape({.least_axes = 1, .most_axes = 3})));
  }

  void step() {
    const Array<E> x = results_.back();
    if (x.size() > 6000 || x.ndim() > 4) return shrink(x);
    const std::int64_t kind = round_.integer(0, 24);
    if (kind < 7) return combine(x, kind);
    if (kind < 12 || x.ndim() == 0) return transform(x, kind % 5);
    if (kind < 19) return view(x, kind);
    rearrange(x, kind);
  }

  void expect() { round_.expect("[t := x.dtype.type, " + text_ + "][-1]", results_.back(), exactly()); }

 private:
  std::string last() const { return "s" + number(static_cast<std::int64_t>(results_.size()) - 1); }
  void add(const std::string& text, const Array<E>& result) {
    text_ +=
        (text_.empty() ? "s" : ", s") + number(static_cast<std::int64_t>(results_.size())) + " := " + text;
    results_.push_back(result);
  }

  void shrink(const Array<E>& x) {
    std::string index = x.ndim() > 4 && x.shape()[0] > 0 ? "-1" : "::3";
    if (x.ndim() > 1) index += ", 1:-1:2";
    add(last() + "[" + index + "]", x[index]);
  }

  // Combines x with another array: a new one, an earlier result of the same shape, or x itself.
  void combine(const Array<E>& x, std::int64_t kind) {
    std::string name = last() + "[::-1]";
    Array<E> other = x.ndim() == 0 ? x : x["::-1"];
    if (x.ndim() == 0) name = last();
    if (kind < 3 && x.ndim() > 0) {
      name = "y" + number(static_cast<std::int64_t>(results_.size()));
      other = round_.array<E>(name, round_.broadcastable(x.shape()));
    }
    for (std::size_t k = 0; kind == 3 && k + 1 < results_.size(); ++k) {
      if (results_[k].shape() != x.shape()) continue;
      name = "s" + number(static_cast<std::int64_t>(k));
      other = results_[k];
    }
    switch (round_.integer(0, 4)) {
      case 0:
        return add(last() + " + " + name, x + other);
      case 1:
        return add(name + " - " + last(), other - x);
      case 2:
        return add(last() + " * " + name, x * other);
      case 3:
        return add("np.minimum(" + last() + ", " + name + ")", minimum(x, other));
      default:
        return add("np.where(" + last() + " > " + name + ", " + last() + ", " + name + ")",
                   where(x > other, x, other));
    }
  }

  void transform(const Array<E>& x, std::int64_t kind) {
    switch (kind) {
      case 0:
        return add("t(3) * " + last(), 3 * x);
      case 1:
        return add("np.abs(" + last() + ") - t(2)", abs(x) - 2);
      case 2:
        return add("np.maximum(" + last() + ", t(1))", maximum(x, 1));
      case 3:
        return add("(" + last() + " > 0).astype(" + last() + ".dtype)", (x > 0).template astype<E>());
      default:
        return add(last(), x.persist());
    }
  }

  void view(const Array<E>& x, std::int64_t kind) {
    const std::int64_t axis = axis_of(round_, x.shape()), shift = round_.integer(-5, 5);
    const std::string call = "(" + last() + ", ";
    switch (kind) {
      case 12:
        return add(last() + ".T", x.T());
      case 13:
        return add("np.flip" + call + number(axis) + ")", flip(x, axis));
      case 14:
        return add("np.roll" + call + number(shift) + ", " + number(axis) + ")", roll(x, shift, axis));
      case 15:
        return add("np.swapaxes" + call + "0, " + number(axis) + ")", swapaxes(x, 0, axis));
      case 16:
        return add("np.expand_dims" + call + number(axis) + ")", expand_dims(x, axis));
      default: {
        const std::string index = index_text(round_, x.shape());
        return add(last() + "[" + index + "]", x[without_module(index)]);
      }
    }
  }

  void rearrange(const Array<E>& x, std::int64_t kind) {
    const std::int64_t axis = axis_of(round_, x.shape());
    const std::string call = "(" + last() + ", ";
    const Shape to = other_shape(round_, x.size());
    switch (kind) {
      case 19:
        return add("np.concatenate([" + last() + ", " + last() + " + t(1)], " + number(axis) + ")",
                   concatenate(std::vector<Array<E>>{x, x + 1}, axis));
      case 20:
        return add("np.repeat" + call + "2, " + number(axis) + ")", repeat(x, 2, axis));
      case 21:
        return add("np.pad" + call + "((1, 2),), 'constant', constant_values=4)",
                   pad(x, {{1, 2}}, PadMode::kConstant, E(4)));
      case 22:
        return add(last(), x.rechunk(round_.chunks(x.shape())));
      default:
        return add("np.reshape" + call + tuple_of(to) + ")", reshape(x, to));
    }
  }

  Round& round_;
  std::string text_;
  std::vector<Array<E>> results_;
};

template <class E>
void random_program(Round& round) {
  Program<E> program(round);
  const std::int64_t steps = round.integer(5, 12);
  for (std::int64_t k = 0; k < steps; ++k) {
    program.step();
    if (round.integer(0, 5) == 0) program.expect();
  }
  program.expect();
}

}  // namespace

void add_programs(Theme& theme) {
  theme.add("programs of float64", random_program<double>, true, 150);
  theme.add("programs of float32", random_program<float>, true, 100);
  theme.add("programs of int64", random_program<std::int64_t>, true, 100);
  theme.add("programs of int16", random_program<std::int16_t>, true, 50);
  theme.add("programs of uint8", random_program<std::uint8_t>, true, 50);
}

}  // namespace bask::numpy_cases
