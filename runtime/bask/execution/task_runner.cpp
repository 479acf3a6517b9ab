#include <bask/execution/task_error.hpp>
#include <bask/execution/task_runner.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

// While it lives, this thread runs tasks, which may not compute.
struct InsideTask {
  InsideTask() { running_a_task() = true; }
  ~InsideTask() { running_a_task() = false; }
};

}  // namespace

TaskRunner::TaskRunner(const TaskGraph& graph, Plan plan, const RunnerOptions& options)
    : graph_(graph),
      plan_(std::move(plan)),
      options_(options),
      store_(std::move(plan_.uses), options.memory_limit),
      queues_(options.threads),
      workers_(options.threads),
      resources_(options.resources),
      units_left_(plan_.units()) {
  for (Worker& worker : workers_) {
    worker.done_by_group = std::make_unique<std::atomic<std::uint64_t>[]>(graph_.groups.size());
  }
  check_resources();
  deal_roots();
}

// Neighbours in the plan go to one thread: what they make is likely to be read together. With priorities the
// threads take turns instead, so that the urgent ones start first on all.
void TaskRunner::deal_roots() {
  const std::size_t threads = queues_.size();
  const std::size_t roots = plan_.roots.size();
  for (std::size_t thread = 0; thread < threads; ++thread) {
    std::vector<std::uint32_t> own;
    if (graph_.annotation.empty()) {
      own.assign(plan_.roots.begin() + static_cast<std::ptrdiff_t>(roots * thread / threads),
                 plan_.roots.begin() + static_cast<std::ptrdiff_t>(roots * (thread + 1) / threads));
    } else {
      for (std::size_t root = thread; root < roots; root += threads) own.push_back(plan_.roots[root]);
    }
    queues_[thread].set_roots(std::move(own));
  }
}

void TaskRunner::check_resources() {
  if (graph_.annotation.empty()) return;
  for (const TaskId task : plan_.task) {
    const ResourceAmounts& wanted = graph_.annotations_of(task).resources;
    if (!wanted.empty()) resources_.check(wanted, graph_.name(task));
  }
}

bool TaskRunner::any_work() const {
  return has_ended() || std::any_of(queues_.begin(), queues_.end(),
                                    [](const ReadyQueue& q) { return q.size_before_sleep() != 0; });
}

void TaskRunner::report_done(Worker& worker) {
  if (worker.units_done == 0) return;
  const std::uint32_t done = std::exchange(worker.units_done, 0);
  if (units_left_.fetch_sub(done, std::memory_order_acq_rel) == done) parking_.wake_all();
}

// Steals from the others in turn, into the thread's own queue.
bool TaskRunner::find_work(unsigned thread) {
  for (std::size_t next = 1; next < queues_.size(); ++next) {
    if (queues_[(thread + next) % queues_.size()].steal(workers_[thread].ready)) return true;
  }
  return false;
}

void TaskRunner::work(unsigned thread) {
  const InsideTask inside;
  try {
    run_until_ended(thread);
  } catch (...) {  // not from a task: memory has run out, or a sink of events has thrown
    fail(plan_.positions(), std::current_exception());
  }
}

void TaskRunner::run_until_ended(unsigned thread) {
  Worker& me = workers_[thread];
  while (!stopping()) {
    const ReadyQueue::Next next = queues_[thread].push_and_pop(me.ready);
    me.ready.clear();
    if (next.unit) {
      if (next.left != 0) parking_.wake_one();
      run_unit(*next.unit, thread);
      continue;
    }
    report_done(me);
    if (has_ended()) break;
    if (!find_work(thread)) parking_.wait_for_work([&] { return any_work(); });
  }
  report_done(me);
}

void TaskRunner::work_in_order(const std::function<void()>& between) {
  for (std::uint32_t unit = 0; unit < plan_.units() && !stopping(); ++unit) {
    std::uint32_t position = plan_.unit_begin[unit];
    for (; position < plan_.unit_begin[unit + 1] && !stopping(); ++position) {
      {
        const InsideTask inside;
        run_task(position, 0);
      }
      between();
    }
    workers_[0].units_done += position == plan_.unit_begin[unit + 1];
  }
  report_done(workers_[0]);
}

void TaskRunner::cancel() {
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void TaskRunner::run_unit(std::uint32_t unit, unsigned thread) {
  Worker& me = workers_[thread];
  const ResourceAmounts* wanted = nullptr;
  if (!graph_.annotation.empty()) {
    wanted = &graph_.annotations_of(plan_.task[plan_.unit_begin[unit]]).resources;
    if (wanted->empty()) wanted = nullptr;
  }
  if (wanted != nullptr && !resources_.enter(unit, *wanted)) return;
  const bool succeeded = run_admitted(unit, thread);
  if (wanted != nullptr) {
    const std::vector<std::uint32_t> admitted = resources_.leave(*wanted);
    me.ready.insert(me.ready.end(), admitted.begin(), admitted.end());
  }
  if (!succeeded) return;
  release_successors(unit, me);
  constexpr std::uint32_t kReportEvery = 1024;
  if (++me.units_done == kReportEvery) report_done(me);
}

bool TaskRunner::run_admitted(std::uint32_t unit, unsigned thread) {
  for (std::uint32_t position = plan_.unit_begin[unit]; position < plan_.unit_begin[unit + 1]; ++position) {
    if (stopping() || !run_task(position, thread)) return false;
  }
  return true;
}

void TaskRunner::release_successors(std::uint32_t unit, Worker& worker) {
  for (const std::uint32_t successor : plan_.successors_of(unit)) {
    if (count_down(plan_.waits_for[successor])) worker.ready.push_back(successor);
  }
}

void TaskRunner::call_kernel(std::uint32_t position, Worker& worker, bool may_move) {
  const TaskId task = plan_.task[position];
  worker.inputs.clear();
  bool any_last = false;
  for (const Source source : plan_.inputs_of(position)) {
    if (source.is_constant()) {
      worker.inputs.push_back({graph_.constants[source.index()].value, false});
    } else {
      Value& value = store_.slot(source.index());
      const bool last = may_move && !value.type()->is_trivial && store_.has_one_use_left(source.index());
      worker.inputs.push_back({&value, last});
      any_last |= last;
    }
  }
  KernelCall call{graph_.arguments_of(task), worker.inputs, store_.slot(position)};
  graph_.groups[graph_.group[task.index]].kernel->run(call);
  if (any_last) recount_last_uses(position, worker.inputs);
  store_.stored(position);
}

// What was moved on must not count twice.
void TaskRunner::recount_last_uses(std::uint32_t position, std::span<const Input> inputs) {
  const auto sources = plan_.inputs_of(position);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].last_use) store_.recount(sources[i].index());
  }
}

bool TaskRunner::run_task(std::uint32_t position, unsigned thread) {
  Worker& me = workers_[thread];
  const TaskId task = plan_.task[position];
  int retries = graph_.annotation.empty() ? 0 : graph_.annotations_of(task).retries.value_or(0);
  const bool may_move = retries == 0;
  if (events::wanted()) emit(EventKind::kTaskStarted, position, thread, 0);
  while (true) {
    try {
      call_kernel(position, me, may_move);
      break;
    } catch (...) {
      const std::exception_ptr error = explain_current(task);
      store_.discard(position);
      if (retries-- > 0 && !stopping()) {
        if (events::wanted()) emit(EventKind::kTaskRetried, position, thread, 0);
        continue;
      }
      if (events::wanted()) emit(EventKind::kTaskFailed, position, thread, 0);
      fail(position, error);
      return false;
    }
  }
  if (events::wanted()) {
    emit(EventKind::kTaskFinished, position, thread, 0);
    emit(EventKind::kResultStored, position, thread, store_.slot(position).heap_bytes());
  }
  release_inputs(position, thread);
  auto& done = me.done_by_group[graph_.group[task.index]];
  done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return true;
}

void TaskRunner::release_inputs(std::uint32_t position, unsigned thread) {
  for (const Source source : plan_.inputs_of(position)) {
    if (source.is_constant()) continue;
    const std::uint64_t bytes = store_.release(source.index());
    if (bytes != 0 && events::wanted()) emit(EventKind::kResultFreed, source.index(), thread, bytes);
  }
}

void TaskRunner::fail(std::uint32_t position, std::exception_ptr error) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (position < failed_position_) {
      failed_position_ = position;
      failure_ = std::move(error);
    }
  }
  cancel();
}

std::exception_ptr TaskRunner::explain_current(TaskId task) const {
  TaskFailure failure{.task = graph_.name(task),
                      .layer = graph_.layer_name(task),
                      .key = graph_.key(task),
                      .host = options_.host,
                      .inputs = {},
                      .cause = describe_current_exception()};
  for (const TaskId input : graph_.inputs_of(task)) failure.inputs.push_back(graph_.name(input));
  return nest_current_exception(std::move(failure));
}

void TaskRunner::emit(EventKind kind, std::uint32_t position, unsigned thread, std::uint64_t count) const {
  const TaskId task = plan_.task[position];
  events::emit({kind, thread, task.index, graph_.layer_name(task), events::now_ns(), count});
}

std::uint64_t TaskRunner::tasks_done() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t done : done_by_group()) sum += done;
  return sum;
}

std::vector<std::uint64_t> TaskRunner::done_by_group() const {
  std::vector<std::uint64_t> sums(graph_.groups.size());
  for (const Worker& worker : workers_) {
    for (std::size_t group = 0; group < sums.size(); ++group) {
      sums[group] += worker.done_by_group[group].load(std::memory_order_relaxed);
    }
  }
  return sums;
}

std::vector<std::uint64_t> TaskRunner::tasks_by_group() const {
  std::vector<std::uint64_t> sums(graph_.groups.size());
  for (const TaskId task : plan_.task) ++sums[graph_.group[task.index]];
  return sums;
}

Results TaskRunner::take_results() {
  if (failure_) std::rethrow_exception(failure_);
  if (units_left_.load(std::memory_order_acquire) != 0) {
    throw Error("compute", "it was stopped", "start it again to compute the rest", ExitCode::kInterrupted);
  }
  Results results;
  results.values.reserve(plan_.targets.size());
  results.targets.resize(plan_.targets.size());
  std::vector<std::uint32_t> place_of(plan_.positions(), kNoIndex);
  for (std::size_t i = plan_.targets.size(); i-- > 0;) {  // from the back: of equal targets the last may move
    const Source source = plan_.targets[i];
    if (source.is_constant()) {
      results.targets[i] = {graph_.constants[source.index()].value, false};
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
