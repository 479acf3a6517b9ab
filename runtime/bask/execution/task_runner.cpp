#include <bask/execution/task_runner.hpp>
#include <bask/safety/isolation.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

// How many units a thread runs before it looks for what has come from other ranks.
constexpr std::uint32_t kUnitsBetweenPolls = 16;

}  // namespace

TaskRunner::TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options, Outlet* outlet)
    : plan_(std::move(plan)),
      constants_(std::move(constants)),
      options_(options),
      outlet_(outlet),
      store_(std::move(plan_.uses), options.memory_limit),
      queues_(std::max(options.threads, 1u)),
      workers_(queues_.size() + 1),
      resources_(options.resources),
      imports_left_(plan_.imports()),
      units_left_(plan_.units()) {
  for (Worker& worker : workers_) {
    worker.done_by_group = std::make_unique<std::atomic<std::uint64_t>[]>(plan_.groups.size());
    if (!has_end()) continue;
    worker.durations = std::make_unique<DurationEstimate[]>(plan_.groups.size());
  }
  if (options.recorder == nullptr) return;
  plan_.key.resize(plan_.units());
  recording_.emplace(*options.recorder, plan_);
}

TaskRunner::TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options)
    : TaskRunner(std::move(plan), std::move(constants), options, nullptr) {
  check_offered(plan_, options_.resources, options_.describe);
  deal_roots();
}

// Neighbours in the plan go to one thread: what they make is likely to be read together. With priorities the
// threads take turns instead, so that the urgent ones start first on all.
void TaskRunner::deal_roots() {
  const std::size_t threads = queues_.size();
  const std::size_t roots = plan_.roots.size();
  for (std::size_t thread = 0; thread < threads; ++thread) {
    std::vector<ReadyUnit> own;
    own.reserve(roots / threads + 1);
    const bool take_turns = !plan_.annotation.empty();
    const std::size_t first = take_turns ? thread : roots * thread / threads;
    const std::size_t end = take_turns ? roots : roots * (thread + 1) / threads;
    for (std::size_t root = first; root < end; root += take_turns ? threads : 1) {
      own.push_back(ready_unit(plan_.roots[root]));
    }
    queues_[thread].set_roots(std::move(own));
  }
}

// A unit whose result another rank waits for starts somewhat earlier than the plan says, but not so much that
// results of many such units pile up there.
ReadyUnit TaskRunner::ready_unit(std::uint32_t unit) const {
  constexpr std::uint32_t kHeadStart = 64;
  const bool is_awaited = outlet_ != nullptr && plan_.export_begin[unit + 1] != plan_.export_begin[unit];
  return {is_awaited ? unit - std::min(unit, kHeadStart) : unit, unit};
}

bool TaskRunner::any_work() const {
  return has_ended() || stolen_waiting_.load(std::memory_order_seq_cst) != 0 ||
         std::any_of(queues_.begin(), queues_.end(),
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
  workers_[thread].running = &RunningTask::of_this_thread();
  try {
    run_until_ended(thread);
  } catch (...) {  // not from a task: memory has run out, a sink of events or a recorder has thrown
    fail(plan_.positions(), TaskId{kNoIndex}, std::current_exception(), describe_current_exception());
  }
  try {
    leave();
  } catch (...) {
    fail(plan_.positions(), TaskId{kNoIndex}, std::current_exception(), describe_current_exception());
  }
}

// The last thread that comes out of a run that is drained keeps what would be lost.
void TaskRunner::leave() {
  if (threads_out_.fetch_add(1, std::memory_order_acq_rel) + 1 != queues_.size()) return;
  if (!stop_.load(std::memory_order_acquire)) return;
  const std::int64_t end_ns = drain_end_ns_.load(std::memory_order_acquire);
  if (!recording_ || end_ns == 0 || cancelled()) return;
  const auto value_at = [&](std::uint32_t position) {
    const Value& value = store_.slot(position);
    return value.has_value() ? &value : nullptr;
  };
  recording_->keep_frontier(value_at,
                            std::chrono::steady_clock::time_point(std::chrono::nanoseconds(end_ns)));
}

void TaskRunner::run_until_ended(unsigned thread) {
  Worker& me = workers_[thread];
  while (!stopping()) {
    const ReadyQueue::Next next = queues_[thread].push_and_pop(me.ready);
    me.ready.clear();
    if (outlet_ != nullptr) flush_before(next.unit, me);
    if (next.unit) {
      if (next.left != 0) parking_.wake_one();
      run_unit(*next.unit, thread);
      if (outlet_ != nullptr && ++me.units_unpolled >= kUnitsBetweenPolls) poll(thread);
      continue;
    }
    report_done(me);
    me.went_on_at = {};
    if (has_ended()) break;
    if (!find_work(thread) && !run_stolen(thread)) wait_for_work(thread);
  }
  report_done(me);
}

void TaskRunner::poll(unsigned thread) {
  workers_[thread].units_unpolled = 0;
  outlet_->progress(thread);
  workers_[thread].went_on_at = {};
}

// Of several threads with nothing to do one looks for what arrives from other ranks.
void TaskRunner::wait_for_work(unsigned thread) {
  const auto any = [&] { return any_work(); };
  if (outlet_ == nullptr || someone_polls_.exchange(true, std::memory_order_acquire)) {
    parking_.wait_for_work(any);
    return;
  }
  Backoff backoff(options_.backoff);
  while (!any()) {
    if (outlet_->progress(thread)) {
      backoff.reset();
    } else {
      backoff.wait();
    }
  }
  someone_polls_.store(false, std::memory_order_release);
}

void TaskRunner::work_in_order(const std::function<void()>& between) {
  queues_[0].set_roots({});  // nothing is taken from there
  for (std::uint32_t unit = 0; unit < plan_.units() && !stopping(); ++unit) {
    if (has_end() && !ends_in_time(group_of(unit), std::chrono::steady_clock::now())) {
      ++too_long_;  // those after it would read it, or run out of time as well
      between();
      break;
    }
    const auto start = std::chrono::steady_clock::now();
    std::uint32_t position = plan_.unit_begin[unit];
    for (; position < plan_.unit_begin[unit + 1] && !cancelled(); ++position) {
      {
        const InsideTask inside;
        run_task(position, unit, 0);
      }
      between();
    }
    const bool is_done = position == plan_.unit_begin[unit + 1] && store_.slot(position - 1).has_value();
    workers_[0].units_done += is_done;
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    if (is_done) time_unit(taken, unit, workers_[0]);
    if (recording_ && is_done) recording_->made(unit, store_.slot(position - 1), taken.count());
  }
  report_done(workers_[0]);
  threads_out_ = static_cast<unsigned>(queues_.size()) - 1;
  leave();
}

void TaskRunner::drain(std::chrono::steady_clock::time_point end) {
  drain_end_ns_.store(end.time_since_epoch().count(), std::memory_order_release);
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void TaskRunner::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake_all();
}

void TaskRunner::run_unit(std::uint32_t unit, unsigned thread) {
  Worker& me = workers_[thread];
  const ResourceAmounts* wanted = nullptr;
  if (!plan_.annotation.empty()) {
    wanted = &plan_.annotations_of(plan_.unit_begin[unit]).resources;
    if (wanted->empty()) wanted = nullptr;
  }
  if (wanted != nullptr && !resources_.enter(unit, *wanted)) return;
  const bool may_start = !has_end() || ends_in_time(group_of(unit), start_time(me));
  if (!may_start) too_long_.fetch_add(1, std::memory_order_relaxed);
  const bool succeeded = may_start && run_admitted(unit, thread);
  if (wanted != nullptr) {
    const std::vector<std::uint32_t> admitted = resources_.leave(*wanted);
    for (const std::uint32_t other : admitted) me.ready.push_back(ready_unit(other));
  }
  if (!succeeded || !send_result(unit)) return;
  if (!plan_.exports_of(unit).empty()) ++me.results_unsent;
  release_successors(unit, me);
  constexpr std::uint32_t kReportEvery = 1024;
  if (++me.units_done == kReportEvery) report_done(me);
}

// The end of the unit before, where the thread has gone straight on from it: clocks cost as much as small
// units.
std::chrono::steady_clock::time_point TaskRunner::start_time(const Worker& worker) {
  const bool went_on = worker.went_on_at != std::chrono::steady_clock::time_point{};
  return went_on ? worker.went_on_at : std::chrono::steady_clock::now();
}

bool TaskRunner::run_admitted(std::uint32_t unit, unsigned thread) {
  Worker& me = workers_[thread];
  if (outlet_ == nullptr && !recording_ && !has_end()) return run_tasks(unit, thread);
  me.is_running.store(true, std::memory_order_relaxed);
  const bool is_timed = recording_ || has_end() || me.units_untimed == 0;
  const auto start = is_timed ? start_time(me) : std::chrono::steady_clock::time_point{};
  me.started_ns.store(start.time_since_epoch().count(), std::memory_order_relaxed);
  const bool succeeded = run_tasks(unit, thread);
  if (is_timed) {
    const auto end = std::chrono::steady_clock::now();
    const std::chrono::nanoseconds taken = end - start;
    me.started_ns.store(0, std::memory_order_relaxed);
    time_unit(taken, unit, me);
    // Before anyone reads it, who might move from it.
    const bool is_kept = recording_ && succeeded &&
                         recording_->made(unit, store_.slot(plan_.unit_begin[unit + 1] - 1), taken.count());
    me.went_on_at = is_kept ? std::chrono::steady_clock::time_point{} : end;
  } else {
    --me.units_untimed;
    me.went_on_at = {};  // or the next one that is timed would seem to take as long as all since
  }
  me.is_running.store(false, std::memory_order_relaxed);
  return succeeded;
}

bool TaskRunner::run_tasks(std::uint32_t unit, unsigned thread) {
  for (std::uint32_t position = plan_.unit_begin[unit]; position < plan_.unit_begin[unit + 1]; ++position) {
    if (cancelled() || !run_task(position, unit, thread)) return false;
  }
  return true;
}

void TaskRunner::release_successors(std::uint32_t unit, Worker& worker) {
  for (const std::uint32_t successor : plan_.successors_of(unit)) {
    if (count_down(plan_.waits_for[successor])) worker.ready.push_back(ready_unit(successor));
  }
}

// Returns false when the result cannot be put into bytes, which fails its task.
bool TaskRunner::send_result(std::uint32_t unit) {
  const std::span<const Export> exports = plan_.exports_of(unit);
  if (exports.empty()) return true;
  const std::uint32_t position = plan_.unit_begin[unit + 1] - 1;
  try {
    outlet_->send(position, store_.slot(position), exports);
  } catch (...) {
    fail_with_current(position, plan_.task[position]);
    return false;
  }
  return true;
}

// Results for other ranks leave together where the next unit makes one, too, and that will be soon.
void TaskRunner::flush_before(std::optional<std::uint32_t> next, Worker& worker) {
  constexpr std::int64_t kSoon_ns = 3'000;
  constexpr std::uint32_t kMostWaiting = 8;
  if (worker.results_unsent == 0) return;
  const bool more = next && !plan_.exports_of(*next).empty() && worker.results_unsent < kMostWaiting &&
                    worker.unit_ns.load(std::memory_order_relaxed) < kSoon_ns;
  if (more) return;
  worker.results_unsent = 0;
  outlet_->flush();
}

// In the thread's slot of the table of running tasks, and in a process of its own where that is asked for.
void TaskRunner::run_kernel(const Kernel& kernel, KernelCall& call, const RunningUnit& of,
                            Worker& worker) const {
  worker.running->set(kernel.name.c_str(), of.task.index, kernel.id, of.key);
  const bool is_meant =
      options_.isolate_all || (options_.isolated != nullptr && options_.isolated->contains(of.key));
  if (is_meant && (of.notes == nullptr || of.notes->isolate.value_or(true))) {
    run_isolated(kernel, call);
  } else {
    kernel.run(call);
  }
  worker.running->clear();
}

void TaskRunner::call_kernel(std::uint32_t position, std::uint32_t unit, Worker& worker, bool may_move) {
  worker.inputs.clear();
  bool any_last = false;
  for (const Source source : plan_.inputs_of(position)) {
    if (source.is_constant()) {
      worker.inputs.push_back({constants_[source.index()], false});
    } else {
      Value& value = store_.slot(source.index());
      const bool last = may_move && !value.type()->is_trivial && store_.has_one_use_left(source.index());
      worker.inputs.push_back({&value, last});
      any_last |= last;
    }
  }
  KernelCall call{plan_.arguments + plan_.argument_begin[position], worker.inputs, store_.slot(position)};
  const Kernel& kernel = *plan_.groups[plan_.group[position]].kernel;
  const Annotations* notes = plan_.annotation.empty() ? nullptr : &plan_.annotations_of(position);
  run_kernel(kernel, call, {plan_.task[position], plan_.key.empty() ? Key{} : plan_.key[unit], notes},
             worker);
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

bool TaskRunner::run_task(std::uint32_t position, std::uint32_t unit, unsigned thread) {
  Worker& me = workers_[thread];
  int retries = plan_.annotation.empty() ? 0 : plan_.annotations_of(position).retries.value_or(0);
  const bool may_move = retries == 0;
  if (events::wanted()) emit(EventKind::kTaskStarted, position, thread, 0);
  while (true) {
    try {
      call_kernel(position, unit, me, may_move);
      break;
    } catch (...) {
      me.running->clear();
      store_.discard(position);
      if (retries-- > 0 && !cancelled()) {
        if (events::wanted()) emit(EventKind::kTaskRetried, position, thread, 0);
        continue;
      }
      if (events::wanted()) emit(EventKind::kTaskFailed, position, thread, 0);
      fail_with_current(position, plan_.task[position]);
      return false;
    }
  }
  if (events::wanted()) {
    emit(EventKind::kTaskFinished, position, thread, 0);
    emit(EventKind::kResultStored, position, thread, store_.slot(position).heap_bytes());
  }
  for (const Source source : plan_.inputs_of(position)) {
    if (!source.is_constant()) release(source.index(), thread);
  }
  count_done(position, me);
  return true;
}

void TaskRunner::count_done(std::uint32_t position, Worker& worker) {
  auto& done = worker.done_by_group[plan_.group[position]];
  done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void TaskRunner::release(std::uint32_t position, unsigned thread) {
  const std::uint64_t bytes = store_.release(position);
  if (bytes != 0 && events::wanted()) emit(EventKind::kResultFreed, position, thread, bytes);
}

void TaskRunner::emit(EventKind kind, std::uint32_t position, unsigned thread, std::uint64_t count) const {
  if (position >= plan_.tasks()) return;  // an import: its task is told of on its own rank
  events::emit({kind, thread, plan_.task[position].index, plan_.groups[plan_.group[position]].layer,
                events::now_ns(), count});
}

}  // namespace bask
