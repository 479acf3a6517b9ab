#include <bask/execution/memory_ledger.hpp>

#include <algorithm>

namespace bask {

std::uint64_t MemoryLedger::held(MemoryKind kind) const {
  if (kind != MemoryKind::kResults) return of(kind).held.load(std::memory_order_relaxed);
  std::uint64_t others = 0;
  for (const OfKind& other : of_kind_) others += other.held.load(std::memory_order_relaxed);
  return held() - std::min(held(), others);
}

void MemoryLedger::begin_peak() {
  peak_.store(held(), std::memory_order_relaxed);
  for (OfKind& kind : of_kind_) kind.peak.store(kind.held.load(), std::memory_order_relaxed);
}

}  // namespace bask
