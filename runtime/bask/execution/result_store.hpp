// result_store.hpp: the results that this rank holds, by position in its plan, and those of earlier runs that
// the run reads.
// Runs on: every rank. Threads: any. One thread makes a result;
// others read it once a unit that reads it is ready.
// Invariants: (1) a result does not change while more than one reading of it is left; (2) it is freed with
//             its last reading; (3) a task gets all its inputs at once, as pins; while these live, the inputs
//             stay where they are; (4) where results may be spilled, each has a ResultState, and its maker
//             keeps it pinned, as do units that were admitted and read it, once any result leaves.
#pragma once

#include <bask/core/value.hpp>
#include <bask/execution/count_down.hpp>
#include <bask/execution/memory_ledger.hpp>
#include <bask/execution/pins.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/result_state.hpp>
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
  /// With `may_spill`, results may leave for the disk.
  ResultStore(std::vector<std::uint32_t> uses, std::vector<Value*> constants, RankMemory& memory,
              bool may_spill);
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;
  ~ResultStore();

  /// Sets the uses of the results from `first` on, which were not known before. To be called before another
  /// thread makes any of them.
  void set_uses(std::uint32_t first, std::span<const std::uint32_t> uses) {
    std::copy(uses.begin(), uses.end(), uses_.begin() + first);
  }

  /// Where the kernel at `position` puts its result; made() or discard() must follow.
  Value& room_for(std::uint32_t position) { return values_[position]; }
  /// The result at `position` is there: counts its bytes, of which the budget covers what it can. Returns
  /// whether it was counted: results of types that hold no memory of their own are not. Where results may be
  /// spilled it stays pinned until publish().
  bool made(std::uint32_t position, MemoryBudget& budget) {
    if (!values_[position].type()->is_trivial) {
      count_made(position, measured(position), budget);
      return true;
    }
    if (may_spill_) {
      bytes_[position] = 0;
      state(position).make_here(true);  // nothing is gained when it leaves
    }
    return false;
  }
  /// The same for a result whose type cannot tell what it holds: it counts as so many bytes.
  bool made(std::uint32_t position, MemoryBudget& budget, std::uint64_t bytes) {
    count_made(position, bytes, budget);
    return true;
  }
  /// Stores a result that was made elsewhere. It stays pinned as after made().
  void put(std::uint32_t position, Value value) {
    MemoryBudget no_budget;
    values_[position] = std::move(value);
    made(position, no_budget);
  }
  void unpin(std::uint32_t position) {
    if (may_spill_) state(position).unpin();
  }
  /// Those who read a result that was made may have it leave from here on.
  /// Returns whether it may be spilled.
  bool publish(std::uint32_t position) {
    if (may_spill_) state(position).unpin_if_there();
    return may_spill_;
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
      const bool is_last = may_move && !value.type()->is_trivial && may_be_moved(source.index());
      room.push_back({&value, is_last});
      any_last |= is_last;
    }
    return Pins(*this, inputs, room, any_last);
  }
  /// One reading of the result is over, of a reader that has it pinned (`is_pinned`) where results may be
  /// spilled. Frees the result with the last reading; returns how many bytes were freed. They are given back
  /// to the ledger, or to `budget` when there is one.
  std::uint64_t release(std::uint32_t position, MemoryBudget* budget = nullptr, bool is_pinned = true) {
    // Results that hold no memory need not be freed, and so are not counted.
    const ValueType* type = values_[position].type();
    if (type == nullptr || type->is_trivial) return 0;
    if (!count_down(uses_[position])) {
      if (may_spill_ && is_pinned) state(position).unpin();
      return 0;
    }
    return free_now(position, budget);
  }
  /// One reading of a result that is perhaps not pinned, or not here, is over. Returns whether it was the
  /// last.
  bool release_elsewhere(std::uint32_t position) {
    const ValueType* type = values_[position].type();
    if (type != nullptr && type->is_trivial) return false;
    if (!count_down(uses_[position])) return false;
    free_now(position, nullptr);
    return true;
  }
  bool has_one_use_left(std::uint32_t position) {
    return std::atomic_ref(uses_[position]).load(std::memory_order_acquire) == 1;
  }
  /// Whether the last reader may move from the result: it is the only one, and the result is not being
  /// written to the disk.
  bool may_be_moved(std::uint32_t position) {
    return has_one_use_left(position) && (!may_spill_ || state(position).place() == ResultState::kHere);
  }

  /// The result at `position`, of which a reading must be left; empty when there is none.
  const Value& at(std::uint32_t position) const { return values_[position]; }
  /// The same for any source.
  const Value& at(Source source) const {
    return source.is_constant() ? *constants_[source.index()] : values_[source.index()];
  }
  Value* constant(std::uint32_t number) const { return constants_[number]; }
  /// Moves the result at `position` out.
  Value take(std::uint32_t position);
  /// Moves the results out that a computation was asked for.
  Results take(std::span<const Source> targets);

  bool is_away(std::uint32_t position) { return may_spill_ && state(position).place() == ResultState::kAway; }
  /// The bytes that were counted for the result at `position`, whose type must hold memory.
  std::uint64_t counted_bytes(std::uint32_t position) const { return bytes_[position]; }

  // Where results are, for those who spill them and bring them back. A place is a position, or `positions()`
  // and the number of a persisted result; the graph's constants that are persisted come first.
  bool may_spill() const { return may_spill_; }
  /// Whether tasks read persisted results, which any run may have leave.
  bool reads_persisted() const {
    return std::ranges::any_of(persisted_, [](const auto& persisted) { return persisted != nullptr; });
  }
  bool has_limit() const { return memory_.ledger().has_limit(); }
  std::uint32_t positions() const { return static_cast<std::uint32_t>(values_.size()); }
  std::uint32_t persisted() const { return static_cast<std::uint32_t>(persisted_.size() + others_.size()); }
  bool is_persisted(std::uint32_t place) const { return place >= positions(); }
  /// False for constants of the program, which never leave. For those any thread may ask.
  bool exists(std::uint32_t place) const {
    if (!is_persisted(place)) return true;
    const std::uint32_t number = place - positions();
    return number < persisted_.size() ? persisted_[number] != nullptr
                                      : number - persisted_.size() < others_.size();
  }
  ResultState state(std::uint32_t place) {
    return ResultState(is_persisted(place) ? persisted_at(place)->word : words_[place]);
  }
  Value& value(std::uint32_t place) {
    return is_persisted(place) ? persisted_at(place)->value : values_[place];
  }
  std::uint64_t& bytes(std::uint32_t place) {
    return is_persisted(place) ? persisted_at(place)->bytes : bytes_[place];
  }
  MemoryKind kind(std::uint32_t place) const {
    return is_persisted(place) ? MemoryKind::kPersisted : MemoryKind::kResults;
  }
  const std::shared_ptr<PersistedResult>& persisted_at(std::uint32_t place) const {
    const std::uint32_t number = place - positions();
    return number < persisted_.size() ? persisted_[number] : others_[number - persisted_.size()];
  }
  /// The value at any place: of a constant of the program, too.
  const Value& value_at(std::uint32_t place) {
    return is_persisted(place) ? *constants_[place - positions()] : values_[place];
  }
  std::uint64_t bytes_of_constant(std::uint32_t constant) const {
    const bool is_persisted = !persisted_.empty() && persisted_[constant] != nullptr;
    return is_persisted ? persisted_[constant]->bytes : constants_[constant]->heap_bytes();
  }
  /// The constant's place; kNoIndex: it never leaves.
  std::uint32_t place_of_constant(std::uint32_t constant) const {
    return persisted_.empty() || persisted_[constant] == nullptr ? kNoIndex : positions() + constant;
  }
  /// Looks for results that are persisted on this rank, and that the run does not read: they may leave, too.
  void find_other_persisted();
  /// Makes a persisted result of the one at `position`, which has no reader any more.
  PersistedResult take_persisted(std::uint32_t position, std::optional<SpilledCopy> copy);

 private:
  friend class Pins;
  std::uint64_t measured(std::uint32_t position) const;
  void count_made(std::uint32_t position, std::uint64_t bytes, MemoryBudget& budget);
  std::uint64_t recount(std::uint32_t position);
  std::uint64_t free_now(std::uint32_t position, MemoryBudget* budget);

  std::vector<Value> values_;
  std::vector<std::uint32_t> uses_;
  std::unique_ptr<std::uint64_t[]> bytes_;  // as counted; written for results that are not trivial only
  const std::vector<Value*> constants_;
  RankMemory& memory_;
  const bool may_spill_;
  std::uint64_t constant_bytes_ = 0;                         // of constants that are not persisted results
  std::unique_ptr<std::uint32_t[]> words_;                   // of results' states; null where none is spilled
  std::vector<std::shared_ptr<PersistedResult>> persisted_;  // by constant, null where it is none
  // Those that no task reads; found when room is needed first.
  std::vector<std::shared_ptr<PersistedResult>> others_;
};

template <class Freed, class Left>
void Pins::release(const OwnResults& own, const Freed& freed, const Left& left) {
  const bool may_spill = store_.may_spill(), pins_others = may_spill && own.pins_others();
  for (const Source source : sources_) {
    const std::uint32_t index = source.index();
    if (source.is_constant()) {
      const std::uint32_t place = may_spill ? store_.place_of_constant(index) : kNoIndex;
      if (place == kNoIndex) continue;
      store_.state(place).unpin();
      left(place);
    } else if (const ValueType* type = store_.values_[index].type(); type == nullptr || !type->is_trivial) {
      MemoryBudget* const budget = own.budget_for(index);
      const bool is_pinned = pins_others || (may_spill && budget != nullptr);
      if (const std::uint64_t bytes = store_.release(index, budget, is_pinned); bytes != 0) {
        freed(index, bytes);
      } else if (is_pinned) {
        left(index);
      }
    }
  }
  room_.clear();
}

}  // namespace bask
