#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/operations/reduce_sinks.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstring>

namespace bask {

namespace {

constexpr std::uint32_t kGroupsTogether = 8;

using Codes = std::span<const std::uint32_t>;

// The description that all tasks of a step share. A state has shape (components, axes of the block); along
// the grouped axis it has the groups that occur among its positions, ascending.
struct Grouping {
  Expression expression{};  // of the first step
  std::uint8_t axis = 0;
  std::vector<std::uint32_t> codes{};
  std::vector<double> counts{};       // of positions in each group, when sums are divided by them
  std::vector<std::int64_t> parts{};  // where the positions of each state along the axis begin, and the end
  ReduceRules rules{};
  bool ends = false;  // the tasks give results, not states
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& expression& axis& codes& counts& parts& rules& ends;
  }
};

std::vector<std::uint32_t> present(Codes codes) {
  std::vector<std::uint32_t> groups(codes.begin(), codes.end());
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

std::size_t place_in(const std::vector<std::uint32_t>& groups, std::uint32_t code) {
  return static_cast<std::size_t>(std::lower_bound(groups.begin(), groups.end(), code) - groups.begin());
}

// A state as rows: for each of `outer` places of the axes before, for each group, the `inner` elements of the
// axes after.
struct Rows {
  std::int64_t outer = 1, groups = 0, inner = 1;
  std::int64_t all() const { return outer * groups * inner; }
};

Rows rows_of(std::span<const std::int64_t> extent, std::size_t axis, std::size_t groups) {
  return {element_count(extent.first(axis)), static_cast<std::int64_t>(groups),
          element_count(extent.subspan(axis + 1))};
}

Block result_or_state(const Grouping& grouping, Shape shape, const std::vector<std::uint32_t>& groups,
                      const std::byte* state) {
  const Rows rows = rows_of(shape, grouping.axis, groups.size());
  shape[grouping.axis] = rows.groups;
  if (!grouping.ends) {
    shape.insert(shape.begin(), static_cast<std::int64_t>(ReduceSink::components(grouping.rules)));
    Block block(ReduceSink::state_dtype(grouping.rules), shape);
    std::memcpy(block.elements(), state, static_cast<std::size_t>(block.count()) * block.element_bytes());
    return block;
  }
  Block block(grouping.rules.result, shape);
  if (grouping.counts.empty()) {
    ReduceSink::finish(grouping.rules, rows.all(), state, block.elements());
    return block;
  }
  ReduceRules rules = grouping.rules;
  for (std::int64_t row = 0; row < rows.outer * rows.groups; ++row) {
    rules.divisor = grouping.counts[groups[static_cast<std::size_t>(row % rows.groups)]];
    const auto at = static_cast<std::size_t>(row * rows.inner);
    ReduceSink::finish(rules, rows.inner, state + at * size_of(rules.values),
                       block.elements() + at * block.element_bytes());
  }
  return block;
}

// Gives a sink the strips of a piece, each with the place of its group. A strip along the grouped axis is cut
// into runs of one group.
class GroupFeeder {
 public:
  GroupFeeder(ReduceSink& sink, Codes codes, const std::vector<std::uint32_t>& groups, std::int64_t inner)
      : sink_(sink), inner_(inner) {
    for (const std::uint32_t code : codes) place_.push_back(place_in(groups, code));
  }
  void take(const Strip& strip, std::int64_t place, std::int64_t position, std::size_t element) {
    const std::int64_t first = position + strip.offsets[1], step = strip.strides[1];
    if (step == 0) return sink_.take(strip, place + group_at(first), 0);
    for (std::size_t from = 0, to = 1; from < strip.count; from = to++) {
      const std::int64_t group = group_at(first + static_cast<std::int64_t>(from) * step);
      while (to < strip.count && group_at(first + static_cast<std::int64_t>(to) * step) == group) ++to;
      const auto* values = static_cast<const std::byte*>(strip.values) + from * element;
      const Strip run{to - from, values, strip.offsets, strip.strides};
      sink_.take(run, place + group, 0);
    }
  }

 private:
  std::int64_t group_at(std::int64_t position) const {
    return static_cast<std::int64_t>(place_[static_cast<std::size_t>(position)]) * inner_;
  }
  ReduceSink& sink_;
  std::int64_t inner_;
  std::vector<std::size_t> place_;  // per position in the block: the place of its group
};

Block group_block(const BlockCall<Grouping>& call) {
  const Grouping& grouping = call.description();
  const TaskExpression task(grouping.expression, call.task(), call.call);
  const Region& region = task.region;
  const std::size_t axis = grouping.axis;
  const Codes codes = Codes(grouping.codes)
                          .subspan(static_cast<std::size_t>(region.start[axis]),
                                   static_cast<std::size_t>(region.extent[axis]));
  const std::vector<std::uint32_t> groups = present(codes);
  const Rows rows = rows_of(region.extent, axis, groups.size());
  Shape kept = region.extent;
  kept[axis] = rows.groups;
  std::vector<Shape> streams{strides_of(kept), Shape(kept.size(), 0)};
  streams[0][axis] = 0;
  streams[1][axis] = 1;
  const std::size_t element = size_of(task.expression().root().dtype);
  ReduceSink sink(grouping.rules, rows.all());
  GroupFeeder feeder(sink, codes, groups, rows.inner);
  for (const Region& piece : pieces(task.expression(), region)) {
    std::int64_t place = 0;
    for (std::size_t k = 0; k < kept.size(); ++k) place += (piece.start[k] - region.start[k]) * streams[0][k];
    const std::int64_t position = piece.start[axis] - region.start[axis];
    const PieceProgram program = program_of(task.expression(), piece);
    PieceRunner runner(task.expression(), program, task.sources);
    runner.each_strip(streams, [&](const Strip& strip) { feeder.take(strip, place, position, element); });
    sink.close();
  }
  return result_or_state(grouping, region.extent, groups, sink.state());
}

// Merges a state of the groups `own` into one of the groups `all`, row by row.
void merge_groups(const ReduceRules& rules, Rows rows, const Block& from,
                  const std::vector<std::uint32_t>& own, const std::vector<std::uint32_t>& all,
                  std::byte* into) {
  if (own == all)
    return ReduceSink::merge(rules, rows.all(), {from.elements(), rows.all()}, {into, rows.all()});
  const auto element = static_cast<std::int64_t>(from.element_bytes());
  const std::int64_t own_count = static_cast<std::int64_t>(own.size()), own_rows = rows.outer * own_count;
  for (std::int64_t row = 0; row < own_rows; ++row) {
    const auto group = place_in(all, own[static_cast<std::size_t>(row % own_count)]);
    const std::int64_t to = row / own_count * rows.groups + static_cast<std::int64_t>(group);
    const std::byte* source = from.elements() + row * rows.inner * element;
    std::byte* target = into + to * rows.inner * element;
    ReduceSink::merge(rules, rows.inner, {source, own_rows * rows.inner}, {target, rows.all()});
  }
}

Block combine_groups(const BlockCall<Grouping>& call) {
  const Grouping& grouping = call.description();
  const std::size_t sums = (grouping.parts.size() - 2) / kGroupsTogether + 1;  // tasks along the axis
  const std::size_t first = call.task() % sums * kGroupsTogether;
  const auto codes_of = [&](std::size_t part, std::size_t count) {
    const auto begin = static_cast<std::size_t>(grouping.parts[part]);
    return Codes(grouping.codes)
        .subspan(begin, static_cast<std::size_t>(grouping.parts[part + count]) - begin);
  };
  const std::vector<std::uint32_t> all = present(codes_of(first, call.blocks()));
  const std::span<const std::int64_t> whole = call.block(0).shape();
  const Shape shape(whole.begin() + 1, whole.end());
  const Rows rows = rows_of(shape, grouping.axis, all.size());
  std::vector<std::byte> state(ReduceSink::components(grouping.rules) * static_cast<std::size_t>(rows.all()) *
                               call.block(0).element_bytes());
  ReduceSink::fill_neutral(grouping.rules, rows.all(), state.data());
  for (std::size_t k = 0; k < call.blocks(); ++k) {
    merge_groups(grouping.rules, rows, call.block(k), present(codes_of(first + k, 1)), all, state.data());
  }
  return result_or_state(grouping, shape, all, state.data());
}

// The sizes of the first states: how many groups occur in each of the parts is known.
std::vector<float> bytes_of_states(const Grouping& grouping) {
  Chunks states = grouping.expression.chunks;
  for (std::size_t part = 0; part < states[grouping.axis].size(); ++part) {
    const auto begin = static_cast<std::size_t>(grouping.parts[part]);
    const auto end = static_cast<std::size_t>(grouping.parts[part + 1]);
    const Codes codes = Codes(grouping.codes).subspan(begin, end - begin);
    states[grouping.axis][part] = static_cast<std::int64_t>(present(codes).size());
  }
  states.insert(states.begin(),
                AxisChunks{static_cast<std::int64_t>(ReduceSink::components(grouping.rules))});
  return block_bytes(ReduceSink::state_dtype(grouping.rules), states);
}

// `list`: what the tasks of the first step do.
BlockRefs lower_groups(Grouping grouping, const std::string& name, const std::string& list,
                       const std::vector<BlockRefs>& inputs) {
  BlockGrid grid(grouping.expression.chunks);
  const std::size_t axis = grouping.axis;
  std::uint32_t outer = 1, inner = 1, along = static_cast<std::uint32_t>(grid.counts[axis]);
  for (std::size_t k = 0; k < grid.counts.size(); ++k)
    (k < axis ? outer : inner) *= k == axis ? 1U : static_cast<std::uint32_t>(grid.counts[k]);
  grouping.parts = grid.starts[axis];
  grouping.ends = along == 1;
  BlockReads reads = reads_of(grouping.expression);
  BlockRefs refs = BlockTasks<group_block>::add(grouping.ends ? name : name + "-partial", grouping, inputs,
                                                std::move(reads));
  refs.set_reads(reads_by_chunks(grouping.expression));
  refs.set_parts(&part_of_expression<Grouping>);
  refs.set_operations(list);
  if (!grouping.ends) refs.set_bytes(bytes_of_states(grouping));
  grouping.expression = {};
  // After the first step, the states along the axis come one after the other.
  const auto first_number = [&](std::uint32_t result, std::uint32_t k) {
    return (result / inner * along + k) * inner + result % inner;
  };
  bool first_step = true;
  while (along > 1) {
    const std::uint32_t sums = (along - 1) / kGroupsTogether + 1;
    grouping.ends = sums == 1;
    BlockReads next;
    for (std::uint32_t result = 0; result < outer * inner; ++result) {
      for (std::uint32_t sum = 0; sum < sums; ++sum) {
        for (std::uint32_t k = sum * kGroupsTogether; k < std::min(along, (sum + 1) * kGroupsTogether); ++k)
          next.read(0, first_step ? first_number(result, k) : result * along + k);
        next.end_task();
      }
    }
    refs = BlockTasks<combine_groups>::add(grouping.ends ? name : name + "-combine", grouping,
                                           std::vector<BlockRefs>(1, refs), std::move(next));
    refs.set_operations(name + (grouping.ends ? " (finish)" : " (combine)"));
    std::vector<std::int64_t> parts;
    for (std::size_t k = 0; k < along; k += kGroupsTogether) parts.push_back(grouping.parts[k]);
    parts.push_back(grouping.parts.back());
    grouping.parts = std::move(parts);
    along = sums;
    first_step = false;
  }
  return refs;
}

}  // namespace

Groups groups_of(const std::vector<std::int64_t>& labels) {
  Groups groups{labels, {}};
  std::sort(groups.labels.begin(), groups.labels.end());
  groups.labels.erase(std::unique(groups.labels.begin(), groups.labels.end()), groups.labels.end());
  for (const std::int64_t label : labels) {
    const auto found = std::lower_bound(groups.labels.begin(), groups.labels.end(), label);
    groups.codes.push_back(static_cast<std::uint32_t>(found - groups.labels.begin()));
  }
  return groups;
}

namespace lazy {

ArrayPtr reduce_groups(const ArrayPtr& node, std::int64_t axis, const Groups& groups,
                       const ReduceRules& rules, bool by_count, std::string_view name) {
  Grouping grouping;
  grouping.axis = static_cast<std::uint8_t>(normal_axis(axis, node->shape(), "array::groupby"));
  const std::int64_t length = node->shape()[grouping.axis];
  if (element_count(node->shape()) == kUnknown)
    throw Error("array::groupby", "the shape is not known before it is computed",
                "call compute_chunk_sizes() first");
  if (length != static_cast<std::int64_t>(groups.codes.size())) {
    throw Error("array::groupby",
                "there are " + std::to_string(groups.codes.size()) + " labels for " + std::to_string(length) +
                    " positions along axis " + std::to_string(grouping.axis) + " of shape " +
                    text_of(node->shape()),
                "give one label for each position");
  }
  grouping.codes = groups.codes;
  if (by_count) {
    grouping.counts.assign(groups.labels.size(), 0);
    for (const std::uint32_t code : groups.codes) ++grouping.counts[code];
  }
  grouping.rules = rules;
  Chunks chunks = node->chunks();
  chunks[grouping.axis] = {static_cast<std::int64_t>(groups.labels.size())};
  Sourced sourced = expression_of(cast(node, rules.values));
  grouping.expression = std::move(sourced.expression);
  sourced.operations.push_back({std::string(name), UserCall::current()});
  const auto lower = [grouping, text = std::string(name),
                      list = list_of_calls(sourced.operations)](const std::vector<BlockRefs>& inputs) {
    return lower_groups(grouping, text, list, inputs);
  };
  return ArrayNode::operation(std::string(name), rules.result, std::move(chunks), std::move(sourced.sources),
                              lower);
}

}  // namespace lazy

}  // namespace bask
