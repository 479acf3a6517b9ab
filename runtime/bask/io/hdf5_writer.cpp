#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <unistd.h>
#include <bask/collections/array/box_runs.hpp>
#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_type.hpp>
#include <bask/io/hdf5_writer.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <tuple>

namespace bask {

struct Hdf5Writer::Dataset {
  Hdf5DatasetSpec spec;
  Hdf5Id id;
  Hdf5Id type;
  std::vector<Hdf5Filter> filters;
  std::vector<std::byte> fill;  // one element
  bool is_variable = true;      // else it only stands for the length of a dimension
};

struct Hdf5Writer::Block {
  std::span<const std::int64_t> start, extent;
  const std::byte* data;
};

namespace {

namespace fs = std::filesystem;
using Extents = std::vector<std::int64_t>;

constexpr const char* kFix = "write to a directory that you may write to and that has room";

std::string reason(int error) {
  return std::generic_category().message(error);
}

// "/a/b" of "/a/u" and "b".
std::string sibling(const std::string& name, const std::string& other) {
  return name.substr(0, name.rfind('/') + 1) + other;
}

Hdf5DatasetSpec with_full_name(Hdf5DatasetSpec spec) {
  if (!spec.name.starts_with('/')) spec.name.insert(0, 1, '/');
  return spec;
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)) {
  create_file();
}

Hdf5Writer::~Hdf5Writer() {
  {
    const Hdf5Lock lock;
    datasets_.clear();
    file_.close();
  }
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Hdf5Writer::create_file() {
  static std::atomic<unsigned> number{0};
  const fs::path directory =
      fs::path(path_).has_parent_path() ? fs::path(path_).parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) {
    throw Error(where(), fmt::format("there is no directory '{}'", directory.string()),
                "create it first, or name another place");
  }
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK, AT_EACCESS) != 0) refuse(reason(errno));
  const Hdf5Lock lock;
  const Hdf5Id access(H5Pcreate(H5P_FILE_ACCESS)), creation(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), true, true);
#endif
  H5Pset_link_creation_order(creation.get(),
                             H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);  // as netCDF wants it
  H5Pset_attr_creation_order(creation.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  constexpr int kTries = 100;  // another host may have taken the name
  for (int i = 0; i < kTries; ++i) {
    const auto name = (directory / fmt::format(".bask-{}-{}.part", ::getpid(), ++number)).string();
    if (fs::exists(name, ignored)) continue;
    file_ = Hdf5Id(H5Fcreate(name.c_str(), H5F_ACC_EXCL, creation.get(), access.get()));
    if (file_) {
      temporary_ = name;
      return;
    }
  }
  refuse_hdf5(where(), fmt::format("cannot create a file in '{}'", directory.string()), kFix);
}

std::int64_t Hdf5Writer::make_dataset(const Hdf5DatasetSpec& spec, std::int64_t list) {
  if (H5Lexists(file_.get(), spec.name.c_str(), H5P_DEFAULT) > 0) {
    throw Error(where(spec.name), "there is a dataset of that name already", "give each its own name");
  }
  const Hdf5Id links(H5Pcreate(H5P_LINK_CREATE)), type = native_type_of(spec.dtype),
                                                  space = space_of(spec.shape);
  H5Pset_create_intermediate_group(links.get(), 1);
  const std::int64_t id = checked_hdf5(
      H5Dcreate2(file_.get(), spec.name.c_str(), type.get(), space.get(), links.get(), list, H5P_DEFAULT),
      where(spec.name), "cannot create the dataset");
  auto made = std::make_unique<Dataset>();
  made->spec = spec;
  made->id = Hdf5Id(id);
  made->type = native_type_of(spec.dtype);
  made->filters = filters_of(spec);
  made->fill = typed_element(spec.fill_value.value_or(0), spec.dtype);
  datasets_.push_back(std::move(made));
  for (const auto& attribute : spec.attributes) write_attribute(id, attribute, where(spec.name));
  return id;
}

Hdf5Writer::DatasetId Hdf5Writer::create_dataset(const Hdf5DatasetSpec& spec) {
  const Hdf5DatasetSpec full = with_full_name(spec);
  check_spec(full, where(full.name));
  const Hdf5Lock lock;
  const auto filters = filters_of(full);
  make_dataset(full, creation_list(full, filters, where(full.name)).get());
  return datasets_.size() - 1;
}

void Hdf5Writer::create_virtual(const Hdf5DatasetSpec& spec, std::span<const Hdf5VirtualPart> parts) {
  const Hdf5DatasetSpec full = with_full_name(spec);
  check_spec(full, where(full.name));
  const Hdf5Lock lock;
  const Hdf5Id list = creation_list(full, {}, where(full.name));
  for (const auto& part : parts) {
    const Hdf5Id space = space_of(full.shape), source = space_of(part.extent);
    const auto start = hdf5_extents(part.start), extent = hdf5_extents(part.extent);
    if (!start.empty()) {
      checked_hdf5(
          H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
          where(full.name), "cannot select a part");
    }
    checked_hdf5(
        H5Pset_virtual(list.get(), space.get(), part.path.c_str(), part.dataset.c_str(), source.get()),
        where(full.name), fmt::format("cannot show '{}' of '{}' in it", part.dataset, part.path));
  }
  make_dataset(full, list.get());
}

void Hdf5Writer::set_attributes(const std::vector<Hdf5Attribute>& attributes) {
  const Hdf5Lock lock;
  const Hdf5Id root(checked_hdf5(H5Gopen2(file_.get(), "/", H5P_DEFAULT), where(), "cannot open its root"));
  for (const auto& attribute : attributes) write_attribute(root.get(), attribute, where());
}

const Hdf5Writer::Dataset& Hdf5Writer::dataset_of(DatasetId id) const {
  const Hdf5Lock lock;  // others may be adding theirs
  return *datasets_.at(id);
}

void Hdf5Writer::write_block(DatasetId id, std::span<const std::int64_t> start,
                             std::span<const std::int64_t> extent, const void* data) {
  const Dataset& dataset = dataset_of(id);
  const auto& [shape, chunk] = std::tie(dataset.spec.shape, dataset.spec.chunk_shape);
  const std::size_t axes = shape.size();
  for (std::size_t a = 0; a < axes; ++a) {
    if (start.size() != axes || extent.size() != axes || start[a] < 0 || extent[a] < 0 ||
        extent[a] > shape[a] - start[a]) {
      throw Error(where(dataset.spec.name),
                  fmt::format("a block of shape {} from element {} on does not lie within its shape {}",
                              hdf5_text(extent), hdf5_text(start), hdf5_text(shape)),
                  "write a block within it");
    }
    if (extent[a] == 0) return;
  }
  const Block block{start, extent, static_cast<const std::byte*>(data)};
  if (chunk.empty()) return write_part(dataset, block, start, extent);
  Extents at(axes), begin(axes), part(axes);
  for (std::size_t a = 0; a < axes; ++a) at[a] = start[a] / chunk[a] * chunk[a];
  while (true) {
    bool is_whole = true;
    for (std::size_t a = 0; a < axes; ++a) {
      const std::int64_t end = std::min(at[a] + chunk[a], shape[a]);
      begin[a] = std::max(at[a], start[a]);
      part[a] = std::min(end, start[a] + extent[a]) - begin[a];
      is_whole = is_whole && part[a] == end - at[a];
    }
    is_whole ? write_chunk(dataset, block, at) : write_part(dataset, block, begin, part);
    std::size_t a = axes;
    while (a > 0 && at[a - 1] + chunk[a - 1] >= start[a - 1] + extent[a - 1]) {
      --a, at[a] = start[a] / chunk[a] * chunk[a];
    }
    if (a == 0) return;
    at[a - 1] += chunk[a - 1];
  }
}

void Hdf5Writer::write_chunk(const Dataset& dataset, const Block& block,
                             std::span<const std::int64_t> origin) {
  const auto& chunk = dataset.spec.chunk_shape;
  const std::size_t element_bytes = dataset.fill.size();
  const auto bytes_of = [&](std::int64_t elements) {
    return elements * static_cast<std::int64_t>(element_bytes);
  };
  Extents part(chunk.size()), in_block(chunk.size());
  std::int64_t elements = 1;
  for (std::size_t a = 0; a < chunk.size(); ++a) {
    part[a] = std::min(chunk[a], dataset.spec.shape[a] - origin[a]);
    in_block[a] = origin[a] - block.start[a];
    elements *= chunk[a];
  }
  const Extents zero(chunk.size(), 0);
  const BoxPlace from{block.extent, in_block}, to{chunk, zero};
  const bool is_dense = part == chunk && runs_of(from, to, part).outer_axes == 0;
  std::span<const std::byte> raw{block.data + bytes_of(offset_of(from)),
                                 static_cast<std::size_t>(bytes_of(elements))};
  if (!is_dense) {
    const auto memory = thread_scratch(ScratchUse::kRaw, raw.size());
    if (part != chunk) {  // beyond the dataset's end
      for (std::size_t i = 0; i < raw.size(); i += element_bytes)
        std::memcpy(&memory[i], dataset.fill.data(), element_bytes);
    }
    for_each_run(from, to, part, [&](auto in, auto at, auto length) {
      std::memcpy(memory.data() + bytes_of(at), block.data + bytes_of(in),
                  static_cast<std::size_t>(bytes_of(length)));
    });
    raw = memory;
  }
  const EncodedChunk encoded = encode_chunk(dataset.filters, raw, element_bytes);
  const auto offset = hdf5_extents(origin);
  const Hdf5Lock lock;
  if (H5Dwrite_chunk(dataset.id.get(), H5P_DEFAULT, encoded.skipped, offset.data(), encoded.bytes.size(),
                     encoded.bytes.data()) < 0) {
    refuse_hdf5(where(dataset.spec.name),
                fmt::format("the chunk from element {} on cannot be written", hdf5_text(origin)), kFix);
  }
}

void Hdf5Writer::write_part(const Dataset& dataset, const Block& block, std::span<const std::int64_t> begin,
                            std::span<const std::int64_t> extent) {
  const Hdf5Lock lock;
  const Hdf5Id memory = space_of(block.extent), space = space_of(dataset.spec.shape);
  Extents in_block(begin.begin(), begin.end());
  for (std::size_t a = 0; a < in_block.size(); ++a) in_block[a] -= block.start[a];
  const auto from = hdf5_extents(in_block), to = hdf5_extents(begin), count = hdf5_extents(extent);
  const bool is_selected =
      begin.empty() ||
      (H5Sselect_hyperslab(memory.get(), H5S_SELECT_SET, from.data(), nullptr, count.data(), nullptr) >= 0 &&
       H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, to.data(), nullptr, count.data(), nullptr) >= 0);
  if (!is_selected || H5Dwrite(dataset.id.get(), dataset.type.get(), memory.get(), space.get(), H5P_DEFAULT,
                               block.data) < 0) {
    refuse_hdf5(where(dataset.spec.name),
                fmt::format("the elements from {} on cannot be written", hdf5_text(begin)), kFix);
  }
}

void Hdf5Writer::connect_dimensions() {
  const std::size_t count = datasets_.size();  // those that only stand for a length come after them
  for (std::size_t i = 0; i < count; ++i) {
    const auto& dimensions = datasets_[i]->spec.dimensions;
    for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
      if (!dimensions[axis].empty()) connect_axis(*datasets_[i], axis);
    }
  }
}

void Hdf5Writer::connect_axis(const Dataset& dataset, std::size_t axis) {
  const std::string& dimension = dataset.spec.dimensions[axis];
  const std::int64_t length = dataset.spec.shape[axis];
  const Dataset& scale = scale_of(dataset, axis);
  if (scale.spec.shape != Extents{length}) {
    throw Error(where(dataset.spec.name),
                fmt::format("axis {} has length {}, and '{}', its dimension, has the shape {}", axis, length,
                            scale.spec.name, hdf5_text(scale.spec.shape)),
                "give the axis a dimension of its own length");
  }
  make_scale(scale.id.get(), dimension, length, scale.is_variable, where(scale.spec.name));
  if (&scale != &dataset) attach_scale(dataset.id.get(), scale.id.get(), axis, where(dataset.spec.name));
}

const Hdf5Writer::Dataset& Hdf5Writer::scale_of(const Dataset& dataset, std::size_t axis) {
  const std::string name = sibling(dataset.spec.name, dataset.spec.dimensions[axis]);
  const auto at =
      std::find_if(datasets_.begin(), datasets_.end(), [&](const auto& d) { return d->spec.name == name; });
  if (at != datasets_.end()) return **at;
  Hdf5DatasetSpec only_length;
  only_length.name = name;
  only_length.dtype = DType::kFloat32;
  only_length.shape = {dataset.spec.shape[axis]};
  make_dataset(only_length, creation_list(only_length, {}, where(name)).get());
  datasets_.back()->is_variable = false;
  return *datasets_.back();
}

void Hdf5Writer::finish() {
  {
    const Hdf5Lock lock;
    connect_dimensions();
    datasets_.clear();
    checked_hdf5(H5Fflush(file_.get(), H5F_SCOPE_LOCAL), where(), "cannot be written");
    if (H5Fclose(file_.get()) < 0) refuse_hdf5(where(), "cannot be closed", kFix);
    file_ = Hdf5Id();
  }
  put_in_place();
}

void Hdf5Writer::put_in_place() {
  const int file = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse(reason(errno));
  const int error = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (error != 0) refuse(reason(error));
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) refuse(reason(errno));
  temporary_.clear();
  const fs::path directory =
      fs::path(path_).has_parent_path() ? fs::path(path_).parent_path() : fs::path(".");
  const int place = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return;  // the name is there; only that it is on the disk is not known
  ::fsync(place);
  ::close(place);
}

void Hdf5Writer::refuse(const std::string& why) const {
  throw Error(where(), fmt::format("cannot write it: {}", why), kFix);
}

}  // namespace bask
