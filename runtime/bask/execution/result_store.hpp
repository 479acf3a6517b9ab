// result_store.hpp: the results that this rank holds, by position in its plan, within a memory limit.
// Runs on: every rank. Threads: any. One thread makes a result;
// others read it once a unit that reads it is ready.
// Invariants: (1) a result does not change while more than one reading of it is left; (2) it is freed with
//             its last reading; (3) a result that takes the sum above the limit is refused; (4) a task gets
//             all its inputs at once, as pins; while these live, the inputs stay where they are.
#pragma once

#include <bask/core/value.hpp>
#include <bask/execution/count_down.hpp>
#include <bask/execution/pins.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/runtime.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bask {

class ResultStore {
 public:
  /// `uses[p]` is how often the result at position p is read, at least once. `constants` are the graph's.
  ResultStore(std::vector<std::uint32_t> uses, std::vector<Value*> constants, std::uint64_t limit_bytes);
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  /// Sets the uses of the results from `first` on, which were not known before. To be called before another
  /// thread makes any of them.
  void set_uses(std::uint32_t first, std::span<const std::uint32_t> uses) {
    std::copy(uses.begin(), uses.end(), uses_.begin() + first);
  }

  /// Where the kernel at `position` puts its result; made() or discard() must follow.
  Value& room_for(std::uint32_t position) { return values_[position]; }
  /// The result at `position` is there: counts its bytes. Returns whether it was counted: results of types
  /// that hold no memory of their own are not. Throws: Error when the limit would be passed.
  bool made(std::uint32_t position) {
    if (values_[position].type()->is_trivial) return false;
    count_made(position);
    return true;
  }
  /// Stores a result that was made elsewhere. Throws: as made().
  void put(std::uint32_t position, Value value) {
    values_[position] = std::move(value);
    made(position);
  }
  /// Forgets a result that a failed task may have left.
  void discard(std::uint32_t position) { values_[position].reset(); }

  /// Pins all inputs of a task. The kernel may move from those that nobody else reads, if `may_move`. `room`
  /// is the calling thread's; the pins use it while they live.
  Pins pin(std::span<const Source> inputs, bool may_move, std::vector<Input>& room) {
    room.clear();
    bool any_last = false;
    for (const Source source : inputs) {
      if (source.is_constant()) {
        room.push_back({constants_[source.index()], false});
        continue;
      }
      Value& value = values_[source.index()];
      const bool is_last = may_move && !value.type()->is_trivial && has_one_use_left(source.index());
      room.push_back({&value, is_last});
      any_last |= is_last;
    }
    return Pins(*this, inputs, room, any_last);
  }
  /// One reading of the result is over. Frees the result with the last; returns the bytes that were freed.
  std::uint64_t release(std::uint32_t position) {
    // Results that hold no memory need not be freed, and so are not counted.
    const ValueType* type = values_[position].type();
    if (type == nullptr || type->is_trivial || !count_down(uses_[position])) return 0;
    return free_now(position);
  }
  /// Whether one reading of the result is left, so that its reader may move from it.
  bool has_one_use_left(std::uint32_t position) {
    return std::atomic_ref(uses_[position]).load(std::memory_order_acquire) == 1;
  }

  /// The result at `position`, of which a reading must be left; empty when there is none.
  const Value& at(std::uint32_t position) const { return values_[position]; }
  /// The same for any source.
  const Value& at(Source source) const {
    return source.is_constant() ? *constants_[source.index()] : values_[source.index()];
  }
  /// Moves the result at `position` out.
  Value take(std::uint32_t position);
  /// Moves the results out that a computation was asked for.
  Results take(std::span<const Source> targets);

  /// The bytes that were counted for the result at `position`, whose type must hold memory.
  std::uint64_t counted_bytes(std::uint32_t position) const { return bytes_[position]; }
  std::uint64_t limit() const { return limit_; }
  std::uint64_t held_bytes() const { return held_.load(std::memory_order_relaxed); }
  std::uint64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }

 private:
  friend class Pins;
  void count_made(std::uint32_t position);
  void recount(std::uint32_t position);
  std::uint64_t free_now(std::uint32_t position);

  std::vector<Value> values_;
  std::vector<std::uint32_t> uses_;
  std::unique_ptr<std::uint64_t[]> bytes_;  // as counted; written for results that are not trivial only
  const std::vector<Value*> constants_;
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> peak_{0};
};

template <class Freed>
void Pins::release(const Freed& freed) {
  for (const Source source : sources_) {
    if (source.is_constant()) continue;
    if (const std::uint64_t bytes = store_.release(source.index()); bytes != 0) freed(source.index(), bytes);
  }
  room_.clear();
}

}  // namespace bask
