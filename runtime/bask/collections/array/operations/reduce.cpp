#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/operations/reduce_sinks.hpp>
#include <bask/collections/array/operations/reduce_steps.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>

#include <algorithm>

namespace bask {

namespace {

Shape kept_shape(const Reducing& reducing, std::span<const std::int64_t> extent, bool keepdims) {
  Shape shape;
  for (std::size_t k = 0; k < extent.size(); ++k) {
    if (reducing.reduced[k] == 0) {
      shape.push_back(extent[k]);
    } else if (keepdims) {
      shape.push_back(1);
    }
  }
  return shape;
}

bool needs_elements(const ReduceRules& rules) {
  if (rules.reduction != Reduction::kFold) return rules.finish == Finish::kIndex;
  return rules.fold != strips::Fold::kSum && rules.fold != strips::Fold::kProduct;
}

[[noreturn]] void refuse_nothing(const std::string& where, const std::string& which) {
  throw Error(where, "there are no elements to reduce" + which, "reduce over axes that are not empty");
}

// The state of no elements when there is no neutral element: a block without components.
Block no_state(const Reducing& reducing, Shape kept) {
  if (reducing.ends) refuse_nothing(reducing.where, "");
  kept.insert(kept.begin(), 0);
  return Block(ReduceSink::state_dtype(reducing.rules), kept);
}

// A state as a block: its components come first, then the kept axes.
Block state_block(const Reducing& reducing, const Shape& kept, const std::byte* state) {
  Shape shape = kept;
  shape.insert(shape.begin(), static_cast<std::int64_t>(ReduceSink::components(reducing.rules)));
  Block block(ReduceSink::state_dtype(reducing.rules), shape);
  std::copy_n(state, static_cast<std::size_t>(block.count()) * block.element_bytes(), block.elements());
  return block;
}

Block result_or_state(const Reducing& reducing, const Shape& kept, const std::byte* state) {
  if (!reducing.ends) return state_block(reducing, kept, state);
  Block block(reducing.rules.result, kept);
  ReduceSink::finish(reducing.rules, element_count(kept), state, block.elements());
  return block;
}

Block reduce_block(const BlockCall<Reducing>& call) {
  const TaskExpression task(call.description().expression, call.task(), call.call);
  BlockReduction reduction(call.description(), task.region, task.expression().root().shape);
  for (const Region& piece : pieces(task.expression(), task.region)) {
    reduction.begin(piece);
    const PieceProgram program = program_of(task.expression(), piece);
    PieceRunner(task.expression(), program, task.sources)
        .each_strip(reduction.streams(), [&](const Strip& strip) { reduction.take(strip); });
    reduction.end();
  }
  return reduction.result();
}

Block combine_blocks(const BlockCall<Reducing>& call) {
  const Reducing& reducing = call.description();
  const auto has_state = [&](std::size_t k) { return k == call.blocks() || call.block(k).shape()[0] != 0; };
  std::size_t k = 0;
  while (!has_state(k)) ++k;
  const std::span<const std::int64_t> shape = call.block(0).shape();
  const Shape ones(shape.begin() + 1, shape.end());
  if (k == call.blocks()) return no_state(reducing, ones);
  const std::int64_t kept = element_count(ones);
  Block state = call.block(k);
  while (++k < call.blocks()) {
    if (!has_state(k)) continue;
    ReduceSink::merge(reducing.rules, kept, {call.block(k).elements(), kept}, {state.elements(), kept});
  }
  if (!reducing.ends) return state;
  return result_or_state(reducing, kept_shape(reducing, ones, reducing.keepdims), state.elements());
}

// The blocks that go into each block of the result, in C order.
std::vector<std::vector<std::uint32_t>> groups_of(const Reducing& reducing, const BlockGrid& grid) {
  std::size_t results = 1;
  for (std::size_t k = 0; k < grid.counts.size(); ++k) {
    if (reducing.reduced[k] == 0) results *= static_cast<std::size_t>(grid.counts[k]);
  }
  std::vector<std::vector<std::uint32_t>> groups(results);
  for (std::uint32_t block = 0; block < grid.size(); ++block) {
    const std::vector<std::int64_t> place = grid.place_of(block);
    std::size_t result = 0;
    for (std::size_t k = 0; k < place.size(); ++k) {
      if (reducing.reduced[k] == 0)
        result = result * static_cast<std::size_t>(grid.counts[k]) + static_cast<std::size_t>(place[k]);
    }
    groups[result].push_back(block);
  }
  return groups;
}

// The chunks of the first states. What combines states is as large as these.
Chunks chunks_of_states(const Reducing& reducing) {
  Chunks states{{static_cast<std::int64_t>(ReduceSink::components(reducing.rules))}};
  for (std::size_t k = 0; k < reducing.reduced.size(); ++k) {
    const AxisChunks& axis = reducing.expression.chunks[k];
    states.push_back(reducing.reduced[k] == 0 ? axis : AxisChunks(axis.size(), 1));
  }
  return states;
}

// `list`: what the tasks of the first step do.
BlockRefs lower_reduction(Reducing reducing, const std::string& name, const std::string& list,
                          std::size_t split_every, const std::vector<BlockRefs>& inputs) {
  std::vector<std::vector<std::uint32_t>> groups = groups_of(reducing, reducing.expression.grid);
  const auto ends_at = [&](std::size_t most) {
    return std::all_of(groups.begin(), groups.end(), [&](const auto& group) { return group.size() <= most; });
  };
  reducing.ends = ends_at(1);
  BlockReads first = reads_of(reducing.expression);
  BlockRefs refs = BlockTasks<reduce_block>::add_sharing(shared_first_step(reducing),
                                                         reducing.ends ? name : name + "-partial", reducing,
                                                         inputs, std::move(first));
  refs.set_reads(reads_by_chunks(reducing.expression));
  refs.set_parts(&part_of_expression<Reducing>);
  refs.set_operations(list);
  if (!reducing.ends) refs.set_steps(ReduceSink::state_dtype(reducing.rules), chunks_of_states(reducing));
  while (!reducing.ends) {
    reducing.ends = ends_at(split_every);
    reducing.expression = {};
    BlockReads reads;
    for (std::vector<std::uint32_t>& group : groups) {
      std::vector<std::uint32_t> combined;
      for (std::size_t k = 0; k < group.size(); k += split_every) {
        for (std::size_t i = k; i < std::min(group.size(), k + split_every); ++i) reads.read(0, group[i]);
        combined.push_back(reads.tasks());
        reads.end_task();
      }
      group = std::move(combined);
    }
    refs = BlockTasks<combine_blocks>::add(reducing.ends ? name : name + "-combine", reducing, {refs},
                                           std::move(reads));
    refs.set_reads({});
    refs.set_operations(name + (reducing.ends ? " (finish)" : " (combine)"));
  }
  return refs;
}

}  // namespace

BlockReduction::BlockReduction(const Reducing& how, const Region& region, const Shape& shape)
    : how_(how),
      region_(region),
      ones_(kept_shape(how, region.extent, true)),
      sink_(how.rules, element_count(ones_)) {
  const Shape whole = strides_of(shape);
  Shape places = strides_of(ones_), indices(places.size(), 0);
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (how.reduced[k] == 0) continue;
    places[k] = 0;
    indices[k] = how.whole_index ? whole[k] : 1;
  }
  streams_.push_back(std::move(places));
  if (how.rules.finish == Finish::kIndex) streams_.push_back(std::move(indices));
}

void BlockReduction::begin(const Region& piece) {
  place_ = index_ = 0;
  for (std::size_t k = 0; k < piece.start.size(); ++k) {
    place_ += (piece.start[k] - region_.start[k]) * streams_[0][k];
    if (streams_.size() > 1) index_ += piece.start[k] * streams_[1][k];
  }
}

Block BlockReduction::result() {
  const bool empty = element_count(region_.extent) == 0 && element_count(ones_) != 0;
  if (empty && needs_elements(how_.rules)) return no_state(how_, ones_);
  return result_or_state(how_, how_.ends ? kept_shape(how_, region_.extent, how_.keepdims) : ones_,
                         sink_.state());
}

namespace lazy {

ArrayPtr mean(const ArrayPtr& node, const Axes& axes, bool skip_nan, DType result,
              const ReduceOptions& options, std::string_view name) {
  ReduceRules rules;
  rules.finish = Finish::kDivide;
  rules.values = is_complex(result) ? DType::kComplex128 : DType::kFloat64;
  rules.result = result;
  rules.skip_nan = skip_nan && (is_floating(node->dtype()) || is_complex(node->dtype()));
  bool counts = rules.skip_nan;
  for (const std::size_t axis : normal_axes(axes.list(), node->shape(), "array::" + std::string(name))) {
    counts |= node->shape()[axis] == kUnknown;
    rules.divisor *= static_cast<double>(node->shape()[axis]);
  }
  if (counts) {
    rules.reduction = Reduction::kMean;
    rules.finish = Finish::kMean;
    rules.divisor = 1;
  }
  return reduce(node, axes, rules, options.keepdims, options.split_every, name);
}

ArrayPtr reduce(const ArrayPtr& node, const Axes& axes, const ReduceRules& rules, bool keepdims,
                int split_every, std::string_view name) {
  const std::string where = "array::" + std::string(name);
  if (split_every < 2) throw Error(where, "split_every is " + std::to_string(split_every), "use 2 or more");
  Reducing reducing;
  reducing.where = where;
  reducing.reduced.assign(node->ndim(), 0);
  const std::vector<std::size_t> over = normal_axes(axes.list(), node->shape(), where);
  reducing.rules = rules;
  reducing.keepdims = keepdims;
  reducing.whole_index = over.size() != 1 || node->ndim() == 1;
  bool nothing = false, unknown = false;
  for (const std::size_t axis : over) {
    reducing.reduced[axis] = 1;
    nothing |= node->shape()[axis] == 0;
  }
  for (const std::int64_t extent : node->shape()) unknown |= extent == kUnknown;
  if (nothing && needs_elements(rules)) refuse_nothing(where, " in shape " + text_of(node->shape()));
  if (unknown && rules.finish == Finish::kIndex) {
    throw Error(where, "the shape is not known before it is computed", "call compute_chunk_sizes() first");
  }
  Chunks chunks;
  for (std::size_t k = 0; k < node->ndim(); ++k) {
    if (reducing.reduced[k] == 0) {
      chunks.push_back(node->chunks()[k]);
    } else if (keepdims) {
      chunks.push_back({1});
    }
  }
  Sourced sourced = expression_of(cast(node, rules.values));
  reducing.expression = std::move(sourced.expression);
  sourced.operations.push_back({std::string(name), UserCall::current()});
  const auto lower = [reducing, text = UserCall::name_or(name), list = list_of_calls(sourced.operations),
                      split_every](const std::vector<BlockRefs>& inputs) {
    return lower_reduction(reducing, text, list, static_cast<std::size_t>(split_every), inputs);
  };
  return ArrayNode::operation(std::string(name), rules.result, std::move(chunks), std::move(sourced.sources),
                              lower);
}

}  // namespace lazy

}  // namespace bask
