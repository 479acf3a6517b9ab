// How units of one rank, the victim, are run by another, the thief: given away ready with their inputs, run
// like any other, and their results taken as if they had run here.
#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr double kBytesPerSecond = 1e9;  // of a modest network, both ways
constexpr std::chrono::microseconds kDelay{20};
constexpr std::chrono::microseconds kLeastWin{500};  // of the whole backlog: less is over before it is shared

}  // namespace

StolenUnit TaskRunner::as_stolen(std::uint32_t unit) const {
  StolenUnit stolen;
  stolen.unit = unit;
  if (recording_) {
    stolen.key = plan_.key[unit];
    stolen.recompute_cost_ns = static_cast<float>(recording_->recompute_cost_of_inputs(unit));
  }
  const std::uint32_t first = plan_.unit_begin[unit];
  for (std::uint32_t position = first; position < plan_.unit_begin[unit + 1]; ++position) {
    StolenUnit::Step step{plan_.task[position],
                          plan_.group[position],
                          plan_.annotation.empty() ? 0 : plan_.annotation[position],
                          {},
                          {}};
    const std::byte* arguments = plan_.arguments + plan_.argument_begin[position];
    step.arguments.assign(arguments, plan_.arguments + plan_.argument_begin[position + 1]);
    for (const Source source : plan_.inputs_of(position)) {
      const bool is_step = !source.is_constant() && source.index() >= first && source.index() < position;
      if (is_step) {
        step.inputs.push_back((source.index() - first) | StolenUnit::Step::kStepBit);
      } else {
        step.inputs.push_back(static_cast<std::uint32_t>(stolen.inputs.size()));
        stolen.inputs.push_back(source.is_constant() ? constants_[source.index()]
                                                     : &store_.slot(source.index()));
      }
    }
    stolen.steps.push_back(std::move(step));
  }
  return stolen;
}

// What a thief would win by running the unit: its time here, less what it takes to bring it there.
bool TaskRunner::is_worth_giving(const StolenUnit& stolen, std::chrono::nanoseconds unit_time) const {
  std::size_t bytes = 0;
  for (const Value* value : stolen.inputs) bytes += value->heap_bytes() + value->type()->size;
  const std::chrono::duration<double> on_the_way(static_cast<double>(bytes) / kBytesPerSecond);
  return unit_time > 2 * (kDelay + on_the_way);
}

std::vector<StolenUnit> TaskRunner::give_units() {
  std::vector<StolenUnit> given;
  const std::chrono::nanoseconds unit_time = mean_unit_time();
  if (stopping() || unit_time * ready() < kLeastWin * static_cast<int>(queues_.size())) return given;
  {  // what this rank has stolen, and has not begun, may go on to a thief that is quicker
    const std::lock_guard lock(stolen_mutex_);
    for (std::size_t left = stolen_.size() / 2; stolen_.size() > left;) {
      given.push_back(std::move(stolen_.back()));
      stolen_.pop_back();
    }
    stolen_waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_seq_cst);
  }
  std::vector<ReadyUnit> units;
  for (ReadyQueue& queue : queues_) queue.steal(units);
  for (const ReadyUnit ready : units) {
    const std::uint32_t unit = ready.unit;
    const std::uint32_t position = plan_.unit_begin[unit];
    const bool is_free = plan_.annotation.empty() || plan_.annotations_of(position).resources.empty();
    StolenUnit stolen = is_free ? as_stolen(unit) : StolenUnit{};
    if (is_free && is_worth_giving(stolen, unit_time)) {
      given.push_back(std::move(stolen));
    } else {
      fed_.push_back(ready);
    }
  }
  return given;
}

void TaskRunner::steal(StolenUnit stolen) {
  {
    const std::lock_guard lock(stolen_mutex_);
    stolen_.push_back(std::move(stolen));
    stolen_waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_seq_cst);
  }
  parking_.wake_one();
}

bool TaskRunner::run_stolen(unsigned thread) {
  if (stolen_waiting_.load(std::memory_order_relaxed) == 0) return false;
  StolenUnit stolen;
  {
    const std::lock_guard lock(stolen_mutex_);
    if (stolen_.empty()) return false;
    stolen = std::move(stolen_.front());
    stolen_.pop_front();
    stolen_waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_relaxed);
  }
  Worker& me = workers_[thread];
  const auto start = std::chrono::steady_clock::now();
  if (has_end() && !ends_in_time(stolen.steps.back().group, start)) {
    too_long_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  me.is_running.store(true, std::memory_order_relaxed);
  std::vector<Value> results(stolen.steps.size());
  bool succeeded = true;
  for (std::size_t step = 0; step < stolen.steps.size() && succeeded; ++step) {
    succeeded = !cancelled() && run_step(stolen, step, results, me);
  }
  const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
  if (has_end() && succeeded) note_duration(taken, stolen.steps.back().group, me);
  if (recording_ && succeeded) {
    const std::uint32_t notes = stolen.steps.back().annotation;
    recording_->made_for_other(stolen.key,
                               plan_.annotations.empty() ? std::nullopt : plan_.annotations[notes].checkpoint,
                               results.back(), stolen.recompute_cost_ns, taken.count(), stopping());
  }
  me.is_running.store(false, std::memory_order_relaxed);
  if (succeeded) outlet_->give_back(stolen, std::move(results.back()));
  return true;
}

bool TaskRunner::run_step(const StolenUnit& stolen, std::size_t number, std::vector<Value>& results,
                          Worker& me) {
  const StolenUnit::Step& step = stolen.steps[number];
  me.inputs.clear();
  for (const std::uint32_t input : step.inputs) {
    const bool is_step = (input & StolenUnit::Step::kStepBit) != 0;
    // Kernels never change what they are not told is theirs alone.
    Value* value =
        is_step ? &results[input & ~StolenUnit::Step::kStepBit] : const_cast<Value*>(stolen.inputs[input]);
    me.inputs.push_back({value, false});
  }
  const Annotations notes = plan_.annotations.empty() ? Annotations{} : plan_.annotations[step.annotation];
  for (int retries = notes.retries.value_or(0);; --retries) {
    try {
      KernelCall call{step.arguments.data(), me.inputs, results[number]};
      const Kernel& kernel = *plan_.groups[step.group].kernel;
      run_kernel(kernel, call, {step.task, stolen.key, &notes}, me);
      return true;
    } catch (...) {
      me.running->clear();
      results[number].reset();
      if (retries > 0 && !cancelled()) continue;
      fail_with_current(plan_.positions(), step.task);
      return false;
    }
  }
}

void TaskRunner::returned(std::uint32_t unit, Value value) {
  if (unit >= plan_.units() || stopping()) return;
  const std::uint32_t first = plan_.unit_begin[unit], last = plan_.unit_begin[unit + 1] - 1;
  store_.slot(last) = std::move(value);
  try {
    store_.stored(last);
  } catch (...) {
    return fail_with_current(last, plan_.task[last]);
  }
  Worker& feeder = workers_.back();
  for (std::uint32_t position = first; position <= last; ++position) {
    for (const Source source : plan_.inputs_of(position)) {
      const bool is_step = !source.is_constant() && source.index() >= first && source.index() < position;
      if (!source.is_constant() && !is_step) release(source.index(), 0);
    }
    count_done(position, feeder);
  }
  if (recording_) recording_->made_elsewhere(unit);
  release_successors(unit, feeder);
  fed_.insert(fed_.end(), feeder.ready.begin(), feeder.ready.end());
  feeder.ready.clear();
  if (!send_result(unit)) return;  // who feeds flushes afterwards
  ++feeder.units_done;
  report_done(feeder);
}

}  // namespace bask
