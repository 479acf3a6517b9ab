#include <bask/graph/runtime.hpp>

#include <mutex>
#include <vector>

namespace bask {
namespace {

// The runtimes that live, the newest last.
struct Runtimes {
  std::mutex mutex;
  std::vector<Runtime*> live;
};

Runtimes& runtimes() {
  static Runtimes one;
  return one;
}

}  // namespace

Runtime& current_runtime() {
  if (running_a_task()) {
    throw Error(
        "compute", "it was called inside a task, which would wait for the threads it keeps busy",
        "return the value, or build the larger graph first and compute it outside; a Delayed passed as an "
        "argument arrives computed");
  }
  const std::lock_guard lock(runtimes().mutex);
  if (runtimes().live.empty()) {
    throw Error(
        "compute", "nothing is there to run tasks",
        "call it inside the function given to bask::run(argc, argv, …), or while a bask::Client lives",
        ExitCode::kUsage);
  }
  return *runtimes().live.back();
}

Runtime* runtime_in_use() {
  const std::lock_guard lock(runtimes().mutex);
  return runtimes().live.empty() ? nullptr : runtimes().live.back();
}

void use_runtime(Runtime* runtime) {
  const std::lock_guard lock(runtimes().mutex);
  runtimes().live.push_back(runtime);
}

void drop_runtime(Runtime* runtime) {
  const std::lock_guard lock(runtimes().mutex);
  std::erase(runtimes().live, runtime);
}

bool& running_a_task() {
  thread_local bool running = false;
  return running;
}

}  // namespace bask
