// How the memory gate brings the results here that a computation was asked for, when no unit runs any more.
#include <bask/execution/memory_gate.hpp>

namespace bask {

void MemoryGate::require_room_for(const std::set<std::uint32_t>& places) {
  std::uint64_t sum = ledger_.held(MemoryKind::kConstants);
  for (const std::uint32_t place : places) sum += results_.bytes(place);
  if (sum <= ledger_.limit()) return;
  throw results_refusal(sum, room());
}

void MemoryGate::close() {
  {
    const Held held(mutex_);
    is_closed_ = true;
  }
  mover_.wait_until_still();
}

void MemoryGate::bring_here(std::span<const Source> targets) {
  if (!is_on_) return;
  mover_.wait_until_still();
  std::set<std::uint32_t> places;
  for (const Source target : targets) {
    const std::uint32_t place =
        target.is_constant() ? results_.place_of_constant(target.index()) : target.index();
    if (place != kNoIndex && (results_.is_persisted(place) || plan_.holds_memory(place)))
      places.insert(place);
  }
  require_room_for(places);
  std::erase_if(places, [&](std::uint32_t place) { return results_.state(place).try_pin(); });  // these stay
  std::uint64_t bytes = 0;
  for (const std::uint32_t place : places) bytes += results_.bytes(place);
  take_in_place_of_others(bytes);
  for (const std::uint32_t place : places) {
    results_.state(place).begin_to_come();
    mover_.read(place);
  }
  mover_.wait_until_still();
  const Held held(mutex_);
  if (broken_) throw Error(*broken_);
}

// Results that are persisted and were not asked for may have to leave.
void MemoryGate::take_in_place_of_others(std::uint64_t bytes) {
  if (bytes == 0) return;
  Moves moves;
  {
    const Held held(mutex_);
    make_room(bytes, moves);
  }
  carry_out(moves);
  mover_.wait_until_still();
  if (ledger_.try_take(MemoryKind::kResults, bytes)) return;
  const Held held(mutex_);
  if (no_room_on_disk_) throw Error(*no_room_on_disk_);
  ledger_.take(MemoryKind::kResults, bytes);
}

}  // namespace bask
