// encoded_sizes.hpp: how results count against the memory limit whose type cannot tell what they hold.
// Runs on: every rank, one for each run. Threads: any.
// To encode every result would cost as much as to send it. The first, second, fourth, eighth ... result of a
// layer is encoded, and each counts as the largest of these.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/task_group.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace bask {

class EncodedSizes {
 public:
  explicit EncodedSizes(const std::vector<TaskGroup>& groups) : groups_(groups), layers_(groups.size()) {}
  /// What a result of the group counts as, in bytes. The first that is large enough to matter is told of,
  /// once for each group.
  std::uint64_t of(std::uint32_t group, const Value& result);

 private:
  struct Layer {
    std::atomic<std::uint64_t> results = 0, largest = 0;
    std::atomic<bool> has_warned = false;
  };

  const std::vector<TaskGroup>& groups_;
  std::vector<Layer> layers_;  // by group
};

}  // namespace bask
