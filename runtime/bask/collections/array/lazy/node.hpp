// node.hpp: a lazy array whose element type is known at run time: how its elements come from other arrays.
// Lowering a node adds the tasks that make its blocks.
// Runs on: rank 0. Threads: any; a node does not change, except that it keeps the tasks of its own lowering.
// One thread at a time lowers nodes, as with everything that adds tasks.
// Invariants: (1) a node refers to older nodes, so there are no cycles;
//             (2) the operands of an elementwise node and of a view have been broadcast and cast, so that
//                 lowering checks nothing;
//             (3) dropping a long chain of nodes does not recurse;
//             (4) no chain of nodes without tasks is deeper than kDeepest;
//             (5) views read no inline nodes that would repeat many operations: such nodes get tasks;
//             (6) a node's tasks carry exactly the annotations in force where the node was made. An inline
//                 node without annotations becomes part of any reader, one with annotations only of a reader
//                 with the same ones; for other readers it gets tasks of its own.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>
#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/lazy/user_call.hpp>

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
/// Makes a part that holds the box and costs less than all blocks; nothing when that does not pay.
using MakePart = std::function<std::optional<ArrayPart>(const Region& box)>;

class ArrayNode {
 public:
  static constexpr int kDeepest = 200;
  /// How often a view may have operations run for one element, some of them repeatedly, before the node that
  /// it reads gets tasks.
  static constexpr std::size_t kMostRuns = 32;

  /// Blocks that are there, or that tasks make.
  static ArrayPtr blocks(std::string name, DType dtype, Chunks chunks, BlockRefs refs);
  /// An array with tasks of its own, which make it from the blocks of `inputs` once it is needed. An
  /// expression that reads little of the array reads a part instead, where `part` makes one.
  static ArrayPtr operation(std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs,
                            Lowering lower, MakePart part = nullptr);
  /// An array that is part of the expression of any reader. Its operands are `inputs`; `term` has none.
  static ArrayPtr inline_term(std::string name, Term term, Chunks chunks, std::vector<ArrayPtr> inputs);
  ~ArrayNode();

  const std::string& name() const { return name_; }
  const CallName& call() const { return call_; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Chunks& chunks() const { return chunks_; }
  std::size_t ndim() const { return shape_.size(); }
  std::uint32_t block_count() const;
  const std::vector<ArrayPtr>& inputs() const { return inputs_; }

  /// The same array by tasks of its own, whose results are always kept for a restart.
  static ArrayPtr checkpoint(const ArrayPtr& node);

  bool is_inline() const { return kind_ == Kind::kInline; }
  /// Whether a reader with these annotations computes this node's elements as part of its own expression.
  bool is_part_of_readers_with(const Annotations& annotations) const {
    return is_inline() && (annotations_ == nullptr || *annotations_ == annotations);
  }
  const Term& term() const { return term_; }
  /// The part that holds the box; nothing when the whole array is to be made.
  std::optional<ArrayPart> part(const Region& box) const;
  /// The tasks that make the blocks. The first call adds them.
  const BlockRefs& lowered() const;

 private:
  enum class Kind { kBlocks, kOperation, kInline };
  ArrayNode(Kind kind, std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs);

  /// The node, or its blocks when views of it would run operations again and again: stencils of stencils.
  static ArrayPtr settled(const ArrayPtr& node);

  Kind kind_;
  std::string name_;
  CallName call_ = UserCall::current();
  DType dtype_;
  Chunks chunks_;
  Shape shape_;
  std::vector<ArrayPtr> inputs_;
  int depth_ = 0;
  mutable double most_runs_ = 0;                    // of operations for an element: an upper bound
  Term term_;                                       // inline
  std::shared_ptr<const Annotations> annotations_;  // null: none
  mutable Lowering lower_;                          // operation; dropped once it has been called
  MakePart part_;                                   // operation; may be null
  mutable BlockRefs refs_;                          // blocks; others once they are lowered
};

/// The expression of `root` for tasks with the annotations in force. It reaches down to the nodes that have
/// tasks of their own: `sources`, in the order of the expression's sources.
struct Sourced {
  Expression expression;
  std::vector<ArrayPtr> sources;
  std::vector<CalledOperation> operations{};  ///< operands first
};
Sourced expression_of(const ArrayPtr& root);
/// The number of elements that the expression of `root` reads from parts of sources; nothing without parts.
std::optional<std::int64_t> elements_of_parts(const ArrayPtr& root);
/// The blocks of all nodes.
std::vector<BlockRefs> lowered(const std::vector<ArrayPtr>& nodes);
/// Whether some length is not known before it is computed.
bool has_unknown(const Shape& shape);
bool has_unknown(const Expression& expression);
/// The blocks that are read by tasks which compute one block of the expression each. Where lengths are
/// unknown, a task reads the blocks at its own place, whatever their lengths.
/// Throws: Error when no block will tell the lengths.
BlockReads reads_of(const Expression& expression);
/// How these reads follow the chunks of what is read.
ReadsByChunks reads_by_chunks(const Expression& expression);

/// What the task reads of a block; nothing where lengths are unknown.
std::optional<BlockPart> part_read(const Expression& expression, std::uint32_t task,
                                   const SourceBlock& block);
/// The same as a ReadPart, for descriptions with a member `expression` that their tasks read through a
/// TaskExpression.
template <class Description>
std::optional<BlockPart> part_of_expression(const void* description, std::uint32_t task,
                                            const SourceBlock& block) {
  return part_read(static_cast<const Description*>(description)->expression, task, block);
}

/// The expression and the blocks from which one task computes its block. Lengths that were unknown on rank 0
/// are those of the blocks that the task reads.
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
