// How the memory gate lets units in while no result has to leave memory.
#include <bask/execution/memory_gate.hpp>

#include <utility>

namespace bask {

// No result has left memory or is leaving while the order has not begun, so what is here stays. A unit whose
// inputs are persisted pins them, as other runs may have these leave.
std::optional<MemoryBudget> MemoryGate::enter(std::uint32_t unit, unsigned thread) {
  if (!may_be_calm_ || order_.has_begun() || waiting() != 0) return enter(unit);
  calm_.enter(thread, unit);
  if (!order_.has_begun() && waiting_count_.load(std::memory_order_seq_cst) == 0) {
    MemoryBudget budget = sizes_.budget(unit);
    if (budget.left == 0 || ledger_.try_take(MemoryKind::kResults, budget.left, spare_, budget.scratch)) {
      const auto is_here = [&](std::uint32_t place) {
        return results_.state(place).place() == ResultState::kHere;
      };
      if (sizes_.for_each_input(unit, is_here)) {
        order_.unit_begun(unit);
        budget.calm = thread;
        return budget;
      }
      give_back(budget);
    }
  }
  if (calm_.leave(thread)) let_go_of_pinned(thread);
  return enter(unit);
}

void MemoryGate::leave_calm(MemoryBudget& unused) {
  const unsigned thread = *std::exchange(unused.calm, std::nullopt);
  if (calm_.leave(thread)) let_go_of_pinned(thread);
  look_if_needed();
}

// Results that the unit has freed are no longer there.
void MemoryGate::let_go_of_pinned(unsigned thread) {
  const Held held(mutex_);
  for (const std::uint32_t place : calm_.take_pinned(thread)) {
    results_.state(place).unpin_if_there();
    order_.note(place);
  }
}

// Results leave from now on: the units that run keep what they read.
void MemoryGate::pin_for_calm_units() {
  calm_.mark([this](std::uint32_t unit, std::vector<std::uint32_t>& pinned) {
    sizes_.for_each_input(unit, [&](std::uint32_t place) {
      if (results_.state(place).try_pin()) pinned.push_back(place);
      return true;
    });
  });
}

}  // namespace bask
