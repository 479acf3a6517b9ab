// expression.hpp: how the elements of an array come from blocks and generators, as plain data that every
// rank has. README.md follows one expression from its terms to its strips.
// Runs on: made on rank 0, read on every rank. Threads: made by one, then read by any.
// Invariants: (1) a term's operands are terms before it; the last term is the array itself;
//             (2) the operands of an operation have its shape, and of a concatenation its shape but for one
//                 axis;
//             (3) what blocks a block needs, and in which pieces it is computed, is a pure function of the
//                 expression: rank 0 and the rank that runs the task find the same.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>
#include <bask/collections/array/block/dtype.hpp>
#include <bask/collections/array/block/shape.hpp>
#include <bask/collections/array/kernels/opcode.hpp>
#include <bask/collections/array/kernels/random_strips.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/core/bytes.hpp>
#include <bask/core/id.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// Where a view reads along one axis of its operand: at `start + step * index`, the index being the view's
/// own along `axis`; at `start` when axis is -1.
struct AxisSource {
  std::int32_t axis = -1;
  std::int64_t start = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const AxisSource&, const AxisSource&) = default;
};

/// One element, in the memory of its type.
using ElementBytes = std::array<std::byte, 16>;

enum class TermKind : std::uint8_t {
  kBlocks,       ///< blocks that tasks have made
  kConstant,     ///< one value everywhere
  kIota,         ///< start + step * index along one axis: int64
  kRandom,       ///< numbers by counter
  kOperation,    ///< an Opcode of its operands
  kView,         ///< its operand under other indices: slices, transpositions, broadcasts, rechunks
  kConcatenate,  ///< operands one after the other along an axis
};

struct Term {
  TermKind kind = TermKind::kConstant;
  DType dtype = DType::kFloat64;
  Shape shape{};
  std::vector<std::uint32_t> operands{};
  // By kind.
  Opcode opcode = Opcode::kNegative;   ///< operation
  KernelId map_kernel{};               ///< operation kMap: the user's function; in bytes, its hash
  std::vector<std::byte> map_state{};  ///< and the bytes of its object
  ElementBytes value{};                ///< constant
  std::int64_t start = 0, step = 0;    ///< iota
  std::int32_t axis = 0;               ///< iota, concatenation
  std::vector<AxisSource> axes{};      ///< view: one per axis of the operand
  std::uint32_t source = 0;            ///< blocks: which of the task's arrays of blocks
  /// Blocks, random, concatenation (of `axis` alone): as in BlockGrid. Blocks of a part begin where it does.
  std::vector<std::vector<std::int64_t>> starts{};
  strips::RandomNumbers numbers{};  ///< random
};

struct Expression {
  std::vector<Term> terms;
  Chunks chunks;             ///< the blocks that are computed, one a task
  BlockGrid grid{Chunks()};  ///< of them
  /// Of the loops that will run it, for its key: results by others are not taken for its own.
  bool has_fused_multiply_add = strips::has_fused_multiply_add();

  const Term& root() const { return terms.back(); }
  /// Sets the chunks and their grid.
  void cut(Chunks lengths) {
    grid = BlockGrid(lengths);
    chunks = std::move(lengths);
  }
  Region region(std::uint32_t block) const { return region_of(grid, block); }

  std::string to_bytes() const;
  static Expression from_bytes(const std::string& bytes);
  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    std::string bytes;
    if constexpr (Archive::is_saving::value) bytes = to_bytes();
    archive& bytes;
    if constexpr (Archive::is_loading::value) *this = from_bytes(bytes);
  }
};

/// Cuts `region` of the expression into boxes in each of which every leaf lies in one block. In C order.
std::vector<Region> pieces(const Expression& expression, const Region& region);
/// For each term, the smallest box that holds all of its elements which the root needs; of no axes where it
/// is a scalar's or the root needs none.
std::vector<Region> boxes_read(const Expression& expression);
/// How many operations there are, and how many are run for an element of the root: those that it reads at
/// several places are run several times. Counted until there are more than `most` runs.
struct OperationCount {
  std::size_t operations = 0, runs = 0;
};
OperationCount operations_of(const Expression& expression, std::size_t most);

/// The blocks that a region needs: ascending, each once. Cost: some hundred nanoseconds for each term that
/// the region reads.
std::vector<SourceBlock> blocks_of(const Expression& expression, const Region& region);
/// Tells the same of many regions. Cost: of all terms, once; then some ten nanoseconds a block where none is
/// a part of a concatenation, in steps or along a diagonal, else as blocks_of.
class BlockReader {
 public:
  /// Refers to the expression.
  explicit BlockReader(const Expression& expression);
  std::vector<SourceBlock> blocks(const Region& region) const;

 private:
  struct Read {  // a term, and its indices as functions of the root's
    std::uint32_t term;
    std::vector<AxisSource> axes;
  };

  const Expression& expression_;
  std::vector<Read> reads_;
  bool is_simple_ = true;  // reads_ are all
};

/// A leaf of the expression within one piece: element (i0, …) of the piece lies at offset + Σ stride_k i_k of
/// the block, in elements. Of iota, that is its value.
struct Leaf {
  std::uint32_t term;
  std::uint64_t block = 0;  ///< blocks, random: which one
  std::int64_t offset = 0;
  Shape strides{};
  friend bool operator==(const Leaf&, const Leaf&) = default;
};
/// Of a user's own function; operations have three at most.
inline constexpr std::size_t kMostOperands = 8;
struct Instruction {
  std::uint32_t term;                                   ///< an operation
  std::array<std::uint32_t, kMostOperands> operands{};  ///< values: leaves first, then instructions
};
/// What computes one piece: value k is leaf k, or instruction k - leaves.size().
struct PieceProgram {
  Region region;
  std::vector<Leaf> leaves;
  std::vector<Instruction> instructions;
  std::uint32_t result = 0;            ///< the value of the last root
  std::vector<std::uint32_t> roots{};  ///< the values of all
};
PieceProgram program_of(const Expression& expression, const Region& piece);
/// The same for several terms of one shape. The instructions of the first one come first.
PieceProgram program_of(const Expression& expression, const Region& piece,
                        std::span<const std::uint32_t> roots);

}  // namespace bask
