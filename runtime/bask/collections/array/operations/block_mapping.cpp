#include <bask/collections/array/block/box_runs.hpp>
#include <bask/collections/array/expression/block_parts.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/lazy/numbers.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/operations/block_mapping.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <bask/core/serialization.hpp>

#include <algorithm>
#include <cstring>
#include <map>

namespace bask {

std::string BlockMapping::to_bytes() const {
  ByteWriter writer;
  encode(writer, cut);
  encode(writer, out);
  encode(writer, trim);
  encode(writer, axis);
  encode(writer, result);
  writer.write_raw(static_cast<std::uint64_t>(operands.size()));
  for (const BlockOperand& operand : operands) {
    encode(writer, operand.expression.to_bytes());
    for (const auto* part : {&operand.axes, &operand.before, &operand.after, &operand.shift})
      encode(writer, *part);
  }
  return std::string(reinterpret_cast<const char*>(writer.bytes().data()), writer.size());
}

BlockMapping BlockMapping::from_bytes(const std::string& bytes) {
  ByteReader reader(std::as_bytes(std::span(bytes)));
  BlockMapping mapping;
  mapping.cut = decode<Chunks>(reader);
  mapping.out = decode<Chunks>(reader);
  mapping.trim = decode<bool>(reader);
  mapping.axis = decode<std::int64_t>(reader);
  mapping.result = decode<DType>(reader);
  mapping.operands.resize(reader.read_count(1));
  for (BlockOperand& operand : mapping.operands) {
    operand.expression = Expression::from_bytes(decode<std::string>(reader));
    for (auto* part : {&operand.axes, &operand.before, &operand.after, &operand.shift})
      *part = decode<Shape>(reader);
  }
  reader.expect_end();
  mapping.lay_out();
  return mapping;
}

void BlockMapping::lay_out() {
  cut_grid = BlockGrid(cut);
  out_grid = BlockGrid(out);
}

BlockInfo BlockMapping::info(std::uint32_t task) const {
  return {cut_grid.place_of(task), cut_grid.counts, region_of(cut_grid, task), axis};
}

Region BlockMapping::region(std::size_t operand, std::uint32_t task) const {
  const BlockOperand& how = operands[operand];
  const Region cut_region = region_of(cut_grid, task);
  Region region{Shape(how.axes.size(), 0), how.expression.root().shape};
  for (std::size_t k = 0; k < how.axes.size(); ++k) {
    if (how.axes[k] == BlockOperand::kWhole) continue;
    const auto axis_of_result = static_cast<std::size_t>(how.axes[k]);
    const std::int64_t first = cut_region.start[axis_of_result] + how.shift[k];
    const std::int64_t begin = std::max<std::int64_t>(0, first - how.before[k]);
    const std::int64_t end =
        std::min(region.extent[k], first + cut_region.extent[axis_of_result] + how.after[k]);
    region.start[k] = begin;
    region.extent[k] = end - begin;
  }
  return region;
}

namespace {

// The elements of a piece that lies dense in one block of its sources; null for any other piece.
const std::byte* as_it_lies(const Expression& expression, const PieceProgram& program,
                            const SourceBlocks& sources) {
  if (program.result >= program.leaves.size()) return nullptr;
  Leaf leaf = program.leaves[program.result];
  const Term& term = expression.terms[leaf.term];
  if (term.kind != TermKind::kBlocks) return nullptr;
  const Block& block = sources[{term.source, static_cast<std::uint32_t>(leaf.block)}];
  if (block.is_part()) leaf = leaf_in_part(leaf, program.region.extent, block);
  const Shape strides = strides_of(program.region.extent);
  for (std::size_t k = 0; k < strides.size(); ++k) {
    if (program.region.extent[k] != 1 && leaf.strides[k] != strides[k]) return nullptr;
  }
  return block.stored() + leaf.offset * static_cast<std::int64_t>(block.element_bytes());
}

}  // namespace

OperandBlocks::OperandBlocks(const BlockMapping& mapping, std::uint32_t task, const KernelCall& call)
    : mapping_(mapping), task_(task) {
  std::size_t next = 1;  // input 0 is the description
  for (std::size_t k = 0; k < mapping_.operands.size(); ++k) {
    const Expression& expression = mapping_.operands[k].expression;
    Operand operand{mapping_.region(k, task_), Block(), nullptr};
    std::vector<SourceBlock> which = blocks_of(expression, operand.region);
    std::vector<const Block*> blocks;
    for (std::size_t i = 0; i < which.size(); ++i) blocks.push_back(&call.inputs[next++].value->get<Block>());
    read(expression, SourceBlocks(std::move(which), std::move(blocks)), operand);
    operands_.push_back(std::move(operand));
  }
}

void OperandBlocks::read(const Expression& expression, const SourceBlocks& sources, Operand& operand) {
  const Region& region = operand.region;
  const std::vector<Region> parts = pieces(expression, region);
  if (parts.size() == 1) {
    operand.data = as_it_lies(expression, program_of(expression, region), sources);
    if (operand.data != nullptr) return;
  }
  operand.computed = compute_region(expression, region, parts, sources);
  operand.data = operand.computed.elements();
}

namespace {

[[noreturn]] void refuse_result(std::span<const std::int64_t> found, std::span<const std::int64_t> wanted) {
  throw Error(
      "array::map_blocks",
      "the function returned a block of shape " + text_of(found) + " where " + text_of(wanted) + " was to be",
      "return blocks as long as those that it is given, or name `chunks`, `drop_axis` and `new_axis`");
}

// The box of `from` that begins at `start`.
Block part_of(const Block& from, const Shape& start, const Shape& extent) {
  Block out(from.dtype(), extent);
  copy_box({from.shape(), start}, from.elements(), {extent, Shape(extent.size(), 0)}, out.elements(), extent,
           from.element_bytes());
  return out;
}

}  // namespace

Block OperandBlocks::finished(Block result) const {
  const Shape wanted = region_of(mapping_.out_grid, task_).extent;
  if (mapping_.trim) {
    const Region& read = operands_.front().region;
    const Region cut = region_of(mapping_.cut_grid, task_);
    if (!std::equal(result.shape().begin(), result.shape().end(), read.extent.begin(), read.extent.end()))
      refuse_result(result.shape(), read.extent);
    if (read.extent == wanted) return result;
    Shape start;
    for (std::size_t k = 0; k < wanted.size(); ++k)
      start.push_back(cut.start[k] + mapping_.operands.front().shift[k] - read.start[k]);
    return part_of(result, start, wanted);
  }
  if (!std::equal(result.shape().begin(), result.shape().end(), wanted.begin(), wanted.end()))
    refuse_result(result.shape(), wanted);
  return result;
}

namespace lazy {

namespace {

BlockOperand operand_of(const ArrayPtr& node, std::vector<std::int64_t> axes) {
  const std::size_t ndim = node->ndim();
  return {{}, std::move(axes), Shape(ndim, 0), Shape(ndim, 0), Shape(ndim, 0)};
}

Shape common_shape(const std::vector<ArrayPtr>& nodes, std::string_view where) {
  std::vector<Shape> shapes;
  for (const ArrayPtr& node : nodes) {
    shapes.push_back(node->shape());
    if (std::count(shapes.back().begin(), shapes.back().end(), kUnknown) != 0) {
      throw Error(std::string(where), "a shape is not known before it is computed",
                  "call compute_chunk_sizes() first");
    }
  }
  return broadcast_shapes(shapes, where);
}

// The axis of `shape` that each axis of `node` goes with, aligned at the last ones; axes that broadcasting
// repeats are read whole.
std::vector<std::int64_t> aligned_axes(const ArrayPtr& node, const Shape& shape) {
  std::vector<std::int64_t> axes;
  const std::size_t less = shape.size() - node->ndim();
  for (std::size_t k = 0; k < node->ndim(); ++k) {
    const bool repeated = node->shape()[k] != shape[k + less];
    axes.push_back(repeated ? BlockOperand::kWhole : static_cast<std::int64_t>(k + less));
  }
  return axes;
}

void check_counts(const Chunks& chunks, const Chunks& cut) {
  if (BlockGrid(chunks).counts == BlockGrid(cut).counts) return;
  throw Error("array::map_blocks",
              "chunks " + text_of(chunks) + " have another number of blocks than the chunks that are read, " +
                  text_of(cut),
              "give one length for each block along each axis of the result");
}

template <class T>
const T& one_or_each(const std::vector<T>& values, std::size_t axis, std::size_t axes) {
  if (values.size() != 1 && values.size() != axes) {
    throw Error("array::map_overlap",
                std::to_string(values.size()) + " values are given for " + std::to_string(axes) + " axes",
                "give one for all axes, or one each");
  }
  return values.size() == 1 ? values[0] : values[axis];
}

ArrayPtr padded(ArrayPtr node, std::size_t axis, std::int64_t depth, Boundary boundary, double value) {
  static const std::map<Boundary, PadMode> modes{{Boundary::kPeriodic, PadMode::kWrap},
                                                 {Boundary::kReflect, PadMode::kSymmetric},
                                                 {Boundary::kNearest, PadMode::kEdge},
                                                 {Boundary::kConstant, PadMode::kConstant}};
  const auto call = UserCall::implied();
  std::vector<PadWidth> widths(node->ndim());
  widths[axis] = {depth, depth};
  return pad(node, widths, modes.at(boundary), element_of(value, node->dtype(), "array::map_overlap"));
}

}  // namespace

// The sources of all operands are numbered in a row, those of one operand as its expression has them.
std::optional<BlockPart> part_of_operand(const void* description, std::uint32_t task,
                                         const SourceBlock& block) {
  const auto& mapping = *static_cast<const BlockMapping*>(description);
  std::uint32_t first = 0;
  for (std::size_t k = 0; k < mapping.operands.size(); ++k) {
    const Expression& expression = mapping.operands[k].expression;
    const auto sources =
        static_cast<std::uint32_t>(std::ranges::count(expression.terms, TermKind::kBlocks, &Term::kind));
    if (block.source < first + sources)
      return part_read(expression, mapping.region(k, task), {block.source - first, block.block});
    first += sources;
  }
  return std::nullopt;
}

PlannedBlocks plan_map_blocks(std::vector<ArrayPtr> nodes, const MapBlocksOptions& options) {
  PlannedBlocks planned;
  BlockMapping& mapping = planned.mapping;
  const Shape shape = common_shape(nodes, "array::map_blocks");
  std::vector<std::size_t> dropped;
  if (!options.drop_axis.empty()) dropped = normal_axes(options.drop_axis, shape, "array::map_blocks");
  // The number in the result of each axis of the operands.
  std::vector<std::int64_t> place(shape.size(), BlockOperand::kWhole);
  const Chunks chunks = common_chunks(nodes, shape);
  const Shape result(shape.size() - dropped.size() + options.new_axis.size(), 1);
  std::vector<std::size_t> added;
  if (!options.new_axis.empty()) added = normal_axes(options.new_axis, result, "array::map_blocks");
  std::size_t next = 0;
  for (std::size_t axis = 0; axis < result.size(); ++axis) {
    if (std::find(added.begin(), added.end(), axis) != added.end()) {
      mapping.cut.push_back({1});
      continue;
    }
    while (std::find(dropped.begin(), dropped.end(), next) != dropped.end()) ++next;
    place[next] = static_cast<std::int64_t>(axis);
    mapping.cut.push_back(chunks[next++]);
  }
  mapping.out = options.chunks.value_or(mapping.cut);
  check_counts(mapping.out, mapping.cut);
  for (const ArrayPtr& node : nodes) {
    std::vector<std::int64_t> axes = aligned_axes(node, shape);
    for (std::int64_t& axis : axes) axis = axis < 0 ? axis : place[static_cast<std::size_t>(axis)];
    mapping.operands.push_back(operand_of(node, std::move(axes)));
  }
  planned.nodes = std::move(nodes);
  return planned;
}

PlannedBlocks plan_overlap(std::vector<ArrayPtr> nodes, const Overlap& overlap) {
  PlannedBlocks planned;
  BlockMapping& mapping = planned.mapping;
  const Shape shape = common_shape(nodes, "array::map_overlap");
  mapping.cut = mapping.out = common_chunks(nodes, shape);
  mapping.trim = overlap.trim;
  for (ArrayPtr node : nodes) {
    if (node->shape() != shape) {
      throw Error("array::map_overlap",
                  "shapes " + text_of(node->shape()) + " and " + text_of(shape) + " differ",
                  "give arrays of one shape");
    }
    BlockOperand operand = operand_of(node, aligned_axes(node, shape));
    for (std::size_t k = 0; k < shape.size(); ++k) {
      const std::int64_t depth = one_or_each(overlap.depth, k, shape.size());
      const Boundary boundary = one_or_each(overlap.boundary, k, shape.size());
      if (depth < 0)
        throw Error("array::map_overlap", "a depth is " + std::to_string(depth), "use 0 or more");
      operand.before[k] = operand.after[k] = depth;
      if (boundary == Boundary::kNone || depth == 0) continue;
      operand.shift[k] = depth;
      node = padded(node, k, depth, boundary, overlap.value);
    }
    mapping.operands.push_back(std::move(operand));
    planned.nodes.push_back(node);
  }
  return planned;
}

PlannedBlocks plan_blockwise(std::string_view out, std::vector<ArrayPtr> nodes,
                             const std::vector<std::string>& indices) {
  PlannedBlocks planned;
  BlockMapping& mapping = planned.mapping;
  std::map<char, AxisChunks> chunks;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    common_shape({nodes[n]}, "array::blockwise");
    if (indices[n].size() != nodes[n]->ndim()) {
      throw Error(
          "array::blockwise",
          "the indices \"" + indices[n] + "\" are for an array of shape " + text_of(nodes[n]->shape()),
          "name one letter for each axis");
    }
    for (std::size_t k = 0; k < indices[n].size(); ++k) {
      const auto [known, is_new] = chunks.emplace(indices[n][k], nodes[n]->chunks()[k]);
      const Chunks first{known->second};
      if (is_new || shape_of(first)[0] == nodes[n]->shape()[k]) continue;
      throw Error("array::blockwise",
                  std::string("index ") + indices[n][k] + " is " + std::to_string(shape_of(first)[0]) +
                      " and " + std::to_string(nodes[n]->shape()[k]) + " long",
                  "give axes of one index one length");
    }
  }
  for (const char index : out) {
    if (!chunks.contains(index))
      throw Error("array::blockwise", std::string("no array has the index ") + index + " of the result",
                  "use letters of the arrays' indices");
    mapping.cut.push_back(chunks[index]);
  }
  mapping.out = mapping.cut;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    std::vector<std::int64_t> axes;
    for (const char index : indices[n]) {
      const std::size_t found = out.find(index);
      axes.push_back(found == out.npos ? BlockOperand::kWhole : static_cast<std::int64_t>(found));
    }
    mapping.operands.push_back(operand_of(nodes[n], std::move(axes)));
  }
  planned.nodes = std::move(nodes);
  return planned;
}

PlannedBlocks plan_reduction(const ArrayPtr& node, std::int64_t axis, std::size_t most) {
  PlannedBlocks planned = plan_map_blocks({node}, {});
  BlockMapping& mapping = planned.mapping;
  const std::size_t along = normal_axis(axis, node->shape(), "array::reduction");
  mapping.axis = static_cast<std::int64_t>(along);
  const AxisChunks each = mapping.cut[along];
  AxisChunks& cut = mapping.cut[along];
  cut.clear();
  for (std::size_t k = 0; k < each.size(); ++k) {
    if (k % most == 0) cut.push_back(0);
    cut.back() += each[k];
  }
  mapping.out[along].assign(cut.size(), 1);
  return planned;
}

std::size_t checked_split(int split_every) {
  if (split_every < 2)
    throw Error("array::reduction", "split_every is " + std::to_string(split_every), "use 2 or more");
  return static_cast<std::size_t>(split_every);
}

}  // namespace lazy

}  // namespace bask
