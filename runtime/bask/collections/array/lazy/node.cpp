#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/lazy/bounded_reads.hpp>
#include <bask/collections/array/lazy/node.hpp>
#include <bask/core/archive.hpp>

#include <algorithm>
#include <unordered_map>

namespace bask {

namespace {

// Nodes that are left while one is being destroyed: a loop takes a chain apart, without recursion.
struct Dropping {
  std::vector<ArrayPtr> left;
  bool under_way = false;
};
thread_local Dropping dropping;

Block compute_block(const BlockCall<Expression>& call) {
  const TaskExpression task(call.description(), call.task(), call.call);
  return compute_region(task.expression(), task.region, pieces(task.expression(), task.region), task.sources);
}

// Functions of users may have a memory of their own.
Repeats repeats(const KernelCall& call) {
  const auto& terms = call.inputs[0].value->get<Expression>().terms;
  const bool calls_user = std::ranges::any_of(terms, [](const Term& term) {
    return term.kind == TermKind::kOperation && term.opcode == Opcode::kMap;
  });
  return calls_user ? Repeats::kNever : Repeats::kAlways;
}

using ComputeTasks = BlockTasks<compute_block, repeats>;

std::optional<BlockPart> part_for_block(const void* description, std::uint32_t task,
                                        const SourceBlock& block) {
  return part_read(*static_cast<const Expression*>(description), task, block);
}

constexpr std::size_t kMostCounted = 4096;

// Numbers the nodes of an expression, operands first, without recursion deeper than ArrayNode::kDeepest.
class TermWriter {
 public:
  explicit TermWriter(Sourced& result) : result_(result) {}

  /// Writes an inline node.
  std::uint32_t write(const ArrayNode& node) {
    if (const auto known = numbers_.find(&node); known != numbers_.end()) return known->second;
    Term term = node.term();
    for (const ArrayPtr& input : node.inputs()) term.operands.push_back(write(input));
    result_.operations.push_back({node.name(), node.call()});
    return add(node, std::move(term));
  }
  std::uint32_t write(const ArrayPtr& node) {
    if (node->is_part_of_readers_with(annotations_)) return write(*node);
    if (const auto known = numbers_.find(node.get()); known != numbers_.end()) return known->second;
    Term term;
    term.kind = TermKind::kBlocks;
    term.dtype = node->dtype();
    term.source = static_cast<std::uint32_t>(result_.sources.size());
    term.starts = BlockGrid(node->chunks()).starts;
    result_.sources.push_back(node);
    return add(*node, std::move(term));
  }

 private:
  std::uint32_t add(const ArrayNode& node, Term term) {
    term.shape = node.shape();
    result_.expression.terms.push_back(std::move(term));
    const auto number = static_cast<std::uint32_t>(result_.expression.terms.size() - 1);
    numbers_.emplace(&node, number);
    return number;
  }

  Sourced& result_;
  const Annotations& annotations_ = annotate::current();
  std::unordered_map<const ArrayNode*, std::uint32_t> numbers_;
};

// Puts a part in the place of each source that makes one for the box that the expression reads; the part's
// blocks begin where they lie in the whole. Returns the number of elements of all parts; nothing when there
// are none.
std::optional<std::int64_t> take_parts(Sourced& sourced) {
  std::optional<std::int64_t> elements;
  if (has_unknown(sourced.expression)) return elements;
  const std::vector<Region> boxes = boxes_read(sourced.expression);
  for (std::size_t k = 0; k < boxes.size(); ++k) {
    Term& term = sourced.expression.terms[k];
    if (term.kind != TermKind::kBlocks || boxes[k].extent.empty()) continue;
    auto part = sourced.sources[term.source]->part(boxes[k]);
    if (!part) continue;
    elements = elements.value_or(0) + element_count(part->node->shape());
    term.starts = BlockGrid(part->node->chunks()).starts;
    for (std::size_t axis = 0; axis < term.starts.size(); ++axis) {
      for (std::int64_t& start : term.starts[axis]) start += part->start[axis];
    }
    sourced.sources[term.source] = std::move(part->node);
  }
  return elements;
}

void narrow_sources(Sourced& sourced) {
  take_parts(sourced);
  if (!has_unknown(sourced.expression)) bound_reads(sourced);
}

Sourced written(const ArrayPtr& root) {
  Sourced result;
  result.expression.cut(root->chunks());
  TermWriter(result).write(root);
  return result;
}

}  // namespace

ArrayNode::ArrayNode(Kind kind, std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs)
    : kind_(kind),
      name_(kind == Kind::kBlocks ? std::move(name) : UserCall::name_or(name)),
      dtype_(dtype),
      chunks_(std::move(chunks)),
      shape_(shape_of(chunks_)),
      inputs_(std::move(inputs)) {
  if (shape_.size() > kMostAxes) {
    throw Error("array::" + name_, "the result would have " + std::to_string(shape_.size()) + " axes",
                "use at most " + std::to_string(kMostAxes));
  }
  if (!annotate::current().empty()) annotations_ = std::make_shared<Annotations>(annotate::current());
  for (const ArrayPtr& input : inputs_) {
    depth_ = std::max(depth_, input->depth_ + 1);
    if (kind == Kind::kInline) most_runs_ += input->most_runs_;
  }
  if (depth_ <= kDeepest) return;
  // The inputs get tasks now, so that neither lowering nor the expressions of readers go deeper. Still
  // nothing runs.
  for (ArrayPtr& input : inputs_) {
    input->lowered();
    input = blocks(input->name(), input->dtype(), input->chunks(), input->lowered());
  }
  depth_ = 1;
  most_runs_ = 0;
}

ArrayNode::~ArrayNode() {
  for (ArrayPtr& input : inputs_) {
    if (input.use_count() == 1) dropping.left.push_back(std::move(input));
  }
  if (dropping.under_way) return;
  dropping.under_way = true;
  while (!dropping.left.empty()) {
    const ArrayPtr next = std::move(dropping.left.back());
    dropping.left.pop_back();
  }
  dropping.under_way = false;
}

ArrayPtr ArrayNode::blocks(std::string name, DType dtype, Chunks chunks, BlockRefs refs) {
  std::shared_ptr<ArrayNode> node(
      new ArrayNode(Kind::kBlocks, std::move(name), dtype, std::move(chunks), {}));
  node->refs_ = std::move(refs);
  return node;
}

ArrayPtr ArrayNode::operation(std::string name, DType dtype, Chunks chunks, std::vector<ArrayPtr> inputs,
                              Lowering lower, MakePart part) {
  std::shared_ptr<ArrayNode> node(
      new ArrayNode(Kind::kOperation, std::move(name), dtype, std::move(chunks), std::move(inputs)));
  node->lower_ = std::move(lower);
  node->part_ = std::move(part);
  return node;
}

ArrayPtr ArrayNode::settled(const ArrayPtr& node) {
  if (!node->is_inline() || node->most_runs_ <= static_cast<double>(kMostRuns)) return node;
  const OperationCount count = operations_of(expression_of(node).expression, kMostCounted);
  node->most_runs_ = static_cast<double>(count.runs);
  if (count.runs <= std::max(kMostRuns, 2 * count.operations)) return node;
  return blocks(node->name(), node->dtype(), node->chunks(), node->lowered());
}

ArrayPtr ArrayNode::inline_term(std::string name, Term term, Chunks chunks, std::vector<ArrayPtr> inputs) {
  for (const ArrayPtr& input : inputs) {
    // Only elementwise operations can read an input of unknown lengths: they go block by block.
    if (term.kind == TermKind::kOperation || !has_unknown(input->shape())) continue;
    throw Error("array::" + name, "the shape is not known before it is computed",
                "call compute_chunk_sizes() first");
  }
  if (term.kind == TermKind::kView || term.kind == TermKind::kConcatenate) {
    for (ArrayPtr& input : inputs) input = settled(input);
  }
  std::shared_ptr<ArrayNode> node(
      new ArrayNode(Kind::kInline, std::move(name), term.dtype, std::move(chunks), std::move(inputs)));
  node->term_ = std::move(term);
  // Constants and ranges take no work that could be annotated.
  const bool works = node->term_.kind != TermKind::kConstant && node->term_.kind != TermKind::kIota;
  if (!works) node->annotations_ = nullptr;
  if (node->term_.kind == TermKind::kOperation) ++node->most_runs_;
  return node;
}

std::uint32_t ArrayNode::block_count() const {
  return BlockGrid(chunks_).size();
}

std::optional<ArrayPart> ArrayNode::part(const Region& box) const {
  if (!part_) return std::nullopt;
  const annotate own = annotate::only(annotations_ == nullptr ? Annotations() : *annotations_);
  return part_(box);
}

const BlockRefs& ArrayNode::lowered() const {
  if (!refs_.empty()) return refs_;
  const annotate own = annotate::only(annotations_ == nullptr ? Annotations() : *annotations_);
  if (kind_ == Kind::kOperation) {
    refs_ = lower_(bask::lowered(inputs_));
    refs_.set_operations(list_of_calls(std::vector<CalledOperation>{{name_, call_}}));
    lower_ = nullptr;
  } else {
    Sourced sourced;
    sourced.expression.cut(chunks_);
    TermWriter(sourced).write(*this);
    narrow_sources(sourced);
    refs_ = ComputeTasks::add(name_, sourced.expression, bask::lowered(sourced.sources),
                              reads_of(sourced.expression));
    refs_.set_reads(reads_by_chunks(sourced.expression));
    refs_.set_parts(&part_for_block);
    refs_.set_operations(list_of_calls(sourced.operations));
  }
  if (refs_.size() == block_count()) refs_.set_blocks(dtype_, chunks_);
  return refs_;
}

// The inputs are the sources of the node's expression, so that long chains of checkpoints are as flat as
// other chains. Results of the inputs' own tasks are not kept.
ArrayPtr ArrayNode::checkpoint(const ArrayPtr& node) {
  Sourced sourced = expression_of(node);
  sourced.operations.push_back({"checkpoint"});
  const auto lower = [expression = std::move(sourced.expression),
                      list = list_of_calls(sourced.operations)](const std::vector<BlockRefs>& sources) {
    const annotate kept({.checkpoint = true});
    const BlockRefs refs = ComputeTasks::add("checkpoint", expression, sources, reads_of(expression));
    refs.set_reads(reads_by_chunks(expression));
    refs.set_parts(&part_for_block);
    refs.set_operations(list);
    return refs;
  };
  return operation("checkpoint", node->dtype(), node->chunks(), std::move(sourced.sources), lower);
}

Sourced expression_of(const ArrayPtr& root) {
  Sourced result = written(root);
  narrow_sources(result);
  return result;
}

std::optional<std::int64_t> elements_of_parts(const ArrayPtr& root) {
  Sourced sourced = written(root);
  return take_parts(sourced);
}

std::vector<BlockRefs> lowered(const std::vector<ArrayPtr>& nodes) {
  std::vector<BlockRefs> refs;
  for (const ArrayPtr& node : nodes) refs.push_back(node->lowered());
  return refs;
}

}  // namespace bask
