// waiting_unit.hpp: a unit that waits for room in its rank's memory.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/execution/ready_unit.hpp>

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

}  // namespace bask
