#include <bask/plan/cull.hpp>
#include <bask/plan/share_work.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

using Group = std::vector<LayerSpan>;  // layers of one shared key

std::vector<Group> groups_of(const TaskGraph& graph) {
  std::unordered_map<Key, std::size_t> group_of;
  std::vector<Group> groups;
  for (const LayerSpan& span : graph.spans) {
    const std::optional<Key> key = span.layer->shared_key();
    if (!key) continue;
    const auto [known, is_new] = group_of.try_emplace(*key, groups.size());
    if (is_new) groups.emplace_back();
    groups[known->second].push_back(span);
  }
  std::erase_if(groups, [](const Group& group) { return group.size() < 2; });
  return groups;
}

/// The work that some layers of a group do together.
struct Shared {
  Group members;
  std::vector<bool> at;  // by index: whether they do so there
  LayerPtr layer;
};

// Nothing when there is no index at which two layers of the group are needed.
std::optional<Shared> shared_in(const Group& group, const TaskGraph& graph,
                                const std::vector<std::uint32_t>& uses) {
  using Members = std::vector<bool>;
  const std::uint32_t size = group.front().layer->size();
  std::map<Members, std::vector<std::uint32_t>> indices_of;
  Members members(group.size());
  auto known = indices_of.end();
  for (std::uint32_t index = 0; index < size; ++index) {
    for (std::size_t k = 0; k < group.size(); ++k) {
      const std::uint32_t task = group[k].first.index + index;
      members[k] = uses[task] != 0 && graph.group[task] != graph.recalled;
    }
    if (known == indices_of.end() || known->first != members) known = indices_of.try_emplace(members).first;
    known->second.push_back(index);
  }
  const auto saved = [](const auto& entry) {  // how many passes over a block
    const auto count = std::count(entry.first.begin(), entry.first.end(), true);
    return count > 1 ? static_cast<std::size_t>(count - 1) * entry.second.size() : 0;
  };
  const auto& most = *std::ranges::max_element(indices_of, {}, saved);
  if (saved(most) == 0) return std::nullopt;
  const Members& best = most.first;
  Shared shared{{}, std::vector<bool>(size), nullptr};
  for (const std::uint32_t index : most.second) shared.at[index] = true;
  std::vector<const Layer*> layers;
  for (std::size_t k = 0; k < group.size(); ++k) {
    if (!best[k]) continue;
    shared.members.push_back(group[k]);
    layers.push_back(group[k].layer);
  }
  shared.layer = layers.front()->shared_layer(layers);
  return shared;
}

/// Copies a graph, and adds each shared layer before the layers whose work it does.
class Sharing {
 public:
  Sharing(TaskGraph& from, std::vector<Shared> all, bool keeps_results)
      : from_(from), all_(std::move(all)), keeps_results_(keeps_results), moved_(from.size()) {
    to_.groups = std::move(from.groups);
    to_.annotations = std::move(from.annotations);
    to_.recalled = from.recalled;
    to_.constants = std::move(from.constants);
    to_.layers = std::move(from.layers);
    to_.group.reserve(from.size());
    to_.input_begin.reserve(from.input_begin.size());
    to_.inputs.reserve(from.inputs.size());
    to_.argument_begin.reserve(from.argument_begin.size());
    to_.arguments.reserve(from.arguments.size());
    for (const Shared& shared : all_) {
      for (std::uint32_t k = 0; k < shared.members.size(); ++k)
        shares_.emplace(shared.members[k].layer, Share{&shared, k});
    }
  }

  TaskGraph copied() {
    for (std::size_t k = 0; k < from_.spans.size(); ++k) {
      const LayerSpan& span = from_.spans[k];
      const std::uint32_t end = k + 1 < from_.spans.size() ? from_.spans[k + 1].first.index : from_.size();
      const auto share = shares_.find(span.layer);
      if (share != shares_.end() && share->second.number == 0) add(*share->second.shared);
      begin(*span.layer);
      Part part;
      if (share != shares_.end()) {
        const Shared& shared = *share->second.shared;
        part = {first_of_.at(shared.layer.get()), span.layer->picking_group(to_), share->second.number};
      }
      for (std::uint32_t task = span.first.index; task < end; ++task) {
        moved_[task] = TaskId{to_.size()};
        const std::uint32_t index = task - span.first.index;
        if (share != shares_.end() && share->second.shared->at[index]) {
          take(part, index);
        } else {
          copy(TaskId{task});
        }
        if (!from_.annotation.empty()) annotate(from_.annotation[task]);
        if (!from_.result_bytes.empty()) size(from_.result_bytes[task]);
      }
    }
    if (!to_.annotation.empty()) to_.annotation.resize(to_.size());
    if (!to_.result_bytes.empty()) to_.result_bytes.resize(to_.size());
    to_.pure = std::move(from_.pure);
    for (PureTask& pure : to_.pure) pure.task = moved(pure.task);
    return std::move(to_);
  }
  TaskId moved(TaskId task) const { return moved_[task.index]; }

 private:
  struct Share {
    const Shared* shared;
    std::uint32_t number;  // of a layer among its members
  };
  struct Part {
    std::uint32_t first_shared = 0, group = 0, number = 0;
  };

  void begin(const Layer& layer) {
    to_.spans.push_back({TaskId{to_.size()}, &layer});
    first_of_.emplace(&layer, to_.size());
    if (layer.is_pure()) first_of_equal_.emplace(layer.content_key(), to_.size());
  }

  // The first task of an input of a shared layer. That is an input of the members, which is in the copy
  // already, or a layer that describes the shared work, which is added now.
  std::uint32_t first_of(const LayerPtr& layer) {
    if (const auto known = first_of_.find(layer.get()); known != first_of_.end()) return known->second;
    if (layer->is_pure()) {
      if (const auto equal = first_of_equal_.find(layer->content_key()); equal != first_of_equal_.end())
        return equal->second;
    }
    add(layer);
    return first_of_.at(layer.get());
  }

  void add(const LayerPtr& layer) {
    std::vector<std::uint32_t> first_of_slot{0};
    for (const LayerPtr& input : layer->inputs()) first_of_slot.push_back(first_of(input));
    first_of_slot[0] = to_.size();
    begin(*layer);
    layer->expand(to_, first_of_slot);
    to_.layers.push_back(layer);
  }

  void add(const Shared& shared) {
    add(shared.layer);
    if (!keeps_results_) return;
    const TaskId first{first_of_.at(shared.layer.get())};
    to_.annotation.resize(to_.size());
    to_.annotate_from(first.index, overlay(to_.annotations_of(first), {.checkpoint = false}));
  }

  void take(const Part& part, std::uint32_t index) {
    to_.add_input(TaskId{part.first_shared + index});
    to_.add_arguments(&part.number, sizeof(part.number));
    to_.end_task(part.group);
  }

  void copy(TaskId task) {
    for (const TaskId input : from_.inputs_of(task)) to_.add_input(moved(input));
    to_.add_arguments(from_.arguments_of(task),
                      from_.argument_begin[task.index + 1] - from_.argument_begin[task.index]);
    to_.end_task(from_.group[task.index]);
  }

  void annotate(std::uint32_t notes) {
    to_.annotation.resize(to_.size());
    to_.annotation.back() = notes;
  }

  void size(float bytes) {
    to_.result_bytes.resize(to_.size());
    to_.result_bytes.back() = bytes;
  }

  TaskGraph& from_;
  TaskGraph to_;
  const std::vector<Shared> all_;
  const bool keeps_results_;
  std::vector<TaskId> moved_;  // by old id
  std::unordered_map<const Layer*, Share> shares_;
  std::unordered_map<const Layer*, std::uint32_t> first_of_;
  std::unordered_map<Key, std::uint32_t> first_of_equal_;
};

}  // namespace

Expansion share_work(Expansion expansion, bool keeps_results) {
  const std::vector<Group> groups = groups_of(expansion.graph);
  if (groups.empty()) return expansion;
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  std::vector<Shared> all;
  for (const Group& group : groups) {
    if (std::optional<Shared> shared = shared_in(group, expansion.graph, uses))
      all.push_back(std::move(*shared));
  }
  if (all.empty()) return expansion;
  Sharing sharing(expansion.graph, std::move(all), keeps_results);
  expansion.graph = sharing.copied();
  for (TaskId& target : expansion.targets) target = sharing.moved(target);
  return expansion;
}

}  // namespace bask
