// node.hpp: a lazy array whose element type is known at run time: how its elements come from other arrays.
// Runs on: rank 0. Threads: any; a node does not change, but for what it keeps of its own lowering (one
// thread at a time, as with everything that adds tasks).
// Invariants: (1) a node refers to older nodes, so there are no cycles;
//             (2) the operands of an elementwise node and of a view have been broadcast and cast: lowering
//                 checks nothing;
//             (3) dropping a long chain of nodes does not recurse;
//             (4) no chain of nodes without tasks is deeper than kDeepest;
//             (5) views read no inline nodes that repeat many operations: those get tasks;
//             (6) a node's tasks carry the annotations that were in force where it was made, and no others:
//                 an inline node becomes part of a reader that has the same annotations;
//                 one that has none, of any reader;
//                 else it gets tasks of its own.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>
#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/expression/piece_runner.hpp>

#include <bask/graph/annotations.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask {

class ArrayNode;
using ArrayPtr = std::shared_ptr<const ArrayNode>;

/// Adds the tasks that make an array's blocks, given those of its inputs, in their order.
using Lowering = std::function<BlockRefs(const std::vector<BlockRefs>& inputs)>;

/// An array of the elements from `start` on of another one.
struct ArrayPart {
  ArrayPtr node;
  Shape start;
};
/// Makes a part that holds the box, for less than all blocks cost; nothing where that does not pay.
using MakePart = std::function<std::optional<ArrayPart>(const Region& box)>;

class ArrayNode {
 public:
  static constexpr int kDeepest = 200;
  /// Operations for an element, of which some are repeated, that views may read without tasks between.
  static constexpr std::size_t kMostRuns = 32;

  /// Blocks that are there, or that tasks make.
  static ArrayPtr blocks(std::string name, DType dtype, Chunks chunks, BlockRefs refs);
  /// An array that tasks of its own make from the blocks of `inputs`, once it is needed. Expressions that
  /// read little of it are given a part, where `part` makes one.
  static ArrayPtr operation(std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs,
                            Lowering lower, MakePart part = nullptr);
  /// One that is part of the expression of whoever reads it. `term` has no operands: those are `inputs`.
  static ArrayPtr inline_term(std::string name, Term term, Chunks chunks, std::vector<ArrayPtr> inputs);
  ~ArrayNode();

  const std::string& name() const { return name_; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Chunks& chunks() const { return chunks_; }
  std::size_t ndim() const { return shape_.size(); }
  std::uint32_t block_count() const;
  const std::vector<ArrayPtr>& inputs() const { return inputs_; }

  /// The blocks of a node by tasks of their own, whose results are always kept for a restart.
  static ArrayPtr checkpoint(const ArrayPtr& node);

  bool is_inline() const { return kind_ == Kind::kInline; }
  /// Whether whoever has these annotations computes its elements with its own.
  bool is_part_of_readers_with(const Annotations& annotations) const {
    return is_inline() && (annotations_ == nullptr || *annotations_ == annotations);
  }
  const Term& term() const { return term_; }
  /// Nothing where all of it is to be made.
  std::optional<ArrayPart> part(const Region& box) const;
  /// The tasks that make its blocks. They are added at the first call.
  const BlockRefs& lowered() const;

 private:
  enum class Kind { kBlocks, kOperation, kInline };
  ArrayNode(Kind kind, std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs);

  /// The node, or its blocks when views of it would run operations again and again: stencils of stencils.
  static ArrayPtr settled(const ArrayPtr& node);

  Kind kind_;
  std::string name_;
  DType dtype_;
  Chunks chunks_;
  Shape shape_;
  std::vector<ArrayPtr> inputs_;
  int depth_ = 0;
  mutable double most_runs_ = 0;                    // of operations for an element, if no two are the same
  Term term_;                                       // inline
  std::shared_ptr<const Annotations> annotations_;  // null: none
  mutable Lowering lower_;                          // operation; dropped once it has been called
  MakePart part_;                                   // operation; may be null
  mutable BlockRefs refs_;                          // blocks; others once they are lowered
};

/// The expression of `root`, as tasks with the annotations in force compute it, down to the nodes that have
/// tasks of their own, and those nodes, in the order of its sources.
struct Sourced {
  Expression expression;
  std::vector<ArrayPtr> sources;
};
Sourced expression_of(const ArrayPtr& root);
/// How many elements of sources the expression reads as parts of them; nothing where there is no part.
std::optional<std::int64_t> elements_of_parts(const ArrayPtr& root);
/// The blocks of the sources.
std::vector<BlockRefs> lowered(const std::vector<ArrayPtr>& nodes);
/// What tasks read that compute the blocks of an expression, one each. Where lengths are unknown, a task
/// reads the blocks at its own place, whatever their lengths. Throws: Error when no block will tell the
/// lengths.
BlockReads reads_of(const Expression& expression);

/// What one task computes its block from. Lengths that were unknown are those of the blocks that it reads.
struct TaskExpression {
  TaskExpression(const Expression& whole, std::uint32_t task, const KernelCall& call,
                 std::size_t first_input = 1);
  const Expression& expression() const { return is_local_ ? local_ : *whole_; }

  Region region;
  SourceBlocks sources;

 private:
  TaskExpression(const TaskExpression&) = delete;
  void make_local(std::uint32_t task, const std::vector<SourceBlock>& which,
                  const std::vector<const Block*>& blocks);
  const Expression* whole_;
  Expression local_;
  bool is_local_ = false;
};

}  // namespace bask
