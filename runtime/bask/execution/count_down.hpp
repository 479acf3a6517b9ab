// count_down.hpp: a counter that several threads lower; one of them is told that it was the last.
// Runs on: every rank. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

namespace bask {

/// Lowers a counter by 1. Returns whether this thread was the last; the counter may then be left at 1: a
/// thread that sees a 1 is the only one left, and needs no locked instruction.
inline bool count_down(std::uint32_t& counter) {
  const std::atomic_ref<std::uint32_t> shared(counter);
  return shared.load(std::memory_order_acquire) == 1 || shared.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

}  // namespace bask
