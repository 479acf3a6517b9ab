// How the memory gate takes in results of other ranks, and brings results here for them.
#include <bask/execution/memory_gate.hpp>

#include <utility>

namespace bask {

void MemoryGate::readers_are_known(std::uint32_t position) {
  if (!is_on_ || results_.state(position).place() != ResultState::kHere) return;
  results_.state(position).unpin();
  may_leave(position);
  leave_counted();
}

void MemoryGate::announced(std::uint32_t position, std::uint64_t bytes) {
  const Held held(mutex_);
  results_.bytes(position) = bytes;
  results_.state(position).set_announced();
  announced_.insert(position);
}

void MemoryGate::fetch(std::uint32_t position, Moves& moves) {
  results_.state(position).begin_to_come();
  ++fetching_;
  moves.fetches.push_back(position);
}

void MemoryGate::came(std::uint32_t position, Value value) {
  Moves moves;
  {
    const Held held(mutex_);
    --fetching_;
    take_in(position, std::move(value), moves);
    count_waiting();
  }
  carry_out(moves);
}

void MemoryGate::serve(std::uint32_t place) {
  Moves moves;
  if (!results_.exists(place)) {  // a constant of the program
    moves.serves.push_back(place);
  } else {
    const Held held(mutex_);
    const ResultState state = results_.state(place);
    sending_.fetch_add(1, std::memory_order_seq_cst);
    if (state.pin()) {
      moves.serves.push_back(place);
    } else {
      asked_.insert(place);
      if (state.place() == ResultState::kAway) to_serve_.push_back(place);
      serve_next(moves);
    }
  }
  carry_out(moves);
}

// One at a time may be read beyond the limit.
void MemoryGate::serve_next(Moves& moves) {
  while (!to_serve_.empty()) {
    const std::uint32_t place = to_serve_.front();
    const ResultState state = results_.state(place);
    if (state.place() == ResultState::kAway) {
      const std::uint64_t bytes = results_.bytes(place);
      if (!ledger_.try_take(MemoryKind::kResults, bytes)) {
        if (serving_) return;
        serving_ = place;
        ledger_.take(MemoryKind::kResults, bytes);
      }
      state.begin_to_come();
      moves.reads.push_back(place);
    }
    to_serve_.pop_front();
  }
}

bool MemoryGate::fetch_rest() {
  if (!is_on_) return true;
  Moves moves;
  {
    const Held held(mutex_);
    std::uint64_t bytes = 0;
    for (const std::uint32_t position : announced_) bytes += results_.bytes(position);
    if (!announced_.empty() && !ledger_.try_take(MemoryKind::kResults, bytes)) {
      if (!make_room(bytes, moves) && leaving_bytes_ == 0) {
        moves.error = results_refusal(ledger_.held() + bytes, room());
        announced_.clear();
      }
    } else {
      for (const std::uint32_t position : announced_) fetch(position, moves);
      announced_.clear();
    }
    if (announced_.empty() && fetching_ == 0 && moves.fetches.empty() && !moves.error) return true;
  }
  carry_out(moves);
  return false;
}

bool MemoryGate::relieve() {
  if (!is_on_ || ledger_.held() <= ledger_.limit()) return true;
  look();
  return ledger_.held() <= ledger_.limit();
}

}  // namespace bask
