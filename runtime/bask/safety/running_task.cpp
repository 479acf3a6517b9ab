#include <bask/safety/running_task.hpp>

#include <sys/mman.h>

#include <memory>
#include <new>

namespace bask {
namespace {

// The table has pages of its own, so that RunningFile can replace them.
std::span<RunningTask, RunningTask::kMostThreads> make_slots() {
  constexpr std::size_t kBytes = RunningTask::kMostThreads * sizeof(RunningTask);
  void* pages = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  auto* slots = static_cast<RunningTask*>(pages);
  std::uninitialized_value_construct_n(slots, RunningTask::kMostThreads);
  return std::span<RunningTask, RunningTask::kMostThreads>(slots, RunningTask::kMostThreads);
}

}  // namespace

const std::span<RunningTask, RunningTask::kMostThreads> RunningTasks::slots = make_slots();
RunningTask RunningTasks::spare;
std::mutex RunningTasks::mutex;

RunningTask* RunningTasks::take() {
  const std::lock_guard lock(mutex);
  for (RunningTask& slot : slots) {
    if (!slot.taken_.exchange(true)) return &slot;
  }
  return &spare;
}

void RunningTasks::give_back(RunningTask* slot) {
  const std::lock_guard lock(mutex);
  slot->clear();
  slot->taken_.store(false);
}

}  // namespace bask
