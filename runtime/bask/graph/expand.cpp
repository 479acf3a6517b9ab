#include <bask/graph/expand.hpp>

#include <bask/core/error.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace bask {
namespace {

// Every layer within reach, each after the layers that it refers to.
std::vector<LayerPtr> layers_below(std::span<const TaskRef* const> targets) {
  std::vector<LayerPtr> layers;
  std::unordered_set<const Layer*> seen;
  const auto visit = [&](const LayerPtr& layer) {
    if (!layers.empty() && layers.back() == layer) return;
    if (seen.insert(layer.get()).second) layers.push_back(layer);
  };
  for (const TaskRef* target : targets) visit(target->layer);
  for (std::size_t next = 0; next < layers.size(); ++next) {
    const Layer& layer = *layers[next];  // the vector grows, the layer stays
    for (const LayerPtr& input : layer.inputs()) visit(input);
  }
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerPtr& a, const LayerPtr& b) { return a->sequence() < b->sequence(); });
  return layers;
}

void refuse_huge(std::uint64_t tasks) {
  if (tasks >= kNoIndex) {
    throw Error("compute", "the graph has more than 4,294,967,294 tasks or inputs",
                "compute it in parts, or make the tasks larger");
  }
}

}  // namespace

Expansion expand(std::span<const TaskRef* const> targets) {
  Expansion expansion;
  TaskGraph& graph = expansion.graph;
  graph.layers = layers_below(targets);
  std::unordered_map<const Layer*, std::uint32_t> first_of;
  std::unordered_map<Key, std::uint32_t> first_of_equal;
  std::uint64_t tasks = 0;
  for (const LayerPtr& layer : graph.layers) {
    if (layer->is_pure()) {
      const auto [known, is_new] =
          first_of_equal.try_emplace(layer->content_key(), static_cast<std::uint32_t>(tasks));
      if (!is_new) {
        first_of.emplace(layer.get(), known->second);
        continue;
      }
    }
    first_of.emplace(layer.get(), static_cast<std::uint32_t>(tasks));
    graph.spans.push_back({TaskId{static_cast<std::uint32_t>(tasks)}, layer.get()});
    tasks += layer->size();
    refuse_huge(tasks);
  }
  graph.group.reserve(tasks);
  graph.input_begin.reserve(tasks + 1);
  graph.argument_begin.reserve(tasks + 1);
  std::vector<std::uint32_t> first_of_slot;
  for (const auto& [first, layer] : graph.spans) {
    first_of_slot.assign(1, first.index);
    for (const LayerPtr& input : layer->inputs()) first_of_slot.push_back(first_of.at(input.get()));
    layer->expand(graph, first_of_slot);
    refuse_huge(graph.inputs.size());
  }
  if (!graph.annotation.empty()) graph.annotation.resize(tasks);
  if (!graph.result_bytes.empty()) graph.result_bytes.resize(tasks);
  const Layer* last_layer = nullptr;
  std::uint32_t first = 0;
  expansion.targets.reserve(targets.size());
  for (const TaskRef* target : targets) {
    if (target->layer.get() != last_layer) first = first_of.at(last_layer = target->layer.get());
    expansion.targets.push_back(TaskId{first + target->index});
  }
  return expansion;
}

}  // namespace bask
