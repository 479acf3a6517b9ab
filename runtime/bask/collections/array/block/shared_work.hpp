// shared_work.hpp: work that tasks of several layers do together.
// Runs on: made on rank 0. Threads: any; what is shared never changes.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>

#include <span>
#include <string>
#include <vector>

namespace bask {

/// Work that tasks of several layers with the same sources can do in one pass over the blocks that they read.
class SharedWork {
 public:
  /// The result of a task of such a pass: one block for each of the layers. A task of the layer picks it out.
  using Blocks = std::vector<Block>;
  virtual ~SharedWork() = default;
  /// Layers with the same sources share their work when these bytes are equal.
  virtual std::string bytes() const = 0;
  /// A kernel that does all of `works`, in that order, and returns Blocks; and its description.
  struct Pass {
    KernelId kernel;
    TaskRef description;
    ReadPart read_part = nullptr;       ///< as for BlockRefs::set_parts
    WorkOfTask work_of_task = nullptr;  ///< as for BlockLayer::set_work
  };
  virtual Pass pass(std::span<const SharedWork* const> works) const = 0;
};

}  // namespace bask
