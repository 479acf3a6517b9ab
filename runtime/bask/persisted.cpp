#include <bask/persisted.hpp>

#include <bask/cluster/held_drops.hpp>
#include <bask/graph/value_layer.hpp>

#include <unordered_map>

namespace bask {

std::vector<TaskRef> hold_results(std::span<const TaskRef* const> targets,
                                  std::span<const std::shared_ptr<Value>> persisted) {
  std::vector<TaskRef> held;
  std::unordered_map<const Value*, TaskRef> held_already;
  held.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TaskRef& target = *targets[i];
    if (persisted[i] == nullptr) {
      held.push_back(target);
      continue;
    }
    const auto [entry, is_new] = held_already.try_emplace(persisted[i].get());
    if (is_new) {
      const Layer& layer = *target.layer;
      entry->second = ValueLayer::held(layer.label(target.index), layer.key(target.index), persisted[i]);
    }
    held.push_back(entry->second);
  }
  return held;
}

std::vector<TaskRef> hold_places(std::span<const TaskRef* const> targets, std::span<const Constant> places,
                                 const std::shared_ptr<HeldDrops>& drops) {
  std::vector<TaskRef> held;
  std::unordered_map<std::uint64_t, TaskRef> held_already;  // a result may be the target of several
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TaskRef& target = *targets[i];
    const Constant& place = places[i];
    TaskRef& known = held_already[place.held];
    if (place.held == 0) {
      held.push_back(target);
    } else if (known.layer != nullptr) {
      held.push_back(known);
    } else {
      const std::shared_ptr<const void> keeper(nullptr, [place, drops = std::weak_ptr(drops)](const void*) {
        if (const auto there = drops.lock()) there->add(place.rank, place.held);
      });
      const Layer& layer = *target.layer;
      known = ValueLayer::held_elsewhere(layer.label(target.index), layer.key(target.index), place, keeper);
      held.push_back(known);
    }
  }
  return held;
}

}  // namespace bask
