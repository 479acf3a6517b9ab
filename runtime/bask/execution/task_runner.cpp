#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

PlanStore with_keys_if_recorded(PlanStore plan, const RunnerOptions& options) {
  if (options.recorder != nullptr) plan.keep_keys();
  return plan;
}

// Every unit is timed where durations decide which units start or which results are kept; one now and then
// where they decide only what is given to thieves.
UnitClock::Timing timing_for(const RunnerOptions& options, const Outlet* outlet) {
  const bool always = options.recorder != nullptr || options.end != steady_clock::time_point{};
  if (always) return UnitClock::Timing::kAlways;
  return outlet == nullptr ? UnitClock::Timing::kNever : UnitClock::Timing::kSometimes;
}

// Whether results may have to leave memory, and units wait for room: unless all of the run's results fit
// together, for certain. A run that reads persisted results may find them on the disk.
bool may_spill(const Plan& plan, std::span<Value* const> constants, RankMemory& memory) {
  const MemoryLedger& ledger = memory.ledger();
  if (!ledger.has_limit()) return false;
  std::uint64_t constant_bytes = 0;
  for (const Value* constant : constants) {
    if (constant == nullptr) continue;
    if (memory.find(constant) != nullptr) return true;
    constant_bytes += constant->heap_bytes();
  }
  const std::optional<std::uint64_t> made = bytes_for_certain(plan);
  if (!made) return true;
  return *made != 0 && ledger.held() + constant_bytes + *made > ledger.limit() / 2;
}

std::shared_ptr<RankMemory> memory_of(const RunnerOptions& options) {
  if (options.memory != nullptr) return options.memory;
  return std::make_shared<RankMemory>(~std::uint64_t{0}, [] { return std::string(); });
}

RankMemory::Counts begin_use(RankMemory& memory, const Recorder* recorder) {
  memory.set_recorder(recorder);
  memory.recount();
  return memory.begin_use();
}

}  // namespace

TaskRunner::TaskRunner(PlanStore plan, const std::vector<Value*>& constants, const RunnerOptions& options,
                       Outlet* outlet)
    : plan_(with_keys_if_recorded(std::move(plan), options)),
      rank_memory_(memory_of(options)),
      counts_before_(begin_use(*rank_memory_, options.recorder)),
      results_(plan_.take_uses(), constants, *rank_memory_,
               outlet == nullptr ? may_spill(*plan_, constants, *rank_memory_) : plan_.may_spill()),
      recording_(options.recorder == nullptr ? nullptr
                                             : std::make_unique<Recording>(*options.recorder, *plan_)),
      progress_({plan_->units(), plan_->groups.size(), std::max(options.threads, 1u)},
                outlet == nullptr ? RunProgress::End::kWhenDone : RunProgress::End::kWhenTold,
                options.describe, parking_),
      ready_(std::max(options.threads, 1u)),
      events_(options.events),
      lanes_(events_.get(), ready_.threads()),
      clock_(ready_.threads(), timing_for(options, outlet)),
      admission_(plan_, options.resources, options.end, ready_.threads()),
      memory_(plan_, results_, *rank_memory_, {ready_.threads(), options.under_way, outlet != nullptr},
              {[this](std::span<const ReadyUnit> granted) { start(granted); },
               [this](std::uint32_t unit, const Error& error) { fail_for_memory(unit, error); },
               [outlet](std::uint32_t position) { outlet->fetch(position); },
               [outlet](std::uint32_t place) { outlet->serve(place); }}),
      executor_(plan_, results_, memory_, progress_, lanes_, options),
      watch_(plan_, executor_, progress_, options),
      stealing_(plan_, results_, memory_, ready_, recording_.get()),
      traffic_(outlet, plan_, clock_, lanes_, {ready_.threads(), options.backoff}) {}

TaskRunner::TaskRunner(Plan plan, const std::vector<Value*>& constants, const RunnerOptions& options)
    : TaskRunner(PlanStore(std::move(plan)), constants, options, nullptr) {
  check_offered(*plan_, options.resources, options.describe);
  memory_.add_units(0, plan_->units());
  ready_.deal(plan_->roots, !plan_->annotation.empty());
}

TaskRunner::TaskRunner(PlanShell shell, const std::vector<Value*>& constants, const RunnerOptions& options,
                       Outlet& outlet)
    : TaskRunner(PlanStore(std::move(shell)), constants, options, &outlet) {}

void TaskRunner::work(unsigned thread) {
  const InsideTask inside;
  // For an exception that comes from no task: memory has run out,
  // or the recorder has thrown.
  const auto fail_run = [&] {
    progress_.fail(
        {TaskId{kNoIndex}, plan_->positions(), std::current_exception(), describe_current_exception()});
  };
  try {
    executor_.enter(thread);
    run_until_ended(thread);
  } catch (...) {
    fail_run();
  }
  executor_.pause(thread);
  try {
    if (progress_.last_out()) keep_frontier();
  } catch (...) {
    fail_run();
  }
}

void TaskRunner::run_until_ended(unsigned thread) {
  const auto any_work = [&] {
    return progress_.has_ended() || stealing_.waiting_before_sleep() != 0 || ready_.any_before_sleep();
  };
  while (!progress_.stopping()) {
    const ReadyQueue::Next next = ready_.next(thread);
    traffic_.before_unit(next.unit, thread);
    if (next.unit) {
      if (next.left != 0) parking_.wake_one();
      run_unit(*next.unit, thread);
      if (traffic_.after_unit(thread)) clock_.pause(thread);
      continue;
    }
    executor_.pause(thread);
    progress_.report(thread);
    clock_.pause(thread);
    if (progress_.has_ended()) break;
    if (!ready_.steal(thread) && !run_stolen(thread)) {
      const AddedTime lost = memory_.add_to_lost();
      EventLane* const lane = lanes_.of(thread);
      const LaneSpan waiting(lane, lane == nullptr ? Activity::kWaitInput : wait_reason());
      traffic_.wait(thread, any_work, parking_);
    }
  }
  progress_.report(thread);
}

void TaskRunner::run_unit(std::uint32_t unit, unsigned thread) {
  if (const std::optional<BegunUnit> begun = enter_unit(unit, thread)) end_unit(*begun, thread);
}

std::optional<TaskRunner::BegunUnit> TaskRunner::begin_unit(unsigned thread) {
  while (!progress_.stopping()) {
    const ReadyQueue::Next next = ready_.next(thread);
    if (next.unit) {
      if (const std::optional<BegunUnit> begun = enter_unit(*next.unit, thread)) return begun;
    } else if (!ready_.steal(thread)) {
      break;
    }
  }
  progress_.report(thread);
  return std::nullopt;
}

// Nothing: the unit waits for resources or memory, and is handed out again.
std::optional<TaskRunner::BegunUnit> TaskRunner::enter_unit(std::uint32_t unit, unsigned thread) {
  const auto start = admission_.has_end() ? clock_.now(thread) : steady_clock::time_point{};
  const bool is_gated = memory_.is_on();
  std::optional<MemoryBudget> budget;
  if (is_gated) budget = memory_.granted(unit);
  bool may_start = true;
  if (budget) {  // it has had its resources since it was turned away
    may_start = admission_.may_start(plan_.group_of(unit), start);
  } else {
    const Admission::Answer answer = admission_.enter(unit, start);
    if (answer == Admission::Answer::kWait) return std::nullopt;
    may_start = answer == Admission::Answer::kStart;
    if (may_start && is_gated && !(budget = memory_.enter(unit, thread))) return std::nullopt;
  }
  if (!may_start) admission_.note_held_back(unit);
  if (budget) executor_.budget(thread) = *budget;
  return BegunUnit{unit, may_start, budget.has_value()};
}

void TaskRunner::end_unit(const BegunUnit& begun, unsigned thread) {
  const auto [unit, may_start, has_budget] = begun;
  const bool succeeded = may_start && run_admitted(unit, thread);
  std::vector<ReadyUnit>& found = ready_.found(thread);
  admission_.leave(unit, found);
  if (has_budget) memory_.give_back(executor_.budget(thread));
  if (succeeded && publish(unit, thread)) {
    if (!plan_->exports_of(unit).empty()) traffic_.posted(thread);
    plan_.release_readers(unit, found);
    progress_.unit_done(thread);
  }
  if (has_budget && !may_start) memory_.give_up(unit);
  if (has_budget || !memory_.is_on()) memory_.leave(executor_.budget(thread));
}

// Any thread, those of the spill file too.
void TaskRunner::start(std::span<const ReadyUnit> granted) {
  ready_.push(granted);
  parking_.wake_all();
}

// In a run that has failed or was stopped, memory is short as well: what its tasks have read stays where it
// is.
void TaskRunner::fail_for_memory(std::uint32_t unit, const Error& error) {
  if (progress_.cancelled()) return;
  const bool is_of_unit = unit != kNoIndex;
  const std::uint32_t position = is_of_unit ? plan_.last_of(unit) : plan_->positions();
  progress_.fail({is_of_unit ? plan_->task[position] : TaskId{kNoIndex}, position,
                  std::make_exception_ptr(error), error.what()});
}

bool TaskRunner::run_admitted(std::uint32_t unit, unsigned thread) {
  if (!clock_.is_on()) return executor_.run_unit(unit, thread);
  clock_.enter(thread);
  const bool is_skipped = clock_.skips_next(thread);
  const bool succeeded = is_skipped ? executor_.run_unit(unit, thread) : run_timed(unit, thread);
  clock_.leave(thread);
  return succeeded;
}

bool TaskRunner::run_timed(std::uint32_t unit, unsigned thread) {
  clock_.start(thread);
  const bool succeeded = executor_.run_unit(unit, thread);
  const std::chrono::nanoseconds taken = clock_.stop(thread);
  progress_.unit_timed(plan_.group_of(unit), taken, thread);
  admission_.note_duration(plan_.group_of(unit), taken, thread);
  if (recording_ == nullptr || !succeeded) return succeeded;
  const LaneSpan keeping(lanes_.of(thread), Activity::kJournal);
  // Before any reader gets the result: it might move from it.
  if (recording_->made(unit, results_.at(plan_.last_of(unit)), taken.count())) {
    clock_.pause(thread);
    note_kept(unit);
  }
  return succeeded;
}

void TaskRunner::note_kept(std::uint32_t unit) {
  rank_memory_->recount();
  if (events_ != nullptr) events_->journalled(results_.at(plan_.last_of(unit)).heap_bytes());
}

// The unit's result is complete: from here on it may leave memory. Those that read it on other ranks keep it
// until it has gone there, and free it then, if nobody else reads it.
// Returns false when it cannot be encoded, which fails its task.
bool TaskRunner::publish(std::uint32_t unit, unsigned thread) {
  const std::uint32_t position = plan_.last_of(unit);
  for (std::size_t i = 0; i < plan_->exports_of(unit).size(); ++i) memory_.begin_send(position);
  if (results_.publish(position)) memory_.may_leave(position);
  if (plan_->exports_of(unit).empty()) return true;
  try {
    traffic_.send(unit, results_.at(position), thread);
  } catch (...) {
    progress_.fail_with_current(position, plan_->task[position]);
    return false;
  }
  return true;
}

void TaskRunner::work_in_order(const std::function<void()>& between) {
  executor_.enter(0);
  ready_.drop_roots();
  for (std::uint32_t unit = 0; unit < plan_->units() && !progress_.stopping(); ++unit) {
    const auto start = steady_clock::now();
    if (!admission_.may_start(plan_.group_of(unit), start)) {
      between();
      break;  // later units would read it, or run out of time as well
    }
    if (!wait_for_memory(unit, between)) break;
    const auto end = run_unit_in_order(unit, memory_.is_on() ? steady_clock::now() : start, between);
    if (!end) break;
    const std::chrono::nanoseconds taken = *end - start;
    progress_.unit_timed(plan_.group_of(unit), taken, 0);
    admission_.note_duration(plan_.group_of(unit), taken, 0);
    if (recording_ != nullptr && recording_->made(unit, results_.at(plan_.last_of(unit)), taken.count()))
      note_kept(unit);
    memory_.give_back(executor_.budget(0));
    publish(unit, 0);
    memory_.leave(executor_.budget(0));
    progress_.unit_done(0);
  }
  progress_.report(0);
  keep_frontier();
}

// Returns false when the run has failed.
bool TaskRunner::wait_for_memory(std::uint32_t unit, const std::function<void()>& between) {
  std::optional<MemoryBudget> budget = memory_.enter(unit, 0);
  while (!budget) {
    const AddedTime lost = memory_.add_to_lost();
    const LaneSpan waiting(lanes_.of(0), Activity::kWaitMemory);
    if (progress_.stopping()) return false;
    between();
    memory_.wait_for_granted(unit, std::chrono::milliseconds(20));
    budget = memory_.granted(unit);
  }
  executor_.budget(0) = *budget;
  return true;
}

// Returns when the unit has ended; nothing when the run goes no further.
std::optional<steady_clock::time_point> TaskRunner::run_unit_in_order(std::uint32_t unit,
                                                                      steady_clock::time_point start,
                                                                      const std::function<void()>& between) {
  for (std::uint32_t position = plan_.first_of(unit); position <= plan_.last_of(unit); ++position) {
    if (progress_.cancelled()) return std::nullopt;
    bool succeeded = false;
    {
      const InsideTask inside;
      succeeded = executor_.run_task(position, unit, 0);
    }
    executor_.pause(0);  // between() may take long: each task is timed
    const auto end = steady_clock::now();
    if (succeeded) watch_.ended(position, end - start);
    start = end;
    between();
    if (!succeeded) return std::nullopt;
  }
  return start;
}

// If the run is being drained, keeps the results that would be lost. No task may run any more.
void TaskRunner::keep_frontier() {
  const std::optional<steady_clock::time_point> end = progress_.drain_end();
  if (recording_ == nullptr || !end || !progress_.stopping() || progress_.cancelled()) return;
  memory_.wait_until_still();
  // Those that have left come back for the recorder one by one.
  Value read;
  const auto bytes = [&](std::uint32_t position) -> std::optional<std::uint64_t> {
    const Value& value = results_.at(position);
    if (value.has_value()) return Recording::bytes_of(value);
    if (results_.is_away(position)) return results_.bytes(position);
    return std::nullopt;
  };
  const auto value_at = [&](std::uint32_t position) -> const Value* {
    if (const Value& here = results_.at(position); here.has_value()) return &here;
    read = Value();
    read = memory_.read_copy(position);
    return read.has_value() ? &read : nullptr;
  };
  recording_->keep_frontier({bytes, value_at}, *end);
}

EventLog::Standing standing_of(RankMemory* memory, const TaskRunner* runner) {
  EventLog::Standing standing{.ready = runner == nullptr ? 0 : runner->status().ready};
  if (memory == nullptr) return standing;
  standing.held = memory->ledger().held();
  standing.limit = memory->ledger().has_limit() ? memory->ledger().limit() : 0;
  standing.peak = memory->ledger().peak();
  standing.on_disk = memory->bytes_on_disk();
  return standing;
}

RunnerStatus TaskRunner::status() const {
  return {clock_.running(), static_cast<std::uint32_t>(ready_.size() + stealing_.waiting()),
          admission_.too_long()};
}

MemoryUse TaskRunner::memory_use() const {
  rank_memory_->recount();
  MemoryUse use = rank_memory_->use(counts_before_);
  use.lost_ns = static_cast<std::uint64_t>(memory_.lost().count()) / ready_.threads();
  return use;
}

void TaskRunner::require_complete() const {
  if (const std::optional<RunFailure> failed = progress_.failure()) std::rethrow_exception(failed->error);
  if (progress_.units_left() != 0) {
    throw Error("compute", "it was stopped", "start it again to compute the rest", ExitCode::kInterrupted);
  }
}

Results TaskRunner::take_results(std::span<const Source> targets) {
  require_complete();
  memory_.bring_here(targets);
  return results_.take(targets);
}

std::vector<std::shared_ptr<Value>> TaskRunner::take_persisted(std::span<const Source> targets) {
  require_complete();
  memory_.wait_until_still();
  std::vector<std::shared_ptr<Value>> persisted;
  std::unordered_map<std::uint32_t, std::shared_ptr<Value>> known;
  for (const Source target : targets) {
    std::shared_ptr<Value>& one = persisted.emplace_back();
    if (target.is_constant()) continue;
    const auto [place, is_new] = known.try_emplace(target.index());
    if (is_new) {
      const std::optional<SpilledCopy> copy = memory_.take_copy(target.index());
      place->second = rank_memory_->persist(results_.take_persisted(target.index(), copy));
    }
    one = place->second;
  }
  return persisted;
}

}  // namespace bask
