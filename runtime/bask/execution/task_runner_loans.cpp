// How units of one rank are run by another: given away ready with their inputs, run like any other, and
// taken back as if they had run here.
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

Loan TaskRunner::loan_of(std::uint32_t unit) const {
  Loan loan;
  loan.unit = unit;
  if (recording_) {
    loan.key = plan_.key[unit];
    loan.debt_ns = static_cast<float>(recording_->debt_of_inputs(unit));
  }
  const std::uint32_t first = plan_.unit_begin[unit];
  for (std::uint32_t position = first; position < plan_.unit_begin[unit + 1]; ++position) {
    Loan::Step step{plan_.task[position],
                    plan_.group[position],
                    plan_.annotation.empty() ? 0 : plan_.annotation[position],
                    {},
                    {}};
    const std::byte* arguments = plan_.arguments + plan_.argument_begin[position];
    step.arguments.assign(arguments, plan_.arguments + plan_.argument_begin[position + 1]);
    for (const Source source : plan_.inputs_of(position)) {
      const bool is_step = !source.is_constant() && source.index() >= first && source.index() < position;
      if (is_step) {
        step.inputs.push_back((source.index() - first) | Loan::Step::kStepBit);
      } else {
        step.inputs.push_back(static_cast<std::uint32_t>(loan.inputs.size()));
        loan.inputs.push_back(source.is_constant() ? constants_[source.index()]
                                                   : &store_.slot(source.index()));
      }
    }
    loan.steps.push_back(std::move(step));
  }
  return loan;
}

// What another rank would win by running the unit: its time here, less what it takes to bring it there.
bool TaskRunner::is_worth_lending(const Loan& loan, std::chrono::nanoseconds unit_time) const {
  std::size_t bytes = 0;
  for (const Value* value : loan.inputs) bytes += value->heap_bytes() + value->type()->size;
  const std::chrono::duration<double> on_the_way(static_cast<double>(bytes) / kBytesPerSecond);
  return unit_time > 2 * (kDelay + on_the_way);
}

std::vector<Loan> TaskRunner::lend() {
  std::vector<Loan> loans;
  const std::chrono::nanoseconds unit_time = mean_unit_time();
  if (stopping() || unit_time * ready() < kLeastWin * static_cast<int>(queues_.size())) return loans;
  {  // what was lent to this rank, and has not begun, may go on to one that is quicker
    const std::lock_guard lock(loans_mutex_);
    for (std::size_t left = loans_.size() / 2; loans_.size() > left;) {
      loans.push_back(std::move(loans_.back()));
      loans_.pop_back();
    }
    loans_waiting_.store(static_cast<std::uint32_t>(loans_.size()), std::memory_order_seq_cst);
  }
  std::vector<ReadyUnit> units;
  for (ReadyQueue& queue : queues_) queue.steal(units);
  for (const ReadyUnit ready : units) {
    const std::uint32_t unit = ready.unit;
    const std::uint32_t position = plan_.unit_begin[unit];
    const bool is_free = plan_.annotation.empty() || plan_.annotations_of(position).resources.empty();
    Loan loan = is_free ? loan_of(unit) : Loan{};
    if (is_free && is_worth_lending(loan, unit_time)) {
      loans.push_back(std::move(loan));
    } else {
      fed_.push_back(ready);
    }
  }
  return loans;
}

void TaskRunner::borrow(Loan loan) {
  {
    const std::lock_guard lock(loans_mutex_);
    loans_.push_back(std::move(loan));
    loans_waiting_.store(static_cast<std::uint32_t>(loans_.size()), std::memory_order_seq_cst);
  }
  parking_.wake_one();
}

bool TaskRunner::run_loan(unsigned thread) {
  if (loans_waiting_.load(std::memory_order_relaxed) == 0) return false;
  Loan loan;
  {
    const std::lock_guard lock(loans_mutex_);
    if (loans_.empty()) return false;
    loan = std::move(loans_.front());
    loans_.pop_front();
    loans_waiting_.store(static_cast<std::uint32_t>(loans_.size()), std::memory_order_relaxed);
  }
  Worker& me = workers_[thread];
  const auto start = std::chrono::steady_clock::now();
  if (has_end() && !ends_in_time(loan.steps.back().group, start)) {
    too_long_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  me.is_running.store(true, std::memory_order_relaxed);
  std::vector<Value> results(loan.steps.size());
  bool succeeded = true;
  for (std::size_t step = 0; step < loan.steps.size() && succeeded; ++step) {
    succeeded = !cancelled() && run_step(loan, step, results, me);
  }
  const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
  if (has_end() && succeeded) note_duration(taken, loan.steps.back().group, me);
  if (recording_ && succeeded) {
    const std::uint32_t notes = loan.steps.back().annotation;
    recording_->made_for_other(loan.key,
                               plan_.annotations.empty() ? std::nullopt : plan_.annotations[notes].checkpoint,
                               results.back(), loan.debt_ns, taken.count(), stopping());
  }
  me.is_running.store(false, std::memory_order_relaxed);
  if (succeeded) outlet_->repay(loan, std::move(results.back()));
  return true;
}

bool TaskRunner::run_step(const Loan& loan, std::size_t number, std::vector<Value>& results, Worker& me) {
  const Loan::Step& step = loan.steps[number];
  me.inputs.clear();
  for (const std::uint32_t input : step.inputs) {
    const bool is_step = (input & Loan::Step::kStepBit) != 0;
    // Kernels never change what they are not told is theirs alone.
    Value* value = is_step ? &results[input & ~Loan::Step::kStepBit] : const_cast<Value*>(loan.inputs[input]);
    me.inputs.push_back({value, false});
  }
  const Annotations notes = plan_.annotations.empty() ? Annotations{} : plan_.annotations[step.annotation];
  for (int retries = notes.retries.value_or(0);; --retries) {
    try {
      KernelCall call{step.arguments.data(), me.inputs, results[number]};
      const Kernel& kernel = *plan_.groups[step.group].kernel;
      run_kernel(kernel, call, {step.task, loan.key, &notes}, me);
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

void TaskRunner::repaid(std::uint32_t unit, Value value) {
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
