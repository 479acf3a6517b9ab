#include <bask/execution/task_executor.hpp>
#include <bask/safety/isolation.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace bask {
namespace {

// What a local disk needs to write so many bytes and to read them again: 1 GB/s each way, at best.
std::chrono::nanoseconds disk_time(std::uint64_t bytes) {
  constexpr std::int64_t kNsPerByte = 2;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(bytes) * kNsPerByte);
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
  if (me.lane != nullptr) begin_event(seen, me);
  const bool is_meant = isolate_all_ || (isolated_ != nullptr && isolated_->contains(seen.key));
  if (is_meant && (seen.notes == nullptr || seen.notes->isolate.value_or(true))) {
    run_isolated(kernel, call);
  } else {
    kernel.run(call);
  }
  if (me.lane != nullptr) me.event.end = me.lane->now();
  me.running->clear();
}

void TaskExecutor::begin_event(const Seen& seen, Thread& me) const {
  me.event = {.begin = me.lane->now(),
              .end = 0,
              .task = seen.task.index,
              .run = number_,
              .activity = layers_[seen.group]};
  me.lane->begins(me.event.activity, me.event.begin, seen.task.index);
}

void TaskExecutor::end_event(EventKind kind, std::uint64_t bytes, Thread& me) const {
  me.lane->finished();
  if (me.event.end == 0) me.event.end = me.lane->now();
  me.event.bytes = bytes;
  me.event.kind = kind;
  me.lane->write(me.event);
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
  run_kernel(plan.groups[group], call, {plan.task[position], group, key, notes}, me);
  if (me.lane != nullptr) end_event(EventKind::kTaskFinished, results_.at(position).heap_bytes(), me);
  MemoryBudget& budget = me.budget;
  budget.left += inputs.count_moved();
  const Value& value = results_.at(position);
  const bool is_counted = value.type()->tells_held_bytes || !results_.has_limit()
                              ? results_.made(position, budget)
                              : results_.made(position, budget, encoded_sizes_.of(group, value));
  if (!is_counted) return;
  const std::uint64_t bytes = results_.counted_bytes(position);
  if (may_drop && std::chrono::steady_clock::now() - start <= disk_time(bytes) &&
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
  Pins inputs = results_.pin(plan_->inputs_of(position), retries == 0, me.inputs);
  while (true) {
    try {
      call(position, unit, notes, inputs, thread);
      break;
    } catch (...) {
      me.running->clear();
      results_.discard(position);
      const bool is_retried = retries-- > 0 && !progress_.cancelled();
      if (me.lane != nullptr) end_event(is_retried ? EventKind::kTaskRetried : EventKind::kTaskFailed, 0, me);
      if (is_retried) continue;
      progress_.fail_with_current(position, plan_->task[position]);
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
  for (int retries = notes == nullptr ? 0 : notes->retries.value_or(0);; --retries) {
    try {
      KernelCall call{step.arguments.data(), me.inputs, results[number]};
      run_kernel(plan_->groups[step.group], call, {step.task, step.group, stolen.key, notes}, me);
      if (me.lane != nullptr) end_event(EventKind::kTaskFinished, results[number].heap_bytes(), me);
      return true;
    } catch (...) {
      me.running->clear();
      results[number].reset();
      const bool is_retried = retries > 0 && !progress_.cancelled();
      if (me.lane != nullptr) end_event(is_retried ? EventKind::kTaskRetried : EventKind::kTaskFailed, 0, me);
      if (is_retried) continue;
      progress_.fail_with_current(plan_->positions(), step.task);
      return false;
    }
  }
}

}  // namespace bask
