#include <fmt/format.h>
#include <hdf5.h>
#include <bask/io/hdf5_dimensions.hpp>
#include <bask/io/hdf5_type.hpp>
#include <bask/io/hdf5_writer_dataset.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace bask {

namespace {

using Extents = std::vector<std::int64_t>;

// "/a/b" of "/a/u" and "b".
std::string sibling(const std::string& name, const std::string& other) {
  return name.substr(0, name.rfind('/') + 1) + other;
}

Hdf5DatasetSpec with_full_name(Hdf5DatasetSpec spec, const std::string& where) {
  if (!spec.name.starts_with('/')) spec.name.insert(0, 1, '/');
  const std::string ended = spec.name + "/";
  const auto has = [&](const char* part) { return ended.find(part) != std::string::npos; };
  if (has("//") || has("/./")) {
    throw Error(where, "this is no name of a dataset", "give one such as \"u\" or \"winds/u\"");
  }
  return spec;
}

std::vector<Hdf5Attribute> attributes_of(const Hdf5DatasetSpec& spec, const std::string& where) {
  std::vector<Hdf5Attribute> typed;
  for (const auto& attribute : spec.attributes) typed.push_back(attribute_of(attribute, spec.dtype, where));
  return typed;
}

Extents extent_of(std::int64_t dataset) {
  const Hdf5Id space(H5Dget_space(dataset));
  std::vector<hsize_t> lengths(
      static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
  H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
  return {lengths.begin(), lengths.end()};
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::string path, Hdf5Mode mode)
    : path_(std::move(path)), output_(path_, where()), state_(std::make_shared<Hdf5OutputState>()) {
  state_->descriptor = output_.descriptor();
  open_file(mode);
}

Hdf5Writer::~Hdf5Writer() {
  const Hdf5Lock lock;
  if (state_->error == 0) state_->error = ECANCELED;  // so that closing the file writes nothing more
  close_file();
}

void Hdf5Writer::open_file(Hdf5Mode mode) {
  std::error_code ignored;
  const bool adds = mode == Hdf5Mode::kAdd && output_.had_old_file() &&
                    std::filesystem::file_size(output_.place(), ignored) > 0;
  if (adds) output_.copy_old();
  const Hdf5Lock lock;
  const Hdf5Id access = output_access_list(state_), creation(H5Pcreate(H5P_FILE_CREATE));
  const std::string name = output_.temporary().string();
  if (adds) {
    file_ = Hdf5Id(H5Fopen(name.c_str(), H5F_ACC_RDWR, access.get()));
    if (!file_) {
      refuse_hdf5(where(), "cannot add to the file that is there",
                  "name another file, or have it replaced: Hdf5Mode::kReplace");
    }
    return;
  }
  // netCDF wants the order of creation tracked.
  H5Pset_link_creation_order(creation.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(creation.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  file_ = Hdf5Id(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()));
  if (!file_) refuse_hdf5(where(), "cannot create the file", kWriteElsewhere);
}

void Hdf5Writer::close_file() {
  datasets_.clear();
  ids_.clear();
  file_.close();
}

bool Hdf5Writer::has_link(const std::string& name) const {
  for (auto end = name.find('/', 1); end != std::string::npos; end = name.find('/', end + 1)) {
    const std::string parent = name.substr(0, end);
    if (H5Lexists(file_.get(), parent.c_str(), H5P_DEFAULT) <= 0) return false;
    const Hdf5Id object(H5Oopen(file_.get(), parent.c_str(), H5P_DEFAULT));
    if (H5Iget_type(object.get()) != H5I_GROUP) {
      throw Error(where(name), fmt::format("'{}' is no group, and holds no datasets", parent),
                  "give it another name");
    }
  }
  return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

Hdf5Writer::Dataset& Hdf5Writer::keep(std::unique_ptr<Dataset> dataset) {
  ids_.emplace(dataset->spec.name, datasets_.size());
  datasets_.push_back(std::move(dataset));
  return *datasets_.back();
}

void Hdf5Writer::check_old(const Hdf5DatasetSpec& spec, const Extents& shape, std::int64_t type) const {
  const auto stored = stored_type_of(type);
  if (stored && stored->dtype == spec.dtype && shape == spec.shape) return;
  throw Error(
      where(spec.name),
      fmt::format("the file has a dataset of that name already, of shape {} and {}, not of shape {} and {}",
                  hdf5_text(shape), stored ? bask::name_of(stored->dtype) : describe_type(type),
                  hdf5_text(spec.shape), bask::name_of(spec.dtype)),
      "give it another name, or have the file replaced: Hdf5Mode::kReplace");
}

Hdf5Writer::Dataset& Hdf5Writer::make_dataset(const Hdf5DatasetSpec& spec, std::int64_t list) {
  if (ids_.contains(spec.name)) {
    throw Error(where(spec.name), "there is a dataset of that name already", "give each its own name");
  }
  const auto attributes = attributes_of(spec, where(spec.name));
  ReplacedDimension replaced;
  if (has_link(spec.name)) {
    const Hdf5Id old(H5Oopen(file_.get(), spec.name.c_str(), H5P_DEFAULT));
    if (H5Iget_type(old.get()) != H5I_DATASET) {
      throw Error(where(spec.name), "the file has something else of that name, not a dataset",
                  "give it another name, or have the file replaced: Hdf5Mode::kReplace");
    }
    if (!is_scale_without_coordinates(old.get())) {
      check_old(spec, extent_of(old.get()), Hdf5Id(H5Dget_type(old.get())).get());
    }
    replaced = detach_dimension(file_.get(), old.get(), where(spec.name));
    checked_write(H5Ldelete(file_.get(), spec.name.c_str(), H5P_DEFAULT), where(spec.name),
                  "cannot replace the dataset");
  }
  const Hdf5Id links(H5Pcreate(H5P_LINK_CREATE)),
      type = file_type_of(spec.dtype, file_.get(), where(spec.name)),
      space = space_of(spec.shape, spec.unlimited);
  H5Pset_create_intermediate_group(links.get(), 1);
  auto made = std::make_unique<Dataset>();
  made->spec = spec;
  made->id = Hdf5Id(checked_write(
      H5Dcreate2(file_.get(), spec.name.c_str(), type.get(), space.get(), links.get(), list, H5P_DEFAULT),
      where(spec.name), "cannot create the dataset"));
  made->type = native_type_of(spec.dtype);
  made->filters = filters_of(spec);
  made->fill = fill_element(spec, where(spec.name));
  made->extent = spec.shape;
  made->first.assign(spec.shape.size(), 0);
  for (const auto& attribute : attributes) write_attribute(made->id.get(), attribute, where(spec.name));
  if (spec.dtype == DType::kBool) {  // by this attribute xarray knows a bool
    write_attribute(made->id.get(), {"dtype", "bool"}, where(spec.name));
  }
  reattach_dimension(replaced, file_.get(), made->id.get(), spec.name, where(spec.name));
  return keep(std::move(made));
}

Hdf5Writer::Dataset& Hdf5Writer::lengthen(const Hdf5DatasetSpec& spec) {
  if (ids_.contains(spec.name)) {
    throw Error(where(spec.name), "the dataset is written twice", "append to it once");
  }
  const auto attributes = attributes_of(spec, where(spec.name));
  auto old = std::make_unique<Dataset>();
  old->spec = spec;
  old->spec.dimensions.clear();  // the old dataset has its dimensions already
  old->id = Hdf5Id(checked_write(H5Dopen2(file_.get(), spec.name.c_str(), H5P_DEFAULT), where(spec.name),
                                 "cannot append to it"));
  old->extent = extent_of(old->id.get());
  const auto axis = static_cast<std::size_t>(*spec.append_axis);
  Extents fitting = old->extent;
  if (axis < fitting.size() && fitting.size() == spec.shape.size()) fitting[axis] = spec.shape[axis];
  check_old(spec, fitting, Hdf5Id(H5Dget_type(old->id.get())).get());
  old->first.assign(fitting.size(), 0);
  old->first[axis] = old->extent[axis];
  old->extent[axis] += spec.shape[axis];
  const auto extent = hdf5_extents(old->extent);
  if (H5Dset_extent(old->id.get(), extent.data()) < 0) {
    H5Eclear2(H5E_DEFAULT);
    throw Error(where(spec.name), fmt::format("the dataset cannot grow along axis {}", axis),
                "write it with that axis unlimited: .unlimited or .append_axis");
  }
  lengthen_scales(old->id.get(), axis, old->extent[axis], where(spec.name));
  old->type = native_type_of(spec.dtype);
  old->fill = fill_element(spec, where(spec.name));
  old->by_library = true;
  for (const auto& attribute : attributes) write_attribute(old->id.get(), attribute, where(spec.name));
  return keep(std::move(old));
}

Hdf5Writer::DatasetId Hdf5Writer::create_dataset(const Hdf5DatasetSpec& spec) {
  const Hdf5DatasetSpec full = with_layout(with_full_name(spec, where(spec.name)), where(spec.name));
  const Hdf5Lock lock;
  if (full.append_axis && has_link(full.name)) {
    lengthen(full);
  } else {
    const auto filters = filters_of(full);
    make_dataset(full, creation_list(full, filters, where(full.name)).get());
  }
  check_written(full.name, "cannot create the dataset");
  return datasets_.size() - 1;
}

Hdf5Writer::DatasetId Hdf5Writer::dataset_for(const Hdf5DatasetSpec& spec) {
  const Hdf5Lock lock;
  const auto found = ids_.find(with_full_name(spec, where(spec.name)).name);
  return found != ids_.end() ? found->second : create_dataset(spec);
}

void Hdf5Writer::create_virtual(const Hdf5DatasetSpec& spec, std::span<const Hdf5VirtualPart> parts) {
  const Hdf5DatasetSpec full = with_layout(with_full_name(spec, where(spec.name)), where(spec.name));
  const Hdf5Lock lock;
  const Hdf5Id list = creation_list(full, {}, where(full.name));
  for (const auto& part : parts) {
    const Hdf5Id space = space_of(full.shape), source = space_of(part.extent);
    const auto start = hdf5_extents(part.start), extent = hdf5_extents(part.extent);
    if (!start.empty()) {
      checked_write(
          H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
          where(full.name), "cannot select a part");
    }
    checked_write(
        H5Pset_virtual(list.get(), space.get(), part.path.c_str(), part.dataset.c_str(), source.get()),
        where(full.name), fmt::format("cannot show '{}' of '{}' in it", part.dataset, part.path));
  }
  make_dataset(full, list.get());
}

void Hdf5Writer::set_attributes(const std::vector<Hdf5Attribute>& attributes) {
  const Hdf5Lock lock;
  const Hdf5Id root(checked_write(H5Gopen2(file_.get(), "/", H5P_DEFAULT), where(), "cannot open its root"));
  for (const auto& attribute : attributes) {
    write_attribute(root.get(), attribute_of(attribute, std::nullopt, where()), where());
  }
}

void Hdf5Writer::connect_dimensions() {
  const Hdf5Lock lock;
  for (; connected_ < datasets_.size(); ++connected_) {
    const Dataset& dataset = *datasets_[connected_];
    for (std::size_t axis = 0; axis < dataset.spec.dimensions.size(); ++axis) {
      if (!dataset.spec.dimensions[axis].empty()) connect_axis(dataset, axis);
    }
  }
}

void Hdf5Writer::connect_axis(const Dataset& dataset, std::size_t axis) {
  const std::string& dimension = dataset.spec.dimensions[axis];
  const std::int64_t length = dataset.extent[axis];
  const Dataset& scale = scale_of(dataset, axis);
  if (scale.extent != Extents{length}) {
    throw Error(where(dataset.spec.name),
                fmt::format("axis {} has length {}, and '{}', its dimension, has the shape {}", axis, length,
                            scale.spec.name, hdf5_text(scale.extent)),
                "give the axis a dimension of its own length");
  }
  make_scale(scale.id.get(), dimension, length, scale.is_variable, where(scale.spec.name));
  if (&scale != &dataset) attach_scale(dataset.id.get(), scale.id.get(), axis, where(dataset.spec.name));
}

const Hdf5Writer::Dataset& Hdf5Writer::scale_of(const Dataset& dataset, std::size_t axis) {
  const std::string name = sibling(dataset.spec.name, dataset.spec.dimensions[axis]);
  if (const auto at = ids_.find(name); at != ids_.end()) return *datasets_[at->second];
  if (has_link(name)) {  // of the old file
    auto old = std::make_unique<Dataset>();
    old->spec.name = name;
    old->id = Hdf5Id(checked_write(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), where(name),
                                   "cannot open the dataset"));
    old->extent = extent_of(old->id.get());
    return keep(std::move(old));
  }
  Hdf5DatasetSpec only_length;
  only_length.name = name;
  only_length.dtype = DType::kFloat32;
  only_length.shape = {dataset.extent[axis]};
  const auto& unlimited = dataset.spec.unlimited;
  if (std::find(unlimited.begin(), unlimited.end(), static_cast<std::int64_t>(axis)) != unlimited.end()) {
    only_length.unlimited = {0};
  }
  only_length = with_layout(std::move(only_length), where(name));
  Dataset& made = make_dataset(only_length, creation_list(only_length, {}, where(name)).get());
  made.is_variable = false;
  return made;
}

void Hdf5Writer::check_written(const std::string& dataset, const std::string& happened) const {
  if (state_->error == 0) return;
  throw Error(where(dataset), fmt::format("{}: {}", happened, error_text(state_->error)), kWriteElsewhere);
}

void Hdf5Writer::finish() {
  {
    const Hdf5Lock lock;
    connect_dimensions();
    checked_write(H5Fflush(file_.get(), H5F_SCOPE_LOCAL), where(), "cannot be written");
    check_written({}, "cannot be written");
    datasets_.clear();
    ids_.clear();
    if (H5Fclose(file_.get()) < 0) refuse_hdf5(where(), "cannot be closed", kWriteElsewhere);
    file_ = Hdf5Id();
    check_written({}, "cannot be written");
  }
  output_.put_in_place();
}

}  // namespace bask
