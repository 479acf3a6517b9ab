// What a run ends with: failures, the first of which counts, or the results of its targets.
#include <bask/core/error.hpp>
#include <bask/execution/task_runner.hpp>

#include <utility>

namespace bask {

void TaskRunner::fail(std::uint32_t position, TaskId task, std::exception_ptr error, std::string cause) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_ || position < failure_->position) {
      failure_ = {task, position, std::move(error), std::move(cause)};
    }
  }
  cancel();
}

void TaskRunner::fail_with_current(std::uint32_t position, TaskId task) {
  std::string cause = describe_current_exception();
  std::exception_ptr error = std::current_exception();
  if (options_.describe && task.index != kNoIndex) {
    TaskFailure failure = options_.describe(task);
    failure.cause = cause;
    error = nest_current_exception(std::move(failure));
  }
  fail(position, task, std::move(error), std::move(cause));
}

std::optional<RunFailure> TaskRunner::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

void check_offered(const Plan& plan, const ResourceAmounts& offered, const DescribeTask& describe) {
  if (plan.annotation.empty()) return;
  const ResourceGate gate(offered);
  for (std::uint32_t position = 0; position < plan.tasks(); ++position) {
    const ResourceAmounts& wanted = plan.annotations_of(position).resources;
    if (!wanted.empty()) gate.check(wanted, describe ? describe(plan.task[position]).task : "task");
  }
}

Results TaskRunner::take_results(std::span<const Source> targets) {
  if (const std::optional<RunFailure> failed = failure()) std::rethrow_exception(failed->error);
  if (units_left() != 0) {
    throw Error("compute", "it was stopped", "start it again to compute the rest", ExitCode::kInterrupted);
  }
  Results results;
  results.values.reserve(targets.size());
  results.targets.resize(targets.size());
  std::vector<std::uint32_t> place_of(plan_.positions(), kNoIndex);
  for (std::size_t i = targets.size(); i-- > 0;) {  // from the back: of equal targets the last may move
    const Source source = targets[i];
    if (source.is_constant()) {
      results.targets[i] = {constants_[source.index()], false};
      continue;
    }
    std::uint32_t& place = place_of[source.index()];
    const bool is_last = place == kNoIndex;
    if (is_last) {
      place = static_cast<std::uint32_t>(results.values.size());
      results.values.push_back(store_.take(source.index()));
    }
    results.targets[i] = {&results.values[place], is_last};
  }
  return results;
}

}  // namespace bask
