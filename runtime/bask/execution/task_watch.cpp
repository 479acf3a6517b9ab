#include <fmt/format.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/task_watch.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <utility>

namespace bask {

TaskWatch::TaskWatch(const PlanStore& plan, const TaskExecutor& executor, RunProgress& progress,
                     const RunnerOptions& options)
    : plan_(plan),
      executor_(executor),
      progress_(progress),
      slow_factor_(options.slow_task),
      timeout_(options.task_timeout),
      describe_(options.describe),
      least_(slow_factor_ != 0 ? Time(kLeastSlow) : Time::max()),
      seen_(executor.threads()),
      ended_by_group_(plan->groups.size()) {
  if (timeout_.count() != 0) least_ = std::min(least_, timeout_);
  for (const Annotations& notes : plan->annotations) {
    if (notes.timeout && notes.timeout->count() != 0) least_ = std::min(least_, *notes.timeout);
  }
}

void TaskWatch::look(TimePoint now) {
  if (least_ == Time::max()) return;
  if (looked_at_ && now - *looked_at_ < kInterval) return;
  const Time since = looked_at_ ? now - *looked_at_ : Time(0);
  looked_at_ = now;
  done_by_group_.clear();
  for (unsigned thread = 0; thread < seen_.size(); ++thread) look_at(thread, since, now);
}

void TaskWatch::look_at(unsigned thread, Time since, TimePoint now) {
  const ThreadTask& runs = executor_.runs(thread);
  const ThreadTask::Call call = runs.call();
  Seen& seen = seen_[thread];
  if (call != seen.call) {
    if (seen.call.position < plan_->tasks()) ended_by_group_[plan_->group[seen.call.position]] += seen.busy;
    seen = {call, now};
  }
  if (call.position == kNoIndex) return;
  seen.busy += since;
  const Time taken = now - seen.first;
  if (taken < least_) return;
  const Judged task = judged(runs, call.position);
  if (!task.is_isolated &&
      has_passed(task, taken)) {  // also in a run that has failed: its thread may be stuck
    if (!timed_out_at_) fail(task, taken);
    timed_out_at_ = timed_out_at_.value_or(now);
    return;
  }
  Time mean{0};
  if (seen.is_named || !is_slow(task, taken, mean)) return;
  seen.is_named = true;
  name(task, taken, mean, "has run for");
}

void TaskWatch::ended(std::uint32_t position, Time taken) {
  if (taken >= least_) {
    const Judged task = judged({}, position);
    Time mean{0};
    done_by_group_ = progress_.done_by_group();
    --done_by_group_[task.group];  // it has been counted itself
    if (has_passed(task, taken)) {
      fail(task, taken);
    } else if (is_slow(task, taken, mean)) {
      name(task, taken, mean, "has taken");
    }
  }
  ended_by_group_[plan_->group[position]] += taken;
}

TaskWatch::Judged TaskWatch::judged(const ThreadTask& of, std::uint32_t position) const {
  if (position == ThreadTask::kStolen) {
    const ThreadTask::Stolen stolen = of.stolen();
    return {stolen.task, plan_->positions(), stolen.group, plan_.notes_number(stolen.annotation),
            of.is_isolated()};
  }
  return {plan_->task[position], position, plan_->group[position], plan_.notes_of(position),
          of.is_isolated()};
}

TaskWatch::Time TaskWatch::timeout_of(const Judged& task) const {
  return task.notes == nullptr ? timeout_ : task.notes->timeout.value_or(timeout_);
}

bool TaskWatch::has_passed(const Judged& task, Time taken) const {
  const Time timeout = timeout_of(task);
  return timeout.count() != 0 && taken > timeout;
}

void TaskWatch::fail(const Judged& task, Time taken) {
  try {
    throw TaskTimeout(taken, timeout_of(task));
  } catch (...) {
    progress_.fail_with_current(task.position, task.task);
  }
}

// Sets `mean` to that of the tasks of its group that have ended.
bool TaskWatch::is_slow(const Judged& task, Time taken, Time& mean) {
  if (slow_factor_ == 0 || taken < kLeastSlow || named_ == kMostNamed) return false;
  if (done_by_group_.empty()) done_by_group_ = progress_.done_by_group();
  const std::uint64_t done = done_by_group_[task.group];
  if (done == 0) return false;
  mean = ended_by_group_[task.group] / static_cast<std::int64_t>(done);
  return static_cast<double>(taken.count()) > slow_factor_ * static_cast<double>(mean.count());
}

// Of the unit that the task belongs to; Key{}: not known here.
Key TaskWatch::key_of(std::uint32_t position) const {
  const auto after = std::ranges::upper_bound(plan_->unit_begin, position);
  if (plan_->key.empty() || after == plan_->unit_begin.begin() || after == plan_->unit_begin.end()) return {};
  const auto unit = static_cast<std::uint32_t>(after - plan_->unit_begin.begin() - 1);
  const bool is_right = plan_.first_of(unit) <= position && position <= plan_.last_of(unit);
  return is_right ? plan_->key[unit] : Key{};  // parts of the plan may be missing
}

void TaskWatch::name(const Judged& task, Time taken, Time mean, const char* verb) {
  ++named_;
  const std::string& layer = plan_->groups[task.group].layer;
  const std::string name =
      describe_ ? describe_(task.task).task : task_name(layer, key_of(task.position), task.task.index);
  log_line(
      LogLevel::kWarning,
      fmt::format("task '{}' (layer {}) {} {}, and the tasks of its layer that have ended here took {} on "
                  "average{}",
                  name, layer, verb, format_duration(taken), format_duration(mean),
                  named_ < kMostNamed ? "" : "; further such tasks of this computation are not named"));
}

}  // namespace bask
