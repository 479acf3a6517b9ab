#include <bask/graph/value_layer.hpp>

#include <mutex>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

// The live constants by content. The table holds no references; a layer removes itself when it goes.
struct Constants {
  std::mutex mutex;
  std::unordered_map<Key, ValueLayer*> live;
};

Constants& constants() {
  static Constants& table = *new Constants;  // never destroyed: handles in static variables go last
  return table;
}

}  // namespace

ValueLayer::ValueLayer(std::string label, const Key& key, Value value)
    : Layer(0), label_(std::move(label)), key_(key), value_(std::move(value)) {}

ValueLayer::~ValueLayer() {
  if (!published_) return;
  Constants& table = constants();
  const std::lock_guard lock(table.mutex);
  const auto entry = table.live.find(key_);
  if (entry != table.live.end() && entry->second == this) table.live.erase(entry);
}

TaskRef ValueLayer::held(std::string label, const Key& key, const std::shared_ptr<Value>& value) {
  const auto bytes = static_cast<float>(value->transfer_bytes());
  return held_elsewhere(std::move(label), key, {.value = value.get(), .bytes = bytes}, value);
}

TaskRef ValueLayer::held_elsewhere(std::string label, const Key& key, const Constant& where,
                                   std::shared_ptr<const void> keeper) {
  auto* layer = new ValueLayer(std::move(label), key, {});
  const LayerPtr owner(layer);
  layer->where_ = where;
  layer->where_.is_result = true;
  layer->keeper_ = std::move(keeper);
  return {owner, 0};
}

LayerPtr ValueLayer::find(const Key& key, const ValueType* type) {
  Constants& table = constants();
  const std::lock_guard lock(table.mutex);
  const auto entry = table.live.find(key);
  if (entry == table.live.end() || entry->second->value_.type() != type) return nullptr;
  // Another thread may be dropping its last reference now (a count of 0): then it counts as gone.
  std::atomic<std::uint32_t>& count = entry->second->references_;
  std::uint32_t seen = count.load(std::memory_order_relaxed);
  while (seen != 0) {
    if (count.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel)) {
      return LayerPtr(entry->second, false);
    }
  }
  return nullptr;
}

TaskRef ValueLayer::publish(const Key& key, Value value) {
  auto* layer = new ValueLayer("constant", key, std::move(value));
  const LayerPtr owner(layer);
  Constants& table = constants();
  const std::lock_guard lock(table.mutex);
  table.live[key] = layer;
  layer->published_ = true;
  return {owner, 0};
}

void ValueLayer::expand(TaskGraph& graph, std::span<const std::uint32_t>) const {
  graph.add_constant(where_.held == 0 && where_.value == nullptr ? Constant{.value = &value_} : where_);
}

}  // namespace bask
