#include <bask/execution/memory_ledger.hpp>

#include <algorithm>

namespace bask {

std::uint64_t MemoryLedger::held(MemoryKind kind) const {
  if (kind != MemoryKind::kResults) return of(kind).held.load(std::memory_order_relaxed);
  return held() - std::min(held(), others_.load(std::memory_order_relaxed));
}

void MemoryLedger::set(MemoryKind kind, std::uint64_t bytes) {
  const std::uint64_t before = of(kind).held.exchange(bytes, std::memory_order_relaxed);
  others_.fetch_add(bytes - before, std::memory_order_relaxed);
  raise(of(kind).peak, bytes);
  raise(peak_, held_.fetch_add(bytes - before, std::memory_order_seq_cst) + bytes - before);
}

void MemoryLedger::begin_peak() {
  peak_.store(held(), std::memory_order_relaxed);
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    of_kind_[kind].peak.store(held(static_cast<MemoryKind>(kind)), std::memory_order_relaxed);
}

}  // namespace bask
