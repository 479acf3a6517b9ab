#include <hdf5.h>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_type.hpp>
#include <bask/io/hdf5_writer.hpp>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace bask {
namespace {

// The names of the objects and attributes of a file or group.
struct Contents {
  std::vector<std::string> objects, attributes;
};

herr_t add_object(hid_t, const char* name, const H5L_info_t*, void* contents) {
  static_cast<Contents*>(contents)->objects.emplace_back(name);
  return 0;
}

herr_t add_attribute(hid_t, const char* name, const H5A_info_t*, void* contents) {
  static_cast<Contents*>(contents)->attributes.emplace_back(name);
  return 0;
}

std::string_view without_slash(std::string_view name) {
  return name.starts_with('/') ? name.substr(1) : name;
}

bool is_same(hid_t dataset, const Hdf5DatasetSpec& spec) {
  const Hdf5Id type(H5Dget_type(dataset)), space(H5Dget_space(dataset));
  const auto stored = stored_type_of(type.get());
  const int axes = H5Sget_simple_extent_ndims(space.get());
  if (!stored || stored->dtype != spec.dtype || axes != static_cast<int>(spec.shape.size())) return false;
  std::vector<hsize_t> extent(spec.shape.size());
  H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
  return extent == hdf5_extents(spec.shape);
}

bool is_replaced(hid_t file, const std::string& name, std::span<const Hdf5DatasetSpec> specs) {
  const Hdf5Id object(H5Oopen(file, name.c_str(), H5P_DEFAULT));
  const auto spec = std::find_if(specs.begin(), specs.end(),
                                 [&](const auto& each) { return without_slash(each.name) == name; });
  switch (H5Iget_type(object.get())) {
    case H5I_GROUP: {  // is replaced when one of the datasets is in it and it has no attributes
      Contents own;
      hsize_t at = 0;
      H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_INC, &at, add_attribute, &own);
      return own.attributes.empty() && std::any_of(specs.begin(), specs.end(), [&](const auto& each) {
               return without_slash(each.name).starts_with(name + "/");
             });
    }
    case H5I_DATASET:
      return spec != specs.end() ? !spec->append_axis && is_same(object.get(), *spec)
                                 : is_scale_without_coordinates(object.get());
    case H5I_DATATYPE:
      return name == "bool";  // Bask's own
    default:
      return false;
  }
}

}  // namespace

bool is_replaced_whole(const std::filesystem::path& file, std::span<const Hdf5DatasetSpec> specs,
                       const std::vector<Hdf5Attribute>& attributes) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  const Hdf5Lock lock;
  const Hdf5Id opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  Contents contents;
  hsize_t at = 0;
  const bool is_known =
      opened && H5Lvisit(opened.get(), H5_INDEX_NAME, H5_ITER_INC, add_object, &contents) >= 0 &&
      H5Aiterate2(opened.get(), H5_INDEX_NAME, H5_ITER_INC, &at, add_attribute, &contents) >= 0;
  const bool is_whole =
      is_known &&
      std::all_of(contents.objects.begin(), contents.objects.end(),
                  [&](const auto& name) { return is_replaced(opened.get(), name, specs); }) &&
      std::all_of(contents.attributes.begin(), contents.attributes.end(),
                  [&](const auto& name) { return find_attribute(attributes, name) != nullptr; });
  H5Eclear2(H5E_DEFAULT);
  return is_whole;
}

}  // namespace bask
