#include <bask/collections/bag/bag_layer.hpp>
#include <bask/collections/bag/pass.hpp>
#include <bask/core/bytes.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/task_graph.hpp>

namespace bask::bags {

BagLayer::BagLayer(std::string name, KernelId kernel, const std::vector<TaskRef>& common,
                   std::shared_ptr<const TaskInputs> inputs, std::shared_ptr<const WholePass> pass,
                   const Annotations& annotations)
    : Layer((open_layer::close(), next_sequence())),
      name_(std::move(name)),
      kernel_(kernel),
      task_inputs_(std::move(inputs)),
      pass_(std::move(pass)),
      annotations_(annotations) {
  for (const TaskRef& ref : common) common_.push_back({slot_of(ref.layer), ref.index});
  for (const Partitions& source : task_inputs_->sources) {
    std::vector<std::uint32_t>& slots = slots_.emplace_back();
    for (const Partitions::Run& run : source.runs()) slots.push_back(slot_of(run.layer));
  }
  ByteWriter content;
  write_inputs(content);
  const std::optional<Key> beginning = pass_ != nullptr ? shared_beginning(*pass_) : std::nullopt;
  // Layers with annotations of their own are computed by themselves.
  if (beginning && annotations_.empty())
    shared_key_ = hash_member(*beginning, hash_bytes(content.bytes()).low);
  content.write_raw(KernelRegistry::instance()[kernel_].hash);
  for (const TaskRef& ref : common) content.write_raw(ref.layer->key(ref.index));
  key_ = hash_bytes(content.bytes());
}

std::uint32_t BagLayer::slot_of(const LayerPtr& layer) {
  const auto [known, is_new] = slot_of_.emplace(layer.get(), inputs_.size() + 1);
  if (is_new) inputs_.push_back(layer);
  return known->second;
}

void BagLayer::write_inputs(ByteWriter& content) const {
  for (const Partitions& source : task_inputs_->sources) {
    for (const Partitions::Run& run : source.runs()) {
      if (run.first == 0 && run.count == run.layer->size()) {
        content.write_raw(run.layer->content_key());
      } else {
        for (std::uint32_t k = 0; k < run.count; ++k) content.write_raw(run.layer->key(run.first + k));
      }
    }
    content.write_raw(std::uint64_t{source.size()});
  }
  const Reads& reads = task_inputs_->reads;
  content.write(reads.begin.data(), reads.begin.size() * sizeof(reads.begin[0]));
  content.write(reads.read.data(), reads.read.size() * sizeof(Reads::Read));
  content.write(task_inputs_->words.data(), task_inputs_->words.size() * sizeof(task_inputs_->words[0]));
}

void BagLayer::expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const {
  const std::uint32_t group = graph.group_for(name_, &KernelRegistry::instance()[kernel_]);
  std::vector<std::vector<std::uint32_t>> tasks_of(task_inputs_->sources.size());
  for (std::size_t source = 0; source < tasks_of.size(); ++source) {
    const auto runs = task_inputs_->sources[source].runs();
    tasks_of[source].reserve(task_inputs_->sources[source].size());
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const std::uint32_t first = first_of_slot[slots_[source][k]] + runs[k].first;
      for (std::uint32_t task = 0; task < runs[k].count; ++task) tasks_of[source].push_back(first + task);
    }
  }
  const Reads& reads = task_inputs_->reads;
  const std::size_t words = size() == 0 ? 0 : task_inputs_->words.size() / size();
  for (std::uint32_t task = 0; task < size(); ++task) {
    for (const Place& place : common_) graph.add_input(TaskId{first_of_slot[place.slot] + place.index});
    if (task_inputs_->reads_in_order()) {
      for (const auto& tasks : tasks_of) graph.add_input(TaskId{tasks[task]});
    } else {
      for (std::uint32_t k = reads.begin[task]; k < reads.begin[task + 1]; ++k) {
        const auto [source, partition] = reads.read[k];
        graph.add_input(
            TaskId{source == Reads::kOwn ? first_of_slot[0] + partition : tasks_of[source][partition]});
      }
    }
    const std::uint64_t index = task;
    graph.add_arguments(&index, sizeof(index));
    if (words != 0)
      graph.add_arguments(task_inputs_->words.data() + task * words, words * sizeof(std::uint64_t));
    graph.end_task(group);
  }
  if (!annotations_.empty()) graph.annotate_from(first_of_slot[0], annotations_);
}

std::optional<BlockPart> BagLayer::part_read(std::uint32_t index, std::uint32_t input) const {
  if (!task_inputs_->reads_parts || input < common_.size()) return std::nullopt;
  return BlockPart{{index}, {1}, 0, 0};  // how many bytes that are is not known
}

LayerPtr BagLayer::shared_layer(std::span<const Layer* const> layers) const {
  std::vector<const WholePass*> passes;
  for (const Layer* layer : layers) passes.push_back(static_cast<const BagLayer*>(layer)->pass_.get());
  return pass_together(passes);
}

std::uint32_t BagLayer::picking_group(TaskGraph& graph) const {
  return graph.group_for(pass_->names.back() + " (pick)", &KernelRegistry::instance()[pass_->sink.pick]);
}

}  // namespace bask::bags
