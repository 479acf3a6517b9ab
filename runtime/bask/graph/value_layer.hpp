// value_layer.hpp: one value that is there already: a constant, or a result that was persisted.
// Runs on: rank 0. Threads: any.
// Invariants: (1) equal constants are stored once, unless two threads make them at one time; (2) the value
//             never changes.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/layer.hpp>
#include <bask/graph/task_graph.hpp>

#include <memory>
#include <string>

namespace bask {

class ValueLayer final : public Layer {
 public:
  /// A persisted result under the key and the name of the task that made it. It may be empty while the
  /// runtime has it elsewhere.
  static TaskRef held(std::string label, const Key& key, const std::shared_ptr<Value>& value);

  /// The same for a result that stays on the rank which made it, as long as `keeper` lives.
  static TaskRef held_elsewhere(std::string label, const Key& key, const Constant& where,
                                std::shared_ptr<const void> keeper);

  /// The constant of this type whose encoded bytes hash to `key`: the one that lives already, or `make()`.
  template <class Make>
  static TaskRef constant(const Key& key, const ValueType* type, const Make& make) {
    if (LayerPtr known = find(key, type)) return {known, 0};
    return publish(key, make());
  }

  ~ValueLayer() override;
  std::uint32_t size() const override { return 1; }
  Key key(std::uint32_t) const override { return key_; }
  Key content_key() const override { return key_; }
  std::string label(std::uint32_t) const override { return label_; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override;
  /// Without one while the runtime has it elsewhere.
  const Value& value() const { return value_; }

 private:
  ValueLayer(std::string label, const Key& key, Value value);
  static LayerPtr find(const Key& key, const ValueType* type);
  static TaskRef publish(const Key& key, Value value);

  std::string label_;
  Key key_;
  mutable Value value_;  // tasks get a Value*, and never one that they may move from
  Constant where_;       // when the runtime holds the value, here or on another rank
  std::shared_ptr<const void> keeper_;
  bool published_ = false;
};

}  // namespace bask
