#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <bask/io/hdf5_attribute.hpp>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_library.hpp>

#include <algorithm>
#include <string_view>

namespace bask {
namespace {

// netCDF gives this name to a scale that only stands for a length.
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
  // netCDF says in a scale's NAME when the scale holds no coordinates. NAME is not used as the dimension's
  // name, because h5py's make_scale may set it to another one than the dataset's.
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
  checked_write(H5DSset_scale(dataset, name.c_str()), where,
                fmt::format("cannot make a dimension scale of '{}'", dimension));
}

void attach_scale(std::int64_t dataset, std::int64_t scale, std::size_t axis, const std::string& where) {
  checked_write(H5DSattach_scale(dataset, scale, static_cast<unsigned>(axis)), where,
                fmt::format("cannot attach a dimension scale to axis {}", axis));
}

bool is_scale_without_coordinates(std::int64_t dataset) {
  return H5DSis_scale(dataset) > 0 && read_text_attribute(dataset, "NAME").starts_with(kNoVariable);
}

namespace {

constexpr const char* kDimid = "_Netcdf4Dimid";

std::size_t axes_of(hid_t dataset) {
  return static_cast<std::size_t>(
      std::max(0, H5Sget_simple_extent_ndims(Hdf5Id(H5Dget_space(dataset)).get())));
}

herr_t collect_scale(hid_t, unsigned, hid_t scale, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name_of_object(scale));
  return 0;
}

std::vector<std::string> scales_of(hid_t dataset, std::size_t axis) {
  std::vector<std::string> names;
  H5DSiterate_scales(dataset, static_cast<unsigned>(axis), nullptr, collect_scale, &names);
  H5Eclear2(H5E_DEFAULT);
  return names;
}

// All axes in the file that have this scale.
std::vector<ReplacedDimension::Axis> axes_with(hid_t file, hid_t scale) {
  const std::vector<std::string> paths = hdf5_paths(file).value_or(std::vector<std::string>());
  std::vector<ReplacedDimension::Axis> axes;
  for (const auto& path : paths) {
    const Hdf5Id object(H5Oopen(file, path.c_str(), H5P_DEFAULT));
    if (!object || H5Iget_type(object.get()) != H5I_DATASET || H5DSis_scale(object.get()) > 0) continue;
    for (std::size_t axis = 0; axis < axes_of(object.get()); ++axis) {
      if (H5DSis_attached(object.get(), scale, static_cast<unsigned>(axis)) > 0) axes.push_back({path, axis});
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return axes;
}

}  // namespace

void lengthen_scales(std::int64_t dataset, std::size_t axis, std::int64_t length, const std::string& where) {
  for (const auto& name : scales_of(dataset, axis)) {
    const Hdf5Id scale(H5Dopen2(dataset, name.c_str(), H5P_DEFAULT));
    if (!is_scale_without_coordinates(scale.get())) continue;
    const auto extent = static_cast<hsize_t>(length);
    checked_write(H5Dset_extent(scale.get(), &extent), where, fmt::format("cannot lengthen '{}'", name));
  }
}

ReplacedDimension detach_dimension(std::int64_t file, std::int64_t dataset, const std::string& where) {
  ReplacedDimension replaced;
  replaced.is_scale = H5DSis_scale(dataset) > 0;
  if (!replaced.is_scale) {
    for (std::size_t axis = 0; axis < axes_of(dataset); ++axis) {
      for (const auto& name : scales_of(dataset, axis)) {
        const Hdf5Id scale(H5Dopen2(file, name.c_str(), H5P_DEFAULT));
        checked_write(H5DSdetach_scale(dataset, scale.get(), static_cast<unsigned>(axis)), where,
                      fmt::format("cannot take it from its dimension '{}'", name));
      }
    }
    return replaced;
  }
  if (H5Aexists(dataset, kDimid) > 0) {
    int id = 0;
    if (H5Aread(Hdf5Id(H5Aopen(dataset, kDimid, H5P_DEFAULT)).get(), H5T_NATIVE_INT, &id) >= 0) {
      replaced.netcdf_id = id;
    }
  }
  replaced.axes = axes_with(file, dataset);
  for (const auto& [name, axis] : replaced.axes) {
    const Hdf5Id reader(H5Dopen2(file, name.c_str(), H5P_DEFAULT));
    checked_write(H5DSdetach_scale(reader.get(), dataset, static_cast<unsigned>(axis)), where,
                  fmt::format("cannot take it from '{}'", name));
  }
  return replaced;
}

void reattach_dimension(const ReplacedDimension& replaced, std::int64_t file, std::int64_t dataset,
                        const std::string& name, const std::string& where) {
  if (!replaced.is_scale) return;
  make_scale(dataset, name.substr(name.rfind('/') + 1), 0, true, where);
  if (replaced.netcdf_id) {
    const Hdf5Id space(H5Screate(H5S_SCALAR));
    const Hdf5Id made(H5Acreate2(dataset, kDimid, H5T_NATIVE_INT, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    checked_write(H5Awrite(made.get(), H5T_NATIVE_INT, &*replaced.netcdf_id), where,
                  "cannot write its dimension");
  }
  for (const auto& [reader_name, axis] : replaced.axes) {
    const Hdf5Id reader(H5Dopen2(file, reader_name.c_str(), H5P_DEFAULT));
    attach_scale(reader.get(), dataset, axis, where);
  }
}

}  // namespace bask
