#include <bask/collections/array/convolution.hpp>
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/core/error.hpp>

#include <algorithm>

namespace bask::lazy {

PlannedBlocks plan_convolution(ArrayPtr a, ArrayPtr v, ConvolveMode mode, DType dtype) {
  constexpr const char* kWhere = "array::convolve";
  for (const ArrayPtr& node : {a, v}) {
    if (node->ndim() != 1 || node->shape()[0] == 0) {
      throw Error(kWhere, "shape " + text_of(node->shape()) + " is not that of a vector with elements",
                  "give arrays of one axis and one element at least");
    }
    if (node->shape()[0] == kUnknown)
      throw Error(kWhere, "a shape is not known before it is computed", "call compute_chunk_sizes() first");
  }
  if (v->shape()[0] > a->shape()[0]) std::swap(a, v);
  const std::int64_t length = a->shape()[0], taps = v->shape()[0];
  const std::int64_t begin = mode == ConvolveMode::kFull   ? 0
                             : mode == ConvolveMode::kSame ? (taps - 1) / 2
                                                           : taps - 1;
  const std::int64_t count = mode == ConvolveMode::kFull   ? length + taps - 1
                             : mode == ConvolveMode::kSame ? length
                                                           : length - taps + 1;
  const AxisChunks& own = a->chunks()[0];
  const std::int64_t longest = *std::max_element(own.begin(), own.end());
  PlannedBlocks planned;
  BlockMapping& mapping = planned.mapping;
  mapping.cut = mapping.out = ChunkSpec(longest).of({count}, size_of(dtype), kWhere);
  mapping.operands.push_back({{}, {0}, {taps - 1}, {0}, {begin}});
  mapping.operands.push_back({{}, {BlockOperand::kWhole}, {0}, {0}, {0}});
  mapping.operands.push_back({});
  planned.nodes = {cast(a, dtype), cast(v, dtype), constant(begin)};
  return planned;
}

}  // namespace bask::lazy
