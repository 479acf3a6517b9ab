#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/collections/array/block/shape.hpp>
#include <bask/core/error.hpp>
#include <bask/io/cf_calendar.hpp>
#include <bask/io/hdf5_join.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_read.hpp>

#include <algorithm>
#include <cmath>

namespace bask {
namespace {

struct Coordinates {
  std::string name, units, calendar;
  std::vector<double> values;  // empty where the file has no coordinates, or they are not numbers
};

bool is_one_calendar(const std::string& a, const std::string& b) {
  return a == b || cf_calendar_of(a) == cf_calendar_of(b);
}

// Empty where the axis has no coordinates that are numbers: names of stations are not compared.
Coordinates coordinates_of(const Hdf5Dataset& dataset, std::size_t axis) try {
  Coordinates found;
  if (dataset.coordinates[axis].empty()) return found;
  const Hdf5Dataset scale = describe_hdf5(dataset.path, dataset.coordinates[axis]);
  if (scale.shape.size() != 1 || !can_cast(scale.dtype, DType::kFloat64)) return found;
  found.name = scale.name.substr(scale.name.rfind('/') + 1);
  found.units = text_of(scale.attributes, "units");
  found.calendar = text_of(scale.attributes, "calendar");
  found.values.resize(static_cast<std::size_t>(scale.shape[0]));
  const std::int64_t start = 0;
  read_hdf5(scale, {&start, 1}, scale.shape, DType::kFloat64, Hdf5Decoding::kCf, found.values.data());
  return found;
} catch (const Error&) {
  return {};
}

class Join {
 public:
  Join(const Hdf5Dataset& first, std::size_t axis, Hdf5Decoding decoding, const std::string& where)
      : first_(first), axis_(axis), decoding_(decoding), where_(where) {
    for (std::size_t a = 0; a < first.shape.size(); ++a) coordinates_.push_back(coordinates_of(first, a));
  }

  void check(const Hdf5Dataset& other) const {
    if (other.shape.size() != first_.shape.size()) {
      throw Error(
          where_,
          fmt::format("the datasets have shapes {} and {}", text_of(first_.shape), text_of(other.shape)),
          "give files whose datasets have as many axes");
    }
    check_dimensions(other);
    check_attributes(other);
    for (std::size_t a = 0; a < coordinates_.size(); ++a) {
      if (coordinates_[a].values.empty()) continue;
      const Coordinates coordinates = coordinates_of(other, a);
      if (coordinates.values.empty()) continue;
      check_units(other, coordinates_[a], coordinates, a == axis_);
      a == axis_ ? check_direction(other, coordinates_[a], coordinates)
                 : check_values(other, coordinates_[a], coordinates);
    }
  }

 private:
  [[noreturn]] void refuse(const Hdf5Dataset& other, const std::string& of_first, const std::string& of_other,
                           const std::string& fix) const {
    throw Error(where_, fmt::format("{} {}, but {} {}", first_.path, of_first, other.path, of_other), fix);
  }

  void check_dimensions(const Hdf5Dataset& other) const {
    const auto &own = first_.dimensions, &others = other.dimensions;
    for (std::size_t a = 0; a < own.size(); ++a) {
      if (own[a].empty() || others[a].empty() || own[a] == others[a]) continue;
      refuse(other, fmt::format("has the dimensions ({})", fmt::join(own, ", ")),
             fmt::format("({})", fmt::join(others, ", ")),
             "read them one by one, bring them into one order with transpose, and concatenate them");
    }
  }

  void check_attributes(const Hdf5Dataset& other) const {
    check_attribute(other, "units", "convert one of them, and concatenate them");
    if (decoding_ != Hdf5Decoding::kNone) return;
    for (const char* name : {"scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned"}) {
      check_attribute(other, name,
                      "read them as float64, which decodes each file's numbers as that file says");
    }
  }
  void check_attribute(const Hdf5Dataset& other, const char* name, const std::string& fix) const {
    const std::string own = value_of(first_, name), others = value_of(other, name);
    if (own == others) return;
    refuse(other, fmt::format("has {} {}", name, own.empty() ? "unsaid" : own),
           others.empty() ? "none" : others, fix);
  }
  static std::string value_of(const Hdf5Dataset& dataset, const char* name) {
    const Hdf5Attribute* attribute = find_attribute(dataset.attributes, name);
    if (attribute == nullptr) return {};
    if (!attribute->texts.empty()) return fmt::format("'{}'", fmt::join(attribute->texts, "', '"));
    return fmt::format("{}", fmt::join(numbers_of(dataset.attributes, name), ", "));
  }

  void check_units(const Hdf5Dataset& other, const Coordinates& own, const Coordinates& others,
                   bool is_joined) const {
    constexpr std::string_view kSince = " since ";
    const bool are_times =
        own.units.find(kSince) != std::string::npos && others.units.find(kSince) != std::string::npos;
    if (are_times && !is_one_calendar(own.calendar, others.calendar)) {
      refuse(other, fmt::format("has the calendar '{}' in '{}'", own.calendar, own.name),
             fmt::format("'{}'", others.calendar), "give files of one calendar");
    }
    if ((are_times && is_joined) || own.units == others.units) return;
    refuse(other, fmt::format("has coordinates '{}' in units '{}'", own.name, own.units),
           fmt::format("in '{}'", others.units), "bring them into the same units");
  }

  void check_direction(const Hdf5Dataset& other, const Coordinates& own, const Coordinates& others) const {
    const double along = own.values.back() - own.values.front();
    if (!(along * (others.values.back() - others.values.front()) < 0)) return;
    refuse(other, fmt::format("has coordinates '{}' that {}", own.name, along > 0 ? "ascend" : "descend"),
           along > 0 ? "those that descend" : "those that ascend",
           "read them one by one, turn one around, as in x[\"::-1\"], and concatenate them");
  }

  // Compares as precisely as float32 allows: one of the files may have been written in single precision.
  void check_values(const Hdf5Dataset& other, const Coordinates& own, const Coordinates& others) const {
    if (own.values.size() != others.values.size()) return;  // concatenate refuses other shapes
    // For times since a remote date, this tolerance would be hours: they must be equal.
    const double tolerance = own.units.find(" since ") == std::string::npos ? 1e-6 : 0;
    for (std::size_t k = 0; k < own.values.size(); ++k) {
      const double a = own.values[k], b = others.values[k];
      if (std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b)) ||
          (std::isnan(a) && std::isnan(b)))
        continue;
      const bool is_reversed = k == 0 && a != b && a == others.values.back() && b == own.values.back();
      refuse(
          other,
          fmt::format("has coordinates '{}' from {} to {}", own.name, own.values.front(), own.values.back()),
          is_reversed ? fmt::format("from {} to {}: reversed", b, others.values.back())
                      : fmt::format("{} where that has {}, at {}", b, a, k),
          is_reversed ? "read them one by one, turn one around, as in x[\"::-1\"], and concatenate them"
                      : "give files of one grid");
    }
  }

  const Hdf5Dataset& first_;
  std::size_t axis_;
  Hdf5Decoding decoding_;
  const std::string& where_;
  std::vector<Coordinates> coordinates_;
};

}  // namespace

std::vector<Hdf5Dataset> describe_pieces(const std::vector<std::string>& paths, const std::string& name,
                                         std::int64_t axis, Hdf5Decoding decoding, const std::string& where) {
  std::vector<Hdf5Dataset> pieces{describe_hdf5(paths.front(), name)};
  if (paths.size() == 1) return pieces;
  pieces.reserve(paths.size());  // `join` refers to the first piece
  const Join join(pieces.front(), normal_axis(axis, pieces.front().shape, where), decoding, where);
  for (std::size_t k = 1; k < paths.size(); ++k) {
    pieces.push_back(describe_hdf5(paths[k], name));
    join.check(pieces.back());  // now, while the file is still kept open
  }
  return pieces;
}

}  // namespace bask
