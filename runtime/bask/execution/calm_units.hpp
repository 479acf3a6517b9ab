// calm_units.hpp: which unit each thread runs while no result has to leave memory: such units pin nothing.
// Runs on: every rank. Threads: any; each writes its own slot only, but for the mark that another one sets.
// Invariant: a unit is entered before the thread asks whether results leave; who has results leave says so
//            first, then looks through the slots: one of the two sees the other.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace bask {

class CalmUnits {
 public:
  explicit CalmUnits(unsigned threads) : slots_(threads) {}

  void enter(unsigned thread, std::uint32_t unit) {
    slots_[thread].word.store(kRunsBit | unit, std::memory_order_seq_cst);
  }
  /// Returns whether mark() has seen the unit.
  bool leave(unsigned thread) {
    return (slots_[thread].word.exchange(0, std::memory_order_seq_cst) & kMarkBit) != 0;
  }
  /// Whether some thread runs one.
  bool any() const {
    return std::ranges::any_of(
        slots_, [](const Slot& slot) { return slot.word.load(std::memory_order_seq_cst) != 0; });
  }

  // The holder of the gate's lock.
  /// Marks the units that run, and calls `f(unit, pinned)` for each, which adds the places that it pins.
  template <class F>
  void mark(const F& f) {
    for (Slot& slot : slots_) {
      std::uint64_t before = slot.word.load(std::memory_order_seq_cst);
      if (before != 0 &&
          slot.word.compare_exchange_strong(before, before | kMarkBit, std::memory_order_seq_cst))
        f(static_cast<std::uint32_t>(before), slot.pinned);
    }
  }
  /// The places that were pinned for the unit that the thread has left.
  std::vector<std::uint32_t> take_pinned(unsigned thread) { return std::exchange(slots_[thread].pinned, {}); }

 private:
  static constexpr std::uint64_t kRunsBit = std::uint64_t{1} << 32, kMarkBit = std::uint64_t{1} << 33;
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> word{0};
    std::vector<std::uint32_t> pinned;
  };
  std::vector<Slot> slots_;
};

}  // namespace bask
