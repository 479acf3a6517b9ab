// work_of_task.hpp: how a layer of blocks finds what its tasks do, for forecasts.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/graph/layer.hpp>

#include <concepts>
#include <cstdint>

namespace bask {

/// What a task does, by the description that its layer's tasks share, as `Layer::work` says.
using WorkOfTask = TaskWork (*)(const void* description, std::uint32_t task, const ResultsOfTask& results);
/// Descriptions that tell it, by a function `TaskWork task_work(description, task, results)`.
template <class Description>
concept TellsWork = requires(const Description& description, const ResultsOfTask& results) {
  { task_work(description, 0u, results) } -> std::same_as<TaskWork>;
};
template <class Description>
constexpr WorkOfTask work_of_task() {
  if constexpr (TellsWork<Description>) {
    return [](const void* description, std::uint32_t task, const ResultsOfTask& results) {
      return task_work(*static_cast<const Description*>(description), task, results);
    };
  } else {
    return nullptr;
  }
}

}  // namespace bask
