// Writing arrays. In a job of one process, tasks write the blocks to the file. In a job of several ranks,
// each rank's tasks write their blocks to a file of the rank; these files stay, or rank 0 copies them into
// one. Small arrays are gathered and written by rank 0. Files get their names when all is on the disk.
#include <fmt/format.h>
#include <bask/collections/array/use.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_store.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <mutex>

namespace bask {

namespace {

constexpr std::int64_t kMostGathered = std::int64_t{1} << 30;

Shape longest_chunks(const Chunks& chunks) {
  Shape longest;
  for (const AxisChunks& axis : chunks) longest.push_back(*std::max_element(axis.begin(), axis.end()));
  return longest;
}

bool may_grow(const Hdf5Variable& variable) {
  return variable.options.append_axis.has_value() || !variable.options.unlimited.empty();
}

// HDF5 puts block numbers for "%b" in the names of files and datasets that a virtual dataset shows.
bool has_percent(const std::string& name) {
  return name.find('%') != std::string::npos;
}

Hdf5Packing packing_of(const Hdf5Variable& variable) {
  const ToHdf5Options& options = variable.options;
  return {options.dtype.value_or(variable.node->dtype()), options.scale_factor.value_or(1),
          options.add_offset.value_or(0), options.fill_value.has_value(), options.fill_value.value_or(0)};
}

void check_packing(const Hdf5Variable& variable, const std::string& where) {
  const Hdf5Packing packing = packing_of(variable);
  const bool is_real = !is_complex(variable.node->dtype()) && !is_complex(packing.dtype);
  if (packing.changes(variable.node->dtype()) && !is_real) {
    throw Error(where, "complex elements cannot be packed", "write them as they are, or real() and imag()");
  }
  if (packing.scale_factor == 0 || !std::isfinite(packing.scale_factor) ||
      !std::isfinite(packing.add_offset)) {
    throw Error(where, "scale_factor and add_offset are finite numbers, the first not 0", "give others");
  }
}

// The stores that are being computed, by output number, as which they are packed.
struct Begun {
  std::mutex mutex;
  std::map<std::uint64_t, std::weak_ptr<Hdf5Store::State>> stores;
};
Begun& begun() {
  static Begun all;
  return all;
}

}  // namespace

Hdf5Store::State::State(std::string path, std::vector<Hdf5Variable> variables,
                        std::vector<Hdf5Attribute> attributes, Hdf5Output output, Hdf5Mode mode)
    : path_(std::move(path)),
      variables_(std::move(variables)),
      attributes_(std::move(attributes)),
      wanted_(output),
      mode_(mode) {
  for (const Hdf5Variable& variable : variables_) {
    const std::string where = hdf5_place("to_hdf5", path_, variable.name);
    if (element_count(variable.node->shape()) == kUnknown) {
      throw Error(where, "the shape is not known before it is computed", "call compute_chunk_sizes() first");
    }
    check_packing(variable, where);
    const Hdf5DatasetSpec spec = spec_of(variable);
    fill_element(spec, where);
    for (const auto& attribute : spec.attributes) attribute_of(attribute, spec.dtype, where);
    if (wanted_ == Hdf5Output::kFilePerRank && has_percent(variable.name)) {
      throw Error(where, "with one file per rank, the name of a dataset cannot contain '%'",
                  "give it another name, or write one file: Hdf5Output::kOneFile");
    }
    if (wanted_ == Hdf5Output::kFilePerRank && may_grow(variable)) {
      throw Error(where, "with one file per rank, a dataset cannot grow",
                  "write one file: Hdf5Output::kOneFile");
    }
  }
}

Hdf5DatasetSpec Hdf5Store::State::spec_of(const Hdf5Variable& variable) const {
  const ToHdf5Options& options = variable.options;
  Hdf5DatasetSpec spec;
  spec.name = variable.name;
  spec.dtype = options.dtype.value_or(variable.node->dtype());
  spec.shape = variable.node->shape();
  spec.unlimited = options.unlimited;
  spec.append_axis = options.append_axis;
  spec.fill_value = options.fill_value;
  const bool empty = element_count(spec.shape) == 0;
  spec.chunk_shape = options.chunks ? *options.chunks
                     : empty        ? Shape()
                                    : longest_chunks(variable.node->chunks());
  spec.compression = options.compression;
  spec.dimensions = options.dimensions;
  if (!options.units.empty()) spec.attributes.emplace_back("units", options.units);
  if (!options.long_name.empty()) spec.attributes.emplace_back("long_name", options.long_name);
  if (options.scale_factor) spec.attributes.emplace_back("scale_factor", *options.scale_factor);
  if (options.add_offset) spec.attributes.emplace_back("add_offset", *options.add_offset);
  if (options.fill_value) spec.attributes.emplace_back("_FillValue", *options.fill_value);
  spec.attributes.insert(spec.attributes.end(), options.attributes.begin(), options.attributes.end());
  return with_layout(std::move(spec), hdf5_place("to_hdf5", path_, variable.name));
}

Hdf5Store::State::Way Hdf5Store::State::way() const {
  const bool is_alone = end_hdf5_output(next_hdf5_output(), false) == 1;
  if (wanted_ == Hdf5Output::kFilePerRank) return Way::kParts;
  if (is_alone) return Way::kHere;
  std::int64_t bytes = 0;
  bool is_one_file =
      wanted_ == Hdf5Output::kOneFile || has_percent(std::filesystem::path(path_).filename().string());
  for (const Hdf5Variable& variable : variables_) {
    bytes +=
        element_count(variable.node->shape()) * static_cast<std::int64_t>(size_of(spec_of(variable).dtype));
    is_one_file = is_one_file || may_grow(variable) || has_percent(variable.name);
  }
  if (bytes <= kMostGathered) return Way::kGathered;
  return is_one_file ? Way::kMerged : Way::kParts;
}

Hdf5BlockOutput Hdf5Store::State::output_of(std::size_t variable) const {
  const Hdf5Variable& of = variables_[variable];
  return {output_,
          has_parts() ? parts_->path().string() : std::string(),
          has_parts() ? 0 : datasets_[variable],
          path_,
          spec_of(of),
          packing_of(of),
          of.node->chunks()};
}

std::vector<BlockRefs> Hdf5Store::State::begin() {
  give_up();
  start_hdf5_everywhere();
  way_ = way();
  output_ = next_hdf5_output();
  std::vector<Hdf5DatasetSpec> specs;
  for (const Hdf5Variable& variable : variables_) specs.push_back(spec_of(variable));
  used_mode_ = is_replaced_whole(path_, specs, attributes_) ? Hdf5Mode::kReplace : mode_;
  is_begun_ = true;
  std::vector<BlockRefs> arrays;
  try {
    if (way_ == Way::kParts) {  // first into a file that is dropped, to find out now what cannot be written
      create_datasets();
      datasets_.clear();
    }
    writer_ = std::make_shared<Hdf5Writer>(path_, used_mode_);
    writer_->set_attributes(attributes_);
    if (has_parts()) {
      parts_ = std::make_unique<PartsDirectory>(writer_->place(), hdf5_place("to_hdf5", path_));
    }
    if (way_ != Way::kParts) create_datasets();
    if (way_ == Way::kHere) open_hdf5_output(output_, writer_);
    for (std::size_t v = 0; v < variables_.size(); ++v) {
      arrays.push_back(way_ == Way::kGathered ? variables_[v].node->lowered()
                                              : add_write_tasks(variables_[v].node, output_of(v)));
    }
  } catch (...) {
    give_up();
    throw;
  }
  return arrays;
}

void Hdf5Store::State::create_datasets() {
  const auto writer = writer_ != nullptr ? writer_ : std::make_shared<Hdf5Writer>(path_, used_mode_);
  for (const Hdf5Variable& variable : variables_)
    datasets_.push_back(writer->create_dataset(spec_of(variable)));
  writer->connect_dimensions();
}

void Hdf5Store::State::give_up() noexcept {
  if (!std::exchange(is_begun_, false)) return;
  if (way_ != Way::kGathered) drop_hdf5_output(output_);
  writer_.reset();
  datasets_.clear();
  parts_.reset();
}

void Hdf5Store::State::write_gathered(std::span<const Input> blocks) {
  std::size_t next = 0;
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const BlockGrid grid(variables_[v].node->chunks());
    const Hdf5Packing packing = packing_of(variables_[v]);
    for (std::uint32_t k = 0; k < grid.size(); ++k) {
      const Region region = region_of(grid, k);
      const Block& given = blocks[next++].value->get<Block>();
      Block changed;
      const bool changes = packing.changes(given.dtype());
      if (changes) changed = packed(given, packing, hdf5_place("to_hdf5", path_, variables_[v].name));
      writer_->write_block(datasets_[v], region.start, region.extent, (changes ? changed : given).elements());
    }
  }
}

// Copies all blocks from the parts into the one file.
void Hdf5Store::State::merge_parts(std::span<const Input> blocks) {
  std::map<std::string, Hdf5Id> files;
  std::size_t next = 0;
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const BlockGrid grid(variables_[v].node->chunks());
    for (std::uint32_t k = 0; k < grid.size(); ++k) {
      const std::string part = part_of(blocks[next++].value->get<Block>());
      if (part.empty()) continue;  // the block has no elements
      Hdf5Id& file = files[part];
      const std::string path = (parts_->path() / part).string();
      if (!file) file = open_part(path, hdf5_place("to_hdf5", path_));
      const Hdf5Id dataset = open_block(file.get(), dataset_of_block(variables_[v].name, k), path);
      const Region region = region_of(grid, k);
      writer_->copy_block(datasets_[v], region.start, region.extent, dataset.get());
    }
  }
}

void Hdf5Store::State::show_parts(std::span<const Input> blocks) {
  std::size_t next = 0;
  for (const Hdf5Variable& variable : variables_) {
    const BlockGrid grid(variable.node->chunks());
    std::vector<Hdf5VirtualPart> parts;
    for (std::uint32_t k = 0; k < grid.size(); ++k) {
      const std::string part = part_of(blocks[next++].value->get<Block>());
      if (part.empty()) continue;  // the block has no elements
      const Region region = region_of(grid, k);
      parts.push_back(
          {parts_->name() + "/" + part, dataset_of_block(variable.name, k), region.start, region.extent});
    }
    Hdf5DatasetSpec spec = spec_of(variable);
    spec.chunk_shape.clear();
    spec.compression = {};
    writer_->create_virtual(spec, parts);
  }
}

void Hdf5Store::State::finish(std::span<const Input> blocks) {
  const PartsNames of_predecessor = parts_shown_by(writer_->place());
  if (way_ != Way::kGathered) end_hdf5_output(output_, true);  // finishes the file of this process, too
  if (way_ == Way::kGathered) write_gathered(blocks);
  if (way_ == Way::kMerged) merge_parts(blocks);
  if (way_ == Way::kParts) show_parts(blocks);
  if (way_ != Way::kHere) writer_->finish();
  if (way_ == Way::kParts) parts_->keep();
  parts_.reset();
  remove_unused_parts(writer_->place(), of_predecessor);
  is_begun_ = false;
  writer_.reset();
  datasets_.clear();
}

Hdf5Store::Hdf5Store(std::shared_ptr<State> state) : state_(std::move(state)) {}

std::string Hdf5Store::compute() const {
  return bask::compute(*this);
}

Hdf5Store to_hdf5_lazily(const std::string& path, const std::vector<Hdf5Variable>& variables,
                         const std::vector<Hdf5Attribute>& attributes, Hdf5Output output, Hdf5Mode mode) {
  return Hdf5Store(std::make_shared<Hdf5Store::State>(path, variables, attributes, output, mode));
}

void to_hdf5(const std::string& path, const std::vector<Hdf5Variable>& variables,
             const std::vector<Hdf5Attribute>& attributes, Hdf5Output output, Hdf5Mode mode) {
  to_hdf5_lazily(path, variables, attributes, output, mode).compute();
}

namespace arguments {

void Argument<Hdf5Store>::pack(const Hdf5Store& store, CallPacker& packer) {
  Hdf5Store::State& state = *store.state();
  const std::vector<BlockRefs> arrays = state.begin();
  {
    const std::lock_guard lock(begun().mutex);
    std::erase_if(begun().stores, [](const auto& each) { return each.second.expired(); });
    begun().stores[state.output()] = store.state();
  }
  packer.constant(state.output());
  std::size_t blocks = 0;
  for (const BlockRefs& refs : arrays) blocks += refs.size();
  packer.count(blocks);
  for (const BlockRefs& refs : arrays) {
    for (std::uint32_t k = 0; k < refs.size(); ++k) packer.input(refs[k]);
  }
}

Ready<std::string> Argument<Hdf5Store>::unpack(CallUnpacker& unpacker) {
  const auto output = Argument<std::uint64_t>::unpack(unpacker).take();
  const std::size_t count = unpacker.count();
  const auto blocks = unpacker.inputs(count);
  std::shared_ptr<Hdf5Store::State> state;
  if (!running_a_task()) {
    const std::lock_guard lock(begun().mutex);
    if (const auto found = begun().stores.find(output); found != begun().stores.end()) {
      state = found->second.lock();
      begun().stores.erase(found);
    }
  }
  if (state == nullptr || state->output() != output) {
    throw Error("to_hdf5", "only compute() can finish a file, and only once in each call; a task cannot",
                "pass the store once to compute(), together with what else is to be computed");
  }
  state->finish(blocks);
  return {state->path()};
}

std::string Argument<Hdf5Store>::unknown(const Hdf5Store& store) {
  store.state()->give_up();
  const std::lock_guard lock(begun().mutex);
  begun().stores.erase(store.state()->output());
  return store.state()->path();
}

}  // namespace arguments

}  // namespace bask
