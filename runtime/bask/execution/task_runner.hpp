// task_runner.hpp: runs one plan, on the threads that come to work on it.
// Runs on: every rank. Threads: each calls work() with its own number; any may cancel.
// Invariants: (1) a task runs after all its inputs, once unless it is retried; (2) after a failure or a
//             cancel no further task starts, and work() returns once the running ones have ended; (3) the
//             results do not depend on the number of threads or their timing.
#pragma once

#include <bask/core/event.hpp>
#include <bask/execution/block_store.hpp>
#include <bask/execution/parking.hpp>
#include <bask/execution/ready_queue.hpp>
#include <bask/execution/resource_gate.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/graph/task_graph.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace bask {

struct RunnerOptions {
  unsigned threads = 1;
  std::uint64_t memory_limit = ~std::uint64_t{0};  ///< bytes
  ResourceAmounts resources;                       ///< what annotated tasks may hold at once
  std::string host;                                ///< named in errors
};

class TaskRunner {
 public:
  /// `graph` must outlive the runner. Throws: Error when a task wants resources that are not offered.
  TaskRunner(const TaskGraph& graph, Plan plan, const RunnerOptions& options);

  /// Runs tasks until all are done or the run has stopped. Each of `threads` threads calls it once.
  void work(unsigned thread);
  /// The same in the calling thread alone, in the plan's order. `between` is called after each task.
  void work_in_order(const std::function<void()>& between);

  /// No further task starts. Any thread may call it, any number of times.
  void cancel();

  /// Whether the run has ended: all done, or stopped.
  bool has_ended() const { return units_left_.load(std::memory_order_acquire) == 0 || stopping(); }
  std::uint64_t tasks() const { return plan_.positions(); }
  std::uint64_t tasks_done() const;
  /// How many tasks of each of the graph's groups are done.
  std::vector<std::uint64_t> done_by_group() const;
  /// How many there are to do.
  std::vector<std::uint64_t> tasks_by_group() const;
  const std::string& layer_of_group(std::size_t group) const { return graph_.groups[group].layer; }
  std::uint64_t peak_bytes() const { return store_.peak_bytes(); }

  /// After all threads have returned. Throws: what the first failed task caused, in the plan's order; Error
  /// when the run was cancelled.
  Results take_results();

 private:
  /// What belongs to one thread.
  struct alignas(64) Worker {
    std::vector<std::uint32_t> ready;  // to be pushed when the next unit is taken
    std::vector<Input> inputs;
    std::uint32_t units_done = 0;  // not yet taken off units_left_
    std::unique_ptr<std::atomic<std::uint64_t>[]> done_by_group;
  };

  void run_until_ended(unsigned thread);
  void deal_roots();
  void check_resources();
  bool stopping() const { return stop_.load(std::memory_order_relaxed); }
  bool any_work() const;
  bool find_work(unsigned thread);
  void report_done(Worker& worker);
  void run_unit(std::uint32_t unit, unsigned thread);
  bool run_admitted(std::uint32_t unit, unsigned thread);
  void release_successors(std::uint32_t unit, Worker& worker);
  bool run_task(std::uint32_t position, unsigned thread);
  void call_kernel(std::uint32_t position, Worker& worker, bool may_move);
  void recount_last_uses(std::uint32_t position, std::span<const Input> inputs);
  void release_inputs(std::uint32_t position, unsigned thread);
  void fail(std::uint32_t position, std::exception_ptr error);
  std::exception_ptr explain_current(TaskId task) const;
  void emit(EventKind kind, std::uint32_t position, unsigned thread, std::uint64_t count) const;

  const TaskGraph& graph_;
  Plan plan_;
  const RunnerOptions options_;
  BlockStore store_;
  std::vector<ReadyQueue> queues_;
  std::vector<Worker> workers_;
  ResourceGate resources_;
  Parking parking_;
  alignas(64) std::atomic<std::uint32_t> units_left_;
  alignas(64) std::atomic<bool> stop_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::uint32_t failed_position_ = kNoIndex;
};

}  // namespace bask
