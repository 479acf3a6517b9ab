// graph_tasks.hpp: the tasks of a small computation one by one: what they read, where, and how far they are.
// Runs on: rank 0. Threads: one at a time.
// Invariant: it has at most kMost tasks and kMostInputs inputs; of larger computations it has none.
#pragma once

#include <bask/events/rank_report.hpp>
#include <bask/events/task_names.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// A task by its number in the graph, and those that it reads by their places in the list.
struct TaskFacts {
  std::uint32_t task = 0, group = 0;
  std::vector<std::uint32_t> inputs = {};
};

struct GraphTask {
  TaskFacts facts = {};
  std::string name = {};
  std::optional<std::uint32_t> rank = {};  ///< that of the plan, or the one that has run it
  bool has_ended = false, has_failed = false;
};

class GraphTasks {
 public:
  static constexpr std::size_t kMost = 200, kMostInputs = 2000;

  /// The run of that number begins; `tasks` are empty when there are too many.
  void begin(std::uint32_t run, std::vector<TaskFacts> tasks);
  /// Learns names and the ranks of the plan.
  void name_by(TaskNames& names);
  /// What a rank tells of a task, which may be one of another run. All that it reads has ended, then: ranks
  /// tell of some tasks only.
  void learn(std::uint32_t rank, const TaskDetail& detail);

  const std::vector<GraphTask>& all() const { return tasks_; }

 private:
  void end_inputs(std::uint32_t place);

  std::uint32_t run_ = 0;
  std::vector<GraphTask> tasks_;
  std::unordered_map<std::uint32_t, std::uint32_t> places_;  // by number in the graph
};

}  // namespace bask
