#include <bask/graph/runtime.hpp>

#include <atomic>

namespace bask {
namespace {

std::atomic<Runtime*> in_use{nullptr};

}  // namespace

Runtime& current_runtime() {
  if (running_a_task()) {
    throw Error(
        "compute", "it was called inside a task, which would wait for the threads it keeps busy",
        "return the value, or build the larger graph first and compute it outside; a Delayed passed as an "
        "argument arrives computed");
  }
  Runtime* runtime = in_use.load(std::memory_order_acquire);
  if (runtime == nullptr) {
    throw Error(
        "compute", "nothing is there to run tasks",
        "call it inside the function given to bask::run(argc, argv, …), or while a bask::Client lives",
        ExitCode::kUsage);
  }
  return *runtime;
}

Runtime* set_current_runtime(Runtime* runtime) {
  return in_use.exchange(runtime, std::memory_order_acq_rel);
}

bool& running_a_task() {
  thread_local bool running = false;
  return running;
}

}  // namespace bask
