#include <bask/collections/bag/sequence_layer.hpp>
#include <bask/core/bytes.hpp>
#include <bask/graph/task_graph.hpp>

namespace bask::bags {

SequenceLayer::SequenceLayer(std::vector<Value> partitions) : Layer(0), partitions_(std::move(partitions)) {
  keys_.reserve(partitions_.size());
  for (const Value& partition : partitions_) {
    const std::string_view type = partition.type()->info->name();
    ByteWriter content;
    content.write(type.data(), type.size());
    partition.type()->encode(content, partition.object());
    keys_.push_back(hash_bytes(content.bytes()));
  }
}

void SequenceLayer::expand(TaskGraph& graph, std::span<const std::uint32_t>) const {
  for (Value& partition : partitions_) graph.add_constant(Constant{.value = &partition});
}

}  // namespace bask::bags
