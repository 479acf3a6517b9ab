// Writing arrays: each block is written by a task, on the rank that has it, to a file of that rank's own; or
// by rank 0, which gets the blocks as they are computed. Files get their names when all is on the disk.
#include <fmt/format.h>
#include <bask/collections/array/use.hpp>
#include <bask/core/error.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_store.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

namespace bask {

namespace {

constexpr std::int64_t kMostInOneFile = std::int64_t{1} << 30;

Shape longest_chunks(const Chunks& chunks) {
  Shape longest;
  for (const AxisChunks& axis : chunks) longest.push_back(*std::max_element(axis.begin(), axis.end()));
  return longest;
}

bool may_grow(const Hdf5Variable& variable) {
  return variable.options.append_axis.has_value() || !variable.options.unlimited.empty();
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

// The stores that are being computed, by what their results carry.
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
    if (wanted_ == Hdf5Output::kFilePerRank && may_grow(variable)) {
      throw Error(where, "what shows the parts of several ranks cannot grow",
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
  if (is_alone && wanted_ != Hdf5Output::kFilePerRank) return Way::kHere;
  if (wanted_ != Hdf5Output::kAuto) return wanted_ == Hdf5Output::kOneFile ? Way::kGathered : Way::kParts;
  std::int64_t bytes = 0;
  bool grows = false;
  for (const Hdf5Variable& variable : variables_) {
    bytes +=
        element_count(variable.node->shape()) * static_cast<std::int64_t>(size_of(spec_of(variable).dtype));
    grows = grows || may_grow(variable);
  }
  return grows || bytes <= kMostInOneFile ? Way::kGathered : Way::kParts;
}

Hdf5BlockOutput Hdf5Store::State::output_of(const Hdf5Variable& variable) const {
  return {output_,
          parts_ != nullptr ? parts_->path().string() : std::string(),
          0,
          path_,
          spec_of(variable),
          packing_of(variable),
          variable.node->chunks()};
}

std::vector<BlockRefs> Hdf5Store::State::begin() {
  give_up();
  start_hdf5_everywhere();
  way_ = way();
  output_ = next_hdf5_output();
  is_begun_ = true;
  std::vector<BlockRefs> arrays;
  try {
    if (way_ == Way::kHere) begin_here(arrays);
    if (way_ == Way::kGathered) begin_gathered(arrays);
    if (way_ == Way::kParts) begin_parts(arrays);
  } catch (...) {
    give_up();
    throw;
  }
  return arrays;
}

void Hdf5Store::State::give_up() noexcept {
  if (!std::exchange(is_begun_, false)) return;
  if (way_ != Way::kGathered) drop_hdf5_output(output_);
  writer_.reset();
  datasets_.clear();
  parts_.reset();
}

// By the tasks of this process, the only one.
void Hdf5Store::State::begin_here(std::vector<BlockRefs>& arrays) {
  writer_ = std::make_shared<Hdf5Writer>(path_, mode_);
  writer_->set_attributes(attributes_);
  std::vector<Hdf5BlockOutput> outputs;
  for (const Hdf5Variable& variable : variables_) {
    outputs.push_back(output_of(variable));
    outputs.back().dataset = writer_->create_dataset(outputs.back().spec);
  }
  writer_->connect_dimensions();
  open_hdf5_output(output_, writer_);
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    arrays.push_back(add_write_tasks(variables_[v].node, outputs[v]));
  }
}

// By rank 0, which gets all blocks.
void Hdf5Store::State::begin_gathered(std::vector<BlockRefs>& arrays) {
  writer_ = std::make_shared<Hdf5Writer>(path_, mode_);
  writer_->set_attributes(attributes_);
  for (const Hdf5Variable& variable : variables_) {
    datasets_.push_back(writer_->create_dataset(spec_of(variable)));
    arrays.push_back(variable.node->lowered());
  }
  writer_->connect_dimensions();
}

void Hdf5Store::State::begin_parts(std::vector<BlockRefs>& arrays) {
  {  // What cannot be written is known before all the work: the same in a file that is dropped.
    Hdf5Writer dropped(path_, mode_);
    for (const Hdf5Variable& variable : variables_) dropped.create_dataset(spec_of(variable));
    dropped.connect_dimensions();
  }
  writer_ = std::make_shared<Hdf5Writer>(path_, mode_);
  writer_->set_attributes(attributes_);
  parts_ = std::make_unique<PartsDirectory>(writer_->place(), hdf5_place("to_hdf5", path_));
  for (const Hdf5Variable& variable : variables_) {
    arrays.push_back(add_write_tasks(variable.node, output_of(variable)));
  }
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
  if (way_ == Way::kGathered) write_gathered(blocks);
  if (way_ != Way::kGathered) end_hdf5_output(output_, true);  // finishes the file of this process, too
  if (way_ == Way::kParts) show_parts(blocks);
  if (way_ != Way::kHere) writer_->finish();
  if (parts_ != nullptr) parts_->keep();
  remove_unused_parts(writer_->place(), of_predecessor);
  is_begun_ = false;
  writer_.reset();
  datasets_.clear();
  parts_.reset();
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
    throw Error("to_hdf5", "a file is finished by compute(), once in each, and not in a task",
                "pass it to compute() beside what else is wanted");
  }
  state->finish(blocks);
  return {state->path()};
}

}  // namespace arguments

}  // namespace bask
