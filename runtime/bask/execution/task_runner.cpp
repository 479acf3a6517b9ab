#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/safety/task_error.hpp>
#include <bask/system/resident_memory.hpp>

#include <algorithm>
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

}  // namespace

TaskRunner::TaskRunner(PlanStore plan, std::vector<Value*> constants, const RunnerOptions& options,
                       Outlet* outlet)
    : plan_(with_keys_if_recorded(std::move(plan), options)),
      results_(plan_.take_uses(), std::move(constants), options.memory_limit),
      recording_(options.recorder == nullptr ? nullptr
                                             : std::make_unique<Recording>(*options.recorder, *plan_)),
      progress_({plan_->units(), plan_->groups.size(), std::max(options.threads, 1u)},
                outlet == nullptr ? RunProgress::End::kWhenDone : RunProgress::End::kWhenTold,
                options.describe, parking_),
      ready_(std::max(options.threads, 1u)),
      clock_(ready_.threads(), timing_for(options, outlet)),
      admission_(plan_, options.resources, options.end, ready_.threads()),
      executor_(plan_, results_, progress_, options),
      stealing_(plan_, results_, ready_, recording_.get()),
      traffic_(outlet, plan_, clock_, ready_.threads(), options.backoff) {}

TaskRunner::TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options)
    : TaskRunner(PlanStore(std::move(plan)), std::move(constants), options, nullptr) {
  check_offered(*plan_, options.resources, options.describe);
  ready_.deal(plan_->roots, !plan_->annotation.empty());
}

TaskRunner::TaskRunner(PlanShell shell, std::vector<Value*> constants, const RunnerOptions& options,
                       Outlet& outlet)
    : TaskRunner(PlanStore(std::move(shell)), std::move(constants), options, &outlet) {}

void TaskRunner::work(unsigned thread) {
  const InsideTask inside;
  // For an exception that comes from no task: memory has run out,
  // or an event sink or the recorder has thrown.
  const auto fail_run = [&] {
    progress_.fail(plan_->positions(), TaskId{kNoIndex}, std::current_exception(),
                   describe_current_exception());
  };
  try {
    executor_.enter(thread);
    run_until_ended(thread);
  } catch (...) {
    fail_run();
  }
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
    progress_.report(thread);
    clock_.pause(thread);
    if (progress_.has_ended()) break;
    if (!ready_.steal(thread) && !run_stolen(thread)) traffic_.wait(thread, any_work, parking_);
  }
  progress_.report(thread);
}

void TaskRunner::run_unit(std::uint32_t unit, unsigned thread) {
  const auto start = admission_.has_end() ? clock_.now(thread) : steady_clock::time_point{};
  const Admission::Answer answer = admission_.enter(unit, start);
  if (answer == Admission::Answer::kWait) return;
  const bool succeeded = answer == Admission::Answer::kStart && run_admitted(unit, thread);
  std::vector<ReadyUnit>& found = ready_.found(thread);
  admission_.leave(unit, found);
  if (!succeeded || !send_result(unit)) return;
  if (!plan_->exports_of(unit).empty()) traffic_.posted(thread);
  plan_.release_readers(unit, found);
  progress_.unit_done(thread);
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
  // Before any reader gets the result: it might move from it.
  const bool is_kept = recording_ != nullptr && succeeded &&
                       recording_->made(unit, results_.at(plan_.last_of(unit)), taken.count());
  if (is_kept) clock_.pause(thread);
  return succeeded;
}

// Returns false when the result cannot be encoded, which fails its task.
bool TaskRunner::send_result(std::uint32_t unit) {
  if (plan_->exports_of(unit).empty()) return true;
  const std::uint32_t position = plan_.last_of(unit);
  try {
    traffic_.send(unit, results_.at(position));
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
    if (!run_unit_in_order(unit, between)) break;
    const std::chrono::nanoseconds taken = steady_clock::now() - start;
    progress_.unit_timed(plan_.group_of(unit), taken, 0);
    admission_.note_duration(plan_.group_of(unit), taken, 0);
    if (recording_ != nullptr) recording_->made(unit, results_.at(plan_.last_of(unit)), taken.count());
    progress_.unit_done(0);
  }
  progress_.report(0);
  keep_frontier();
}

bool TaskRunner::run_unit_in_order(std::uint32_t unit, const std::function<void()>& between) {
  for (std::uint32_t position = plan_.first_of(unit); position <= plan_.last_of(unit); ++position) {
    if (progress_.cancelled()) return false;
    bool succeeded = false;
    {
      const InsideTask inside;
      succeeded = executor_.run_task(position, unit, 0);
    }
    between();
    if (!succeeded) return false;
  }
  return true;
}

// If the run is being drained, keeps the results that would be lost. No task may run any more.
void TaskRunner::keep_frontier() {
  const std::optional<steady_clock::time_point> end = progress_.drain_end();
  if (recording_ == nullptr || !end || !progress_.stopping() || progress_.cancelled()) return;
  const auto value_at = [&](std::uint32_t position) {
    const Value& value = results_.at(position);
    return value.has_value() ? &value : nullptr;
  };
  recording_->keep_frontier(value_at, *end);
}

RunnerStatus TaskRunner::status() const {
  return {clock_.running(), static_cast<std::uint32_t>(ready_.size() + stealing_.waiting()),
          admission_.too_long()};
}

MemoryUse TaskRunner::memory_use() const {
  return {.limit = results_.limit(),
          .held = results_.held_bytes(),
          .peak = results_.peak_bytes(),
          .peak_by_kind = {results_.peak_bytes()},
          .resident_peak = resident_memory().peak};
}

Results TaskRunner::take_results(std::span<const Source> targets) {
  if (const std::optional<RunFailure> failed = progress_.failure()) std::rethrow_exception(failed->error);
  if (progress_.units_left() != 0) {
    throw Error("compute", "it was stopped", "start it again to compute the rest", ExitCode::kInterrupted);
  }
  return results_.take(targets);
}

}  // namespace bask
