// sort and its kin, on arrays of one chunk and of many, with ties, NaN and empty axes.
#include "cases.hpp"
#include "draws.hpp"

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
}

}  // namespace bask::numpy_cases
