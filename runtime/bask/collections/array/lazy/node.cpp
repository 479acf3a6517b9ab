#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/lazy/bounded_reads.hpp>
#include <bask/collections/array/lazy/node.hpp>
#include <bask/core/archive.hpp>

#include <algorithm>
#include <cstdlib>
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

constexpr std::size_t kMostCounted = 4096;

bool has_unknown(const Shape& shape) {
  return std::find(shape.begin(), shape.end(), kUnknown) != shape.end();
}

// After an unknown length all starts are unknown, so the last one tells.
bool is_unknown(const std::vector<std::int64_t>& starts) {
  return starts.back() == kUnknown;
}
bool has_unknown(const Expression& expression) {
  return std::any_of(expression.grid.starts.begin(), expression.grid.starts.end(), is_unknown);
}
bool reads_unknown(const Term& term) {
  return term.kind == TermKind::kBlocks && std::any_of(term.starts.begin(), term.starts.end(), is_unknown);
}

// The term of blocks with `lengths` in place of those that are unknown.
Term local_blocks(const Term& term, const Shape& lengths) {
  Term local;
  local.kind = TermKind::kBlocks;
  local.dtype = term.dtype;
  local.shape = term.shape;
  local.source = term.source;
  for (std::size_t k = 0; k < term.starts.size(); ++k) {
    local.starts.push_back(is_unknown(term.starts[k]) ? std::vector<std::int64_t>{0, lengths[k]}
                                                      : term.starts[k]);
  }
  return local;
}

// The expression with `lengths` in place of the unknown ones. Cost: unknown axes are not copied, however many
// chunks they have.
Expression local_expression(const Expression& whole, const Shape& lengths) {
  Expression local;
  Chunks chunks;
  for (std::size_t k = 0; k < whole.chunks.size(); ++k)
    chunks.push_back(is_unknown(whole.grid.starts[k]) ? AxisChunks{lengths[k]} : whole.chunks[k]);
  for (const Term& term : whole.terms) {
    Term own = reads_unknown(term) ? local_blocks(term, lengths) : term;
    for (std::size_t k = 0; k < lengths.size(); ++k) {
      const bool unknown = is_unknown(whole.grid.starts[k]) && own.shape.size() == lengths.size();
      if (unknown && own.shape[k] == kUnknown) own.shape[k] = lengths[k];
    }
    local.terms.push_back(std::move(own));
  }
  local.cut(std::move(chunks));
  return local;
}

Region local_region(const Expression& whole, std::uint32_t task, const Shape& lengths) {
  Region region = whole.region(task);
  for (std::size_t k = 0; k < lengths.size(); ++k) {
    if (!is_unknown(whole.grid.starts[k])) continue;
    region.start[k] = 0;
    region.extent[k] = lengths[k];
  }
  return region;
}

// The blocks that the tasks of an expression of unknown lengths read, with their numbers in the local
// expression of one task. The lengths do not matter, so all are taken as 1. A task without elements needs no
// blocks, but for those that tell the lengths.
class LocalReads {
 public:
  explicit LocalReads(const Expression& whole)
      : whole_(whole), ones_(whole.chunks.size(), 1), local_(local_expression(whole, ones_)) {}
  std::vector<SourceBlock> operator()(std::uint32_t task) const {
    const Region region = local_region(whole_, task, ones_);
    const Shape& extent = region.extent;
    if (std::find(extent.begin(), extent.end(), 0) == extent.end()) return blocks_of(local_, region);
    std::vector<SourceBlock> tellers;
    for (const Term& term : whole_.terms) {
      if (reads_unknown(term)) tellers.push_back({term.source, 0});
    }
    std::sort(tellers.begin(), tellers.end());
    return tellers;
  }

 private:
  const Expression& whole_;
  Shape ones_;
  Expression local_;
};

const Term& term_of(const Expression& expression, std::uint32_t source) {
  return *std::find_if(expression.terms.begin(), expression.terms.end(), [&](const Term& term) {
    return term.kind == TermKind::kBlocks && term.source == source;
  });
}

// The number in its source of a block of the local expression: along unknown axes, the block at the task's
// place.
std::uint32_t number_in_source(const Expression& whole, std::uint32_t task, const SourceBlock& block) {
  const Term& term = term_of(whole, block.source);
  const std::vector<std::int64_t> at = whole.grid.place_of(task);
  std::int64_t rest = block.block, number = 0, stride = 1;
  for (std::size_t k = term.starts.size(); k-- > 0;) {
    const auto count = static_cast<std::int64_t>(term.starts[k].size()) - 1;
    const bool unknown = is_unknown(term.starts[k]);
    number += (unknown ? at[k] : rest % count) * stride;
    if (!unknown) rest /= count;
    stride *= count;
  }
  return static_cast<std::uint32_t>(number);
}

// Numbers the nodes of an expression, operands first, without recursion deeper than ArrayNode::kDeepest.
class TermWriter {
 public:
  explicit TermWriter(Sourced& result) : result_(result) {}

  /// Writes an inline node.
  std::uint32_t write(const ArrayNode& node) {
    if (const auto known = numbers_.find(&node); known != numbers_.end()) return known->second;
    Term term = node.term();
    for (const ArrayPtr& input : node.inputs()) term.operands.push_back(write(input));
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
      name_(std::move(name)),
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
    lower_ = nullptr;
  } else {
    Sourced sourced;
    sourced.expression.cut(chunks_);
    TermWriter(sourced).write(*this);
    narrow_sources(sourced);
    refs_ = BlockTasks<compute_block>::add(name_, sourced.expression, bask::lowered(sourced.sources),
                                           reads_of(sourced.expression));
    refs_.set_reads(reads_by_chunks(sourced.expression));
  }
  if (refs_.size() == block_count()) refs_.set_blocks(dtype_, chunks_);
  return refs_;
}

// The inputs are the sources of the node's expression, so that long chains of checkpoints are as flat as
// other chains. Results of the inputs' own tasks are not kept.
ArrayPtr ArrayNode::checkpoint(const ArrayPtr& node) {
  Sourced sourced = expression_of(node);
  const auto lower = [expression = std::move(sourced.expression)](const std::vector<BlockRefs>& sources) {
    const annotate kept({.checkpoint = true});
    const BlockRefs refs =
        BlockTasks<compute_block>::add("checkpoint", expression, sources, reads_of(expression));
    refs.set_reads(reads_by_chunks(expression));
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

BlockReads reads_of(const Expression& expression) {
  BlockReads reads;
  const BlockReader reader(expression);
  const bool unknown = has_unknown(expression);
  if (unknown && std::none_of(expression.terms.begin(), expression.terms.end(), reads_unknown)) {
    throw Error("array", "the shape is not known before it is computed", "call compute_chunk_sizes() first");
  }
  const std::optional<LocalReads> local = unknown ? std::optional<LocalReads>(expression) : std::nullopt;
  const std::uint32_t tasks = expression.grid.size();
  for (std::uint32_t task = 0; task < tasks; ++task) {
    for (const SourceBlock& block : unknown ? (*local)(task) : reader.blocks(expression.region(task))) {
      reads.read(block.source, unknown ? number_in_source(expression, task, block) : block.block);
    }
    reads.end_task();
  }
  return reads;
}

ReadsByChunks reads_by_chunks(const Expression& expression) {
  ReadsByChunks reads{.in_boxes = true};
  for (const Term& term : expression.terms) {
    reads.is_shifted |= term.kind == TermKind::kConcatenate;
    if (term.kind != TermKind::kView) continue;
    std::int64_t longest_step = 1;
    for (const AxisSource& axis : term.axes) {
      reads.is_shifted |= axis.axis >= 0 && axis.start != 0;
      longest_step = std::max(longest_step, std::abs(axis.step));
    }
    reads.step *= longest_step;
  }
  return reads;
}

TaskExpression::TaskExpression(const Expression& whole, std::uint32_t task, const KernelCall& call,
                               std::size_t first_input)
    : whole_(&whole) {
  is_local_ = has_unknown(whole);
  region = whole.region(task);
  std::vector<SourceBlock> which = is_local_ ? LocalReads(whole)(task) : blocks_of(whole, region);
  std::vector<const Block*> blocks;
  for (std::size_t k = 0; k < which.size(); ++k) {
    blocks.push_back(&call.inputs[first_input + k].value->get<Block>());
  }
  if (is_local_) make_local(task, which, blocks);
  sources = SourceBlocks(std::move(which), std::move(blocks));
}

// Takes the lengths from the blocks that are read, which must agree.
void TaskExpression::make_local(std::uint32_t task, const std::vector<SourceBlock>& which,
                                const std::vector<const Block*>& blocks) {
  Shape lengths(whole_->chunks.size(), kUnknown);
  for (std::size_t k = 0; k < which.size(); ++k) {
    const Term& term = term_of(*whole_, which[k].source);
    for (std::size_t axis = 0; axis < term.starts.size(); ++axis) {
      if (!is_unknown(term.starts[axis])) continue;
      const std::int64_t length = blocks[k]->shape()[axis];
      if (lengths[axis] != kUnknown && lengths[axis] != length) {
        throw Error("array",
                    "blocks of lengths " + std::to_string(lengths[axis]) + " and " + std::to_string(length) +
                        " cannot be combined; their lengths were unknown until now",
                    "take both arrays by the same mask, or call compute_chunk_sizes() first");
      }
      lengths[axis] = length;
    }
  }
  local_ = local_expression(*whole_, lengths);
  region = local_region(*whole_, task, lengths);
}

}  // namespace bask
