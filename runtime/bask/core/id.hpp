// id.hpp: numbers that name things, as distinct types, so that one cannot be taken for another.
// Runs on: every rank. Threads: any; ids are values.
#pragma once

#include <compare>
#include <cstdint>

namespace bask {

/// A 32-bit index that names one kind of thing; `Tag` tells which.
template <class Tag>
struct Id {
  std::uint32_t index = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using KernelId = Id<struct KernelTag>;  ///< a kernel in this binary's registry
using TaskId = Id<struct TaskTag>;      ///< a task in one TaskGraph

inline constexpr std::uint32_t kNoIndex = 0xffffffffu;

}  // namespace bask
