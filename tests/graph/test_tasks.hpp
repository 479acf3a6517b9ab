// test_tasks.hpp: kernels and tasks for tests of layers, below the user's edge.
#pragma once

#include <bask/graph/expand.hpp>
#include <bask/graph/explicit_layer.hpp>
#include <bask/graph/kernel.hpp>

#include <initializer_list>
#include <vector>

namespace bask {

inline const KernelId kTestKernel =
    KernelRegistry::instance().add("work", "test", [](KernelCall& call) { call.result.emplace<int>(0); });

/// Adds a task that reads `inputs` to this thread's open layer.
inline TaskRef add_task(std::initializer_list<const TaskRef*> inputs, std::uint64_t number = 1,
                        const Annotations& own = {}) {
  const std::vector<const TaskRef*> list(inputs);
  return open_layer::append(
      {.kernel = kTestKernel, .arguments = {}, .inputs = list, .name = {}, .pure = false, .number = number},
      own);
}

inline Expansion expand_all(std::initializer_list<const TaskRef*> targets) {
  const std::vector<const TaskRef*> list(targets);
  return expand(list);
}

}  // namespace bask
