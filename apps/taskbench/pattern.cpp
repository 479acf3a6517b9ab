#include "pattern.hpp"

#include "random_draw.hpp"

#include <cmath>

namespace taskbench {
namespace {

std::uint64_t triangle(std::uint64_t rows) {
  return rows * (rows + 1) / 2;
}

// The row that holds place number `place` of a triangle whose rows have 1, 2, 3, … places.
std::uint32_t triangle_row(std::uint64_t place) {
  auto row = static_cast<std::uint64_t>((std::sqrt(8.0 * static_cast<double>(place) + 1.0) - 1.0) / 2.0);
  while (triangle(row) > place) --row;  // the root may be off by its last bit
  while (triangle(row + 1) <= place) ++row;
  return static_cast<std::uint32_t>(row);
}

}  // namespace

const std::vector<std::string_view>& dependence_names() {
  static const std::vector<std::string_view> names = {
      "trivial",    "no_comm", "stencil_1d", "stencil_1d_periodic", "dom",          "tree", "fft",
      "all_to_all", "nearest", "spread",     "random_nearest",      "random_spread"};
  return names;
}

std::string_view name_of(DependenceType type) {
  return dependence_names()[static_cast<std::size_t>(type)];
}

// The paper's random patterns always let a point read itself.
bool Pattern::is_drawn(std::uint32_t set, std::uint32_t from, std::uint32_t to) const {
  if (radix == 0) return false;
  const double chance =
      type == DependenceType::kRandomNearest ? kFraction : static_cast<double>(radix) / width;
  return from == to || draw({set, from, to}) < chance;
}

std::uint64_t Pattern::first_of(std::uint32_t step) const {
  if (is_rectangle()) return std::uint64_t{step} * width;
  if (type == DependenceType::kTree) {
    const auto narrow = static_cast<std::uint32_t>(std::bit_width(width - 1));  // rows shorter than `width`
    if (step <= narrow) return (std::uint64_t{1} << step) - 1;
    return (std::uint64_t{1} << narrow) - 1 + std::uint64_t{step - narrow} * width;
  }
  const std::uint64_t widest = widest_dom_row();
  if (step <= widest) return triangle(step);
  const std::uint64_t all = widest * (steps - widest + 1);
  if (step > steps - widest) return all - triangle(steps - step);
  return triangle(widest) + (step - widest) * widest;
}

Place Pattern::place_of(std::uint64_t task) const {
  const auto in_rows_from = [&](std::uint32_t step, std::uint64_t first, std::uint32_t points) {
    const std::uint64_t rows = (task - first) / points;
    return Place{step + static_cast<std::uint32_t>(rows),
                 static_cast<std::uint32_t>(task - first - rows * points)};
  };
  if (is_rectangle()) return in_rows_from(0, 0, width);
  if (type == DependenceType::kTree) {
    const auto narrow = static_cast<std::uint32_t>(std::bit_width(width - 1));
    if (task >= first_of(narrow)) return in_rows_from(narrow, first_of(narrow), width);
    const auto step = static_cast<std::uint32_t>(std::bit_width(task + 1) - 1);
    return {step, static_cast<std::uint32_t>(task + 1 - (std::uint64_t{1} << step))};
  }
  const std::uint32_t widest = widest_dom_row();
  Place place;
  if (task < triangle(widest)) {
    place.step = triangle_row(task);
    place.point = static_cast<std::uint32_t>(task - triangle(place.step));
  } else if (task < first_of(steps - widest + 1)) {
    place = in_rows_from(widest, triangle(widest), widest);
  } else {
    place.step = steps - 1 - triangle_row(tasks() - 1 - task);
    place.point = static_cast<std::uint32_t>(task - first_of(place.step));
  }
  place.point += row(place.step).begin;
  return place;
}

Points Pattern::sinks(std::uint32_t step) const {
  const Points here = row(step);
  if (step + 1 >= steps) return here;
  if (first_step_with_sinks() != 0) return {here.end, here.end};
  if (type == DependenceType::kTree) return {std::min(here.end, (row(step + 1).end + 1) / 2), here.end};
  return here;
}

std::uint32_t Pattern::first_step_with_sinks() const {
  switch (type) {
    case DependenceType::kTrivial:
    case DependenceType::kTree:
      return 0;
    case DependenceType::kNearest:
    case DependenceType::kSpread:
    case DependenceType::kRandomNearest:
    case DependenceType::kRandomSpread:
      return radix == 0 ? 0 : steps - 1;
    default:
      return steps - 1;
  }
}

}  // namespace taskbench
