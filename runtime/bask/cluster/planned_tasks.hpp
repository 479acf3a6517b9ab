// planned_tasks.hpp: the tasks of a plan by name, and on which rank the plan has them run.
// Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/events/task_names.hpp>
#include <bask/graph/plan.hpp>
#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace bask {

class PlannedTasks final : public TaskNames {
 public:
  /// All must outlive this. `rank_of_unit` empty: all run on rank 0.
  PlannedTasks(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit)
      : plan_(plan), graph_(graph), rank_of_unit_(rank_of_unit) {}

  std::string name(std::uint32_t task) const override;
  std::string layer(std::uint32_t task) const override;
  std::optional<std::uint32_t> input(std::uint32_t task, std::uint32_t number) const override;
  /// Cost: a look at each task of the plan, where one was not found before.
  void find(std::span<const std::uint32_t> tasks) override;
  std::optional<std::uint32_t> rank(std::uint32_t task) const override;
  std::optional<std::uint32_t> unit(std::uint32_t task) const override;

 private:
  const Plan& plan_;
  const TaskGraph& graph_;
  const std::span<const std::uint32_t> rank_of_unit_;
  std::unordered_map<std::uint32_t, std::uint32_t> units_;  // of tasks that were found
};

}  // namespace bask
