// Which blocks the tasks of an expression read, and the expression of one of them where lengths are unknown.
#include <bask/collections/array/expression/block_parts.hpp>
#include <bask/collections/array/lazy/node.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace bask {

namespace {

// After an unknown length all starts are unknown, so the last one tells.
bool is_unknown(const std::vector<std::int64_t>& starts) {
  return starts.back() == kUnknown;
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

}  // namespace

bool has_unknown(const Shape& shape) {
  return std::find(shape.begin(), shape.end(), kUnknown) != shape.end();
}

bool has_unknown(const Expression& expression) {
  return std::any_of(expression.grid.starts.begin(), expression.grid.starts.end(), is_unknown);
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

std::optional<BlockPart> part_read(const Expression& expression, std::uint32_t task,
                                   const SourceBlock& block) {
  if (has_unknown(expression)) return std::nullopt;
  return part_read(expression, expression.region(task), block);
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
