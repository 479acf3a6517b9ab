// block_store.hpp: the results that this rank holds, by position in the plan, within a memory limit.
// Runs on: every rank. Threads: any; one thread puts a result, which others read once they were told of
// it.
// Invariants: (1) a stored result never changes while more than one reader is left; (2) it is freed when
//             its last reader has run; (3) no result is stored that takes the sum above the limit.
#pragma once

#include <bask/core/value.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bask {

/// Lowers a counter that several threads lower to 0. Returns whether this was the last one.
/// Who sees a 1 is the only one left, and so needs no locked instruction.
inline bool count_down(std::uint32_t& counter) {
  const std::atomic_ref<std::uint32_t> shared(counter);
  return shared.load(std::memory_order_acquire) == 1 || shared.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

class BlockStore {
 public:
  /// `uses[p]` is how often the result at position p is read, at least once.
  BlockStore(std::vector<std::uint32_t> uses, std::uint64_t limit_bytes);
  /// The uses of the results from `first` on, where they were not known before. Before any of them is stored
  /// by another thread.
  void set_uses(std::uint32_t first, std::span<const std::uint32_t> uses) {
    std::copy(uses.begin(), uses.end(), uses_.begin() + first);
  }

  /// Where the kernel at `position` puts its result; `stored` must follow.
  Value& slot(std::uint32_t position) { return values_[position]; }
  const Value& slot(std::uint32_t position) const { return values_[position]; }
  /// Counts what the result at `position` holds. Throws: Error when the limit would be passed.
  void stored(std::uint32_t position) {
    if (!values_[position].type()->is_trivial) count_stored(position);
  }
  /// Counts again what the result at `position` holds, which is no trivial one: its last reader may have
  /// moved from it.
  void recount(std::uint32_t position);
  /// Whether one reading of the result is left, so that its reader may move from it.
  bool has_one_use_left(std::uint32_t position) {
    return std::atomic_ref(uses_[position]).load(std::memory_order_acquire) == 1;
  }
  /// One reader has run. Frees the result after the last; returns the bytes that were freed.
  std::uint64_t release(std::uint32_t position) {
    // Results that hold no memory need not be freed, and so are not counted.
    const ValueType* type = values_[position].type();
    if (type == nullptr || type->is_trivial || !count_down(uses_[position])) return 0;
    return free_now(position);
  }
  /// The result at `position`, for good.
  Value take(std::uint32_t position);
  /// Forgets a result that a failed task may have left.
  void discard(std::uint32_t position) { values_[position].reset(); }

  std::uint64_t held_bytes() const { return held_.load(std::memory_order_relaxed); }
  std::uint64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }

 private:
  void count_stored(std::uint32_t position);
  std::uint64_t free_now(std::uint32_t position);

  std::vector<Value> values_;
  std::vector<std::uint32_t> uses_;
  std::unique_ptr<std::uint64_t[]> bytes_;  // as counted; written for results that are not trivial only
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> peak_{0};
};

}  // namespace bask
