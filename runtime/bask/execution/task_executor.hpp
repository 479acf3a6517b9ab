// task_executor.hpp: runs tasks: pins a task's inputs; calls its kernel, in a process of its own where the
// user asks for that; calls it again where it may be retried; stores its result; and writes down events where
// somebody looks.
// Runs on: every rank. Threads: each worker thread runs tasks under its own number; any thread releases
// readings.
// Invariants: (1) a task that fails leaves no result, and fails the run; (2) only the last reader moves
//             from an input, and only where the task is neither retried nor kept when it fails; (3) the table
//             of running tasks, and runs(), show a task while its kernel runs.
#pragma once

#include <bask/events/thread_lanes.hpp>
#include <bask/execution/encoded_sizes.hpp>
#include <bask/execution/memory_gate.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/result_store.hpp>
#include <bask/execution/run_progress.hpp>
#include <bask/execution/runner_options.hpp>
#include <bask/execution/stolen_unit.hpp>
#include <bask/execution/thread_task.hpp>
#include <bask/safety/running_task.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace bask {

class TaskExecutor {
 public:
  /// `plan`, `results` and `progress` must outlive this.
  TaskExecutor(const PlanStore& plan, ResultStore& results, MemoryGate& memory, RunProgress& progress,
               const ThreadLanes& lanes, const RunnerOptions& options);
  /// Gives back what units that did not end might still have taken of the memory.
  ~TaskExecutor();

  /// To be called by each worker thread before its first task, with its number.
  void enter(unsigned thread) {
    threads_[thread].running = &RunningTask::of_this_thread();
    if (EventLane* const lane = threads_[thread].lane) lane->enter();
  }
  /// To be called by the thread after its last task, and before it tells what it has done.
  void pause(unsigned thread) {
    if (EventLane* const lane = threads_[thread].lane) lane->pause();
  }
  /// What the thread runs now. Any thread may ask.
  const ThreadTask& runs(unsigned thread) const { return threads_[thread].runs; }
  std::uint32_t number() const { return number_; }  ///< of the computation
  unsigned threads() const { return static_cast<unsigned>(threads_.size()); }
  /// What the thread's unit may take of the memory. To be set before it runs.
  MemoryBudget& budget(unsigned thread) { return threads_[thread].budget; }
  /// Runs the tasks of a unit. Returns whether all have succeeded: a task that fails ends the run, and after
  /// a cancel no task begins.
  bool run_unit(std::uint32_t unit, unsigned thread);
  /// The same for one task, even after a cancel.
  bool run_task(std::uint32_t position, std::uint32_t unit, unsigned thread);
  /// The same for a unit of another rank, which has its inputs with it. Returns its last result, or none when
  /// the run has failed or was cancelled.
  std::optional<Value> run_stolen(const StolenUnit& stolen, unsigned thread);
  /// One reading of a result is over.
  void release(std::uint32_t position) {
    if (results_.release(position) == 0) return memory_.may_leave(position);
    memory_.freed(position);
  }
  /// The same for a reading that took place on another rank, so that the result is not pinned for it.
  void release_elsewhere(std::uint32_t position) {
    if (results_.release_elsewhere(position)) memory_.freed(position);
  }

 private:
  struct alignas(64) Thread {
    std::vector<Input> inputs;
    MemoryBudget budget;
    RunningTask* running = &RunningTask::of_this_thread();  // for crash reports
    EventLane* lane = nullptr;                              // null: nobody looks
    ThreadTask runs;                                        // for the watch
    /// The call has failed.
    void fail() {
      running->clear();
      runs.fail();
    }
  };
  /// What the table of running tasks shows of a task.
  struct Seen {
    TaskId task;
    std::uint32_t group;
    std::uint32_t position;    // as ThreadTask has it
    const Key& key;            // of its unit
    const Annotations* notes;  // null: none
  };
  /// What is kept of a task that has failed.
  struct Failing {
    TaskId task;
    std::uint32_t group;
    Key key;                   // of its unit; Key{}: not known
    const Annotations* notes;  // null: none
    std::span<const std::byte> arguments;
    std::span<const Input> inputs;
  };
  std::string keep(const Failing& failing) const;
  bool may_repeat(const Kernel& kernel, const KernelCall& call) const;
  void run_kernel(const TaskGroup& group, KernelCall& call, const Seen& seen, Thread& me) const;
  void run_in_child(const Kernel& kernel, KernelCall& call, const Seen& seen, Thread& me) const;
  void call(std::uint32_t position, std::uint32_t unit, const Annotations* notes, Pins& inputs,
            unsigned thread);
  void fail_task(std::uint32_t position, std::uint32_t unit, const Annotations* notes, const Pins& inputs);
  bool run_step(const StolenUnit& stolen, std::size_t number, std::vector<Value>& results, Thread& me);

  const PlanStore& plan_;
  ResultStore& results_;
  MemoryGate& memory_;
  RunProgress& progress_;
  const std::shared_ptr<const std::unordered_set<Key>> isolated_;  // shared by all runs of the client
  const bool isolate_all_, persists_;
  const std::chrono::nanoseconds task_timeout_;      // of those that have none of their own; 0: none
  const std::shared_ptr<FailedTasks> failed_tasks_;  // null: none is kept
  const DescribeTask describe_;                      // for those that are kept; empty: only rank 0 could
  EncodedSizes encoded_sizes_;
  const std::uint32_t number_;    // of the computation
  std::vector<Activity> layers_;  // by group; empty: nobody looks
  std::vector<Thread> threads_;
};

}  // namespace bask
