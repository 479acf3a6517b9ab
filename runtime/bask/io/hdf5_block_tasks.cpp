#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/name_list.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/io/hdf5_block_tasks.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <random>

namespace bask {
namespace {

// A file that this process writes. `part` is the name of a part; empty for the one file.
struct Output {
  std::shared_ptr<Hdf5Writer> writer;
  std::string part;
};
struct OpenOutputs {
  std::mutex mutex;
  std::map<std::uint64_t, Output> outputs;
};
OpenOutputs& open_outputs() {
  static OpenOutputs outputs;
  return outputs;
}

std::string random_part_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}.h5", random(), random());
}

Output part_output(const Hdf5BlockOutput& to) {
  OpenOutputs& open = open_outputs();
  const std::lock_guard lock(open.mutex);
  Output& output = open.outputs[to.output];
  if (output.writer == nullptr) {
    output.part = random_part_name();
    output.writer = std::make_shared<Hdf5Writer>(to.directory + "/" + output.part);
  }
  return output;
}

std::shared_ptr<Hdf5Writer> writer_of(std::uint64_t output) {
  OpenOutputs& open = open_outputs();
  const std::lock_guard lock(open.mutex);
  const auto found = open.outputs.find(output);
  if (found == open.outputs.end()) {
    throw Error("to_hdf5", "the output has been given up", "see the error that ended it");
  }
  return found->second.writer;
}

std::shared_ptr<Hdf5Writer> take_writer(std::uint64_t output) {
  OpenOutputs& open = open_outputs();
  const std::lock_guard lock(open.mutex);
  const auto found = open.outputs.find(output);
  if (found == open.outputs.end()) return nullptr;
  auto writer = std::move(found->second.writer);
  open.outputs.erase(found);
  return writer;
}

Block text_block(const std::string& text) {
  Block block(DType::kUInt8, Shape{static_cast<std::int64_t>(text.size())});
  std::copy(text.begin(), text.end(), block.as<char>());
  return block;
}

std::string write_to_part(const Hdf5BlockOutput& to, std::uint32_t task, const Block& block) {
  Hdf5DatasetSpec spec = to.spec;
  spec.name = dataset_of_block(spec.name, task);
  spec.shape.assign(block.shape().begin(), block.shape().end());
  spec.dimensions.clear();
  spec.unlimited.clear();
  spec.append_axis.reset();
  for (std::size_t k = 0; k < spec.chunk_shape.size(); ++k)
    spec.chunk_shape[k] = std::clamp<std::int64_t>(spec.shape[k], 1, spec.chunk_shape[k]);
  const Output output = part_output(to);
  const Shape start(spec.shape.size(), 0);
  output.writer->write_block(output.writer->dataset_for(spec), start, spec.shape, block.elements());
  return output.part;
}

Block write_block(const BlockCall<Hdf5BlockOutput>& call) {
  const Hdf5BlockOutput& to = call.description();
  const Block& given = call.block(0);
  if (given.count() == 0) return text_block({});
  Block changed;
  const bool changes = to.packing.changes(given.dtype());
  if (changes) changed = packed(given, to.packing, hdf5_place("to_hdf5", to.path, to.spec.name));
  const Block& block = changes ? changed : given;
  if (!to.directory.empty()) return text_block(write_to_part(to, call.task(), block));
  const Region region = region_of(to.chunks, call.task());
  writer_of(to.output)->write_block(to.dataset, region.start, region.extent, block.elements());
  return text_block({});
}

struct Ending {
  std::uint64_t output;
  std::uint64_t keeps;  // 0 or 1: as wide as the other, so that nothing lies between or behind them
};
// Runs on every rank.
void end_output(KernelCall& call) {
  Ending ending;
  std::memcpy(&ending, call.arguments, sizeof(ending));
  const auto writer = take_writer(ending.output);
  if (writer != nullptr && ending.keeps != 0) writer->finish();
  call.result.emplace<bool>(writer != nullptr);
}
const KernelId kEndOutput = KernelRegistry::instance().add("end-part", "bask::to_hdf5", &end_output);

// Of the largest block: what is packed of it as a whole, and one chunk on its way through the filters.
double write_scratch(const ArrayPtr& array, const Hdf5BlockOutput& output) {
  const Hdf5DatasetSpec& spec = output.spec;
  double packed = output.packing.changes(array->dtype()) ? static_cast<double>(size_of(spec.dtype)) : 0;
  for (const AxisChunks& axis : output.chunks)
    packed *= static_cast<double>(*std::max_element(axis.begin(), axis.end()));
  const auto chunk_bytes = static_cast<std::uint64_t>(element_count(spec.chunk_shape)) * size_of(spec.dtype);
  return packed + static_cast<double>(scratch_bytes(filters_of(spec), chunk_bytes));
}

}  // namespace

std::uint64_t next_hdf5_output() {
  static std::atomic<std::uint64_t> outputs{0};
  return outputs++;
}

void open_hdf5_output(std::uint64_t output, std::shared_ptr<Hdf5Writer> writer) {
  const std::lock_guard lock(open_outputs().mutex);
  open_outputs().outputs[output].writer = std::move(writer);
}

BlockRefs add_write_tasks(const ArrayPtr& array, const Hdf5BlockOutput& output) {
  BlockReads reads;
  const std::uint32_t blocks = array->block_count();
  for (std::uint32_t k = 0; k < blocks; ++k) {
    reads.read(0, k);
    reads.end_task();
  }
  std::vector<BlockRefs> blocks_of(1, array->lowered());
  // Not kept: a restart writes a new file. Not isolated: a child would write to its own copy of the file.
  const annotate never_kept({.checkpoint = false, .isolate = false});
  const BlockRefs refs =
      BlockTasks<write_block>::add("to-hdf5", output, std::move(blocks_of), std::move(reads));
  refs.set_scratch({write_scratch(array, output)});
  refs.set_operations(listed(std::vector{"to_hdf5 " + output.spec.name}));
  return refs;
}

std::string part_of(const Block& result) {
  return std::string(result.as<char>(), static_cast<std::size_t>(result.count()));
}

std::string dataset_of_block(const std::string& variable, std::uint32_t block) {
  return variable + "/" + std::to_string(block);
}

std::size_t end_hdf5_output(std::uint64_t output, bool keeps) {
  const Ending ending{output, keeps ? 1u : 0u};
  return current_runtime().call_everywhere(kEndOutput, without_padding(ending)).size();
}

void drop_hdf5_output(std::uint64_t output) noexcept {
  try {
    if (runtime_in_use() != nullptr && !running_a_task()) end_hdf5_output(output, false);
  } catch (...) {  // the job is ending; each process drops its own
  }
  take_writer(output);
}

}  // namespace bask
