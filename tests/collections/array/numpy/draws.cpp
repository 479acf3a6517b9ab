#include "draws.hpp"

namespace bask::numpy_cases {

std::string number(std::int64_t x) {
  return std::to_string(x);
}
std::int64_t axis_of(Round& round, const Shape& shape) {
  const auto axes = static_cast<std::int64_t>(shape.size());
  return round.integer(-axes, axes - 1);
}
std::vector<std::int64_t> some_axes(Round& round, std::size_t axes) {
  std::vector<std::int64_t> some = round.permutation(axes);
  some.resize(static_cast<std::size_t>(round.integer(1, static_cast<std::int64_t>(axes))));
  for (std::int64_t& axis : some) axis -= round.coin() ? static_cast<std::int64_t>(axes) : 0;
  return some;
}

Shape other_shape(Round& round, std::int64_t count) {
  if (count == 0) return {0, round.integer(1, 3)};
  Shape shape;
  for (std::int64_t factor = 2; count > 1;) {
    if (count % factor != 0) {
      factor = factor * factor > count ? count : factor + 1;
      continue;
    }
    count /= factor;
    if (!shape.empty() && round.coin()) {
      shape.back() *= factor;
    } else if (shape.size() < 6) {
      shape.insert(shape.begin() + round.integer(0, static_cast<std::int64_t>(shape.size())), factor);
    } else {
      shape.back() *= factor;
    }
  }
  if (round.coin())
    shape.insert(shape.begin() + round.integer(0, static_cast<std::int64_t>(shape.size())), 1);
  return shape;
}

std::string slice_text(Round& round, std::int64_t extent) {
  const auto part = [&] {
    return round.integer(0, 3) == 0 ? "" : number(round.integer(-extent - 2, extent + 2));
  };
  std::string text = part() + ":" + part();
  if (round.coin()) {
    const std::int64_t step = round.integer(1, 4);
    text += ":" + number(round.coin() ? step : -step);
  }
  return text;
}

std::string index_text(Round& round, const Shape& shape) {
  const auto axes = static_cast<std::int64_t>(shape.size());
  // How many axes an ellipsis stands for.
  const std::int64_t hidden = round.integer(0, 2) == 0 ? round.integer(0, axes) : 0;
  const std::int64_t from = hidden == 0 ? -1 : round.integer(0, axes - hidden);
  std::string text;
  const auto add = [&](const std::string& index) { text += (text.empty() ? "" : ", ") + index; };
  for (std::int64_t axis = 0; axis < axes; ++axis) {
    if (round.integer(0, 6) == 0) add(round.coin() ? "None" : "np.newaxis");
    if (axis == from) {
      add("...");
      axis += hidden - 1;
      continue;
    }
    const std::int64_t extent = shape[static_cast<std::size_t>(axis)];
    if (extent > 0 && round.integer(0, 3) == 0) {
      add(number(round.integer(-extent, extent - 1)));
    } else {
      add(slice_text(round, extent));
    }
  }
  if (text.empty()) add("...");
  return text;
}

std::string without_module(std::string text) {
  for (std::size_t at; (at = text.find("np.")) != std::string::npos;) text.erase(at, 3);
  return text;
}

}  // namespace bask::numpy_cases
