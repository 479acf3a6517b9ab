// expression.hpp: how the elements of an array come from blocks and generators, as plain data that every
// rank has. README.md follows one expression from its terms to its strips.
// Runs on: made on rank 0, read on every rank. Threads: made by one, then read by any.
// Invariants: (1) a term's operands are terms before it; the last term is the array itself;
//             (2) the operands of an operation have its shape; those of a concatenation differ along one
// axis;
//             (3) the blocks that a block needs, and the pieces in which it is computed, are pure functions
//                 of the expression: rank 0 and the rank that runs the task find the same.
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
#include <type_traits>
#include <vector>

namespace bask {

/// Where a view reads along one axis of its operand: at `start + step * index`, where index is the view's own
/// along `axis`; always at `start` when axis is -1.
struct AxisSource {
  std::int64_t axis = -1;
  std::int64_t start = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const AxisSource&, const AxisSource&) = default;
};
static_assert(std::has_unique_object_representations_v<AxisSource>, "it is part of keys");

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
  KernelId map_kernel{};               ///< operation kMap: the user's function; sent as its hash
  std::vector<std::byte> map_state{};  ///< operation kMap: the bytes of the function's object
  ElementBytes value{};                ///< constant
  std::int64_t start = 0, step = 0;    ///< iota
  std::int32_t axis = 0;               ///< iota, concatenation
  std::vector<AxisSource> axes{};      ///< view: one per axis of the operand
  std::uint32_t source = 0;            ///< blocks: which of the task's arrays of blocks
  /// Blocks, random: where chunks begin, as in BlockGrid; the blocks of a part begin where the part does.
  /// Concatenation: where operands begin, along `axis` alone.
  std::vector<std::vector<std::int64_t>> starts{};
  strips::RandomNumbers numbers{};  ///< random
};

struct Expression {
  std::vector<Term> terms;
  Chunks chunks;             ///< the blocks that are computed, one a task
  BlockGrid grid{Chunks()};  ///< of these chunks
  /// Whether the loops that will run it have this. It is part of the key, as it decides the last bits.
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

/// Cuts `region` of the expression into boxes, in C order: within each box every leaf lies in one block.
std::vector<Region> pieces(const Expression& expression, const Region& region);
/// For each term, the smallest box that holds all of its elements that the root needs. The box has no axes
/// when the term has none, or when the root needs no element.
std::vector<Region> boxes_read(const Expression& expression);
/// The number of operations, and how many are run for one element of the root: an operation whose result is
/// read at several places runs several times. Counting ends when there are more than `most` runs.
struct OperationCount {
  std::size_t operations = 0, runs = 0;
};
OperationCount operations_of(const Expression& expression, std::size_t most);

/// How many elements the block has that the task computes; 0 where that is not known.
double elements_of(const Expression& expression, std::uint32_t task);
/// What the task does that computes one block of the expression.
TaskWork task_work(const Expression& expression, std::uint32_t task, const ResultsOfTask& results);
/// The same for descriptions of tasks that go over the block of an expression, and do one thing more with
/// each element, or `each.size()` things.
template <class Description>
requires requires(const Description& description) {
  description.expression.terms;
}
TaskWork task_work(const Description& description, std::uint32_t task, const ResultsOfTask& results) {
  TaskWork work = task_work(description.expression, task, results);
  double each = 1;
  if constexpr (requires { description.each.size(); }) each = static_cast<double>(description.each.size());
  work.operations += each * elements_of(description.expression, task);
  return work;
}

/// The blocks that a region needs: ascending, each once. Cost: some hundred nanoseconds for each term that
/// the region reads.
std::vector<SourceBlock> blocks_of(const Expression& expression, const Region& region);
/// The same for many regions. Cost: one walk over all terms; then some ten nanoseconds a block. When blocks
/// are read through concatenations, in steps or along a diagonal: the cost of blocks_of.
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
  bool is_simple_ = true;  // reads_ has all that is read
};

/// A leaf of the expression within one piece: element (i0, i1, …) of the piece lies in the block at
/// offset + Σ strides[k] * i_k, in elements. For iota, that sum is the value.
struct Leaf {
  std::uint32_t term;
  std::uint64_t block = 0;  ///< blocks, random: which one
  std::int64_t offset = 0;
  Shape strides{};
  friend bool operator==(const Leaf&, const Leaf&) = default;
};
/// The most operands of a user's own function; other operations have three at most.
inline constexpr std::size_t kMostOperands = 8;
struct Instruction {
  std::uint32_t term;                                   ///< an operation
  std::array<std::uint32_t, kMostOperands> operands{};  ///< values: leaves first, then instructions
};
/// The program that computes one piece: value k is leaf k, or the result of instruction k - leaves.size().
struct PieceProgram {
  Region region;
  std::vector<Leaf> leaves;
  std::vector<Instruction> instructions;
  std::uint32_t result = 0;            ///< the value of the last root
  std::vector<std::uint32_t> roots{};  ///< the values of all roots
};
PieceProgram program_of(const Expression& expression, const Region& piece);
/// The same for several terms of one shape. The instructions of the first one come first.
PieceProgram program_of(const Expression& expression, const Region& piece,
                        std::span<const std::uint32_t> roots);

}  // namespace bask
