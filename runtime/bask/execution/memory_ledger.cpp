#include <bask/execution/memory_ledger.hpp>

#include <algorithm>

namespace bask {

std::uint64_t MemoryLedger::held(MemoryKind kind) const {
  if (kind != MemoryKind::kResults) return of(kind).held.load(std::memory_order_relaxed);
  return held() - std::min(held(), others_.load(std::memory_order_relaxed));
}

void MemoryLedger::begin_peak() {
  peak_.store(held(), std::memory_order_relaxed);
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    of_kind_[kind].peak.store(held(static_cast<MemoryKind>(kind)), std::memory_order_relaxed);
}

}  // namespace bask
