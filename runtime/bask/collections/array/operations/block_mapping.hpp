// block_mapping.hpp: how the blocks of a result come from regions of other arrays by a function of the
// user's.
// Runs on: made on rank 0; operands are read on the rank of their task. Threads: any.
// Invariants: (1) an operand is whole, dense and in C order, whatever expression it comes from; where it is
//                 a block as it lies, it is not copied.
#pragma once

#include <bask/collections/array/block/nd_array.hpp>
#include <bask/collections/array/lazy/node.hpp>
#include <bask/core/serialization.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// Where a block of the result lies, for functions that ask for it by a last parameter.
struct BlockInfo {
  std::vector<std::int64_t> place;   ///< in the grid of blocks
  std::vector<std::int64_t> blocks;  ///< of the grid, along each axis
  Region region;                     ///< in the array, as the operands were cut
  std::int64_t axis = 0;             ///< of a reduction: along which it runs
};

/// An array that is read region by region. Its axis k goes with the result's axis axes[k], or is read whole.
struct BlockOperand {
  static constexpr std::int64_t kWhole = -1;
  Expression expression{};
  std::vector<std::int64_t> axes{};
  // Along each axis: how much is read before and after the region, where there is that much; and by how much
  // the array is longer at its beginning than what the regions are of.
  Shape before{}, after{}, shift{};
};

struct BlockMapping {
  Chunks cut{};  ///< along the axes of the result: the regions that are read
  Chunks out{};  ///< the blocks of the result, as many
  BlockGrid cut_grid{Chunks()}, out_grid{Chunks()};  ///< of these, once they are laid out
  std::vector<BlockOperand> operands{};
  bool trim = false;  ///< take off of the result what was read before and after
  std::int64_t axis = 0;
  DType result = DType::kFloat64;  ///< of the blocks that the function returns

  /// To be called when the chunks are set, before anything is asked of a task.
  void lay_out();
  BlockInfo info(std::uint32_t task) const;
  Region region(std::size_t operand, std::uint32_t task) const;

  std::string to_bytes() const;
  static BlockMapping from_bytes(const std::string& bytes);
  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    std::string bytes;
    if constexpr (Archive::is_saving::value) bytes = to_bytes();
    archive& bytes;
    if constexpr (Archive::is_loading::value) *this = from_bytes(bytes);
  }
};

/// As an argument it goes without Boost, whose headers those who call map_blocks would have to include.
template <>
struct serialization::ByBoost<BlockMapping> {
  static void encode(ByteWriter& writer, const BlockMapping& mapping) {
    bask::encode(writer, mapping.to_bytes());
  }
  static BlockMapping decode(ByteReader& reader) {
    return BlockMapping::from_bytes(bask::decode<std::string>(reader));
  }
};

/// The operands of one task.
class OperandBlocks {
 public:
  OperandBlocks(const BlockMapping& mapping, std::uint32_t task, const KernelCall& call);
  template <class E>
  NdView<const E> view(std::size_t operand) const {
    const Operand& found = operands_[operand];
    return {reinterpret_cast<const E*>(found.data), found.region.extent, strides_of(found.region.extent)};
  }
  /// In the memory of its type.
  const std::byte* elements(std::size_t operand) const { return operands_[operand].data; }
  /// Takes off what is to be taken off. Throws: Error when the result has another shape than its block.
  Block finished(Block result) const;

 private:
  struct Operand {
    Region region;
    Block computed;
    const std::byte* data;
  };
  static void read(const Expression& expression, const SourceBlocks& sources, Operand& operand);

  const BlockMapping& mapping_;
  std::uint32_t task_;
  std::vector<Operand> operands_;
};

/// Chunks and axes that a function makes of those that it is given.
struct MapBlocksOptions {
  std::optional<Chunks> chunks{};         ///< of the result, as many blocks as there are calls
  std::vector<std::int64_t> drop_axis{};  ///< of the operands: each is read whole
  std::vector<std::int64_t> new_axis{};   ///< of the result: one block, of length 1
  std::string name{};                     ///< of the tasks, else the function's
};

/// How elements beyond the edges are made: as if the array went on at its other end, mirrored (the edge
/// twice), with its edge, with one value, or not at all.
enum class Boundary : std::uint8_t { kNone, kPeriodic, kReflect, kNearest, kConstant };

struct Overlap {
  std::vector<std::int64_t> depth{1};               ///< one for all axes, or one each
  std::vector<Boundary> boundary{Boundary::kNone};  ///< the same
  double value = 0;                                 ///< of kConstant
  bool trim = true;  ///< take `depth` off of the results; else the function has done that
};

struct ReductionOptions {
  bool keepdims = false;
  int split_every = 8;  ///< how many partial results one task combines
};

namespace lazy {

/// The nodes and what is done with them.
struct PlannedBlocks {
  BlockMapping mapping{};
  std::vector<ArrayPtr> nodes{};
};
PlannedBlocks plan_map_blocks(std::vector<ArrayPtr> nodes, const MapBlocksOptions& options);
PlannedBlocks plan_overlap(std::vector<ArrayPtr> nodes, const Overlap& overlap);
PlannedBlocks plan_blockwise(std::string_view out, std::vector<ArrayPtr> nodes,
                             const std::vector<std::string>& indices);
/// Calls for up to `most` blocks at once along `axis`; results have length 1 there.
PlannedBlocks plan_reduction(const ArrayPtr& node, std::int64_t axis, std::size_t most);
std::size_t checked_split(int split_every);

/// `add` adds the tasks of the function: BlockTasks<…>::add.
using AddTasks = std::function<BlockRefs(std::string name, const BlockMapping& mapping,
                                         std::vector<BlockRefs> sources, BlockReads reads)>;
ArrayPtr map_blocks(PlannedBlocks planned, std::string name, DType dtype, AddTasks add);

}  // namespace lazy

}  // namespace bask
