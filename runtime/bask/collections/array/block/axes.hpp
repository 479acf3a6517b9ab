// axes.hpp: the arguments that reductions and shape operations share: axes, and what NumPy takes by keyword.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace bask {

template <class T>
concept AxisNumber = std::integral<T> && !std::same_as<T, bool>;

/// One axis, several, or all when none is named; negative ones count from the end.
class Axes {
 public:
  Axes() = default;
  /// No initializer_list: g++ takes {.ddof = 1} for one.
  template <AxisNumber... Ns>
  requires(sizeof...(Ns) > 0) Axes(Ns... axes) : axes_{static_cast<std::int64_t>(axes)...} {}
  Axes(std::vector<std::int64_t> axes) : axes_(std::move(axes)) {}

  std::span<const std::int64_t> list() const { return axes_; }

 private:
  std::vector<std::int64_t> axes_;
};

/// The first member of options, whose others can only be given by name: {0, 1} are axes.
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
