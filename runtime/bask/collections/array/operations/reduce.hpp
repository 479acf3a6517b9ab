// reduce.hpp: reductions of lazy arrays: a partial result (state) of each block, computed as part of the
// block's expression, and a fixed tree of tasks that combine the states.
// Runs on: rank 0; the kernels on every rank. Threads: any.
// Invariants: (1) the order of all additions depends on shapes and chunks alone;
//             (2) a state is one block, whose components follow one another: for means the sum and the count;
//                 for moments the count, the mean and the sum of squared distances; for the place of an
//                 extremum the bits of its value and its index;
//             (3) all means are sums, added in one tree, that are divided at its end.
#pragma once

#include <bask/collections/array/block/axes.hpp>
#include <bask/collections/array/kernels/strip_reductions.hpp>
#include <bask/collections/array/lazy/lazy.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

/// How the elements are reduced to a state.
enum class Reduction : std::uint8_t { kFold, kMean, kMoments, kArgMinimum, kArgMaximum };
/// How the last state becomes the result.
enum class Finish : std::uint8_t { kNone, kDivide, kMean, kVariance, kDeviation, kIndex };

struct ReduceRules {
  Reduction reduction = Reduction::kFold;
  strips::Fold fold = strips::Fold::kSum;  ///< of kFold
  bool skip_nan = false;                   ///< of means, moments and places of extrema
  Finish finish = Finish::kNone;
  double divisor = 1;              ///< of kDivide; ddof of kVariance and kDeviation
  DType values = DType::kFloat64;  ///< the type that elements are cast to first
  DType result = DType::kFloat64;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {  // each by itself: what lies between them is no part of keys
    archive& reduction& fold& skip_nan& finish& divisor& values& result;
  }
};

namespace lazy {

/// Casts `node` to rules.values and reduces it over `axes`, as `rules` say. Shape: without the axes, or with
/// length 1 when `keepdims`. Cost: one task per block, and a tree of tasks of fan-in `split_every`.
/// Throws: Error when an axis is out of range or named twice, or when there is nothing to reduce and no
/// neutral element. When lengths were unknown, a task fails instead.
ArrayPtr reduce(const ArrayPtr& node, const Axes& axes, const ReduceRules& rules, bool keepdims,
                int split_every, std::string_view name);

/// The mean over `axes`, without NaNs when `skip_nan`. The mean of no numbers is NaN.
ArrayPtr mean(const ArrayPtr& node, const Axes& axes, bool skip_nan, DType result,
              const ReduceOptions& options, std::string_view name);

/// Folds each element with all before it along one axis. `fold`: kSum, kProduct, kMinimum or kMaximum, which
/// needs an order. Cost: two tasks per block and one for each step from block to block. Products of floating
/// numbers run through the blocks of a line one after the other.
ArrayPtr cumulate(const ArrayPtr& node, std::int64_t axis, strips::Fold fold, DType dtype,
                  std::string_view name);

/// How many elements lie in each bin between ascending edges; as in NumPy, the last bin includes both.
ArrayPtr histogram(const ArrayPtr& node, const std::vector<double>& edges);
/// How often each of 0, 1, … occurs; the length is not known before it is computed.
ArrayPtr bincount(const ArrayPtr& node, std::int64_t least_length);

}  // namespace lazy

}  // namespace bask
