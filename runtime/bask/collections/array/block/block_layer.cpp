#include <bask/collections/array/block/shared_work.hpp>
#include <bask/core/name_list.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/graph/value_layer.hpp>

#include <algorithm>
#include <cassert>

namespace bask {

namespace {

// Picks one layer's block out of those that a pass over the work of several layers has made.
void pick_block(KernelCall& call) {
  std::uint32_t number;
  std::memcpy(&number, call.arguments, sizeof(number));
  const Input& all = call.inputs[0];
  if (all.last_use) {
    call.result.emplace<Block>(std::move(all.value->get_mutable<SharedWork::Blocks>()[number]));
  } else {
    call.result.emplace<Block>(all.value->get<SharedWork::Blocks>()[number]);
  }
}
const KernelId kPickBlock =
    KernelRegistry::instance().add("pick-block", "bask::BlockLayer", &pick_block, &value_type_of<Block>);

void write(ByteWriter& content, const Annotations& annotations) {
  encode(content, annotations.priority);
  encode(content, annotations.retries);
  encode(content, annotations.checkpoint);
  encode(content, annotations.isolate);
  encode(content, annotations.resources);
  encode(content, annotations.memory);
  encode(content, annotations.timeout);
}

// "sum-partial+max-partial"; "+..." stands for the names after the fourth.
std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size() && k < 4; ++k) text += (k == 0 ? "" : "+") + names[k];
  return names.size() > 4 ? text + "+..." : text;
}

// What several layers do in one pass: first what all of them do before their last operation, then the rest of
// each.
std::string together(const std::vector<std::vector<std::string>>& lists) {
  std::vector<std::string> names = lists.front();
  for (const std::vector<std::string>& list : lists)
    names.erase(std::mismatch(names.begin(), names.end(), list.begin(), list.end() - 1).first, names.end());
  const auto common = static_cast<std::ptrdiff_t>(names.size());
  for (const std::vector<std::string>& list : lists)
    names.insert(names.end(), list.begin() + common, list.end());
  return listed(names);
}

}  // namespace

std::vector<float> block_bytes(DType dtype, const Chunks& chunks) {
  constexpr double kNotKnown = -1;
  std::vector<double> elements{1};  // of each block along the axes so far; double, as integers may overflow
  for (const AxisChunks& axis : chunks) {
    std::vector<double> with_axis;
    with_axis.reserve(elements.size() * axis.size());
    for (const double so_far : elements) {
      for (const std::int64_t length : axis) {
        const bool is_known = so_far != kNotKnown && length != kUnknown;
        with_axis.push_back(is_known ? so_far * static_cast<double>(length) : kNotKnown);
      }
    }
    elements = std::move(with_axis);
  }
  const auto header = static_cast<double>(Block::bytes_of(dtype, chunks.size(), 0));
  std::vector<float> bytes;
  bytes.reserve(elements.size());
  for (const double count : elements) {
    const double all = header + count * static_cast<double>(size_of(dtype));
    bytes.push_back(count == kNotKnown ? 0 : static_cast<float>(all));
  }
  return bytes;
}

void BlockRefs::set_bytes(std::vector<float> bytes) const {
  auto* const layer = dynamic_cast<BlockLayer*>(layer_.get());
  if (layer == nullptr || !layer->bytes_.empty()) return;
  assert(bytes.size() == layer->size());
  layer->bytes_ = std::move(bytes);
}

void BlockRefs::set_blocks(DType dtype, const Chunks& chunks, std::uint32_t tasks_each) const {
  auto* const layer = dynamic_cast<BlockLayer*>(layer_.get());
  if (layer == nullptr || layer->tasks_each_ != 0) return;
  const std::vector<float> of_block = block_bytes(dtype, chunks);
  std::vector<float> bytes;
  bytes.reserve(of_block.size() * tasks_each);
  for (const float size : of_block) bytes.insert(bytes.end(), tasks_each, size);
  set_bytes(std::move(bytes));
  layer->dtype_ = dtype;
  layer->chunks_ = chunks;
  layer->tasks_each_ = tasks_each;
}

void BlockRefs::set_steps(DType dtype, const Chunks& chunks) const {
  set_blocks(dtype, chunks);
  if (auto* const layer = dynamic_cast<BlockLayer*>(layer_.get())) layer->are_steps_ = true;
}

void BlockRefs::set_reads(ReadsByChunks reads) const {
  if (auto* const layer = dynamic_cast<BlockLayer*>(layer_.get())) layer->reads_by_chunks_ = std::move(reads);
}

void BlockRefs::set_parts(ReadPart read_part) const {
  if (auto* const layer = dynamic_cast<BlockLayer*>(layer_.get())) layer->read_part_ = read_part;
}

void BlockRefs::set_scratch(TaskScratch scratch) const {
  if (auto* const layer = dynamic_cast<BlockLayer*>(layer_.get())) layer->scratch_ = scratch;
}

void BlockRefs::set_operations(std::string list) const {
  auto* const layer = dynamic_cast<BlockLayer*>(layer_.get());
  if (layer != nullptr && layer->operations_.empty()) layer->operations_ = std::move(list);
}

void BlockRefs::set_companions(std::vector<std::uint32_t> companions) const {
  auto* const layer = dynamic_cast<BlockLayer*>(layer_.get());
  if (layer == nullptr || !layer->companions_.empty()) return;
  assert(companions.empty() || companions.size() == layer->size());
  layer->companions_ = std::move(companions);
}

BlockLayer::BlockLayer(std::string name, KernelId kernel, TaskRef description, std::vector<BlockRefs> sources,
                       BlockReads reads, std::shared_ptr<const SharedWork> work,
                       const Annotations& annotations)
    : Layer((open_layer::close(), next_sequence())),
      name_(std::move(name)),
      kernel_(kernel),
      reads_(std::move(reads)),
      slots_(sources.size(), 0),
      places_(sources.size()),
      annotations_(annotations),
      work_(std::move(work)) {
  ByteWriter content, read;
  content.write_raw(KernelRegistry::instance()[kernel].hash);
  content.write_raw(description.layer->key(description.index));
  Slots slots;
  description_ = {slot_of(description.layer, slots), description.index};
  for (std::size_t k = 0; k < sources.size(); ++k) {
    if (const LayerPtr& layer = sources[k].layer(); layer != nullptr) {
      slots_[k] = slot_of(layer, slots);
      read.write_raw(layer->content_key());
      continue;
    }
    for (std::uint32_t block = 0; block < sources[k].size(); ++block) {
      const TaskRef ref = sources[k][block];
      places_[k].push_back({slot_of(ref.layer, slots), ref.index});
      read.write_raw(ref.layer->key(ref.index));
    }
  }
  read.write(reads_.begin.data(), reads_.begin.size() * sizeof(reads_.begin[0]));
  read.write(reads_.blocks.data(), reads_.blocks.size() * sizeof(SourceBlock));
  content.write(read.bytes().data(), read.size());
  key_ = hash_bytes(content.bytes());
  if (work_ == nullptr) return;
  sources_ = std::move(sources);
  write(read, annotations_);
  const std::string own = work_->bytes();
  read.write(own.data(), own.size());
  shared_key_ = hash_bytes(read.bytes());
}

std::uint32_t BlockLayer::slot_of(const LayerPtr& layer, Slots& slots) {
  const auto [known, is_new] = slots.emplace(layer.get(), inputs_.size() + 1);
  if (is_new) inputs_.push_back(layer);
  return known->second;
}

BlockLayer::Place BlockLayer::place_of(const SourceBlock& block) const {
  const std::uint32_t slot = slots_[block.source];
  return slot != 0 ? Place{slot, block.block} : places_[block.source][block.block];
}

void BlockLayer::expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const {
  const std::uint32_t group = graph.group_for(operations(), &KernelRegistry::instance()[kernel_]);
  std::uint64_t& scratch = graph.groups[group].scratch;
  scratch = std::max(scratch, static_cast<std::uint64_t>(scratch_.bytes));
  const auto id_of = [&](const Place& place) { return TaskId{first_of_slot[place.slot] + place.index}; };
  for (std::uint32_t task = 0; task < size(); ++task) {
    graph.add_input(id_of(description_));
    for (std::uint32_t k = reads_.begin[task]; k < reads_.begin[task + 1]; ++k) {
      graph.add_input(id_of(place_of(reads_.blocks[k])));
    }
    graph.add_arguments(&task, sizeof(task));
    graph.end_task(group);
  }
  if (!annotations_.empty()) graph.annotate_from(first_of_slot[0], annotations_);
  if (!bytes_.empty()) graph.size_from(first_of_slot[0], bytes_);
}

// The object that all tasks get; null where it is not here.
const void* BlockLayer::description() const {
  const auto* const layer = dynamic_cast<const ValueLayer*>(inputs_[description_.slot - 1].get());
  return layer == nullptr || !layer->value().has_value() ? nullptr : layer->value().object();
}

std::optional<BlockPart> BlockLayer::part_read(std::uint32_t index, std::uint32_t input) const {
  if (read_part_ == nullptr || input == 0) return std::nullopt;  // input 0 is the description
  const std::uint32_t read = reads_.begin[index] + input - 1;
  const void* const described = description();
  if (read >= reads_.begin[index + 1] || described == nullptr) return std::nullopt;
  return read_part_(described, index, reads_.blocks[read]);
}

std::optional<TaskWork> BlockLayer::work(std::uint32_t index, const Kernel* kernel,
                                         const ResultsOfTask& results) const {
  if (work_of_task_ == nullptr || kernel != &KernelRegistry::instance()[kernel_]) return std::nullopt;
  const void* const described = description();
  if (described == nullptr) return std::nullopt;
  return work_of_task_(described, index, results);
}

// The sizes of the results of a pass for all these layers; empty when one layer does not know its sizes.
std::vector<float> BlockLayer::bytes_together(std::span<const Layer* const> layers) {
  std::vector<float> all(layers.front()->size(), sizeof(SharedWork::Blocks));
  for (const Layer* layer : layers) {
    const std::vector<float>& own = static_cast<const BlockLayer*>(layer)->bytes_;
    if (own.empty()) return {};
    for (std::size_t task = 0; task < all.size(); ++task) all[task] += own[task] + sizeof(Block);
  }
  return all;
}

LayerPtr BlockLayer::shared_layer(std::span<const Layer* const> layers) const {
  std::vector<const SharedWork*> works;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> lists;
  for (const Layer* layer : layers) {
    const auto& own = static_cast<const BlockLayer&>(*layer);
    works.push_back(own.work_.get());
    names.push_back(own.name_);
    lists.push_back(names_in(own.operations()));
  }
  const SharedWork::Pass pass = work_->pass(works);
  auto* const shared =
      new BlockLayer(joined(names), pass.kernel, pass.description, sources_, reads_, nullptr, annotations_);
  shared->operations_ = together(lists);
  shared->bytes_ = bytes_together(layers);
  shared->reads_by_chunks_ = reads_by_chunks_;
  shared->read_part_ = pass.read_part;
  shared->work_of_task_ = pass.work_of_task;
  return LayerPtr(shared);
}

std::uint32_t BlockLayer::picking_group(TaskGraph& graph) const {
  return graph.group_for(names_in(operations()).back() + " (pick)", &KernelRegistry::instance()[kPickBlock]);
}

}  // namespace bask
