#include <bask/core/id.hpp>
#include <bask/graph/layer.hpp>

#include <cassert>

namespace bask {

LayerPtr Layer::shared_layer(std::span<const Layer* const>) const {
  assert(false && "only layers with a shared key are asked");
  return nullptr;
}

std::uint32_t Layer::picking_group(TaskGraph&) const {
  assert(false && "only layers with a shared key are asked");
  return kNoIndex;
}

std::optional<ArrayBlock> Layer::block(std::uint32_t) const {
  return std::nullopt;
}

double BlockPart::bytes() const {
  double bytes = element_bytes;
  for (const std::int64_t length : extent) bytes *= static_cast<double>(length);
  return bytes + header_bytes;
}

std::optional<TaskWork> Layer::work(std::uint32_t, const Kernel*, const ResultsOfTask&) const {
  return std::nullopt;
}

std::optional<BlockPart> Layer::part_read(std::uint32_t, std::uint32_t) const {
  return std::nullopt;
}

std::optional<TaskBytes> Layer::bytes_if_cut(std::uint32_t, std::int64_t) const {
  return std::nullopt;
}

std::uint64_t Layer::next_sequence() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

// A layer's destructor drops its inputs, which calls this function again. Such layers wait in a list, so that
// a long chain does not recurse.
void Layer::free_layer(Layer* layer) {
  thread_local std::vector<Layer*>* waiting = nullptr;
  if (waiting != nullptr) {
    waiting->push_back(layer);
    return;
  }
  std::vector<Layer*> list{layer};
  waiting = &list;
  while (!list.empty()) {
    const Layer* last = list.back();
    list.pop_back();
    delete last;
  }
  waiting = nullptr;
}

}  // namespace bask
