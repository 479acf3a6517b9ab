#include <bask/execution/running_task.hpp>

namespace bask {

std::array<RunningTask, RunningTask::kMostThreads> RunningTasks::slots;
RunningTask RunningTasks::spare;

RunningTask* RunningTasks::take() {
  for (RunningTask& slot : slots) {
    if (!slot.taken_.exchange(true)) return &slot;
  }
  return &spare;
}

void RunningTasks::give_back(RunningTask* slot) {
  slot->clear();
  slot->taken_.store(false);
}

}  // namespace bask
