// convolution.hpp: the convolution of two vectors.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
#pragma once

#include <bask/collections/array/blockwise.hpp>

#include <algorithm>
#include <cstdint>

namespace bask {

/// Which part of the convolution, as numpy.convolve: all, as long as the longer vector, or only where both
/// vectors overlap fully.
enum class ConvolveMode : std::uint8_t { kFull, kSame, kValid };

namespace lazy {

/// The longer vector, the shorter one, and where in the whole convolution the result begins. Throws: Error
/// when one is empty or no vector.
PlannedBlocks plan_convolution(ArrayPtr a, ArrayPtr v, ConvolveMode mode, DType dtype);

}  // namespace lazy

namespace blocks {

/// Sums products in the order of the elements of v. `x` holds what there is of the elements that the block
/// needs; element 0 of the array meets v[0] at `begin` before the result's first element.
template <class R>
NdArray<R> convolve_block(NdView<const R> x, NdView<const R> v, NdView<const std::int64_t> begin,
                          const BlockInfo& info) {
  NdArray<R> result(info.region.extent);
  const auto taps = v.size(), known = x.size();
  const std::int64_t first = info.region.start[0] + begin();              // in the whole convolution
  const std::int64_t from = std::max<std::int64_t>(0, first - taps + 1);  // in the array: what x begins with
  const auto count = static_cast<std::int64_t>(result.size());
  for (std::int64_t k = 0; k < taps; ++k) {
    const std::int64_t shift = first - k - from;  // element i of the result takes x[i + shift]
    const std::int64_t low = std::max<std::int64_t>(0, -shift), high = std::min(count, known - shift);
    const R factor = v.data[k];
    R* const to = result.data();
    for (std::int64_t i = low; i < high; ++i) to[i] = static_cast<R>(to[i] + factor * x.data[i + shift]);
  }
  return result;
}

}  // namespace blocks

/// Σ x[i - k] v[k], in the type that both are promoted to. Cost: one task per block; the shorter vector is
/// read whole by each. Throws: Error when one is empty or no vector.
template <Element A, Element B>
Array<promoted<A, B>> convolve(const Array<A>& x, const Array<B>& v,
                               ConvolveMode mode = ConvolveMode::kFull) {
  using R = promoted<A, B>;
  const UserCall call("convolve");
  return blocks::over<FunctionCallee<&blocks::convolve_block<R>>, R, R, std::int64_t>(
      lazy::plan_convolution(x.node(), v.node(), mode, dtype_of<R>()), "convolve");
}

}  // namespace bask
