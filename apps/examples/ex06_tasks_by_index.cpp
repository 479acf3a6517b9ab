// ex06_tasks_by_index.cpp: many tasks of one function. A function of the index describes them, so that a
// million tasks take only some bytes. Here each step of a random walk follows the one before it.
//
//   build/release/apps/ex06_tasks_by_index
//   mpirun -n 3 build/release/apps/ex06_tasks_by_index
//
// Prints: after 1000 steps the walk is at -6
#include <bask/bask.hpp>

#include <iostream>

// 1. The description of the tasks: the argument of task i, and the tasks whose results it reads.
struct Steps {
  void operator()(std::uint32_t i, bask::TaskWriter& task) const {
    task.argument(i);
    if (i > 0) task.own_input(i - 1);
  }
};

// 2. The function of the tasks: it gets the argument and the results that the task reads.
int step(unsigned i, bask::Inputs<int> before) {
  const unsigned mixed = (i + 1) * 2654435761u;
  return (before.empty() ? 0 : before[0]) + ((mixed >> 16) % 2 == 0 ? 1 : -1);
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 3. A thousand tasks; each is a lazy value.
    const bask::Tasks<int> walk = bask::tasks<step>(1000, Steps{});
    std::cout << "after " << walk.size() << " steps the walk is at " << walk[999].compute() << std::endl;
  });
}
