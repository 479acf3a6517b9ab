#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <bask/io/hdf5_attribute.hpp>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_library.hpp>

#include <string_view>

namespace bask {
namespace {

// What netCDF names a scale that only stands for a length.
constexpr std::string_view kNoVariable = "This is a netCDF dimension but not a netCDF variable.";

std::string name_of_object(hid_t object) {
  const ssize_t size = H5Iget_name(object, nullptr, 0);
  if (size <= 0 || size > (1 << 16)) return {};
  std::string name(static_cast<std::size_t>(size), '\0');
  H5Iget_name(object, name.data(), name.size() + 1);
  return name;
}

herr_t take_first(hid_t, unsigned, hid_t scale, void* found) {
  auto& [name, coordinates] = *static_cast<std::pair<std::string, std::string>*>(found);
  const std::string path = name_of_object(scale);
  name = path.substr(path.rfind('/') + 1);
  // netCDF's scales say that they hold no coordinates; h5py's make_scale may give another name than the
  // dataset's.
  const std::string said = read_text_attribute(scale, "NAME");
  if (!said.starts_with("This is a netCDF dimension")) coordinates = path;
  return 1;
}

std::string label_of(hid_t dataset, unsigned axis) {
  const ssize_t size = H5DSget_label(dataset, axis, nullptr, 0);
  if (size <= 0 || size > (1 << 16)) return {};
  std::string label(static_cast<std::size_t>(size) + 1, '\0');
  H5DSget_label(dataset, axis, label.data(), label.size());
  label.resize(static_cast<std::size_t>(size));
  return label;
}

}  // namespace

Hdf5Dimensions read_dimensions(std::int64_t dataset, const std::string& name, std::size_t axes) {
  Hdf5Dimensions dimensions{std::vector<std::string>(axes), std::vector<std::string>(axes)};
  if (H5DSis_scale(dataset) > 0) {
    if (axes == 1) dimensions.names[0] = name.substr(name.rfind('/') + 1), dimensions.coordinates[0] = name;
    H5Eclear2(H5E_DEFAULT);
    return dimensions;
  }
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const auto index = static_cast<unsigned>(axis);
    std::pair<std::string, std::string> found;
    if (H5DSget_num_scales(dataset, index) > 0) {
      H5DSiterate_scales(dataset, index, nullptr, take_first, &found);
    }
    dimensions.names[axis] = found.first.empty() ? label_of(dataset, index) : found.first;
    dimensions.coordinates[axis] = found.second;
  }
  H5Eclear2(H5E_DEFAULT);
  return dimensions;
}

void make_scale(std::int64_t dataset, const std::string& dimension, std::int64_t length, bool is_variable,
                const std::string& where) {
  if (H5DSis_scale(dataset) > 0) return;
  const std::string name = is_variable ? dimension : fmt::format("{}{:10}", kNoVariable, length);
  checked_hdf5(H5DSset_scale(dataset, name.c_str()), where,
               fmt::format("cannot make a dimension scale of '{}'", dimension));
}

void attach_scale(std::int64_t dataset, std::int64_t scale, std::size_t axis, const std::string& where) {
  checked_hdf5(H5DSattach_scale(dataset, scale, static_cast<unsigned>(axis)), where,
               fmt::format("cannot attach a dimension scale to axis {}", axis));
}

}  // namespace bask
