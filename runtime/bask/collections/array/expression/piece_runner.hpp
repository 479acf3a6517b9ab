// piece_runner.hpp: runs the strip program of one piece: all operations of an expression over short strips
// that stay in the first level of cache, without temporaries of the piece's size.
// Runs on: the rank that runs the task. Threads: each runner belongs to one.
// Invariants: (1) the order in which strips are visited depends on the piece's shape and strides alone.
// Source: the manner of NumExpr (strips of a virtual machine's registers).
#pragma once

#include <bask/collections/array/block/block.hpp>
#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <functional>
#include <span>
#include <vector>

namespace bask {

/// The blocks that a task reads, found by their array of blocks and their number in it.
class SourceBlocks {
 public:
  SourceBlocks() = default;
  SourceBlocks(std::vector<SourceBlock> which, std::vector<const Block*> blocks)
      : which_(std::move(which)), blocks_(std::move(blocks)) {}
  const Block& operator[](const SourceBlock& wanted) const;

 private:
  std::vector<SourceBlock> which_;  // ascending
  std::vector<const Block*> blocks_;
};

/// The arguments of the kernel of a user's own function over elements.
struct MapStrip {
  std::size_t count;
  void* out;
  const void* const* in;
  const std::byte* state;  ///< of the function object
};

/// A strip of values of the expression, and its place in each of the strides that each_strip was asked for.
struct Strip {
  std::size_t count;
  const void* values;                  ///< of the program's result
  const std::int64_t* offsets;         ///< of its first element, for each of `places`
  const std::int64_t* strides;         ///< from one element to the next, for each of `places`
  const void* const* roots = nullptr;  ///< values of each of the program's roots
};

class PieceRunner {
 public:
  /// The longest strip, in elements: three registers of doubles and the operands fit in 48 KiB.
  static constexpr std::size_t kStrip = 1024;

  PieceRunner(const Expression& expression, const PieceProgram& program, const SourceBlocks& sources);

  /// Writes the piece's values to out[Σ stride_k i_k], strides in elements.
  void store(std::byte* out, std::span<const std::int64_t> strides);
  /// Calls `use` with every strip. Each of `places` has one stride per axis of the piece, and the strip tells
  /// where it lies by these strides; a stride of 0 leaves out an axis that is reduced.
  void each_strip(std::span<const Shape> places, const std::function<void(const Strip&)>& use);
  /// Computes the values of the first root, from which all other roots are made, once for all calls of
  /// each_strip that follow. These visit the same strips as before. Cost: memory for the piece, unless the
  /// values lie in a block as they are.
  void hold_first_root();

 private:
  struct LeafState {
    const Term* term;
    const std::byte* base;  // blocks and constants
    std::size_t element;
    std::uint64_t block;
    std::size_t scratch;  // where its register begins
    // For a transposed block: the rows that its register holds, and the place of the first in the block.
    std::int64_t first_row = 0, end_row = 0, origin = 0;
  };
  struct Step {
    strips::Loop loop;
    const Term* term;  // of a user's function
    std::array<std::uint32_t, kMostOperands> operands;
    std::uint32_t operand_count;
    std::size_t scratch;
  };
  struct Nest;  // the loops over a piece

  Nest nest_of(std::span<const Shape> places) const;
  void prepare_leaves(const Expression& expression, const SourceBlocks& sources);
  const std::byte* elements_for(std::size_t leaf, const Block& block);
  const std::vector<Leaf>& leaves_as_they_lie() const { return moved_.empty() ? program_.leaves : moved_; }
  void prepare_steps(const Expression& expression);
  void load(const Nest& nest, std::size_t count);
  const void* load_transposed(const Nest& nest, std::size_t leaf, std::size_t count);
  void load_leaf(std::size_t leaf, std::int64_t offset, std::int64_t stride, std::size_t count, void* out);
  const void* evaluate(const Nest& nest, std::size_t count, void* result);
  void run_steps(std::size_t begin, std::size_t end, std::size_t count, void* result);
  template <class Body>
  void run(Nest& nest, const Body& body);

  const PieceProgram& program_;
  std::vector<Leaf> moved_;  // the program's leaves, where some lie in parts of blocks; else empty
  std::vector<LeafState> leaves_;
  std::vector<Step> steps_;
  std::vector<const void*> values_;  // per value: where its strip lies now
  std::size_t result_bytes_;
  std::size_t scratch_bytes_ = 0;
  std::byte* scratch_ = nullptr;    // this thread's
  std::vector<const void*> roots_;  // per root: where its strip lies now
  Block held_{};                    // the values of the first root, when they are held
  std::size_t first_step_ = 0;      // the first that still runs for each strip
};

/// The elements of a region as a block; `parts` are the region's pieces.
Block compute_region(const Expression& expression, const Region& region, const std::vector<Region>& parts,
                     const SourceBlocks& sources);

}  // namespace bask
