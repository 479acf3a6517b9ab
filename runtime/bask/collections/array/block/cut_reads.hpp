// cut_reads.hpp: how many bytes the tasks of a layer of blocks would take if all arrays had shorter chunks:
// what a message proposes where a task does not fit into memory. Runs on: rank 0. Threads: any; the layer
// must not change.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace bask {

class CutReads {
 public:
  /// `longest`: the most elements of a chunk along each axis. Refers to the layer.
  CutReads(const BlockLayer& layer, std::int64_t longest) : layer_(layer), longest_(longest) {}

  /// An upper bound; nothing where a size or the way of reading is not known. Constants count nothing.
  std::optional<TaskBytes> of_task(std::uint32_t task) const;

 private:
  // The blocks are of one source.
  std::optional<double> of_source(std::span<const SourceBlock> read) const;
  std::optional<double> of_array(const BlockLayer& from, std::span<const SourceBlock> read) const;
  // How many of the new blocks are read along each axis in the place of one old block: one if nothing is
  // said.
  static constexpr std::int64_t kWhole = 0;  // as many as the old block had
  double of_block(const BlockLayer& layer, const ArrayBlock& block,
                  std::span<const std::int64_t> along) const;

  const BlockLayer& layer_;
  const std::int64_t longest_;
};

}  // namespace bask
