#include <bask/record/graph_tasks.hpp>

#include <utility>

namespace bask {

void GraphTasks::begin(std::uint32_t run, std::vector<TaskFacts> tasks) {
  run_ = run;
  tasks_.clear();
  places_.clear();
  for (TaskFacts& facts : tasks) {
    places_[facts.task] = static_cast<std::uint32_t>(tasks_.size());
    tasks_.push_back({.facts = std::move(facts)});
  }
}

void GraphTasks::name_by(TaskNames& names) {
  std::vector<std::uint32_t> numbers;
  for (const GraphTask& task : tasks_) numbers.push_back(task.facts.task);
  names.find(numbers);
  for (GraphTask& task : tasks_) {
    task.name = names.name(task.facts.task);
    task.rank = names.rank(task.facts.task);
  }
}

void GraphTasks::learn(std::uint32_t rank, const TaskDetail& detail) {
  const auto found = places_.find(detail.task);
  if (found == places_.end() || detail.run != run_) return;
  end_inputs(found->second);
  if (detail.kind == EventKind::kTaskRetried) return;
  GraphTask& task = tasks_[found->second];
  task.rank = rank;
  task.has_ended = true;
  task.has_failed = detail.kind == EventKind::kTaskFailed;
}

void GraphTasks::end_inputs(std::uint32_t place) {
  std::vector<std::uint32_t> begun{place};
  while (!begun.empty()) {
    const std::uint32_t reader = begun.back();
    begun.pop_back();
    for (const std::uint32_t input : tasks_[reader].facts.inputs) {
      if (!std::exchange(tasks_[input].has_ended, true)) begun.push_back(input);
    }
  }
}

}  // namespace bask
