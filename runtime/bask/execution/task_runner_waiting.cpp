// What a runner tells of the first units that wait, and of what they wait for.
#include <bask/execution/task_runner.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

bool is_missing(ResultState::Place place) {
  return place == ResultState::kAway || place == ResultState::kComing || place == ResultState::kAnnounced;
}

InputPlace place_of(ResultState::Place place) {
  if (place == ResultState::kAway) return InputPlace::kOnDisk;
  return place == ResultState::kAnnounced ? InputPlace::kAnnounced : InputPlace::kComing;
}

}  // namespace

RankWaiting TaskRunner::waiting() {
  RankWaiting all{.run = executor_.number(), .left = progress_.units_left(), .ready = status().ready};
  const MemoryLedger& ledger = rank_memory_->ledger();
  all.too_long = admission_.too_long();
  all.held = ledger.held();
  all.limit = ledger.has_limit() ? ledger.limit() : 0;
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    all.by_kind[kind] = ledger.held(static_cast<MemoryKind>(kind));
  if (all.left == 0 || progress_.stopping()) return all;
  std::vector<UnitThatWaits> units = held_units();
  add_units_without_inputs(units);
  std::ranges::stable_sort(units, {}, &UnitThatWaits::unit);
  if (units.size() > kMostWaitingTold) units.resize(kMostWaitingTold);
  for (UnitThatWaits& each : units) all.tasks.push_back(std::move(each.task));
  return all;
}

WaitingTask TaskRunner::waiting_task(std::uint32_t unit, WaitCause cause) const {
  return {.first = plan_->task[plan_.first_of(unit)].index,
          .last = plan_->task[plan_.last_of(unit)].index,
          .cause = cause};
}

// Those that have all their inputs, and may not start.
std::vector<TaskRunner::UnitThatWaits> TaskRunner::held_units() {
  std::vector<UnitThatWaits> units;
  for (const UnitAtGate& gate : memory_.units_at_gate(kMostWaitingTold)) {
    WaitingTask task = waiting_task(gate.unit, gate.has_room ? WaitCause::kComing : WaitCause::kMemory);
    task.bytes = gate.bytes;
    add_inputs_elsewhere(gate.unit, task);
    units.push_back({gate.unit, std::move(task)});
  }
  for (ResourceGate::TurnedAway& away : admission_.turned_away(kMostWaitingTold)) {
    WaitingTask task = waiting_task(away.unit, WaitCause::kResource);
    task.resources = std::move(away.wanted);
    units.push_back({away.unit, std::move(task)});
  }
  for (const std::uint32_t unit : admission_.held_back())
    units.push_back({unit, waiting_task(unit, WaitCause::kTime)});
  return units;
}

void TaskRunner::add_inputs_elsewhere(std::uint32_t unit, WaitingTask& task) {
  const std::uint32_t first = plan_.first_of(unit);
  for (std::uint32_t position = first; position <= plan_.last_of(unit); ++position) {
    const std::span<const Source> inputs = plan_->inputs_of(position);
    for (std::uint32_t number = 0; number < inputs.size(); ++number) {
      const std::uint32_t index = inputs[number].index();
      const bool is_own = !inputs[number].is_constant() && index >= first && index < position;
      const std::uint32_t place = inputs[number].is_constant() ? results_.place_of_constant(index) : index;
      if (is_own || place == kNoIndex) continue;
      const ResultState::Place now = results_.state(place).place();
      if (!is_missing(now)) continue;
      if (++task.missing <= kMostWaitingTold)
        task.inputs.push_back({number, plan_->task[position].index, place_of(now)});
    }
  }
}

// Looks at so many units at most, however many there are; those before first_waiting_ have all their inputs.
void TaskRunner::add_units_without_inputs(std::vector<UnitThatWaits>& units) {
  constexpr std::uint32_t kMostLooks = 1u << 16;
  const std::uint32_t known = plan_.units_known(), end = std::min(known, first_waiting_ + kMostLooks);
  while (first_waiting_ < end && plan_.waits_for(first_waiting_) == 0) ++first_waiting_;
  std::size_t found = 0;
  for (std::uint32_t unit = first_waiting_; unit < end && found < kMostWaitingTold; ++unit) {
    const std::uint32_t missing = plan_.waits_for(unit);
    if (missing == 0) continue;
    WaitingTask task = waiting_task(unit, WaitCause::kInput);
    task.missing = missing;
    add_missing_inputs(unit, task);
    units.push_back({unit, std::move(task)});
    ++found;
  }
}

// Of inputs whose tasks have started or could start, it is known how many are missing, but not which.
void TaskRunner::add_missing_inputs(std::uint32_t unit, WaitingTask& task) {
  const std::uint32_t first = plan_.first_of(unit);
  std::uint32_t known_missing = 0;
  std::vector<WaitingInput> perhaps;
  for (std::uint32_t position = first; position <= plan_.last_of(unit); ++position) {
    const std::span<const Source> inputs = plan_->inputs_of(position);
    for (std::uint32_t number = 0; number < inputs.size(); ++number) {
      const std::uint32_t index = inputs[number].index();
      if (inputs[number].is_constant() || (index >= first && index < position)) continue;
      const std::optional<InputPlace> place = place_of_missing(index);
      if (!place) continue;
      const WaitingInput input{number, plan_->task[position].index, *place};
      const bool is_certain = *place != InputPlace::kReadyOrMade;
      known_missing += is_certain ? 1 : 0;
      std::vector<WaitingInput>& list = is_certain ? task.inputs : perhaps;
      if (list.size() < kMostWaitingTold) list.push_back(input);
    }
  }
  if (known_missing < task.missing) task.inputs.insert(task.inputs.end(), perhaps.begin(), perhaps.end());
  if (task.inputs.size() > kMostWaitingTold) task.inputs.resize(kMostWaitingTold);
}

// Nothing when the result at `position` is there for certain.
std::optional<InputPlace> TaskRunner::place_of_missing(std::uint32_t position) {
  if (position >= plan_->tasks()) {
    if (plan_.has_import(position)) return std::nullopt;
    return InputPlace::kOtherRank;
  }
  const std::uint32_t unit = plan_.unit_of(position);
  if (plan_.waits_for(unit) != 0) return InputPlace::kWaits;
  for (unsigned thread = 0; thread < executor_.threads(); ++thread) {
    const std::uint32_t runs = executor_.runs(thread).call().position;
    if (runs >= plan_.first_of(unit) && runs <= plan_.last_of(unit)) return InputPlace::kRuns;
  }
  const bool is_made = results_.may_spill() && results_.state(position).place() != ResultState::kAbsent;
  if (is_made) return std::nullopt;
  return InputPlace::kReadyOrMade;
}

Activity TaskRunner::wait_reason() const {
  if (memory_.waiting() != 0) return memory_.any_lacks_room() ? Activity::kWaitMemory : Activity::kWaitData;
  if (admission_.any_waits()) return Activity::kWaitResource;
  if (progress_.units_left() == 0) return Activity::kWaitNothingLeft;
  if (!traffic_.has_peers()) return Activity::kWaitNothingReady;
  return traffic_.is_receiving() ? Activity::kWaitData : Activity::kWaitInput;
}

}  // namespace bask
