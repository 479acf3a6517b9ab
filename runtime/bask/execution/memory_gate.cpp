#include <bask/execution/memory_gate.hpp>

#include <algorithm>
#include <utility>

namespace bask {

MemoryGate::MemoryGate(const PlanStore& plan, ResultStore& results, RankMemory& memory, Setting setting,
                       Hooks hooks)
    : plan_(plan),
      results_(results),
      memory_(memory),
      ledger_(memory.ledger()),
      is_on_(results.may_spill()),
      may_be_calm_(is_on_ && !results.reads_persisted()),
      has_peers_(setting.has_peers),
      spare_(setting.spare),
      most_ahead_(std::size_t{setting.threads} + 1),
      hooks_(std::move(hooks)),
      order_(plan, results),
      sizes_(plan, results),
      recipes_(plan, results),
      mover_(results, memory, setting.threads,
             {[this](std::uint32_t place, const SpillOutcome& outcome) { on_written(place, outcome); },
              [this](std::uint32_t place, Value value, const SpillOutcome& outcome) {
                on_read(place, std::move(value), outcome);
              },
              [this](std::uint32_t position) { return recipes_.of(position); }}),
      calm_(setting.threads) {}

MemoryGate::~MemoryGate() {
  mover_.wait_until_still();
  const Held held(mutex_);
  for (auto& [unit, budget] : granted_) give_back(budget);
  for (auto& [unit, gathering] : gathering_) give_back(gathering.budget);
  for (std::uint32_t position = plan_->tasks(); fetching_ != 0 && position < plan_->positions(); ++position) {
    if (results_.state(position).place() == ResultState::kComing)
      ledger_.give_back(MemoryKind::kResults, results_.bytes(position));
  }
}

// Results may have taken what a kernel did not need beside them: the budget is one.
void MemoryGate::give_back(MemoryBudget& unused) {
  const std::uint64_t left = std::exchange(unused.left, 0), scratch = std::exchange(unused.scratch, 0);
  if (scratch > left) ledger_.move(MemoryKind::kScratch, MemoryKind::kResults, scratch - left);
  if (scratch != 0) ledger_.give_back(MemoryKind::kScratch, std::min(left, scratch));
  ledger_.give_back(MemoryKind::kResults, left - std::min(left, scratch));
}

// This counts the unit, then asks whether others wait; the holder of the lock has a unit wait, then asks
// whether others run: one of the two sees the other. So while the first waiting unit is the only one, nothing
// is taken.
std::optional<MemoryBudget> MemoryGate::enter_counted(std::uint32_t unit) {
  running_.fetch_add(1, std::memory_order_seq_cst);
  if (waiting_count_.load(std::memory_order_seq_cst) == 0) {
    MemoryBudget budget = sizes_.budget(unit);
    if (budget.left == 0 || ledger_.try_take(MemoryKind::kResults, budget.left, spare_, budget.scratch)) {
      if (pin_inputs(unit)) {
        order_.unit_begun(unit);
        return budget;
      }
      give_back(budget);
    }
  }
  running_.fetch_sub(1, std::memory_order_seq_cst);
  return wait(unit);
}

bool MemoryGate::pin_inputs(std::uint32_t unit) {
  std::uint32_t pinned = 0;
  const auto pin = [&](std::uint32_t place) {
    const bool is_here = results_.state(place).try_pin();
    pinned += is_here;
    return is_here;
  };
  if (sizes_.for_each_input(unit, pin)) return true;
  sizes_.for_each_input(unit, [&](std::uint32_t place) {
    if (pinned == 0) return false;
    results_.state(place).unpin();
    may_leave(place);
    return --pinned != 0;
  });
  return false;
}

bool MemoryGate::pin(std::uint32_t unit) {
  if (!is_on_) return true;
  if (granted_count_.load(std::memory_order_seq_cst) != 0) {
    const Held held(mutex_);
    if (granted_.contains(unit)) return false;
  }
  running_.fetch_add(1, std::memory_order_seq_cst);
  if (pin_inputs(unit)) return true;
  leave_counted();
  return false;
}

void MemoryGate::let_go_of_inputs(std::uint32_t unit) {
  sizes_.for_each_input(unit, [&](std::uint32_t place) {
    results_.state(place).unpin();
    may_leave(place);
    return true;
  });
}

void MemoryGate::unpin_constant(std::uint32_t constant) {
  const std::uint32_t place = results_.place_of_constant(constant);
  if (place == kNoIndex) return;
  results_.state(place).unpin();
  may_leave(place);
}

std::shared_ptr<void> MemoryGate::take(MemoryKind kind, std::uint64_t bytes) {
  ledger_.take(kind, bytes);
  running_.fetch_add(1, std::memory_order_seq_cst);
  return {nullptr, [this, kind, bytes](void*) {
            ledger_.give_back(kind, bytes);
            running_.fetch_sub(1, std::memory_order_seq_cst);
            look_if_needed();
          }};
}

std::optional<MemoryBudget> MemoryGate::find_granted(std::uint32_t unit) {
  const auto found = granted_.find(unit);
  if (found == granted_.end()) return std::nullopt;
  const MemoryBudget budget = found->second;
  granted_.erase(found);
  return budget;
}

std::optional<MemoryBudget> MemoryGate::take_granted(std::uint32_t unit) {
  const Held held(mutex_);
  const std::optional<MemoryBudget> budget = find_granted(unit);
  count_waiting();
  return budget;
}

void MemoryGate::wait_for_granted(std::uint32_t unit, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  const Held held(mutex_);
  while (!granted_.contains(unit) && has_granted_.wait_until(mutex_, end)) {
  }
}

std::optional<MemoryBudget> MemoryGate::wait(std::uint32_t unit) {
  Moves moves;
  std::optional<MemoryBudget> budget;
  {
    const Held held(mutex_);
    waiting_.insert({!sizes_.frees_memory(unit), plan_.ready_unit(unit)});
    count_waiting();  // before the ledger is asked again: a thread that gives back later looks
    let_in(moves);
    budget = find_granted(unit);
    if (budget) std::erase_if(moves.granted, [&](const ReadyUnit& ready) { return ready.unit == unit; });
    count_waiting();
  }
  carry_out(moves);
  return budget;
}

void MemoryGate::leave_counted() {
  running_.fetch_sub(1, std::memory_order_seq_cst);
  look_if_needed();
}

void MemoryGate::look() {
  Moves moves;
  {
    const Held held(mutex_);
    if (is_closed_) return;
    if (ledger_.held() > ledger_.limit()) make_room(0, moves);  // for results that were larger than guessed
    let_in(moves);
    count_waiting();
  }
  carry_out(moves);
}

void MemoryGate::count_waiting() {
  const std::size_t waiting = waiting_.size() + gathering_.size() + to_serve_.size();
  waiting_count_.store(static_cast<std::uint32_t>(waiting), std::memory_order_seq_cst);
  any_lacks_room_.store(!waiting_.empty() || !to_serve_.empty() || reading_ != 0, std::memory_order_relaxed);
  granted_count_.store(static_cast<std::uint32_t>(granted_.size()), std::memory_order_seq_cst);
}

void MemoryGate::let_in(Moves& moves) {
  if (is_closed_) return;
  serve_next(moves);
  while (!broken_ && to_serve_.empty() && !waiting_.empty() &&
         gathering_.size() + granted_.size() < most_ahead_) {
    const ReadyUnit ready = waiting_.begin()->ready;
    // Read before the ledger is asked: what has ended since then has given back, and is not waited for.
    const bool others_end = others_give_back();
    MemoryBudget budget = sizes_.budget(ready.unit);
    const std::uint64_t away = sizes_.inputs(ready.unit).away;
    if (budget.left + away != 0 &&
        !ledger_.try_take(MemoryKind::kResults, budget.left + away, spare_, budget.scratch)) {
      if (make_room_for(ready.unit, budget.left + away + spare_, moves)) continue;
      if (others_end || leaving_bytes_ != 0) return;
      if (let_in_another(moves) || try_disk_again()) continue;
      if (!must_start(ready.unit, moves)) return;
      budget.left = std::min(budget.left, ledger_.limit() - std::min(ledger_.limit(), ledger_.held() + away));
      budget.scratch = 0;
      ledger_.take(MemoryKind::kResults, budget.left + away);
    }
    waiting_.erase(waiting_.begin());
    admit(ready, budget, moves);
  }
}

void MemoryGate::admit(const ReadyUnit& ready, const MemoryBudget& budget, Moves& moves) {
  std::vector<std::uint32_t> elsewhere;
  is_stuck_ = is_giving_up_ = false;
  running_.fetch_add(1, std::memory_order_seq_cst);
  order_.unit_begun(ready.unit);
  sizes_.for_each_input(ready.unit, [&](std::uint32_t place) {
    if (!results_.state(place).pin()) elsewhere.push_back(place);
    return true;
  });
  for (const std::uint32_t place : elsewhere) {
    const ResultState state = results_.state(place);
    if (state.place() == ResultState::kAway) {
      begin_to_read(place, moves);
    } else if (state.place() == ResultState::kAnnounced) {
      announced_.erase(place);
      fetch(place, moves);
    }
    readers_of_coming_.emplace(place, ready.unit);
  }
  if (!elsewhere.empty()) {
    gathering_.emplace(ready.unit, Gathering{budget, static_cast<std::uint32_t>(elsewhere.size())});
  } else {
    granted_.emplace(ready.unit, budget);
    moves.granted.push_back(ready);
  }
}

// Makes room for a unit, whose inputs stay. Returns whether the ledger should be asked again.
bool MemoryGate::make_room_for(std::uint32_t unit, std::uint64_t bytes, Moves& moves) {
  std::vector<std::uint32_t> own;
  sizes_.for_each_input(unit, [&](std::uint32_t place) {
    if (results_.state(place).try_pin()) own.push_back(place);
    return true;
  });
  const bool is_free_now = make_room(bytes, moves);
  for (const std::uint32_t place : own) {
    results_.state(place).unpin();
    order_.note(place);
  }
  return is_free_now;
}

// A disk that was full is tried again once a copy has gone from it.
bool MemoryGate::may_write() {
  if (no_room_on_disk_ && disk_has_room_.exchange(false, std::memory_order_relaxed)) no_room_on_disk_.reset();
  return !no_room_on_disk_;
}

// Has results leave until so many bytes are free, or will be. Returns whether some are free now.
bool MemoryGate::make_room(std::uint64_t bytes, Moves& moves) {
  memory_.recount();
  const std::uint64_t held_now = ledger_.held(), had = ledger_.limit() + leaving_bytes_;
  spare_memory::keep_at_most(ledger_.limit() - std::min(ledger_.limit(), held_now + bytes));
  if (held_now + bytes <= ledger_.limit()) return true;  // given back just now
  if (held_now + bytes <= had) return false;
  std::uint64_t missing = held_now + bytes - had;
  bool is_free_now = false;
  if (order_.begin()) pin_for_calm_units();
  std::vector<std::uint32_t> staying;  // what the full disk does not take
  const bool disk_takes_more = may_write();
  while (missing != 0) {
    const std::optional<std::uint32_t> place = order_.next();
    if (!place) break;
    const ResultState state = results_.state(*place);
    if (!disk_takes_more && !state.has_copy()) {
      staying.push_back(*place);
      continue;
    }
    const ResultState::Place now = state.begin_to_leave();
    if (now == ResultState::kHere) continue;  // it was pinned: its reader names it again
    const std::uint64_t held = results_.bytes(*place);
    missing -= std::min(missing, held);
    if (now == ResultState::kAway) {
      mover_.drop_from_memory(*place);
      is_free_now = true;
    } else {
      leaving_bytes_ += held;
      moves.writes.push_back(*place);
    }
  }
  for (const std::uint32_t place : staying) order_.note(place);
  return is_free_now;
}

// Nothing can leave, and no unit will free anything: whether the first unit starts all the same, as it may
// need less than is guessed, or as what it needs is only kept for other ranks, by messages and records
// that are on their way, or by parts of exchanges, which go when they were read. Otherwise the run has
// failed.
bool MemoryGate::must_start(std::uint32_t unit, Moves& moves) {
  const std::uint64_t to_make = sizes_.to_make(unit), inputs = sizes_.inputs(unit).all;
  const std::uint64_t kept_by_others = spare_ + ledger_.held(MemoryKind::kJournal) +
                                       ledger_.held(MemoryKind::kTransfer) +
                                       ledger_.held(MemoryKind::kExchange);
  const bool fits = sizes_.is_known(unit)
                        ? kept_by_others != 0 && room().constants + inputs + to_make <= ledger_.limit()
                        : inputs < ledger_.limit();
  if (fits && !no_room_on_disk_) return true;
  if (waits_for_peers()) return false;
  moves.refused = unit;
  if (no_room_on_disk_) {
    moves.error = no_room_on_disk_;
    return false;
  }
  moves.error = memory_refusal(plan_->groups[plan_.group_of(unit)].layer, "a task", sizes_.need(unit), room(),
                               "use smaller chunks, or raise --bask-memory-limit");
  return false;
}

MemoryRoom MemoryGate::room() const {
  return {.limit = ledger_.limit(), .constants = ledger_.held(MemoryKind::kConstants)};
}

void MemoryGate::carry_out(const Moves& moves) {
  for (const std::uint32_t place : moves.reads) mover_.read(place);
  for (const std::uint32_t place : moves.writes) mover_.write(place);
  for (const std::uint32_t position : moves.fetches) hooks_.fetch(position);
  for (const std::uint32_t place : moves.serves) hooks_.serve(place);
  if (!moves.granted.empty()) {
    has_granted_.notify_all();
    hooks_.granted(moves.granted);
  }
  if (moves.error) hooks_.fail(moves.refused.value_or(kNoIndex), *moves.error);
}

void MemoryGate::on_written(std::uint32_t place, const SpillOutcome& outcome) {
  Moves moves;
  {
    const Held held(mutex_);
    leaving_bytes_ -= results_.bytes(place);
    mover_.settle(place, outcome);
    if (outcome.kind == SpillOutcome::Kind::kDone) {
      no_room_on_disk_.reset();
    } else {
      if (!no_room_on_disk_) no_room_on_disk_ = outcome.error;
      order_.note(place);
    }
    let_in(moves);
    count_waiting();
  }
  carry_out(moves);
}

void MemoryGate::on_read(std::uint32_t place, Value value, const SpillOutcome& outcome) {
  Moves moves;
  {
    const Held held(mutex_);
    --reading_;
    if (outcome.kind == SpillOutcome::Kind::kDone) {
      take_in(place, std::move(value), moves);
    } else {
      moves.error = outcome.error;
      if (!broken_) broken_ = outcome.error;
      ledger_.give_back(MemoryKind::kResults, results_.bytes(place));
      results_.state(place).end_coming(false);
    }
    count_waiting();
  }
  carry_out(moves);
}

// Tickets were taken for it when it began to come.
void MemoryGate::take_in(std::uint32_t place, Value value, Moves& moves) {
  std::uint64_t& bytes = results_.bytes(place);
  const std::uint64_t taken = std::exchange(bytes, value.heap_bytes());
  if (taken > bytes) ledger_.give_back(MemoryKind::kResults, taken - bytes);
  if (taken < bytes) ledger_.take(MemoryKind::kResults, bytes - taken);
  ledger_.move(MemoryKind::kResults, results_.kind(place), bytes);
  results_.value(place) = std::move(value);
  results_.state(place).end_coming(true);
  has_come(place, moves);
  let_in(moves);
}

void MemoryGate::has_come(std::uint32_t place, Moves& moves) {
  const auto [first, last] = readers_of_coming_.equal_range(place);
  for (auto reader = first; reader != last; ++reader) {
    const auto found = gathering_.find(reader->second);
    if (--found->second.missing != 0) continue;
    granted_.emplace(found->first, found->second.budget);
    moves.granted.push_back(plan_.ready_unit(found->first));
    gathering_.erase(found);
  }
  readers_of_coming_.erase(first, last);
  for (auto asked = asked_.find(place); asked != asked_.end(); asked = asked_.find(place)) {
    asked_.erase(asked);
    moves.serves.push_back(place);
  }
  order_.note(place);
}

}  // namespace bask
