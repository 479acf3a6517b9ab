#include <bask/collections/array/along_axis.hpp>
#include <bask/core/error.hpp>

namespace bask::lazy {

PlannedBlocks plan_along_axis(const ArrayPtr& node, std::int64_t axis, std::int64_t length) {
  constexpr const char* kWhere = "array::apply_along_axis";
  const std::size_t along = normal_axis(axis, node->shape(), kWhere);
  if (has_unknown(node->shape()))
    throw Error(kWhere, "the shape is not known before it is computed", "call compute_chunk_sizes() first");
  if (length < 0) throw Error(kWhere, "a length is " + std::to_string(length), "use 1 or more");
  if (node->shape()[along] == 0) {
    throw Error(kWhere,
                "the lines along axis " + std::to_string(along) + " of shape " + text_of(node->shape()) +
                    " are empty",
                "use an axis of one element or more");
  }
  MapBlocksOptions options;
  if (length == 0) options.drop_axis = {static_cast<std::int64_t>(along)};
  Chunks chunks = node->chunks();
  chunks[along] = {node->shape()[along]};
  PlannedBlocks planned = plan_map_blocks({rechunk(node, chunks)}, options);
  planned.mapping.axis = static_cast<std::int64_t>(along);
  if (length != 0) planned.mapping.out[along] = {length};
  planned.mapping.operands.push_back({});
  planned.nodes.push_back(constant(length));
  return planned;
}

}  // namespace bask::lazy
