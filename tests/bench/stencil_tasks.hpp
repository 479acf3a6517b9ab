// stencil_tasks.hpp: the tasks of a stencil in one dimension, as small as tasks can be, to measure the cost
// of a task.
#pragma once

#include <bask/bask.hpp>

#include <cstdint>

namespace stencil_tasks {

/// Steps of a number of tasks, each of which reads its neighbours in the step before.
struct Neighbours {
  std::uint32_t width;
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    task.argument(index);
    if (index < width) return;
    const std::uint32_t x = index % width, above = index - width;
    if (x > 0) task.own_input(above - 1);
    task.own_input(above);
    if (x + 1 < width) task.own_input(above + 1);
  }
};

inline std::uint32_t add_up(std::uint32_t index, bask::Inputs<std::uint32_t> above) {
  std::uint32_t sum = index;
  for (const std::uint32_t value : above) sum += value;
  return sum;
}

}  // namespace stencil_tasks
