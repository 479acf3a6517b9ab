// work_of_task.hpp: how a layer of blocks finds what its tasks do, for forecasts.
// Runs on: rank 0. Threads: any; pure functions.
#pragma once

#include <bask/graph/layer.hpp>

#include <concepts>
#include <cstdint>
#include <span>

namespace bask {

/// What a task does, by the description that its layer's tasks share and the bytes of its blocks, as
/// `Layer::work` says.
using WorkOfTask = TaskWork (*)(const void* description, std::uint32_t task, std::span<const float> inputs,
                                float result);
/// Descriptions that tell it, by a function `TaskWork task_work(description, task, inputs, result)`.
template <class Description>
concept TellsWork = requires(const Description& description, std::span<const float> inputs) {
  { task_work(description, 0u, inputs, 0.0f) } -> std::same_as<TaskWork>;
};
template <class Description>
constexpr WorkOfTask work_of_task() {
  if constexpr (TellsWork<Description>) {
    return [](const void* description, std::uint32_t task, std::span<const float> inputs, float result) {
      return task_work(*static_cast<const Description*>(description), task, inputs, result);
    };
  } else {
    return nullptr;
  }
}

}  // namespace bask
