#include "field_axes.hpp"

#include <fmt/format.h>
#include <bask/collections/array/block/shape.hpp>
#include <bask/core/error.hpp>
#include <bask/core/lower_case.hpp>
#include <bask/io/hdf5_attribute.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace {

struct Kind {
  std::string_view standard_name, axis;
  std::array<std::string_view, 6> units;
  std::array<std::string_view, 2> names;
};
constexpr std::array<Kind, 3> kKinds{
    {{"time", "T", {}, {"time", "t"}},
     {"latitude",
      "Y",
      {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"},
      {"latitude", "lat"}},
     {"longitude",
      "X",
      {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"},
      {"longitude", "lon"}}}};

template <std::size_t kCount>
bool has(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return !word.empty() && std::find(words.begin(), words.end(), word) != words.end();
}

// Whether an axis is time (0), latitude (1) or longitude (2); nothing for another axis.
std::optional<std::size_t> kind_of(const bask::Hdf5Dataset& dataset, std::size_t axis) {
  std::vector<bask::Hdf5Attribute> attributes;
  if (!dataset.coordinates[axis].empty()) {
    attributes = bask::describe_hdf5(dataset.path, dataset.coordinates[axis]).attributes;
  }
  const std::string standard_name = bask::lower_case(text_of(attributes, "standard_name"));
  const std::string units = bask::lower_case(text_of(attributes, "units"));
  const std::string letter = text_of(attributes, "axis"), name = bask::lower_case(dataset.dimensions[axis]);
  const bool is_since = units.find(" since ") != std::string::npos;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    const Kind& kind = kKinds[k];
    const bool is_of_units = kind.axis == "T" ? is_since : has(kind.units, units);
    if (standard_name == kind.standard_name || (standard_name.empty() && is_of_units)) return k;
  }
  // Axes of rotated or projected grids have other standard names and units.
  if (!standard_name.empty() || !(units.empty() || units == "degrees" || units == "degree"))
    return std::nullopt;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    if (letter == kKinds[k].axis || (letter.empty() && has(kKinds[k].names, name))) return k;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const bask::Hdf5Dataset& dataset, const std::string& what, const std::string& fix) {
  throw bask::Error("climatology " + dataset.path + " " + dataset.name, what, fix);
}

std::string axis_text(const bask::Hdf5Dataset& dataset, std::size_t axis) {
  const std::string& name = dataset.dimensions[axis];
  return name.empty() ? fmt::format("axis {}", axis) : fmt::format("'{}'", name);
}

}  // namespace

std::vector<std::int64_t> FieldAxes::order(std::size_t axes) const {
  std::vector<std::int64_t> all;
  for (const std::size_t axis : {time, latitude, longitude}) all.push_back(static_cast<std::int64_t>(axis));
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (axis != time && axis != latitude && axis != longitude) all.push_back(static_cast<std::int64_t>(axis));
  }
  return all;
}

FieldAxes field_axes_of(const bask::Hdf5Dataset& dataset) {
  std::array<std::optional<std::size_t>, 3> found;
  std::vector<std::size_t> others;
  for (std::size_t axis = 0; axis < dataset.shape.size(); ++axis) {
    const auto kind = kind_of(dataset, axis);
    if (!kind) {
      others.push_back(axis);
    } else if (found[*kind]) {
      refuse(dataset,
             fmt::format("{} and {} are both a {}", axis_text(dataset, *found[*kind]),
                         axis_text(dataset, axis), kKinds[*kind].standard_name),
             "give a file whose coordinates have other standard names");
    } else {
      found[*kind] = axis;
    }
  }
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    const std::string name(kKinds[k].standard_name);
    if (!found[k]) {
      refuse(dataset, fmt::format("no axis of its shape {} is a {}", bask::text_of(dataset.shape), name),
             fmt::format("give its coordinates a standard_name of \"{}\", as ncatted does", name));
    }
    if (dataset.coordinates[*found[k]].empty()) {
      refuse(dataset, fmt::format("{} has no coordinates", axis_text(dataset, *found[k])),
             "give a file whose dimensions time, latitude and longitude have coordinates");
    }
    if (dataset.shape[*found[k]] == 0) {
      refuse(dataset, fmt::format("{} has no elements", axis_text(dataset, *found[k])),
             "give a file that has data");
    }
  }
  for (const std::size_t axis : others) {
    if (dataset.shape[axis] == 1) continue;
    refuse(dataset, fmt::format("{} has length {}", axis_text(dataset, axis), dataset.shape[axis]),
           "give a file of one level, as ncks takes it out");
  }
  return {*found[0], *found[1], *found[2]};
}
