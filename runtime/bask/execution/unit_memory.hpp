// unit_memory.hpp: how much memory a unit of a plan needs: for what its tasks make, and which results it
// reads. Runs on: every rank. Threads: any.
#pragma once

#include <bask/execution/plan_store.hpp>
#include <bask/execution/result_store.hpp>
#include <bask/graph/memory_need.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace bask {

class UnitMemory {
 public:
  UnitMemory(const PlanStore& plan, ResultStore& results)
      : plan_(plan), results_(results), largest_(plan->groups.size()) {}

  /// A result of the group was made, with so many bytes. Results whose size is not known beforehand are
  /// expected to be as large as the largest of their group so far.
  void learn(std::uint32_t group, std::uint64_t bytes) {
    std::uint64_t largest = largest_[group].load(std::memory_order_relaxed);
    while (bytes > largest && !largest_[group].compare_exchange_weak(largest, bytes)) {
    }
  }
  /// The most bytes that the unit's own results, what its tasks need beside them, and what these are
  /// annotated to need, take at once.
  std::uint64_t to_make(std::uint32_t unit) const { return made(unit).made; }
  /// The same as a budget.
  MemoryBudget budget(std::uint32_t unit) const {
    const MemoryNeed need = made(unit);
    return {need.made, need.scratch};
  }
  /// The same and the inputs, for a message.
  MemoryNeed need(std::uint32_t unit) const;
  /// Whether that is known, not guessed.
  bool is_known(std::uint32_t unit) const;
  /// The bytes of all results that the unit reads, each once, wherever they are; `away`: of those that are on
  /// the disk or another rank only.
  struct Inputs {
    std::uint64_t all = 0, away = 0;
  };
  Inputs inputs(std::uint32_t unit) const;
  /// Whether the unit frees at least as much as it makes.
  bool frees_memory(std::uint32_t unit) const;

  /// Calls `f` with the place of each result that the unit reads, of those that can leave, once per reading,
  /// until it returns false. Returns whether it never did.
  template <class F>
  bool for_each_input(std::uint32_t unit, const F& f) const {
    const std::uint32_t first = plan_.first_of(unit), last = plan_.last_of(unit);
    for (std::uint32_t position = first; position <= last; ++position) {
      for (const Source source : plan_->inputs_of(position)) {
        const std::uint32_t place = place_of(source, first, position);
        if (place != kNoIndex && !f(place)) return false;
      }
    }
    return true;
  }

 private:
  // kNoIndex for what cannot leave: results that hold no memory, the unit's own, constants of the program.
  std::uint32_t place_of(Source source, std::uint32_t first, std::uint32_t position) const {
    const std::uint32_t index = source.index();
    if (source.is_constant()) return results_.place_of_constant(index);
    const bool is_own = index >= first && index < position;
    return is_own || !plan_.holds_memory(index) ? kNoIndex : index;
  }
  MemoryNeed made(std::uint32_t unit) const;
  std::vector<std::uint32_t> distinct_inputs(std::uint32_t unit) const;
  std::uint64_t of_result(std::uint32_t position) const;

  const PlanStore& plan_;
  ResultStore& results_;
  std::vector<std::atomic<std::uint64_t>> largest_;  // by group
};

}  // namespace bask
