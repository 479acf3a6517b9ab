// How the memory gate goes on while the disk takes no more: units that have room run before those that have
// none; a rank whose units all have none waits while other ranks may free results of it; and the disk is
// tried once more before the run fails.
#include <bask/execution/memory_gate.hpp>

namespace bask {

bool MemoryGate::let_in_another(Moves& moves) {
  if (!no_room_on_disk_) return false;
  for (const std::uint64_t spare : {spare_, std::uint64_t{0}}) {
    for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
      const ReadyUnit ready = each->ready;
      const MemoryBudget budget = sizes_.budget(ready.unit);
      const std::uint64_t all = budget.left + sizes_.inputs(ready.unit).away;
      if (all != 0 && !ledger_.try_take(MemoryKind::kResults, all, spare, budget.scratch)) continue;
      waiting_.erase(each);
      admit(ready, budget, moves);
      return true;
    }
  }
  return false;
}

// Others may have made room on it.
bool MemoryGate::try_disk_again() {
  if (!no_room_on_disk_ || has_peers_ || is_giving_up_) return false;
  is_giving_up_ = true;
  no_room_on_disk_.reset();
  return true;
}

bool MemoryGate::waits_for_peers() {
  is_stuck_ = no_room_on_disk_ && has_peers_ && !is_giving_up_;
  return is_stuck_;
}

bool MemoryGate::others_give_back() const {
  return running_.load(std::memory_order_seq_cst) != 0 || calm_.any() ||
         sending_.load(std::memory_order_seq_cst) != 0;
}

MemoryStanding MemoryGate::standing() {
  if (!is_on_) return MemoryStanding::kIdle;
  const Held held(mutex_);
  const bool moves = others_give_back() || leaving_bytes_ != 0 || reading_ != 0;
  if (moves) return MemoryStanding::kMoves;
  return is_stuck_ ? MemoryStanding::kDiskFull : MemoryStanding::kIdle;
}

void MemoryGate::give_up_on_disk() {
  Moves moves;
  {
    const Held held(mutex_);
    if (!is_stuck_) return;
    is_stuck_ = false;
    is_giving_up_ = true;
    no_room_on_disk_.reset();
    let_in(moves);
    count_waiting();
  }
  carry_out(moves);
}

}  // namespace bask
