// sequence_layer.hpp: the partitions of a bag whose elements the program has, as one layer of constants.
// Runs on: rank 0. Threads: any; a layer never changes.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/layer.hpp>

#include <string>
#include <vector>

namespace bask::bags {

class SequenceLayer final : public Layer {
 public:
  explicit SequenceLayer(std::vector<Value> partitions);
  std::uint32_t size() const override { return static_cast<std::uint32_t>(keys_.size()); }
  Key key(std::uint32_t index) const override { return keys_[index]; }
  Key content_key() const override { return hash_bytes(std::as_bytes(std::span(keys_))); }
  std::string label(std::uint32_t) const override { return "from_sequence"; }
  void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override;

 private:
  mutable std::vector<Value> partitions_;  // tasks get a Value*, and never one that they may move from
  std::vector<Key> keys_;
};

}  // namespace bask::bags
