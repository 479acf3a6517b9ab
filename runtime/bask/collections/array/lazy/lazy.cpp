#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <numeric>

namespace bask::lazy {

namespace {

bool wants_floating(Opcode opcode) {
  switch (opcode) {
    case Opcode::kArctan2:
    case Opcode::kHypot:
    case Opcode::kCopysign:
    case Opcode::kAngle:
      return true;
    case Opcode::kFloor:
    case Opcode::kCeil:
    case Opcode::kRint:
    case Opcode::kTrunc:
      return true;
    default:
      return opcode >= Opcode::kSqrt && opcode <= Opcode::kRad2deg;
  }
}

const char* name_of(strips::Distribution distribution) {
  switch (distribution) {
    case strips::Distribution::kUniform:
      return "uniform";
    case strips::Distribution::kNormal:
      return "normal";
    case strips::Distribution::kExponential:
      return "exponential";
    case strips::Distribution::kPoisson:
      return "poisson";
    case strips::Distribution::kIntegers:
      return "integers";
    case strips::Distribution::kBinomial:
      return "binomial";
    case strips::Distribution::kGamma:
      return "gamma";
    case strips::Distribution::kRandom:
      break;
  }
  return "random";
}

Term term_of(TermKind kind, DType dtype) {
  Term term;
  term.kind = kind;
  term.dtype = dtype;
  return term;
}

// Where a view that broadcasts `from` to `to` reads each axis of its operand: repeated ones always at 0.
std::vector<AxisSource> broadcast_axes(const Shape& from, const Shape& to) {
  std::vector<AxisSource> axes(from.size());
  const std::size_t more = to.size() - from.size();
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (from[k] == to[k + more]) axes[k] = {static_cast<std::int64_t>(k + more), 0, 1};
  }
  return axes;
}

ArrayPtr broadcast_with(const ArrayPtr& node, const Shape& shape, const Chunks& chunks) {
  if (node->shape() == shape) return node;  // it may keep chunks of its own: it is read in pieces
  const auto call = UserCall::implied();
  return view("broadcast", node, broadcast_axes(node->shape(), shape), chunks);
}

// Blocks of unknown lengths meet one by one, so all operands need as many.
void require_equal_cuts(const std::vector<ArrayPtr>& operands, const Chunks& chunks, std::string_view where) {
  for (const ArrayPtr& operand : operands) {
    for (std::size_t k = 0; k < chunks.size(); ++k) {
      const std::size_t own = operand->chunks()[k].size();
      if (operand->shape()[k] != kUnknown || own == chunks[k].size()) continue;
      throw Error(std::string(where),
                  "arrays of unknown lengths have " + std::to_string(chunks[k].size()) + " and " +
                      std::to_string(own) + " chunks along axis " + std::to_string(k),
                  "call compute_chunk_sizes() first");
    }
  }
}

// The chunks of the parts, one after the other. Where two parts meet, their chunks become one, unless that is
// longer than the longest chunk: else arrays that are cut and joined repeatedly would get ever finer chunks.
AxisChunks joined_chunks(const std::vector<ArrayPtr>& parts, std::size_t axis) {
  AxisChunks chunks;
  std::int64_t longest = 0;
  for (const ArrayPtr& part : parts) {
    const AxisChunks& own = part->chunks()[axis];
    longest = std::max(longest, *std::max_element(own.begin(), own.end()));
  }
  for (const ArrayPtr& part : parts) {
    const AxisChunks& own = part->chunks()[axis];
    if (part->shape()[axis] == 0) continue;
    const bool joins = !chunks.empty() && chunks.back() + own.front() <= longest;
    if (joins) chunks.back() += own.front();
    chunks.insert(chunks.end(), own.begin() + (joins ? 1 : 0), own.end());
  }
  return chunks.empty() ? AxisChunks{0} : chunks;
}

std::vector<Shape> shapes_of(const std::vector<ArrayPtr>& nodes) {
  std::vector<Shape> shapes;
  for (const ArrayPtr& node : nodes) shapes.push_back(node->shape());
  return shapes;
}

}  // namespace

ArrayPtr constant(DType dtype, const ElementBytes& value, Chunks chunks) {
  const auto call = UserCall::implied();
  Term term = term_of(TermKind::kConstant, dtype);
  term.value = value;
  return ArrayNode::inline_term("constant", std::move(term), std::move(chunks), {});
}

ArrayPtr iota(Chunks chunks, std::size_t axis, std::int64_t start, std::int64_t step) {
  Term term = term_of(TermKind::kIota, DType::kInt64);
  term.axis = static_cast<std::int32_t>(axis);
  term.start = start;
  term.step = step;
  return ArrayNode::inline_term("arange", std::move(term), std::move(chunks), {});
}

ArrayPtr random(const strips::RandomNumbers& numbers, Chunks chunks) {
  Term term = term_of(TermKind::kRandom, numbers.dtype);
  term.numbers = numbers;
  term.starts = BlockGrid(chunks).starts;
  return ArrayNode::inline_term(name_of(numbers.distribution), std::move(term), std::move(chunks), {});
}

ArrayPtr cast(const ArrayPtr& node, DType dtype) {
  if (node->dtype() == dtype) return node;
  const auto call = UserCall::implied();
  Term term = term_of(TermKind::kOperation, dtype);
  term.opcode = Opcode::kCast;
  return ArrayNode::inline_term("astype", std::move(term), node->chunks(), {node});
}

Chunks common_chunks(const std::vector<ArrayPtr>& operands, const Shape& shape) {
  Chunks chunks(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    for (const ArrayPtr& operand : operands) {
      const std::size_t less = shape.size() - operand->ndim();
      if (axis < less) continue;
      const AxisChunks& own = operand->chunks()[axis - less];
      if (operand->shape()[axis - less] == shape[axis] && own.size() > chunks[axis].size())
        chunks[axis] = own;
    }
  }
  return chunks;
}

ArrayPtr apply(Opcode opcode, std::vector<ArrayPtr> operands, std::string_view where) {
  DType dtype = operands.back()->dtype();
  for (std::size_t k = opcode == Opcode::kWhere ? 1 : 0; k < operands.size(); ++k) {
    dtype = promote(dtype, operands[k]->dtype());
  }
  const bool rounds = opcode >= Opcode::kFloor && opcode <= Opcode::kTrunc;
  if (rounds && !is_floating(dtype) && !is_complex(dtype)) return operands[0];  // integers are whole
  if (opcode == Opcode::kDivide) dtype = quotient(dtype);
  if (wants_floating(opcode)) dtype = floating(dtype);
  return apply_as(opcode, dtype, std::move(operands), where);
}

ArrayPtr apply_as(Opcode opcode, DType operand, std::vector<ArrayPtr> operands, std::string_view where) {
  if (!is_defined(opcode, operand)) {
    throw Error(std::string(where),
                "there is no " + std::string(name_of(opcode)) + " of " + std::string(name_of(operand)),
                "convert the array first: x.astype<T>()");
  }
  const Shape shape = broadcast_shapes(shapes_of(operands), where);
  const Chunks chunks = common_chunks(operands, shape);
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool is_condition = opcode == Opcode::kWhere && k == 0;
    operands[k] = broadcast_with(cast(operands[k], is_condition ? DType::kBool : operand), shape, chunks);
  }
  require_equal_cuts(operands, chunks, where);
  Term term = term_of(TermKind::kOperation, result_of(opcode, operand));
  term.opcode = opcode;
  return ArrayNode::inline_term(std::string(name_of(opcode)), std::move(term), chunks, std::move(operands));
}

ArrayPtr map(KernelId kernel, std::vector<std::byte> state, std::string name, DType result,
             std::vector<ArrayPtr> operands) {
  const Shape shape = broadcast_shapes(shapes_of(operands), "array::map");
  const Chunks chunks = common_chunks(operands, shape);
  for (ArrayPtr& operand : operands) operand = broadcast_with(operand, shape, chunks);
  require_equal_cuts(operands, chunks, "array::map");
  Term term = term_of(TermKind::kOperation, result);
  term.opcode = Opcode::kMap;
  term.map_kernel = kernel;
  term.map_state = std::move(state);
  return ArrayNode::inline_term(std::move(name), std::move(term), chunks, std::move(operands));
}

ArrayPtr view(std::string name, const ArrayPtr& node, std::vector<AxisSource> axes, Chunks chunks) {
  Term term = term_of(TermKind::kView, node->dtype());
  term.axes = std::move(axes);
  return ArrayNode::inline_term(std::move(name), std::move(term), std::move(chunks), {node});
}

ArrayPtr rechunk(const ArrayPtr& node, const Chunks& chunks) {
  if (node->chunks() == chunks) return node;
  std::vector<AxisSource> axes(chunks.size());
  for (std::size_t k = 0; k < axes.size(); ++k) axes[k] = {static_cast<std::int64_t>(k), 0, 1};
  return view("rechunk", node, std::move(axes), chunks);
}

ArrayPtr broadcast_to(const ArrayPtr& node, const Shape& shape, std::string_view where) {
  const UserCall call("broadcast_to");
  const std::vector<Shape> both{node->shape(), shape};
  if (broadcast_shapes(both, where) != shape) {
    throw Error(std::string(where),
                "shape " + text_of(node->shape()) + " cannot be broadcast to " + text_of(shape),
                "give a shape that ends with the array's extents; an extent of 1 may become any other");
  }
  Chunks chunks = common_chunks({node}, shape);
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (chunks[k].empty()) chunks[k] = {shape[k]};
  }
  return broadcast_with(node, shape, chunks);
}

ArrayPtr concatenate(std::vector<ArrayPtr> parts, std::size_t axis, std::string_view where,
                     const AxisChunks& along) {
  DType dtype = parts.front()->dtype();
  Chunks chunks = parts.front()->chunks();
  chunks[axis] = along.empty() ? joined_chunks(parts, axis) : along;
  std::vector<std::int64_t> starts{0};
  for (const ArrayPtr& part : parts) {
    dtype = promote(dtype, part->dtype());
    for (std::size_t k = 0; k < chunks.size(); ++k) {
      if (k == axis || part->shape()[k] == parts.front()->shape()[k]) continue;
      throw Error(std::string(where),
                  "shapes " + text_of(parts.front()->shape()) + " and " + text_of(part->shape()) +
                      " differ along axis " + std::to_string(k),
                  "only the axis along which they are joined may differ, here axis " + std::to_string(axis));
    }
  }
  for (ArrayPtr& part : parts) {
    part = cast(part, dtype);
    starts.push_back(starts.back() + part->shape()[axis]);
  }
  Term term = term_of(TermKind::kConcatenate, dtype);
  term.axis = static_cast<std::int32_t>(axis);
  term.starts = {std::move(starts)};
  return ArrayNode::inline_term("concatenate", std::move(term), std::move(chunks), std::move(parts));
}

ArrayPtr transpose(const ArrayPtr& node, const std::vector<std::size_t>& order) {
  std::vector<AxisSource> axes(order.size());
  Chunks chunks(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    axes[order[k]] = {static_cast<std::int64_t>(k), 0, 1};
    chunks[k] = node->chunks()[order[k]];
  }
  return view("transpose", node, std::move(axes), std::move(chunks));
}

ArrayPtr slice(const ArrayPtr& node, std::size_t axis, std::int64_t start, std::int64_t step,
               std::int64_t count) {
  std::vector<AxisSource> axes(node->ndim());
  for (std::size_t k = 0; k < axes.size(); ++k) axes[k] = {static_cast<std::int64_t>(k), 0, 1};
  axes[axis] = {static_cast<std::int64_t>(axis), start, step};
  Chunks chunks = node->chunks();
  chunks[axis].clear();
  std::int64_t chunk_begin = 0;
  for (const std::int64_t length : node->chunks()[axis]) {
    const std::int64_t chunk_end = chunk_begin + length;
    // Of start + i * step, those with from <= i < to lie in the chunk.
    std::int64_t from, to;
    if (step > 0) {
      from = chunk_begin <= start ? 0 : (chunk_begin - start + step - 1) / step;
      to = chunk_end <= start ? 0 : (chunk_end - start + step - 1) / step;
    } else {
      from = chunk_end > start ? 0 : (start - chunk_end) / -step + 1;
      to = chunk_begin > start ? 0 : (start - chunk_begin) / -step + 1;
    }
    const std::int64_t inside = std::min(to, count) - std::min(from, count);
    if (inside > 0) chunks[axis].push_back(inside);
    chunk_begin = chunk_end;
  }
  if (step < 0) std::reverse(chunks[axis].begin(), chunks[axis].end());
  if (chunks[axis].empty()) chunks[axis] = {0};
  return view("getitem", node, std::move(axes), std::move(chunks));
}

}  // namespace bask::lazy
