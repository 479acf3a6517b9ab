// axes.hpp: the arguments that reductions and shape operations share: axes, and what NumPy takes by keyword.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

namespace bask {

template <class T>
concept AxisNumber = std::integral<T> && !std::same_as<T, bool>;

template <class V, class T>
concept GoesInto = std::convertible_to<V, T> &&(!std::integral<T> || AxisNumber<V>);

/// Several values in braces, or a vector of them. A function that took a vector or an initializer_list would
/// let g++ pass over names: `{.axis = 1, .times = 2}` would be vector(1, 2), and `{.ddof = 1}` a list of one.
template <class T>
class Several {
 public:
  Several() = default;
  template <GoesInto<T>... Vs>
  requires(sizeof...(Vs) > 0) Several(Vs... values) : values_{static_cast<T>(std::move(values))...} {}
  Several(std::vector<T> values) : values_(std::move(values)) {}

  const std::vector<T>& list() const { return values_; }

 private:
  std::vector<T> values_;
};

/// One axis, several, or all when none is named; negative ones count from the end.
using Axes = Several<std::int64_t>;

/// The first member of options, so that the others can only be given by name: {0, 1} are axes, not options.
class ByName {
 public:
  constexpr ByName() {}
};

struct ReduceOptions {
  ByName by_name{};
  bool keepdims = false;  ///< reduced axes stay, with length 1
  int split_every = 8;    ///< how many partial results one task combines
};

struct VarianceOptions {
  ByName by_name{};
  int ddof = 0;  ///< the divisor is count - ddof
  bool keepdims = false;
  int split_every = 8;
};

}  // namespace bask
