// block_mapping.hpp: how a user's function makes the blocks of a result from regions of other arrays.
// Runs on: made on rank 0; operands are read on the rank of their task. Threads: any.
// Invariants: (1) an operand is whole, dense and in C order, whatever expression it comes from; elements that
//                 lie so in a block already are not copied.
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

/// Where a block of the result lies, for functions that take a BlockInfo as their last parameter.
struct BlockInfo {
  std::vector<std::int64_t> place;   ///< in the grid of blocks
  std::vector<std::int64_t> blocks;  ///< the number of blocks along each axis
  Region region;                     ///< in the array, as the operands were cut
  std::int64_t axis = 0;             ///< the axis along which a reduction runs
};

/// An array that is read region by region. Its axis k goes with the result's axis axes[k], or is read whole.
struct BlockOperand {
  static constexpr std::int64_t kWhole = -1;
  Expression expression{};
  std::vector<std::int64_t> axes{};
  // Along each axis: how many elements are read before and after the region, as far as there are any; and by
  // how many elements this array is longer at its beginning than the array that the regions are of.
  Shape before{}, after{}, shift{};
};

struct BlockMapping {
  Chunks cut{};  ///< the regions that are read, along the axes of the result
  Chunks out{};  ///< the blocks of the result, as many as regions
  BlockGrid cut_grid{Chunks()}, out_grid{Chunks()};  ///< set by lay_out()
  std::vector<BlockOperand> operands{};
  bool trim = false;  ///< cut off from the result what was read before and after
  std::int64_t axis = 0;
  DType result = DType::kFloat64;  ///< of the blocks that the function returns

  /// Called when `cut` and `out` are set, before info() and region().
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

/// As an argument it is encoded without Boost, so that callers of map_blocks do not include Boost's headers.
template <>
struct serialization::ByBoost<BlockMapping> {
  static void encode(ByteWriter& writer, const BlockMapping& mapping) {
    bask::encode(writer, mapping.to_bytes());
  }
  static std::size_t encoded_bytes(const BlockMapping& mapping) {
    return sizeof(std::uint64_t) + mapping.to_bytes().size();
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
  /// The operand's elements, in C order.
  const std::byte* elements(std::size_t operand) const { return operands_[operand].data; }
  /// The block of the result, trimmed when the mapping says so. Throws: Error when its shape does not fit.
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

/// The chunks and axes of the result, where they are not those of the operands.
struct MapBlocksOptions {
  std::optional<Chunks> chunks{};         ///< of the result: as many blocks as there are calls
  std::vector<std::int64_t> drop_axis{};  ///< axes of the operands that the result lacks; they are read whole
  std::vector<std::int64_t> new_axis{};   ///< axes that only the result has: one block, of length 1
  std::string name{};                     ///< of the tasks; the function's when empty
};

/// The elements beyond the edges of the array: none; those at its other end (kPeriodic); the mirrored array,
/// with the edge twice (kReflect); the edge (kNearest); one value (kConstant).
enum class Boundary : std::uint8_t { kNone, kPeriodic, kReflect, kNearest, kConstant };

struct Overlap {
  std::vector<std::int64_t> depth{1};               ///< in elements: one for all axes, or one each
  std::vector<Boundary> boundary{Boundary::kNone};  ///< one for all axes, or one each
  double value = 0;                                 ///< of kConstant
  bool trim = true;  ///< cut `depth` off the results; when false, the function has done that
};

struct ReductionOptions {
  bool keepdims = false;
  int split_every = 8;  ///< how many partial results one task combines
};

namespace lazy {

/// The nodes that are read, and how.
struct PlannedBlocks {
  BlockMapping mapping{};
  std::vector<ArrayPtr> nodes{};
};
PlannedBlocks plan_map_blocks(std::vector<ArrayPtr> nodes, const MapBlocksOptions& options);
PlannedBlocks plan_overlap(std::vector<ArrayPtr> nodes, const Overlap& overlap);
PlannedBlocks plan_blockwise(std::string_view out, std::vector<ArrayPtr> nodes,
                             const std::vector<std::string>& indices);
/// One call for up to `most` blocks along `axis`, joined; its result has length 1 there.
PlannedBlocks plan_reduction(const ArrayPtr& node, std::int64_t axis, std::size_t most);
std::size_t checked_split(int split_every);

/// What a task reads of a block, where the description is a BlockMapping.
std::optional<BlockPart> part_of_operand(const void* mapping, std::uint32_t task, const SourceBlock& block);
/// `add` adds the tasks of the function: BlockTasks<…>::add. `read_part` is told the description that these
/// share.
using AddTasks = std::function<BlockRefs(std::string name, const BlockMapping& mapping,
                                         std::vector<BlockRefs> sources, BlockReads reads)>;
ArrayPtr map_blocks(PlannedBlocks planned, std::string name, DType dtype, AddTasks add, ReadPart read_part);

}  // namespace lazy

}  // namespace bask
