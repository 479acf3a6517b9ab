// eviction_order.hpp: which result leaves next when room is needed: the one whose next reader comes last in
// the plan's order (Belady, "A study of replacement algorithms", 1966). To write a result and read it back
// costs twice what it costs to bring one back that has a copy on the disk or a recipe: one of these leaves
// first if its reader is half as far away.
// Runs on: every rank. Threads: any thread tells of results that may leave and of units that begin; the
// holder of the memory gate's lock asks.
// Invariants: (1) from begin() on, every result that is here, not pinned and still to be read is known, and
//             so are those persisted for later runs; (2) a result that is named twice leaves once.
#pragma once

#include <bask/core/spin_lock.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/result_store.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bask {

class EvictionOrder {
 public:
  static constexpr std::uint32_t kNever = kNoIndex;

  EvictionOrder(const PlanStore& plan, ResultStore& results);
  /// These units of the plan are there now. The feeding thread, before any of them runs.
  void add_units(std::uint32_t first, std::uint32_t count);

  bool has_begun() const { return has_begun_.load(std::memory_order_seq_cst); }
  /// A result at this place may leave from now on, or its next reader is another one.
  void note(std::uint32_t place) {
    if (has_begun()) add(place);
  }
  /// The unit holds pins of what it reads: the next reader of that is another one.
  void unit_begun(std::uint32_t unit) {
    std::atomic_ref(begun_[unit]).store(1, std::memory_order_relaxed);
    if (unit > newest_.load(std::memory_order_relaxed)) newest_.store(unit, std::memory_order_relaxed);
  }

  // The holder of the gate's lock.
  /// Looks through all results. Later calls do nothing; returns whether this is the first.
  bool begin();
  /// The place of the result that should leave next; none when all are pinned.
  std::optional<std::uint32_t> next();
  /// The unit that reads the result next, of those that have not begun; kNever: none.
  std::uint32_t next_use(std::uint32_t place);

 private:
  struct Candidate {
    std::uint32_t next_use;
    std::uint32_t place;
    friend bool operator<(const Candidate& a, const Candidate& b) { return a.next_use < b.next_use; }
  };
  void add(std::uint32_t place);
  void take_noted();
  // Those whose next reader comes last on top; entries may be out of date.
  using Heap = std::vector<Candidate>;
  Heap& heap_of(std::uint32_t place) { return results_.state(place).has_copy() ? written_ : unwritten_; }
  void push(std::uint32_t place);
  std::optional<std::uint32_t> last_use(Heap& heap);
  void drop_stale();
  bool may_leave(std::uint32_t place);
  std::uint32_t first_to_come(std::span<const std::uint32_t> readers) const;
  void find_readers_of_constants();

  const PlanStore& plan_;
  ResultStore& results_;
  std::vector<std::uint8_t> begun_;       // by unit
  std::vector<std::uint32_t> unit_of_;    // by position of a unit's last task
  std::atomic<std::uint32_t> units_{0};   // that are there
  std::atomic<std::uint32_t> newest_{0};  // of the units that have begun, about
  std::atomic<bool> has_begun_{false};
  SpinLock noted_lock_;
  std::vector<std::uint32_t> noted_ BASK_GUARDED_BY(noted_lock_);
  Heap written_, unwritten_;  // with a copy or a recipe, and without
  std::size_t drop_stale_at_ = 1024;
  std::vector<std::vector<std::uint32_t>> readers_of_constant_;
  std::uint32_t units_searched_ = 0;  // for readers of constants
};

}  // namespace bask
