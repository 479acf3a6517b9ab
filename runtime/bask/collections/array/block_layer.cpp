#include <bask/collections/array/block_layer.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/task_graph.hpp>

namespace bask {

BlockLayer::BlockLayer(std::string name, KernelId kernel, TaskRef description, std::vector<BlockRefs> sources,
                       BlockReads reads)
    : Layer((open_layer::close(), next_sequence())),
      name_(std::move(name)),
      kernel_(kernel),
      reads_(std::move(reads)),
      slots_(sources.size(), 0),
      places_(sources.size()),
      annotations_(annotate::current()) {
  ByteWriter content;
  content.write_raw(KernelRegistry::instance()[kernel].hash);
  content.write_raw(description.layer->key(description.index));
  Slots slots;
  description_ = {slot_of(description.layer, slots), description.index};
  for (std::size_t k = 0; k < sources.size(); ++k) {
    if (const LayerPtr& layer = sources[k].layer(); layer != nullptr) {
      slots_[k] = slot_of(layer, slots);
      content.write_raw(layer->content_key());
      continue;
    }
    for (std::uint32_t block = 0; block < sources[k].size(); ++block) {
      const TaskRef ref = sources[k][block];
      places_[k].push_back({slot_of(ref.layer, slots), ref.index});
      content.write_raw(ref.layer->key(ref.index));
    }
  }
  content.write(reads_.begin.data(), reads_.begin.size() * sizeof(reads_.begin[0]));
  content.write(reads_.blocks.data(), reads_.blocks.size() * sizeof(SourceBlock));
  key_ = hash_bytes(content.bytes());
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
  const std::uint32_t group = graph.group_for(name_, &KernelRegistry::instance()[kernel_]);
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
}

}  // namespace bask
