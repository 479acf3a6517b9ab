// axes.hpp: the arguments that reductions and shape operations share: axes, and what NumPy takes by keyword.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace bask {

/// One axis, several, or all when none is named; negative ones count from the end.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : axes_{axis} {}
  Axes(std::int64_t axis) : axes_{axis} {}
  Axes(std::initializer_list<std::int64_t> axes) : axes_(axes) {}
  Axes(std::vector<std::int64_t> axes) : axes_(std::move(axes)) {}

  std::span<const std::int64_t> list() const { return axes_; }

 private:
  std::vector<std::int64_t> axes_;
};

struct ReduceOptions {
  bool keepdims = false;  ///< reduced axes stay, with length 1
  int split_every = 8;    ///< how many partial results one task combines
};

struct VarianceOptions {
  int ddof = 0;  ///< the divisor is count - ddof
  bool keepdims = false;
  int split_every = 8;
};

}  // namespace bask
