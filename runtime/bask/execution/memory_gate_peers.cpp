// How the memory gate takes in results of other ranks, and brings results here for them.
#include <bask/execution/memory_gate.hpp>

#include <utility>

namespace bask {

void MemoryGate::unpin(std::uint32_t unit) {
  if (!is_on_) return;
  let_go_of_inputs(unit);
  leave_counted();
}

void MemoryGate::has_run(std::uint32_t unit) {
  if (is_on_) order_.unit_begun(unit);
}

void MemoryGate::came_early() {
  if (is_on_) running_.fetch_add(1, std::memory_order_seq_cst);
}

bool MemoryGate::is_fetched(std::uint32_t position) {
  return is_on_ && results_.state(position).place() == ResultState::kComing;
}

bool MemoryGate::begin_counted_send(std::uint32_t place) {
  if (!results_.exists(place)) return true;
  sending_.fetch_add(1, std::memory_order_seq_cst);
  if (results_.state(place).try_pin()) return true;
  sending_.fetch_sub(1, std::memory_order_seq_cst);
  return false;
}

void MemoryGate::end_send(std::uint32_t place) {
  if (!is_on_ || !results_.exists(place)) return;
  sending_.fetch_sub(1, std::memory_order_seq_cst);
  look_if_needed();
}

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
      count_waiting();  // before the ledger is asked: a thread that gives back later looks
      serve_next(moves);
      count_waiting();
    }
  }
  carry_out(moves);
}

void MemoryGate::begin_to_read(std::uint32_t place, Moves& moves) {
  results_.state(place).begin_to_come();
  ++reading_;
  moves.reads.push_back(place);
}

void MemoryGate::serve_next(Moves& moves) {
  while (!is_closed_ && !to_serve_.empty()) {
    const std::uint32_t place = to_serve_.front();
    if (results_.state(place).place() == ResultState::kAway) {
      if (!take_to_serve(results_.bytes(place), moves)) return;
      begin_to_read(place, moves);
    }
    to_serve_.pop_front();
  }
}

// Beyond the limit only when all that could give back memory waits for other ranks: nothing is written, read
// or sent, and no unit runs but those that have asked for results. What was read beyond the limit is being
// sent then, so that there is one of its kind at a time.
bool MemoryGate::take_to_serve(std::uint64_t bytes, Moves& moves) {
  bool others_end;
  do {
    // Read before the ledger is asked: what has ended since then has given back, and is not waited for.
    const bool any_unit = running_.load(std::memory_order_seq_cst) > gathering_.size() || calm_.any();
    others_end = any_unit || sending_.load(std::memory_order_seq_cst) > to_serve_.size();
    if (ledger_.try_take(MemoryKind::kResults, bytes, spare_)) return true;
  } while (make_room(bytes + spare_, moves));
  if (others_end || leaving_bytes_ != 0 || reading_ != 0) return false;
  ledger_.take(MemoryKind::kResults, bytes);
  return true;
}

bool MemoryGate::fetch_rest() {
  if (!is_on_) return true;
  Moves moves;
  {
    const Held held(mutex_);
    std::uint64_t bytes = 0;
    for (const std::uint32_t position : announced_) bytes += results_.bytes(position);
    if (!announced_.empty() && take_for_rest(bytes, moves)) {
      for (const std::uint32_t position : announced_) fetch(position, moves);
      announced_.clear();
    }
    if (announced_.empty() && fetching_ == 0) return true;
  }
  carry_out(moves);
  return false;
}

bool MemoryGate::take_for_rest(std::uint64_t bytes, Moves& moves) {
  // Read before the ledger is asked: what has ended since then has given back.
  const bool others_end = others_give_back();
  if (ledger_.try_take(MemoryKind::kResults, bytes, spare_)) return true;
  if (make_room(bytes + spare_, moves) || others_end || leaving_bytes_ != 0)
    return false;  // it is asked again
  if (ledger_.try_take(MemoryKind::kResults, bytes)) return true;
  if (try_disk_again()) return false;
  if (waits_for_peers()) return false;
  moves.error = no_room_on_disk_ ? *no_room_on_disk_ : results_refusal(ledger_.held() + bytes, room());
  return false;
}

// Units leave room for all that may come unasked. So when they have left enough of it, what has come needs
// none of that room any more, and the limit holds when the senders send as much again.
bool MemoryGate::has_spare() {
  if (!is_on_) return true;
  if (ledger_.held() > ledger_.limit()) look();
  return ledger_.held() + spare_ <= ledger_.limit();
}

}  // namespace bask
