// partitions.hpp: the tasks whose results are the partitions of a bag, in order.
// Runs on: rank 0. Threads: any; a value.
// Size: 16 bytes for each run of tasks that follow each other in one layer, however many they are.
#pragma once

#include <bask/graph/layer.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask::bags {

class Partitions {
 public:
  /// The tasks first, first + 1, … of one layer.
  struct Run {
    LayerPtr layer;
    std::uint32_t first = 0, count = 0;
  };

  Partitions() = default;
  /// All tasks of a layer.
  explicit Partitions(LayerPtr layer);

  void append(const TaskRef& partition);
  void append(const Partitions& more);

  std::uint32_t size() const { return size_; }
  std::span<const Run> runs() const { return runs_; }
  /// Cost: a walk over the runs before the partition.
  TaskRef operator[](std::uint32_t partition) const;
  std::vector<TaskRef> refs() const;

 private:
  void append(Run run);
  std::vector<Run> runs_;
  std::uint32_t size_ = 0;
};

}  // namespace bask::bags
