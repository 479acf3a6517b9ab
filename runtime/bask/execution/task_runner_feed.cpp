// How a runner is fed: with stretches of its part of the plan, with results of other ranks, with units stolen
// from other ranks; and how units go to thieves and their results come back.
#include <bask/execution/task_runner.hpp>

#include <utility>

namespace bask {

void TaskRunner::add(const PlanPart& part) {
  if (progress_.stopping()) return;  // the last thread out may be reading the plan
  plan_.add(part);
  results_.set_uses(part.first_task, part.uses);
  results_.set_uses(plan_->tasks() + part.first_import, part.import_uses);
  memory_.add_units(part.first_unit, part.units());
  for (std::uint32_t import = 0; import < part.imports(); ++import) {
    const std::uint32_t position = plan_->tasks() + part.first_import + import;
    if (plan_.has_import(position)) memory_.readers_are_known(position);
  }
  plan_.announce(part, ready_.found(ready_.feeder()));
}

bool TaskRunner::arrived(std::uint32_t position, Value value) {
  if (progress_.stopping()) return false;
  if (memory_.is_fetched(position)) {
    memory_.came(position, std::move(value));
    return true;
  }
  plan_.require_awaited(position);
  try {
    results_.put(position, std::move(value));
  } catch (...) {
    progress_.fail_with_current(plan_->positions(), TaskId{kNoIndex});
    return false;
  }
  if (!plan_.knows_import(position)) {
    memory_.came_early();
  } else if (results_.publish(position)) {
    memory_.may_leave(position);
  }
  plan_.import_arrived(position, ready_.found(ready_.feeder()));
  return false;
}

void TaskRunner::announced(std::uint32_t position, std::uint64_t bytes) {
  if (progress_.stopping()) return;
  plan_.require_awaited(position);
  memory_.announced(position, bytes);
  plan_.import_arrived(position, ready_.found(ready_.feeder()));
}

void TaskRunner::feed(unsigned thread) {
  const std::size_t units = ready_.feed(thread);
  if (units == 1) parking_.wake_one();
  if (units > 1) parking_.wake_all();
}

std::vector<StolenUnit> TaskRunner::give_units(std::uint64_t most_bytes) {
  if (progress_.stopping() || !memory_.has_spare()) return {};  // what comes back would be beyond the limit
  return stealing_.give(clock_.mean(), most_bytes);
}

void TaskRunner::steal(StolenUnit stolen) {
  stolen.ticket = memory_.take(MemoryKind::kStolen, all_bytes_of(stolen));
  stealing_.add(std::move(stolen));
  parking_.wake_one();
}

bool TaskRunner::run_stolen(unsigned thread) {
  std::optional<StolenUnit> stolen = stealing_.next();
  if (!stolen) return false;
  const StolenUnit::Step& last = stolen->steps.back();
  const auto start = std::chrono::steady_clock::now();
  if (!admission_.may_start(last.group, start)) return true;
  clock_.enter(thread);
  std::optional<Value> result = executor_.run_stolen(*stolen, thread);
  if (result) {
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    progress_.unit_timed(last.group, taken, thread);
    admission_.note_duration(last.group, taken, thread);
    if (recording_ != nullptr) {
      const Annotations* notes = plan_.notes_number(last.annotation);
      recording_->made_for_other(stolen->key, notes == nullptr ? std::nullopt : notes->checkpoint, *result,
                                 stolen->recompute_cost_ns, taken.count(), progress_.stopping());
    }
  }
  clock_.leave(thread);
  if (result) traffic_.give_back(*stolen, std::move(*result));
  return true;
}

void TaskRunner::returned(std::uint32_t unit, Value value) {
  if (unit >= plan_->units() || progress_.stopping()) return;
  const unsigned feeder = ready_.feeder();
  const std::uint32_t first = plan_.first_of(unit), last = plan_.last_of(unit);
  try {
    results_.put(last, std::move(value));
  } catch (...) {
    return progress_.fail_with_current(last, plan_->task[last]);
  }
  for (std::uint32_t position = first; position <= last; ++position) {
    for (const Source source : plan_->inputs_of(position)) {
      const bool is_step = !source.is_constant() && source.index() >= first && source.index() < position;
      if (!source.is_constant() && !is_step) executor_.release_elsewhere(source.index());
    }
    progress_.task_done(plan_->group[position], feeder);
  }
  if (recording_ != nullptr) recording_->made_elsewhere(unit);
  memory_.has_run(unit);
  if (!publish(unit, ready_.feeder())) return;  // the feeding thread flushes afterwards
  plan_.release_readers(unit, ready_.found(feeder));
  progress_.unit_done(feeder);
  progress_.report(feeder);
}

}  // namespace bask
