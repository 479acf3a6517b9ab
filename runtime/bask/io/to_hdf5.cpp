// Writing arrays: each block is written by a task, on the rank that has it, to a file of that rank's own; or
// by rank 0, which gets the blocks as they are computed. Files get their names when all is on the disk.
#include <unistd.h>
#include <bask/collections/array/use.hpp>
#include <bask/collections/delayed.hpp>
#include <bask/core/error.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_writer.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

namespace bask {

namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMostInOneFile = std::int64_t{1} << 30;

Shape longest_chunks(const Chunks& chunks) {
  Shape longest;
  for (const AxisChunks& axis : chunks) longest.push_back(*std::max_element(axis.begin(), axis.end()));
  return longest;
}

Hdf5DatasetSpec spec_of(const Hdf5Variable& variable) {
  const ToHdf5Options& options = variable.options;
  Hdf5DatasetSpec spec;
  spec.name = variable.name;
  spec.dtype = variable.node->dtype();
  spec.shape = variable.node->shape();
  const bool empty = element_count(spec.shape) == 0;
  spec.chunk_shape = options.chunks ? *options.chunks
                     : empty        ? Shape()
                                    : longest_chunks(variable.node->chunks());
  spec.compression = options.compression;
  spec.dimensions = options.dimensions;
  if (!options.units.empty()) spec.attributes.emplace_back("units", options.units);
  if (!options.long_name.empty()) spec.attributes.emplace_back("long_name", options.long_name);
  spec.attributes.insert(spec.attributes.end(), options.attributes.begin(), options.attributes.end());
  return spec;
}

// What one call writes, on this rank, told apart by a number of rank 0's.
struct OpenOutputs {
  std::mutex mutex;
  std::map<std::uint64_t, std::shared_ptr<Hdf5Writer>> writers;
};
OpenOutputs& open_outputs() {
  static OpenOutputs outputs;
  return outputs;
}

std::string host_name() {
  char name[256] = "host";
  ::gethostname(name, sizeof(name) - 1);
  return name;
}

// Of this process, in the directory of parts.
std::string part_name() {
  return host_name() + "-" + std::to_string(::getpid()) + ".h5";
}

std::shared_ptr<Hdf5Writer> part_writer(std::uint64_t output, const std::string& directory) {
  OpenOutputs& outputs = open_outputs();
  const std::lock_guard lock(outputs.mutex);
  std::shared_ptr<Hdf5Writer>& writer = outputs.writers[output];
  if (writer == nullptr) {
    std::error_code ignored;
    fs::create_directories(directory, ignored);  // what fails here fails when the file is made, with its name
    writer = std::make_shared<Hdf5Writer>(directory + "/" + part_name());
  }
  return writer;
}

// The writer of the one file of this process.
std::shared_ptr<Hdf5Writer> open_writer(std::uint64_t output) {
  OpenOutputs& outputs = open_outputs();
  const std::lock_guard lock(outputs.mutex);
  const auto found = outputs.writers.find(output);
  if (found == outputs.writers.end()) {
    throw Error("to_hdf5", "the output has been given up", "see the error that ended it");
  }
  return found->second;
}

struct Writing {
  std::uint64_t output = 0;
  std::string directory{};    ///< of the parts; empty when the output is one file of this process
  std::uint64_t dataset = 0;  ///< of that file
  Hdf5DatasetSpec spec{};
  Chunks chunks{};
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& output& directory& dataset& spec& chunks;
  }
};

std::string block_name(const std::string& variable, std::uint32_t block) {
  return variable + "/" + std::to_string(block);
}

// Gives back the name of the part that the block is in.
Block write_block(const BlockCall<Writing>& call) {
  const Writing& writing = call.description();
  const Block& block = call.block(0);
  const Block nowhere(DType::kUInt8, Shape{0});
  if (block.count() == 0) return nowhere;
  if (writing.directory.empty()) {
    const Region region = region_of(writing.chunks, call.task());
    open_writer(writing.output)->write_block(writing.dataset, region.start, region.extent, block.elements());
    return nowhere;
  }
  Hdf5DatasetSpec spec = writing.spec;
  spec.name = block_name(spec.name, call.task());
  spec.shape.assign(block.shape().begin(), block.shape().end());
  spec.dimensions.clear();
  for (std::size_t k = 0; k < spec.chunk_shape.size(); ++k)
    spec.chunk_shape[k] = std::clamp<std::int64_t>(spec.shape[k], 1, spec.chunk_shape[k]);
  const auto writer = part_writer(writing.output, writing.directory);
  const Shape start(spec.shape.size(), 0);
  writer->write_block(writer->create_dataset(spec), start, spec.shape, block.elements());
  const std::string part = part_name();
  Block name(DType::kUInt8, Shape{static_cast<std::int64_t>(part.size())});
  std::copy(part.begin(), part.end(), name.as<char>());
  return name;
}

struct Ending {
  std::uint64_t output;
  bool keeps;
};
// On every rank: brings its part to the disk, or drops it.
void end_part(KernelCall& call) {
  Ending ending;
  std::memcpy(&ending, call.arguments, sizeof(ending));
  std::shared_ptr<Hdf5Writer> writer;
  {
    OpenOutputs& outputs = open_outputs();
    const std::lock_guard lock(outputs.mutex);
    const auto found = outputs.writers.find(ending.output);
    if (found != outputs.writers.end()) writer = std::move(found->second);
    outputs.writers.erase(ending.output);
  }
  if (writer != nullptr && ending.keeps) writer->finish();
  call.result.emplace<bool>(writer != nullptr);
}
const KernelId kEndPart = KernelRegistry::instance().add("end-part", "bask::to_hdf5", &end_part);

std::vector<Value> end_parts(std::uint64_t output, bool keeps) {
  const Ending ending{output, keeps};
  return current_runtime().call_everywhere(kEndPart, without_padding(ending));
}

Results computed(const std::vector<BlockRefs>& arrays) {
  arguments::CallPacker packer;
  for (const BlockRefs& refs : arrays) {
    for (std::uint32_t k = 0; k < refs.size(); ++k) packer.input(refs[k]);
  }
  open_layer::close();
  return current_runtime().compute(packer.inputs());
}

// A task for each block that writes it where its rank writes.
BlockRefs write_tasks(const Hdf5Variable& variable, const Writing& writing) {
  BlockReads reads;
  const std::uint32_t blocks = variable.node->block_count();
  for (std::uint32_t k = 0; k < blocks; ++k) {
    reads.read(0, k);
    reads.end_task();
  }
  std::vector<BlockRefs> blocks_of(1, variable.node->lowered());
  // Another attempt writes another file, and another process would write to a copy of this one's.
  const annotate never_kept({.checkpoint = false, .isolate = false});
  return BlockTasks<write_block>::add("to-hdf5", writing, std::move(blocks_of), std::move(reads));
}

std::uint64_t next_output() {
  static std::atomic<std::uint64_t> outputs{0};
  return outputs++;
}

// By the tasks of this process, the only one.
void write_here(const std::string& path, const std::vector<Hdf5Variable>& variables,
                const std::vector<Hdf5Attribute>& attributes) {
  const std::uint64_t output = next_output();
  const auto writer = std::make_shared<Hdf5Writer>(path);
  writer->set_attributes(attributes);
  {
    const std::lock_guard lock(open_outputs().mutex);
    open_outputs().writers[output] = writer;
  }
  try {
    std::vector<BlockRefs> arrays;
    for (const Hdf5Variable& variable : variables) {
      const Hdf5DatasetSpec spec = spec_of(variable);
      arrays.push_back(
          write_tasks(variable, {output, {}, writer->create_dataset(spec), spec, variable.node->chunks()}));
    }
    computed(arrays);
    end_parts(output, true);
  } catch (...) {
    end_parts(output, false);
    throw;
  }
}

// By rank 0, which gets all blocks.
void write_gathered(const std::string& path, const std::vector<Hdf5Variable>& variables,
                    const std::vector<Hdf5Attribute>& attributes) {
  Hdf5Writer writer(path);
  writer.set_attributes(attributes);
  std::vector<BlockRefs> arrays;
  std::vector<Hdf5Writer::DatasetId> datasets;
  for (const Hdf5Variable& variable : variables) {
    datasets.push_back(writer.create_dataset(spec_of(variable)));
    arrays.push_back(variable.node->lowered());
  }
  const Results results = computed(arrays);
  std::size_t next = 0;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    const BlockGrid grid(variables[v].node->chunks());
    for (std::uint32_t k = 0; k < arrays[v].size(); ++k) {
      const Region region = region_of(grid, k);
      writer.write_block(datasets[v], region.start, region.extent,
                         results.targets[next++].value->get<Block>().elements());
    }
  }
  writer.finish();
}

// Names of parts of one output are of no other: nothing that is in use is written over.
std::string parts_directory(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + ".parts/" + host_name() + "-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

// Makes the datasets in a file that is dropped: what cannot be written so is known before all the work.
void rehearse(const std::string& path, const std::vector<Hdf5Variable>& variables) {
  Hdf5Writer dropped(path);
  for (const Hdf5Variable& variable : variables) dropped.create_dataset(spec_of(variable));
}

void write_parts(const std::string& path, const std::vector<Hdf5Variable>& variables,
                 const std::vector<Hdf5Attribute>& attributes) {
  rehearse(path, variables);
  const std::uint64_t output = next_output();
  const std::string directory = parts_directory(path);
  const std::string below =
      fs::path(path).filename().string() + ".parts/" + fs::path(directory).filename().string();
  std::vector<BlockRefs> arrays;
  for (const Hdf5Variable& variable : variables) {
    arrays.push_back(
        write_tasks(variable, {output, directory, 0, spec_of(variable), variable.node->chunks()}));
  }
  Hdf5Writer master(path);
  master.set_attributes(attributes);
  try {
    const Results results = computed(arrays);
    end_parts(output, true);
    std::size_t next = 0;
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const BlockGrid grid(variables[v].node->chunks());
      std::vector<Hdf5VirtualPart> parts;
      for (std::uint32_t k = 0; k < arrays[v].size(); ++k) {
        const Block& name = results.targets[next++].value->get<Block>();
        const Region region = region_of(grid, k);
        if (name.count() == 0) continue;  // the block has no elements
        parts.push_back({below + "/" + std::string(name.as<char>(), static_cast<std::size_t>(name.count())),
                         block_name(variables[v].name, k), region.start, region.extent});
      }
      Hdf5DatasetSpec spec = spec_of(variables[v]);
      spec.chunk_shape.clear();
      spec.compression = {};
      master.create_virtual(spec, parts);
    }
    master.finish();
  } catch (...) {
    end_parts(output, false);
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    fs::remove(path + ".parts", ignored);  // when it is empty
    throw;
  }
  // What an earlier file of this name showed is shown by none now.
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path + ".parts", ignored)) {
    if (entry.path().filename() != fs::path(directory).filename()) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

void to_hdf5(const std::string& path, const std::vector<Hdf5Variable>& variables,
             const std::vector<Hdf5Attribute>& attributes, Hdf5Output output) {
  start_hdf5_everywhere();
  std::int64_t bytes = 0;
  for (const Hdf5Variable& variable : variables) {
    const std::int64_t count = element_count(variable.node->shape());
    if (count == kUnknown) {
      throw Error(hdf5_place("to_hdf5", path, variable.name), "the shape is not known before it is computed",
                  "call compute_chunk_sizes() first");
    }
    bytes += count * static_cast<std::int64_t>(size_of(variable.node->dtype()));
  }
  const bool alone = end_parts(next_output(), false).size() == 1;
  if (alone && output != Hdf5Output::kFilePerRank) return write_here(path, variables, attributes);
  const bool one = output == Hdf5Output::kOneFile || (output == Hdf5Output::kAuto && bytes <= kMostInOneFile);
  (one ? write_gathered : write_parts)(path, variables, attributes);
}

}  // namespace bask
