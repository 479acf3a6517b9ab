#include <bask/execution/spill_space.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>

namespace bask {

std::uint64_t SpillSpace::take(std::uint64_t bytes) {
  const std::uint64_t size = whole_units(bytes);
  used_ += size;
  const auto gap = std::ranges::find_if(gaps_, [&](const auto& each) { return each.second >= size; });
  if (gap == gaps_.end() || size == 0) {
    end_ += size;
    return end_ - size;
  }
  const auto [offset, gap_size] = *gap;
  gaps_.erase(gap);
  if (gap_size > size) gaps_.emplace(offset + size, gap_size - size);
  return offset;
}

void SpillSpace::give_back(std::uint64_t offset, std::uint64_t bytes) {
  std::uint64_t size = whole_units(bytes);
  if (size == 0) return;
  assert(offset + size <= end_ && size <= used_);
  used_ -= size;
  auto next = gaps_.lower_bound(offset);
  assert(next == gaps_.end() || offset + size <= next->first);
  if (next != gaps_.end() && next->first == offset + size) {
    size += next->second;
    next = gaps_.erase(next);
  }
  if (next != gaps_.begin()) {
    const auto before = std::prev(next);
    assert(before->first + before->second <= offset);
    if (before->first + before->second == offset) {
      offset = before->first;
      size += before->second;
      gaps_.erase(before);
    }
  }
  if (offset + size == end_) {
    end_ = offset;
  } else {
    gaps_.emplace(offset, size);
  }
}

}  // namespace bask
