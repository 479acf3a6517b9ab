// waiting_unit.hpp: a unit that waits for room in its rank's memory.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/execution/ready_unit.hpp>

#include <cstdint>
#include <tuple>

namespace bask {

/// Those that free memory come first, then the plan's order decides.
struct WaitingUnit {
  bool takes_memory;
  ReadyUnit ready;
  friend bool operator<(const WaitingUnit& a, const WaitingUnit& b) {
    return std::tie(a.takes_memory, a.ready.place, a.ready.unit) <
           std::tie(b.takes_memory, b.ready.place, b.ready.unit);
  }
};

/// A unit at the memory gate, as it tells of it.
struct UnitAtGate {
  std::uint32_t unit;
  std::uint64_t bytes;  ///< for which it wants room
  bool has_room;        ///< it waits for inputs that are on their way
};

}  // namespace bask
