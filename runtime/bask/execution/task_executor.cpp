#include <bask/execution/task_executor.hpp>
#include <bask/safety/failed_tasks.hpp>
#include <bask/safety/isolation.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace bask {
namespace {

// Since then, in nanoseconds.
double ns_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

// Whether the exception that is being handled is no failure of the task: it reads a result that the journal
// has lost, and that is computed again.
bool is_resumable() {
  try {
    throw;
  } catch (const Error& error) {
    return error.exit_code() == ExitCode::kResumable;
  } catch (...) {
    return false;
  }
}

}  // namespace

TaskExecutor::TaskExecutor(const PlanStore& plan, ResultStore& results, MemoryGate& memory,
                           RunProgress& progress, const ThreadLanes& lanes, const RunnerOptions& options)
    : plan_(plan),
      results_(results),
      memory_(memory),
      progress_(progress),
      isolated_(options.isolated),
      isolate_all_(options.isolate_all),
      persists_(options.persists),
      task_timeout_(options.task_timeout),
      failed_tasks_(options.failed_tasks),
      describe_(failed_tasks_ == nullptr ? DescribeTask{} : options.describe),
      encoded_sizes_(plan->groups),
      number_(options.number),
      threads_(std::max(options.threads, 1u)) {
  if (options.events == nullptr) return;
  for (const TaskGroup& group : plan->groups) layers_.push_back(options.events->layer(group.layer));
  for (unsigned thread = 0; thread < threads_.size(); ++thread) threads_[thread].lane = lanes.of(thread);
}

TaskExecutor::~TaskExecutor() {
  memory_.close();  // its results may have been taken: none is to leave for what is given back here
  for (Thread& thread : threads_) memory_.leave(thread.budget);
}

// Shows the task in the thread's slot of the table of running tasks while the kernel runs, in a process of
// its own where the user asks for that.
void TaskExecutor::run_kernel(const TaskGroup& group, KernelCall& call, const Seen& seen, Thread& me) const {
  const Kernel& kernel = *group.kernel;
  me.running->set(group.layer.c_str(), seen.task.index, kernel.id, seen.key);
  me.runs.enter(seen.position);
  if (me.lane != nullptr) me.lane->begin_task(layers_[seen.group], seen.task.index, number_);
  const bool is_meant = isolate_all_ || (isolated_ != nullptr && isolated_->contains(seen.key));
  if (is_meant && (seen.notes == nullptr || seen.notes->isolate.value_or(true))) {
    run_in_child(kernel, call, seen, me);
  } else {
    kernel.run(call);
  }
  if (me.lane != nullptr) me.lane->end_kernel();
  me.running->clear();
  me.runs.leave();
}

void TaskExecutor::run_in_child(const Kernel& kernel, KernelCall& call, const Seen& seen, Thread& me) const {
  me.runs.set_isolated(true);
  const bool has_own = seen.notes != nullptr && seen.notes->timeout.has_value();
  run_isolated(kernel, call, has_own ? *seen.notes->timeout : task_timeout_);
  me.runs.set_isolated(false);
}

// To be called while the exception is handled, and the inputs are as the task got them. Returns the command
// that runs the task again.
std::string TaskExecutor::keep(const Failing& failing) const {
  if (failed_tasks_ == nullptr || is_resumable()) return {};
  const TaskGroup& group = plan_->groups[failing.group];
  FailedTask failed{.layer = group.layer,
                    .kernel = group.kernel->name,
                    .kernel_hash = group.kernel->hash,
                    .key = failing.key,
                    .number = failing.task.index,
                    .cause = describe_current_exception(),
                    .annotations = failing.notes == nullptr ? Annotations{} : *failing.notes,
                    .arguments = {failing.arguments.begin(), failing.arguments.end()}};
  if (describe_) {
    const TaskFailure described = describe_(failing.task);
    failed.name = described.task;
    failed.key = described.key;
  }
  return failed_tasks_->keep(std::move(failed), failing.inputs);
}

// Whether the result may be made again: by its kernel, and as this run goes on.
bool TaskExecutor::may_repeat(const Kernel& kernel, const KernelCall& call) const {
  if (kernel.repeats == nullptr || !results_.may_spill()) return false;
  const Repeats repeats = kernel.repeats(call);
  return repeats == Repeats::kAlways || (repeats == Repeats::kInRun && !persists_);
}

void TaskExecutor::call(std::uint32_t position, std::uint32_t unit, const Annotations* notes, Pins& inputs,
                        unsigned thread) {
  const Plan& plan = *plan_;
  const std::uint32_t group = plan.group[position];
  KernelCall call{plan.arguments + plan.argument_begin[position], inputs.inputs(),
                  results_.room_for(position)};
  const Kernel& kernel = *plan.groups[group].kernel;
  const Key& key = plan.key.empty() ? Key{} : plan.key[unit];
  const bool may_drop = may_repeat(kernel, call);
  const auto start = may_drop ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
  Thread& me = threads_[thread];
  run_kernel(plan.groups[group], call, {plan.task[position], group, position, key, notes}, me);
  if (me.lane != nullptr) me.lane->end_task(EventKind::kTaskFinished, results_.at(position).heap_bytes());
  MemoryBudget& budget = me.budget;
  budget.left += inputs.count_moved();
  const Value& value = results_.at(position);
  const bool is_counted = value.type()->tells_held_bytes || !results_.has_limit()
                              ? results_.made(position, budget)
                              : results_.made(position, budget, encoded_sizes_.of(group, value));
  if (!is_counted) return;
  const std::uint64_t bytes = results_.counted_bytes(position);
  if (may_drop && is_made_again(ns_since(start), bytes) &&
      memory_.recipes().add(position, bytes, inputs.inputs()))
    results_.state(position).add_copy();
  progress_.result_made(group, bytes, thread);
  memory_.learn(group, bytes);
}

bool TaskExecutor::run_unit(std::uint32_t unit, unsigned thread) {
  const std::uint32_t end = plan_.last_of(unit) + 1;
  for (std::uint32_t position = plan_.first_of(unit); position < end; ++position) {
    if (progress_.cancelled() || !run_task(position, unit, thread)) return false;
  }
  return true;
}

bool TaskExecutor::run_task(std::uint32_t position, std::uint32_t unit, unsigned thread) {
  Thread& me = threads_[thread];
  const Annotations* notes = plan_.notes_of(position);
  int retries = notes == nullptr ? 0 : notes->retries.value_or(0);
  const bool may_move = retries == 0 && failed_tasks_ == nullptr;
  Pins inputs = results_.pin(plan_->inputs_of(position), may_move, me.inputs);
  while (true) {
    try {
      call(position, unit, notes, inputs, thread);
      break;
    } catch (...) {
      me.fail();
      results_.discard(position);
      const bool is_retried = retries-- > 0 && !progress_.cancelled();
      if (me.lane != nullptr)
        me.lane->end_task(is_retried ? EventKind::kTaskRetried : EventKind::kTaskFailed, 0);
      if (is_retried) continue;
      fail_task(position, unit, notes, inputs);
      return false;
    }
  }
  inputs.release(
      {plan_.first_of(unit), position, &me.budget},
      [&](std::uint32_t freed, std::uint64_t) { memory_.freed(freed); },
      [&](std::uint32_t place) { memory_.may_leave(place); });
  progress_.task_done(plan_->group[position], thread);
  return true;
}

// To be called while the exception is handled that the task's last call has thrown.
void TaskExecutor::fail_task(std::uint32_t position, std::uint32_t unit, const Annotations* notes,
                             const Pins& inputs) {
  std::string replay;
  if (failed_tasks_ != nullptr) {
    replay =
        keep({plan_->task[position], plan_->group[position], plan_->key.empty() ? Key{} : plan_->key[unit],
              notes, plan_->arguments_of(position), inputs.inputs()});
  }
  progress_.fail_with_current(position, plan_->task[position], std::move(replay));
}

std::optional<Value> TaskExecutor::run_stolen(const StolenUnit& stolen, unsigned thread) {
  std::vector<Value> results(stolen.steps.size());
  for (std::size_t step = 0; step < stolen.steps.size(); ++step) {
    if (progress_.cancelled() || !run_step(stolen, step, results, threads_[thread])) return std::nullopt;
  }
  return std::move(results.back());
}

bool TaskExecutor::run_step(const StolenUnit& stolen, std::size_t number, std::vector<Value>& results,
                            Thread& me) {
  const StolenUnit::Step& step = stolen.steps[number];
  me.inputs.clear();
  for (const std::uint32_t input : step.inputs) {
    const bool is_step = (input & StolenUnit::Step::kStepBit) != 0;
    // A kernel changes only inputs that may be moved from; this one may not (false).
    Value* value =
        is_step ? &results[input & ~StolenUnit::Step::kStepBit] : const_cast<Value*>(stolen.inputs[input]);
    me.inputs.push_back({value, false});
  }
  const Annotations* notes = plan_.notes_number(step.annotation);
  me.runs.set_stolen({step.task, step.group, step.annotation});
  for (int retries = notes == nullptr ? 0 : notes->retries.value_or(0);; --retries) {
    try {
      KernelCall call{step.arguments.data(), me.inputs, results[number]};
      run_kernel(plan_->groups[step.group], call,
                 {step.task, step.group, ThreadTask::kStolen, stolen.key, notes}, me);
      if (me.lane != nullptr) me.lane->end_task(EventKind::kTaskFinished, results[number].heap_bytes());
      return true;
    } catch (...) {
      me.fail();
      results[number].reset();
      const bool is_retried = retries > 0 && !progress_.cancelled();
      if (me.lane != nullptr)
        me.lane->end_task(is_retried ? EventKind::kTaskRetried : EventKind::kTaskFailed, 0);
      if (is_retried) continue;
      progress_.fail_with_current(
          plan_->positions(), step.task,
          keep({step.task, step.group, stolen.key, notes, step.arguments, me.inputs}));
      return false;
    }
  }
}

}  // namespace bask
