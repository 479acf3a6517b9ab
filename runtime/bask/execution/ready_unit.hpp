// ready_unit.hpp: a unit that may run now, and how urgent it is.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <compare>
#include <cstdint>

namespace bask {

/// A unit, and its place in the order in which units should start.
struct ReadyUnit {
  std::uint32_t place;
  std::uint32_t unit;
  friend auto operator<=>(const ReadyUnit&, const ReadyUnit&) = default;
};

}  // namespace bask
