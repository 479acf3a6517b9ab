#include <bask/collections/array/reduce.hpp>
#include <bask/collections/array/reduce_sinks.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>

namespace bask {

namespace {

// What all tasks of a reduction share. The axes that stay are listed in `kept`.
struct Reducing {
  Expression expression{};              // of the first step
  std::vector<std::uint8_t> reduced{};  // per axis
  ReduceRules rules{};
  bool keepdims = false;
  bool whole_index = false;  // indices are of the ravelled array, else along the one axis
  bool ends = false;         // the tasks give results, not states
  std::string where{};       // begins messages
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    std::vector<std::byte> bytes(sizeof(rules));
    if constexpr (Archive::is_saving::value)
      std::memcpy(bytes.data(), without_padding(rules).data(), sizeof(rules));
    archive& expression& reduced& keepdims& whole_index& ends& where;
    archive& boost::serialization::make_array(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
    if constexpr (Archive::is_loading::value) std::memcpy(&rules, bytes.data(), sizeof(rules));
  }
};

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

// The state of no elements, where that is none: a block without components.
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

Block ended(const Reducing& reducing, const Shape& kept, const std::byte* state) {
  if (!reducing.ends) return state_block(reducing, kept, state);
  Block block(reducing.rules.result, kept);
  ReduceSink::finish(reducing.rules, element_count(kept), state, block.elements());
  return block;
}

Block reduce_block(const BlockCall<Reducing>& call) {
  const Reducing& reducing = call.description();
  const TaskExpression task(reducing.expression, call.task(), call.call);
  const Region& region = task.region;
  const std::size_t axes = region.extent.size();
  const Shape ones = kept_shape(reducing, region.extent, true);
  const Shape whole = strides_of(task.expression().root().shape);
  const bool empty = element_count(region.extent) == 0 && element_count(ones) != 0;
  if (empty && needs_elements(reducing.rules)) return no_state(reducing, ones);
  Shape places = strides_of(ones), indices(axes, 0);
  for (std::size_t k = 0; k < axes; ++k) {
    if (reducing.reduced[k] != 0) {
      places[k] = 0;
      indices[k] = reducing.whole_index ? whole[k] : 1;
    }
  }
  ReduceSink sink(reducing.rules, element_count(ones));
  const std::vector<Shape> streams = reducing.rules.finish == Finish::kIndex
                                         ? std::vector<Shape>{places, indices}
                                         : std::vector<Shape>{places};
  for (const Region& piece : pieces(task.expression(), region)) {
    std::int64_t place = 0, index = 0;
    for (std::size_t k = 0; k < axes; ++k) {
      place += (piece.start[k] - region.start[k]) * places[k];
      index += piece.start[k] * indices[k];
    }
    const PieceProgram program = program_of(task.expression(), piece);
    PieceRunner runner(task.expression(), program, task.sources);
    runner.each_strip(streams, [&](const Strip& strip) { sink.take(strip, place, index); });
    sink.close();
  }
  return ended(reducing, reducing.ends ? kept_shape(reducing, region.extent, reducing.keepdims) : ones,
               sink.state());
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
  return ended(reducing, kept_shape(reducing, ones, reducing.keepdims), state.elements());
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

BlockRefs lower_reduction(Reducing reducing, const std::string& name, std::size_t split_every,
                          const std::vector<BlockRefs>& inputs) {
  std::vector<std::vector<std::uint32_t>> groups = groups_of(reducing, reducing.expression.grid);
  const auto ends_at = [&](std::size_t most) {
    return std::all_of(groups.begin(), groups.end(), [&](const auto& group) { return group.size() <= most; });
  };
  reducing.ends = ends_at(1);
  BlockReads first = reads_of(reducing.expression);
  BlockRefs refs = BlockTasks<reduce_block>::add(reducing.ends ? name : name + "-partial", reducing, inputs,
                                                 std::move(first));
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
  }
  return refs;
}

}  // namespace

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
  const auto lower = [reducing, text = std::string(name), split_every](const std::vector<BlockRefs>& inputs) {
    return lower_reduction(reducing, text, static_cast<std::size_t>(split_every), inputs);
  };
  return ArrayNode::operation(std::string(name), rules.result, std::move(chunks), std::move(sourced.sources),
                              lower);
}

}  // namespace lazy

}  // namespace bask
