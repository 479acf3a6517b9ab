#include <fmt/format.h>
#include <hdf5.h>
#include <bask/core/near_miss.hpp>
#include <bask/io/hdf5_dataset.hpp>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_shown_boxes.hpp>
#include <bask/io/hdf5_sources.hpp>
#include <bask/io/hdf5_type.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>

namespace bask {
namespace {

constexpr std::size_t kMostNames = 1000;

struct Names {
  std::vector<std::string> datasets, groups;
};

herr_t collect_name(hid_t group, const char* name, const H5L_info_t*, void* collected) {
  auto& names = *static_cast<Names*>(collected);
  if (names.datasets.size() + names.groups.size() >= kMostNames) return 1;
  const Hdf5Id object(H5Oopen(group, name, H5P_DEFAULT));
  const H5I_type_t type = object ? H5Iget_type(object.get()) : H5I_BADID;
  if (type == H5I_DATASET) names.datasets.emplace_back(name);
  if (type == H5I_GROUP) names.groups.emplace_back(name);
  return 0;
}

// When HDF5 1.10 makes a table of the links of a damaged group, it frees memory that it has never written. So
// a small group is first asked for a link that does not exist, which looks at each link; and a large group is
// iterated in its own order, which needs no table.
Names names_in(hid_t file, const std::string& group) {
  Names names;
  const Hdf5Id opened(H5Gopen2(file, group.c_str(), H5P_DEFAULT));
  hsize_t at = 0;
  if (opened && H5Lexists(opened.get(), "\x01", H5P_DEFAULT) >= 0)
    H5Literate(opened.get(), H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect_name, &names);
  H5Eclear2(H5E_DEFAULT);
  std::sort(names.datasets.begin(), names.datasets.end());
  std::sort(names.groups.begin(), names.groups.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > kShown ? ", …" : "");
}

[[noreturn]] void refuse_name(hid_t file, const std::string& name, const std::string& where) {
  const std::size_t slash = name.rfind('/');
  const std::string group = slash == 0 ? "/" : name.substr(0, slash);
  const Names names = names_in(file, group);
  const std::string near = near_miss(name.substr(slash + 1), names.datasets);
  std::string there = names.datasets.empty() ? "no datasets" : "the datasets " + listed(names.datasets);
  if (!names.groups.empty()) there += " and the groups " + listed(names.groups);
  throw Error(where, fmt::format("there is no such dataset; '{}' holds {}", group, there),
              near.empty() ? "name one of them" : fmt::format("did you mean '{}'?", near));
}

// Checks each link on the way: for a missing group H5Lexists fails instead of returning false.
bool is_there(hid_t file, const std::string& name) {
  for (std::size_t slash = 1; slash != std::string::npos;) {
    slash = name.find('/', slash + 1);
    if (H5Lexists(file, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Oexists_by_name(file, name.c_str(), H5P_DEFAULT) > 0;
}

std::string full_name(hid_t file, const std::string& dataset, const std::string& where) {
  if (!dataset.empty()) return fmt::format("{}{}", dataset.starts_with('/') ? "" : "/", dataset);
  const Names names = names_in(file, "/");
  if (names.datasets.size() == 1) return fmt::format("/{}", names.datasets.front());
  throw Error(where,
              names.datasets.empty() ? "the file holds no dataset in '/'" : "the file holds several datasets",
              names.datasets.empty() ? "name one in a group, as in \"group/u\""
                                     : "name one of: " + listed(names.datasets));
}

Hdf5Id open_dataset(hid_t file, const std::string& name, const std::string& where) {
  if (name.back() == '/' || !is_there(file, name)) {
    H5Eclear2(H5E_DEFAULT);
    refuse_name(file, name, where);
  }
  Hdf5Id object(checked_hdf5(H5Oopen(file, name.c_str(), H5P_DEFAULT), where, "cannot open the dataset"));
  if (H5Iget_type(object.get()) == H5I_DATASET) return object;
  throw Error(where, "this is a group, not a dataset",
              fmt::format("name one of its datasets: {}", listed(names_in(file, name).datasets)));
}

void read_shape(hid_t id, Hdf5Dataset& dataset, const std::string& where) {
  const Hdf5Id space(checked_hdf5(H5Dget_space(id), where, "cannot read its shape"));
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) {
    throw Error(where, "the dataset has no elements at all (a null dataspace)", "name another dataset");
  }
  const int axes = checked_hdf5(H5Sget_simple_extent_ndims(space.get()), where, "cannot read its shape");
  std::array<hsize_t, H5S_MAX_RANK> extents{};
  checked_hdf5(H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr), where,
               "cannot read its shape");
  std::uint64_t bytes = size_of(dataset.dtype);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  for (int axis = 0; axis < axes; ++axis) {
    const hsize_t extent = extents[static_cast<std::size_t>(axis)];
    if (extent > kMost || (extent != 0 && bytes > kMost / 16 / extent)) {
      throw Error(where, "its shape is larger than any computer's memory",
                  "the file is damaged: write it again");
    }
    bytes *= std::max<hsize_t>(extent, 1);
    dataset.shape.push_back(static_cast<std::int64_t>(extent));
  }
}

void read_filters(hid_t list, Hdf5Dataset& dataset, const std::string& where) {
  const int count = checked_hdf5(H5Pget_nfilters(list), where, "cannot read its filters");
  for (int i = 0; i < count; ++i) {
    std::array<unsigned, 32> client{};
    std::array<char, 64> name{};
    std::size_t values = client.size();
    unsigned flags = 0, configuration = 0;
    const H5Z_filter_t id = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &values, client.data(),
                                           name.size(), name.data(), &configuration);
    checked_hdf5(id, where, "cannot read its filters");
    name.back() = '\0';
    values = std::min(values, client.size());
    dataset.filters.push_back(
        {id, {client.begin(), client.begin() + static_cast<std::ptrdiff_t>(values)}, name.data()});
  }
}

// HDF5 reads the two shapes from different places of the file; in a damaged file they may not fit.
void check_chunks(const Hdf5Dataset& dataset, const std::string& where) {
  const auto is_empty = [](std::int64_t length) { return length <= 0; };
  if (dataset.chunk_shape.size() == dataset.shape.size() &&
      std::none_of(dataset.chunk_shape.begin(), dataset.chunk_shape.end(), is_empty)) {
    return;
  }
  throw Error(where,
              fmt::format("its chunks have shape {}, and the dataset has shape {}",
                          hdf5_text(dataset.chunk_shape), hdf5_text(dataset.shape)),
              "the file is damaged: write it again");
}

bool is_in(hid_t id, const Hdf5Dataset& dataset) {
  const Hdf5Id file(H5Iget_file_id(id));
  std::string name(dataset.path.size(), '\0');
  const ssize_t size = H5Fget_name(file.get(), name.data(), name.size() + 1);
  return size == static_cast<ssize_t>(name.size()) && name == dataset.path;
}

void read_layout(hid_t id, Hdf5Dataset& dataset, const std::string& where) {
  const Hdf5Id list(checked_hdf5(H5Dget_create_plist(id), where, "cannot read how it is laid out"));
  switch (H5Pget_layout(list.get())) {
    case H5D_COMPACT:
      dataset.layout = Hdf5Layout::kCompact;
      break;
    case H5D_CONTIGUOUS:
      dataset.layout = Hdf5Layout::kContiguous;
      break;
    case H5D_CHUNKED: {
      dataset.layout = Hdf5Layout::kChunked;
      std::array<hsize_t, H5S_MAX_RANK> extents{};
      const int axes = checked_hdf5(H5Pget_chunk(list.get(), H5S_MAX_RANK, extents.data()), where,
                                    "cannot read its chunks");
      dataset.chunk_shape.assign(extents.begin(), extents.begin() + axes);
      check_chunks(dataset, where);
      break;
    }
    case H5D_VIRTUAL:
      dataset.layout = Hdf5Layout::kVirtual;
      // A dataset behind a link is skipped: its source names are relative to another file.
      if (is_in(id, dataset)) dataset.shown_boxes = shown_boxes(list.get());
      break;
    default:
      refuse_hdf5(where, "cannot read how it is laid out", "look at the file with h5dump; it may be damaged");
  }
  read_filters(list.get(), dataset, where);
  dataset.fill_value.assign(size_of(dataset.dtype), std::byte{});
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  H5Pfill_value_defined(list.get(), &defined);
  if (defined == H5D_FILL_VALUE_USER_DEFINED) {
    checked_hdf5(
        H5Pget_fill_value(list.get(), native_type_of(dataset.dtype).get(), dataset.fill_value.data()), where,
        "cannot read its fill value");
  }
}

void describe(hid_t file, Hdf5Dataset& dataset, const std::string& where) {
  const Hdf5Id id = open_dataset(file, dataset.name, where);
  const Hdf5Id type(checked_hdf5(H5Dget_type(id.get()), where, "cannot read its type"));
  const auto stored = stored_type_of(type.get());
  if (!stored) {
    throw Error(where, fmt::format("it holds {}, which arrays do not", describe_type(type.get())),
                "name a dataset of bool, integers, float32, float64 or complex numbers");
  }
  dataset.dtype = stored->dtype;
  dataset.is_swapped = stored->is_swapped;
  dataset.has_bytes_of_dtype = stored->has_bytes_of_dtype;
  read_shape(id.get(), dataset, where);
  read_layout(id.get(), dataset, where);
  auto dimensions = read_dimensions(id.get(), dataset.name, dataset.shape.size());
  dataset.dimensions = std::move(dimensions.names);
  dataset.coordinates = std::move(dimensions.coordinates);
  dataset.attributes = read_attributes(id.get(), where);
}

}  // namespace

Hdf5Dataset describe_hdf5(const std::string& path, const std::string& name) {
  Hdf5Dataset dataset;
  const std::string where = hdf5_place("from_hdf5", path, name);
  dataset.path = std::filesystem::absolute(path).lexically_normal().string();
  dataset.file = identity_of(path, where);
  std::optional<Hdf5Reading> reading;
  {
    const Hdf5Lock lock;
    reading.emplace(open_for_reading(dataset.path, dataset.file, where), where);
    dataset.name = full_name(reading->file().id(), name, where);
  }
  dataset.sources = other_files_of({reading->file().id(), dataset.path, dataset.name}, where);
  {
    const Hdf5Lock lock;
    describe(reading->file().id(), dataset, where);
  }
  find_files_of(dataset.shown_boxes, dataset.path);
  return dataset;
}

void check_box(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent) {
  bool fits = start.size() == dataset.shape.size() && extent.size() == dataset.shape.size();
  for (std::size_t a = 0; fits && a < start.size(); ++a) {
    fits = start[a] >= 0 && extent[a] >= 0 && extent[a] <= dataset.shape[a] &&
           start[a] <= dataset.shape[a] - extent[a];
  }
  if (fits) return;
  throw Error(hdf5_place("from_hdf5", dataset.path, dataset.name),
              fmt::format("a box of shape {} from element {} on does not lie within its shape {}",
                          hdf5_text(extent), hdf5_text(start), hdf5_text(dataset.shape)),
              "ask for a box within it");
}

}  // namespace bask
