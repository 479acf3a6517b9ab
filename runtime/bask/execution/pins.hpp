// pins.hpp: all inputs of one task: while the pins live, every input stays where it is.
// Runs on: every rank. Threads: the one that asked the ResultStore for them.
// Invariant: pins that are destroyed without release() count no reading as over,
//            so that the task may be tried again.
#pragma once

#include <bask/graph/kernel.hpp>
#include <bask/graph/plan.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bask {

class ResultStore;

/// What a unit was allowed to take of the memory, and has not used yet.
struct MemoryBudget {
  std::uint64_t left = 0;
  std::uint64_t scratch = 0;          ///< of what it was allowed to take, for what is no result
  std::optional<unsigned> calm = {};  ///< the thread that runs it, if it pins nothing (calm_units.hpp)
  /// Uses up to `bytes`. Returns how many are missing.
  std::uint64_t use(std::uint64_t bytes) {
    const std::uint64_t used = std::min(left, bytes);
    left -= used;
    return bytes - used;
  }
};

/// The results of a unit's tasks from position `first` on, up to `end`: when they are freed while the unit
/// runs, its next tasks have their memory.
struct OwnResults {
  std::uint32_t first = 0, end = 0;
  MemoryBudget* budget = nullptr;
  MemoryBudget* budget_for(std::uint32_t position) const {
    return position >= first && position < end ? budget : nullptr;
  }
  /// Whether the unit has pinned what other units have made.
  bool pins_others() const { return budget == nullptr || !budget->calm; }
};

class [[nodiscard]] Pins {
 public:
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;
  ~Pins() { room_.clear(); }

  /// The inputs, as a kernel takes them.
  std::span<const Input> inputs() const { return room_; }
  /// To be called when the kernel has returned, before its result is counted: stops counting the memory of
  /// inputs that it has moved from. Returns how many bytes these held.
  std::uint64_t count_moved() { return any_last_ ? recount() : 0; }
  /// The task is done: its readings are over. Calls `freed(position, bytes)` for each result that this frees,
  /// and `left(place)` for each that stays.
  template <class Freed, class Left>
  void release(const OwnResults& own, const Freed& freed, const Left& left);

 private:
  friend class ResultStore;
  Pins(ResultStore& store, std::span<const Source> sources, std::vector<Input>& room, bool any_last)
      : store_(store), sources_(sources), room_(room), any_last_(any_last) {}
  std::uint64_t recount();

  ResultStore& store_;
  const std::span<const Source> sources_;
  std::vector<Input>& room_;
  const bool any_last_;  // whether some input may be moved from
};

}  // namespace bask
