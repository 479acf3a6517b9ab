#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/stretches.hpp>

#include <algorithm>
#include <iterator>
#include <optional>

namespace bask::lazy {
namespace {

constexpr std::int64_t kGapBytes = 256 << 10;  // of a block: reading such a gap costs less than one more task
constexpr std::int64_t kPays = 4;  // stretches are read when they have so many times fewer elements

struct Stretch {
  std::int64_t begin, end;
  std::int64_t elements;  // that are read for it
};

class StretchFinder {
 public:
  StretchFinder(const ArrayPtr& node, std::size_t axis)
      : node_(node),
        axis_(axis),
        row_(element_count(node->shape()) / node->shape()[axis]),
        blocks_(node->block_count() / static_cast<std::int64_t>(node->chunks()[axis].size())) {}

  // `positions`: ascending, each once. Returns nothing when reading whole blocks is as good.
  std::vector<Stretch> find(const Index::Positions& positions) const {
    const std::int64_t most = touched(positions) / kPays;
    std::vector<Stretch> stretches;
    std::int64_t elements = 0;
    for (const Stretch& near : near_ones(positions)) {
      const auto own = cost(near.begin, near.end);
      if (!own) return {};
      // Both may lie in one chunk of a file, which would be decompressed for each of them.
      const auto joined = stretches.empty() ? std::nullopt : cost(stretches.back().begin, near.end);
      if (joined && *joined <= stretches.back().elements + *own) {
        elements += *joined - stretches.back().elements;
        stretches.back().end = near.end;
        stretches.back().elements = *joined;
      } else {
        elements += *own;
        stretches.push_back({near.begin, near.end, *own});
      }
      if (elements > most) return {};
    }
    return stretches;
  }

 private:
  std::optional<std::int64_t> cost(std::int64_t begin, std::int64_t end) const {
    return elements_of_parts(slice(node_, axis_, begin, 1, end - begin));
  }

  // The number of elements in all chunks that hold positions.
  std::int64_t touched(const Index::Positions& positions) const {
    std::int64_t elements = 0, begin = 0;
    auto next = positions.begin();
    for (const std::int64_t length : node_->chunks()[axis_]) {
      const auto first = next;
      next = std::lower_bound(next, positions.end(), begin += length);
      if (next != first) elements += length * row_;
    }
    return elements;
  }

  std::vector<Stretch> near_ones(const Index::Positions& positions) const {
    const std::int64_t row_bytes = row_ / blocks_ * static_cast<std::int64_t>(size_of(node_->dtype()));
    const std::int64_t gap = kGapBytes / std::max<std::int64_t>(1, row_bytes);
    std::vector<Stretch> near;
    for (const std::int64_t position : positions) {
      if (near.empty() || position - near.back().end > gap) near.push_back({position, position, 0});
      near.back().end = position + 1;
    }
    return near;
  }

  const ArrayPtr& node_;
  std::size_t axis_;
  std::int64_t row_;     // elements at each position
  std::int64_t blocks_;  // that hold them
};

std::vector<Stretch> worthwhile(const ArrayPtr& node, Index::Positions positions, std::size_t axis) {
  if (element_count(node->shape()) <= 0) return {};  // or unknown
  if (!elements_of_parts(slice(node, axis, positions.front(), 1, 1))) return {};
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return StretchFinder(node, axis).find(positions);
}

}  // namespace

Stretches stretches_of(const ArrayPtr& node, Index::Positions positions, std::size_t axis) {
  const std::vector<Stretch> found = worthwhile(node, positions, axis);
  if (found.empty()) return {{node}, node->chunks()[axis], std::move(positions)};
  Stretches stretches;
  std::vector<std::int64_t> starts{0};
  for (const Stretch& stretch : found) {
    stretches.nodes.push_back(slice(node, axis, stretch.begin, 1, stretch.end - stretch.begin));
    const AxisChunks& chunks = stretches.nodes.back()->chunks()[axis];
    stretches.chunks.insert(stretches.chunks.end(), chunks.begin(), chunks.end());
    starts.push_back(starts.back() + stretch.end - stretch.begin);
  }
  for (std::int64_t& position : positions) {
    const auto after = std::upper_bound(found.begin(), found.end(), position,
                                        [](auto at, const Stretch& stretch) { return at < stretch.begin; });
    const auto which = static_cast<std::size_t>(std::distance(found.begin(), after) - 1);
    position += starts[which] - found[which].begin;
  }
  stretches.positions = std::move(positions);
  return stretches;
}

}  // namespace bask::lazy
