// task_runner.hpp: runs one plan, or one rank's part of it, on the threads that come to work on it.
// Runs on: every rank. Threads: each calls work() with its own number; any may cancel; one at a time feeds.
// Invariants: (1) a task runs after all its inputs, once unless it is retried; (2) after a failure or a
//             cancel no further task starts, after drain() no further unit, and work() returns once the
//             running ones have ended; (3) the results do not depend on the number of threads or their
//             timing, nor on when parts of the plan and results of other ranks arrive.
#pragma once

#include <bask/core/event.hpp>
#include <bask/execution/block_store.hpp>
#include <bask/execution/duration_estimate.hpp>
#include <bask/execution/outlet.hpp>
#include <bask/execution/parking.hpp>
#include <bask/execution/ready_queue.hpp>
#include <bask/execution/recording.hpp>
#include <bask/execution/resource_gate.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/plan_part.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/safety/running_task.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// A task that threw.
struct RunFailure {
  TaskId task;
  std::uint32_t position;
  std::exception_ptr error;
  std::string cause;  ///< type and text of what was thrown
};

/// What a rank knows of a plan before any part of it has come.
struct PlanShell {
  PartSize size;
  std::vector<TaskGroup> groups;
  std::vector<Annotations> annotations;  ///< of which tasks have some when there is more than one
};

/// Throws: Error when a task of the plan wants resources that are not offered.
void check_offered(const Plan& plan, const ResourceAmounts& offered, const DescribeTask& describe);

/// How many tasks of each group a plan has.
std::vector<std::uint64_t> tasks_by_group(const Plan& plan);

class TaskRunner {
 public:
  /// Runs a whole plan. `constants` are the graph's, in order.
  /// Throws: Error when a task wants resources that are not offered.
  TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options);
  /// Runs a part that comes in stretches, by add(), and reads results that come from other ranks, by
  /// arrived(). It goes on until finish() is called. `outlet` must outlive the runner.
  TaskRunner(PlanShell shell, std::vector<Value*> constants, const RunnerOptions& options, Outlet& outlet);

  /// Runs tasks until all are done or the run has stopped. Each of `threads` threads calls it once.
  void work(unsigned thread);
  /// The same in the calling thread alone, in the plan's order. `between` is called after each task.
  void work_in_order(const std::function<void()>& between);

  /// No further task starts. Any thread may call it, any number of times.
  void cancel();
  /// No further unit starts, and what is still to be read is kept once the last thread has come out, or
  /// the latest at `end`. Any thread.
  void drain(std::chrono::steady_clock::time_point end);

  // Feeding: by one thread at a time. What becomes ready is run once feed() is called.
  /// Throws: Error when the part lies outside of what the shell announced.
  void add(const PlanPart& part);
  /// The value of the import at `position`; fails the run when the memory limit is passed. Throws: Error when
  /// there is no such import, or when it has arrived before.
  void arrived(std::uint32_t position, Value value);
  /// The last result of a unit that was stolen from here.
  void returned(std::uint32_t unit, Value value);
  /// Gives away half of the units that could run now, the less urgent, as far as a thief would win time by
  /// running them. They refer to results here, which stay until they are returned.
  std::vector<StolenUnit> give_units();
  /// Runs a unit that was stolen from another rank, as soon as a thread has nothing of its own. Any thread.
  void steal(StolenUnit stolen);
  /// Hands what has become ready to thread number `thread`, and wakes others for the rest.
  void feed(unsigned thread);
  /// All ranks are done: work() returns.
  void finish();

  /// The result at `position` has gone to one more of its ranks. In a drain it stays, for it may be being
  /// kept.
  void sent(std::uint32_t position) {
    if (drain_end_ns_.load(std::memory_order_acquire) == 0) release(position, 0);
  }

  /// Whether the run has ended: all done, or stopped.
  bool has_ended() const {
    return stopping() || (outlet_ == nullptr ? units_left() == 0 : finished_.load(std::memory_order_acquire));
  }
  bool stopping() const { return stop_.load(std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  std::uint32_t units_left() const { return units_left_.load(std::memory_order_acquire); }
  std::uint32_t imports_left() const { return imports_left_; }  ///< to be asked by who feeds
  std::uint64_t tasks() const { return plan_.tasks(); }
  std::uint64_t tasks_done() const;
  /// Threads that are inside a unit, and units that could be run now, as far as can be said from outside.
  std::uint32_t running() const;
  std::uint32_t ready() const;
  /// Units that were held back, as they would not end in time.
  std::uint32_t too_long() const { return too_long_.load(std::memory_order_relaxed); }
  /// Whether nothing can run but what would not end in time.
  bool is_out_of_time() const { return too_long() != 0 && running() == 0 && ready() == 0; }
  /// Stolen units that no thread has begun.
  std::uint32_t stolen_waiting() const { return stolen_waiting_.load(std::memory_order_relaxed); }
  /// How many tasks of each group are done.
  std::vector<std::uint64_t> done_by_group() const;
  /// How many there are to do.
  std::vector<std::uint64_t> tasks_by_group() const { return bask::tasks_by_group(plan_); }
  const std::string& layer_of_group(std::size_t group) const { return plan_.groups[group].layer; }
  std::uint64_t peak_bytes() const { return store_.peak_bytes(); }

  /// The first task in the plan's order of those that failed.
  std::optional<RunFailure> failure() const;
  /// The result at `position`, for good.
  Value take(std::uint32_t position) { return store_.take(position); }
  /// After all threads have returned. Throws: what the first failed task caused, in the plan's order; Error
  /// when the run was cancelled.
  Results take_results() { return take_results(plan_.targets); }
  Results take_results(std::span<const Source> targets);

 private:
  /// What belongs to one thread.
  struct alignas(64) Worker {
    std::vector<ReadyUnit> ready;  // to be pushed when the next unit is taken
    std::vector<Input> inputs;
    std::uint32_t units_done = 0;      // not yet taken off units_left_
    std::uint32_t results_unsent = 0;  // posted for other ranks, not yet flushed
    std::uint32_t units_unpolled = 0;  // since this thread last looked for what has arrived
    std::atomic<bool> is_running{false};
    RunningTask* running = &RunningTask::of_this_thread();  // for crash reports
    std::uint32_t units_untimed = 0;                        // to go until the next one is timed
    std::uint32_t units_skipped = 0;                        // after the last one that was
    std::atomic<std::int64_t> unit_ns{0};                   // how long units take, a running mean
    std::atomic<std::int64_t> started_ns{0};  // when the unit started that is being timed; 0: none is
    std::chrono::steady_clock::time_point went_on_at{};  // from its last unit, at once; 0: it did not
    std::unique_ptr<std::atomic<std::uint64_t>[]> done_by_group;
    std::unique_ptr<DurationEstimate[]>
        durations;  // of units, by the group of the last task; where there is an end
  };
  /// Of the task that a kernel is called for.
  struct RunningUnit {
    TaskId task;
    const Key& key;
    const Annotations* notes;  // null: none
  };
  enum class Import : std::uint8_t { kUnknown, kKnown, kArrived, kReady };

  TaskRunner(Plan plan, std::vector<Value*> constants, const RunnerOptions& options, Outlet* outlet);
  void run_until_ended(unsigned thread);
  void poll(unsigned thread);
  void wait_for_work(unsigned thread);
  void deal_roots();
  ReadyUnit ready_unit(std::uint32_t unit) const;
  bool any_work() const;
  bool find_work(unsigned thread);
  void report_done(Worker& worker);
  void leave();
  bool has_end() const { return options_.end != std::chrono::steady_clock::time_point{}; }
  void run_unit(std::uint32_t unit, unsigned thread);
  bool run_admitted(std::uint32_t unit, unsigned thread);
  static std::chrono::steady_clock::time_point start_time(const Worker& worker);
  void time_unit(std::chrono::nanoseconds taken, std::uint32_t unit, Worker& worker);
  std::chrono::nanoseconds mean_unit_time() const;
  StolenUnit as_stolen(std::uint32_t unit) const;
  bool is_worth_giving(const StolenUnit& stolen, std::chrono::nanoseconds unit_time) const;
  bool run_stolen(unsigned thread);
  bool run_step(const StolenUnit& stolen, std::size_t number, std::vector<Value>& results, Worker& me);
  void count_done(std::uint32_t position, Worker& worker);
  bool run_tasks(std::uint32_t unit, unsigned thread);
  std::uint32_t group_of(std::uint32_t unit) const { return plan_.group[plan_.unit_begin[unit + 1] - 1]; }
  void note_duration(std::chrono::nanoseconds taken, std::uint32_t group, Worker& worker);
  bool ends_in_time(std::uint32_t group, std::chrono::steady_clock::time_point start) const;
  void run_kernel(const Kernel& kernel, KernelCall& call, const RunningUnit& of, Worker& worker) const;
  void release_successors(std::uint32_t unit, Worker& worker);
  void release_import(std::uint32_t import);
  bool send_result(std::uint32_t unit);
  void flush_before(std::optional<std::uint32_t> next, Worker& worker);
  bool run_task(std::uint32_t position, std::uint32_t unit, unsigned thread);
  void call_kernel(std::uint32_t position, std::uint32_t unit, Worker& worker, bool may_move);
  void recount_last_uses(std::uint32_t position, std::span<const Input> inputs);
  void release(std::uint32_t position, unsigned thread);
  void fail(std::uint32_t position, TaskId task, std::exception_ptr error, std::string cause);
  void fail_with_current(std::uint32_t position, TaskId task);
  void emit(EventKind kind, std::uint32_t position, unsigned thread, std::uint64_t count) const;

  Plan plan_;
  std::vector<std::byte> arguments_;  // of a part; a whole plan refers to its graph's
  const std::vector<Value*> constants_;
  const RunnerOptions options_;
  const std::chrono::steady_clock::time_point made_at_ = std::chrono::steady_clock::now();
  Outlet* const outlet_;  // null: there are no other ranks
  BlockStore store_;
  std::optional<Recording> recording_;
  std::vector<ReadyQueue> queues_;
  std::vector<Worker> workers_;  // and one more, of who feeds
  ResourceGate resources_;
  Parking parking_;
  std::atomic<bool> someone_polls_{false};
  std::mutex stolen_mutex_;
  std::deque<StolenUnit> stolen_;
  std::atomic<std::uint32_t> stolen_waiting_{0};
  // Of who feeds.
  std::vector<Import> imports_;
  std::vector<ReadyUnit> fed_;
  std::uint32_t imports_left_;

  alignas(64) std::atomic<std::uint32_t> units_left_;
  alignas(64) std::atomic<bool> stop_{false};
  std::atomic<bool> cancelled_{false};
  std::atomic<std::uint32_t> too_long_{0};
  std::atomic<std::int64_t> longest_ns_{0};  // that any unit has taken, where there is an end
  std::atomic<bool> finished_{false};
  std::atomic<std::int64_t> drain_end_ns_{0};  // on the steady clock; 0: it is not drained
  std::atomic<unsigned> threads_out_{0};       // that have left work()
  mutable std::mutex failure_mutex_;
  std::optional<RunFailure> failure_;
};

}  // namespace bask
