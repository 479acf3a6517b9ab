#include <bask/collections/bag/to_array.hpp>

namespace bask::bags {

ArrayPtr array_of_blocks(DType dtype, const Partitions& blocks) {
  if (blocks.size() == 0) {
    throw Error("bag::to_array", "the bag has no partitions", "an array has one block at least");
  }
  return ArrayNode::blocks("to_array", dtype, Chunks{AxisChunks(blocks.size(), kUnknown)},
                           BlockRefs(blocks.refs()));
}

}  // namespace bask::bags
