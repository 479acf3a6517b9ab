#include <fmt/format.h>
#include <hdf5.h>
#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_type.hpp>

#include <algorithm>
#include <cstring>

namespace bask {
namespace {

void check_compression(const Hdf5DatasetSpec& spec, const std::string& where) {
  if (!spec.compression.codec) return;
  const Codec codec = *spec.compression.codec;
  if (spec.chunk_shape.empty()) {
    throw Error(where, "a dataset without chunks cannot be compressed", "give it a chunk shape");
  }
  if (!is_built_in(codec)) {
    throw Error(
        where, fmt::format("this build of Bask does not include {}", name_of(codec)),
        fmt::format("install lib{}-dev and build Bask again, or compress with deflate", name_of(codec)));
  }
  const int most = codec == Codec::kZstd ? 19 : 9;
  if (spec.compression.level < 1 || spec.compression.level > most) {
    throw Error(where, fmt::format("{} has no level {}", name_of(codec), spec.compression.level),
                fmt::format("use a level from 1 to {}", most));
  }
}

void check_shapes(const Hdf5DatasetSpec& spec, const std::string& where) {
  const std::size_t axes = spec.shape.size();
  const auto is_empty = [](std::int64_t length) { return length <= 0; };
  if (!spec.chunk_shape.empty() &&
      (spec.chunk_shape.size() != axes ||
       std::any_of(spec.chunk_shape.begin(), spec.chunk_shape.end(), is_empty))) {
    throw Error(where,
                fmt::format("chunks of shape {} do not fit the shape {}", hdf5_text(spec.chunk_shape),
                            hdf5_text(spec.shape)),
                "give one length of at least 1 for each axis");
  }
  std::uint64_t bytes = size_of(spec.dtype);
  for (const std::int64_t length : spec.chunk_shape) {
    constexpr std::uint64_t kMost = 0xffffffff;  // HDF5's own limit
    if (static_cast<std::uint64_t>(length) > kMost / bytes) {
      throw Error(where, fmt::format("chunks of shape {} are larger than 4 GiB", hdf5_text(spec.chunk_shape)),
                  "use smaller ones");
    }
    bytes *= static_cast<std::uint64_t>(length);
  }
  if (!spec.dimensions.empty() && spec.dimensions.size() != axes) {
    throw Error(where, fmt::format("{} names for {} dimensions", spec.dimensions.size(), axes),
                "give one for each, or none");
  }
}

}  // namespace

Hdf5DatasetSpec with_layout(Hdf5DatasetSpec spec, const std::string& where) {
  const auto axes = static_cast<std::int64_t>(spec.shape.size());
  const auto may_grow = [&](std::int64_t axis) {
    return std::find(spec.unlimited.begin(), spec.unlimited.end(), axis) != spec.unlimited.end();
  };
  if (spec.append_axis && !may_grow(*spec.append_axis)) spec.unlimited.push_back(*spec.append_axis);
  for (const std::int64_t axis : spec.unlimited) {
    if (axis < 0 || axis >= axes) {
      throw Error(where,
                  fmt::format("there is no axis {} to grow in the shape {}", axis, hdf5_text(spec.shape)),
                  "name axes from 0 on");
    }
  }
  const bool is_empty = std::find(spec.shape.begin(), spec.shape.end(), 0) != spec.shape.end();
  if (spec.unlimited.empty() && (axes == 0 || is_empty)) {
    spec.chunk_shape.clear();
    spec.compression = {};
  }
  if (!spec.unlimited.empty() && spec.chunk_shape.empty()) {
    for (const std::int64_t length : spec.shape)
      spec.chunk_shape.push_back(std::max<std::int64_t>(length, 1));
  }
  check_shapes(spec, where);
  check_compression(spec, where);
  return spec;
}

std::vector<std::byte> fill_element(const Hdf5DatasetSpec& spec, const std::string& where) {
  if (spec.fill_value) return typed_numbers({"fill_value", *spec.fill_value}, spec.dtype, where);
  const Hdf5Attribute* attribute = find_attribute(spec.attributes, "_FillValue");
  if (attribute != nullptr && !is_complex(spec.dtype)) return typed_numbers(*attribute, spec.dtype, where);
  return std::vector<std::byte>(size_of(spec.dtype));
}

std::vector<Hdf5Filter> filters_of(const Hdf5DatasetSpec& spec) {
  std::vector<Hdf5Filter> filters;
  if (!spec.compression.codec) return filters;
  const auto element_bytes = static_cast<std::uint32_t>(size_of(spec.dtype));
  if (spec.compression.shuffles && element_bytes > 1)
    filters.push_back({kShuffleFilter, {element_bytes}, "shuffle"});
  const Codec codec = *spec.compression.codec;
  Hdf5Filter filter{
      static_cast<std::int32_t>(codec), {static_cast<std::uint32_t>(spec.compression.level)}, name_of(codec)};
  if (codec == Codec::kLzf) {  // as h5py: two version numbers, then the size of a chunk in bytes
    std::uint64_t bytes = element_bytes;
    for (const std::int64_t length : spec.chunk_shape) bytes *= static_cast<std::uint64_t>(length);
    filter.client = {4, 0x0105, static_cast<std::uint32_t>(bytes)};
  }
  filters.push_back(std::move(filter));
  return filters;
}

Hdf5Id creation_list(const Hdf5DatasetSpec& spec, std::span<const Hdf5Filter> filters,
                     const std::string& where) {
  Hdf5Id list(H5Pcreate(H5P_DATASET_CREATE));
  // netCDF wants the order of creation tracked.
  H5Pset_attr_creation_order(list.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  if (!spec.chunk_shape.empty()) {
    const auto chunk = hdf5_extents(spec.chunk_shape);
    checked_write(H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), where,
                  "cannot set its chunks");
  }
  for (const auto& filter : filters) {
    // Optional, so that chunks which do not become smaller are stored uncompressed.
    checked_write(filter.id == kShuffleFilter ? H5Pset_shuffle(list.get())
                                              : H5Pset_filter(list.get(), filter.id, H5Z_FLAG_OPTIONAL,
                                                              filter.client.size(), filter.client.data()),
                  where, fmt::format("cannot set the filter {}", filter.name));
  }
  if (spec.fill_value || find_attribute(spec.attributes, "_FillValue") != nullptr) {
    const auto element = fill_element(spec, where);
    checked_write(H5Pset_fill_value(list.get(), native_type_of(spec.dtype).get(), element.data()), where,
                  "cannot set its fill value");
  }
  return list;
}

Hdf5Id space_of(std::span<const std::int64_t> shape, std::span<const std::int64_t> unlimited) {
  const auto extents = hdf5_extents(shape);
  if (shape.empty()) return Hdf5Id(H5Screate(H5S_SCALAR));
  auto most = extents;
  for (const std::int64_t axis : unlimited) most[static_cast<std::size_t>(axis)] = H5S_UNLIMITED;
  return Hdf5Id(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), most.data()));
}

}  // namespace bask
