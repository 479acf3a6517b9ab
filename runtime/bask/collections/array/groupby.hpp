// groupby.hpp: reductions over the positions of an axis that share a label, as in pandas and xarray.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
//
//   auto climate = groupby(speed, months, 0).mean();   // (time, y, x) -> (12, y, x)
//
// Blocks: those of x along the other axes; one along the axis of the groups.
// Cost: one task per block, which computes the block's elements as well, and a tree of tasks that combine
// eight partial results each. A partial result holds only the groups that occur in its blocks.
// Sources: as in reductions.hpp.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/array/reductions.hpp>

#include <cstdint>
#include <vector>

namespace bask {

struct GroupOptions {
  bool skipna = false;  ///< NaNs are left out; a group of nothing but NaN gives NaN (sum 0, product 1)
  int ddof = 0;         ///< of var and std: the divisor is count - ddof
};

/// The labels along an axis: each label once, ascending; position i has the label labels[codes[i]].
struct Groups {
  std::vector<std::int64_t> labels{};
  std::vector<std::uint32_t> codes{};
};
Groups groups_of(const std::vector<std::int64_t>& labels);

namespace lazy {

/// Reduces `node` over the positions of each group along `axis`. `by_count`: divides each sum by the number
/// of positions in its group. Throws: Error when there are not as many codes as positions.
ArrayPtr reduce_groups(const ArrayPtr& node, std::int64_t axis, const Groups& groups,
                       const ReduceRules& rules, bool by_count, std::string_view name);

}  // namespace lazy

template <class E>
class GroupBy {
 public:
  using Sum = sum_t<E>;
  using Mean = mean_t<E>;
  using Real = real_t<Mean>;

  GroupBy(Array<E> values, Groups groups, std::int64_t axis)
      : values_(std::move(values)), groups_(std::move(groups)), axis_(axis) {}

  /// The labels, ascending. Position k of a result along the axis belongs to labels()[k].
  const std::vector<std::int64_t>& labels() const { return groups_.labels; }

  Array<Sum> sum(const GroupOptions& options = {}) const {
    const UserCall call("groupby-sum");
    return folded<Sum>(skipped(options, E(0)), strips::Fold::kSum, "groupby-sum");
  }
  Array<Sum> prod(const GroupOptions& options = {}) const {
    const UserCall call("groupby-prod");
    return folded<Sum>(skipped(options, E(1)), strips::Fold::kProduct, "groupby-prod");
  }
  Array<E> min(const GroupOptions& options = {}) const {
    require_order<E>();
    return folded<E>(values_, options.skipna ? strips::Fold::kFmin : strips::Fold::kMinimum, "groupby-min");
  }
  Array<E> max(const GroupOptions& options = {}) const {
    require_order<E>();
    return folded<E>(values_, options.skipna ? strips::Fold::kFmax : strips::Fold::kMaximum, "groupby-max");
  }
  Array<Mean> mean(const GroupOptions& options = {}) const {
    ReduceRules rules;
    rules.values = kOrdered ? DType::kFloat64 : DType::kComplex128;
    rules.result = dtype_of<Mean>();
    rules.skip_nan = options.skipna && !std::is_integral_v<E>;
    rules.reduction = rules.skip_nan ? Reduction::kMean : Reduction::kFold;
    rules.finish = rules.skip_nan ? Finish::kMean : Finish::kDivide;
    return Array<Mean>(
        lazy::reduce_groups(values_.node(), axis_, groups_, rules, !rules.skip_nan, "groupby-mean"));
  }
  Array<Real> var(const GroupOptions& options = {}) const {
    if constexpr (kOrdered) {
      return moments<Real>(Finish::kVariance, options, "groupby-var");
    } else {
      const UserCall call("groupby-var");
      const Array<E> numbers = skipped(options, reductions::kNan<E>);
      return of(bask::real(numbers)).var(options) + of(bask::imag(numbers)).var(options);
    }
  }
  Array<Real> std(const GroupOptions& options = {}) const {
    if constexpr (kOrdered) {
      return moments<Real>(Finish::kDeviation, options, "groupby-std");
    } else {
      const UserCall call("groupby-std");
      return sqrt(var(options));
    }
  }
  /// How many elements are not NaN.
  Array<std::int64_t> count() const {
    const UserCall call("groupby-count");
    ReduceRules rules;
    rules.values = rules.result = DType::kInt64;
    ArrayPtr ones = lazy::constant(std::int64_t{1}, values_.chunks());
    if constexpr (!std::is_integral_v<E>) ones = (!isnan(values_)).node();
    return Array<std::int64_t>(lazy::reduce_groups(ones, axis_, groups_, rules, false, "groupby-count"));
  }

 private:
  static constexpr bool kOrdered = std::is_arithmetic_v<E>;

  Array<E> skipped(const GroupOptions& options, E instead) const {
    return options.skipna ? reductions::without_nan(values_, instead) : values_;
  }
  template <class R>
  GroupBy<R> of(const Array<R>& values) const {
    return GroupBy<R>(values, groups_, axis_);
  }
  template <class R>
  Array<R> folded(const Array<E>& values, strips::Fold fold, std::string_view name) const {
    ReduceRules rules;
    rules.fold = fold;
    rules.values = rules.result = dtype_of<R>();
    return Array<R>(lazy::reduce_groups(values.node(), axis_, groups_, rules, false, name));
  }
  template <class R>
  Array<R> moments(Finish finish, const GroupOptions& options, std::string_view name) const {
    ReduceRules rules;
    rules.reduction = Reduction::kMoments;
    rules.finish = finish;
    rules.skip_nan = options.skipna;
    rules.divisor = options.ddof;
    rules.result = dtype_of<R>();
    return Array<R>(lazy::reduce_groups(values_.node(), axis_, groups_, rules, false, name));
  }

  Array<E> values_;
  Groups groups_;
  std::int64_t axis_;
};

/// Groups the positions along `axis`; position i has label labels[i]. A reduction throws Error when there are
/// not as many labels as positions.
template <class E>
GroupBy<E> groupby(const Array<E>& x, const std::vector<std::int64_t>& labels, std::int64_t axis = 0) {
  return GroupBy<E>(x, groups_of(labels), axis);
}
/// The same; the labels are computed now.
template <class E>
GroupBy<E> groupby(const Array<E>& x, const Array<std::int64_t>& labels, std::int64_t axis = 0) {
  const NdArray<std::int64_t> values = labels.compute();
  return groupby(x, std::vector<std::int64_t>(values.begin(), values.end()), axis);
}

}  // namespace bask
