#include "bask_runner.hpp"

#include "everywhere.hpp"
#include "output.hpp"
#include "run_check.hpp"
#include "run_counter.hpp"

#include <bask/collections/tasks.hpp>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace taskbench {
namespace {

template <class Output>
Output run_point(Place at, bask::Inputs<Output> inputs) {
  const Workload& workload = workload_here();
  check_inputs(workload.pattern, at, workload.output_bytes, inputs);
  run_kernel(workload.work, at);
  count_run();
  return make_output<Output>(at, workload.output_bytes);
}

/// Describes the tasks of a pattern by their number.
struct PointTasks {
  Workload workload;
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    const Pattern& pattern = workload.pattern;
    const Place at = pattern.place_of(index);
    task.argument(at);
    if (at.step == 0) return;
    const std::uint64_t first = pattern.first_of(at.step - 1) - pattern.row(at.step - 1).begin;
    pattern.for_each_predecessor(
        at, [&](std::uint32_t point) { task.own_input(static_cast<std::uint32_t>(first + point)); });
  }
};

/// Some rows of the pattern.
struct RowsCall {
  Workload workload;
  std::uint32_t begin;
  std::uint32_t end;
};

// Calls `visit(place)` for each task of the rows whose output no task reads.
template <class Visit>
void for_each_sink(const RowsCall& rows, const Visit& visit) {
  for (std::uint32_t step = rows.begin; step < rows.end; ++step) {
    const Points sinks = rows.workload.pattern.sinks(step);
    for (std::uint32_t point = sinks.begin; point < sinks.end; ++point) visit(Place{step, point});
  }
}

template <class Output>
std::uint64_t count_correct(RowsCall call, bask::Inputs<Output> inputs) {
  std::uint64_t correct = 0;
  std::size_t number = 0;
  for_each_sink(call, [&](Place at) {
    if (number < inputs.size() && is_output_of(at, call.workload.output_bytes, marks_in(inputs[number])))
      ++correct;
    ++number;
  });
  return correct;
}

/// Describes the check tasks: each reads, for some rows, the outputs that no other task reads.
struct Checks {
  static constexpr std::uint32_t kOutputsPerTask = 256;

  Workload workload;
  std::uint32_t first_step;
  std::uint32_t rows_per_task;

  explicit Checks(const Workload& checked)
      : workload(checked),
        first_step(checked.pattern.first_step_with_sinks()),
        rows_per_task(std::max(1u, kOutputsPerTask / checked.pattern.width)) {}
  std::uint32_t size() const {
    return (workload.pattern.steps - first_step + rows_per_task - 1) / rows_per_task;
  }
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    const Pattern& pattern = workload.pattern;
    const std::uint32_t begin = first_step + index * rows_per_task;
    const RowsCall rows{workload, begin, std::min(pattern.steps, begin + rows_per_task)};
    task.argument(rows);
    for_each_sink(rows, [&](Place at) {
      const std::uint64_t place_in_row = at.point - pattern.row(at.step).begin;
      task.input(0, static_cast<std::uint32_t>(pattern.first_of(at.step) + place_in_row));
    });
  }
};

// Runs all tasks. Returns how many outputs that no task reads were correct.
template <class Output>
std::uint64_t run_graph(const Workload& workload) {
  const auto size = static_cast<std::uint32_t>(workload.pattern.tasks());
  const auto points = bask::tasks<run_point<Output>>(size, PointTasks{workload});
  const Checks checks(workload);
  const auto counts = bask::tasks<count_correct<Output>>(checks.size(), checks, points);
  std::vector<bask::Delayed<std::uint64_t>> wanted;
  for (std::uint32_t i = 0; i < counts.size(); ++i) wanted.push_back(counts[i]);
  std::uint64_t correct = 0;
  for (const std::uint64_t count : bask::compute(wanted)) correct += count;
  return correct;
}

}  // namespace

unsigned BaskRunner::cores() const {
  const std::vector<unsigned> threads = threads_of_ranks(client_);
  return std::accumulate(threads.begin(), threads.end(), 0u);
}

double BaskRunner::run(const Workload& workload) {
  tell_workload_everywhere(client_, workload);
  const std::uint64_t runs_before = count_runs_everywhere(client_);
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t correct =
      workload.output_bytes == sizeof(Mark) ? run_graph<Mark>(workload) : run_graph<Marks>(workload);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const std::uint64_t runs = count_runs_everywhere(client_) - runs_before;
  require_all_ran(workload, {.runs = runs, .correct_sinks = correct});
  return taken.count();
}

}  // namespace taskbench
