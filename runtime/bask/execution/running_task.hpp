// running_task.hpp: what each thread of this process runs now, in a fixed table for signal handlers to read.
// Runs on: every rank. Threads: each writes its own slot; a signal handler reads all.
// Invariants: (1) a slot's name outlives its being set. A reader may see the name of one task with the
//             number of the next: it is a hint for people, and costs the writer two relaxed stores.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bask {

class alignas(64) RunningTask {
 public:
  static constexpr std::size_t kMostThreads = 1024;  // those beyond share one slot, and are not told apart

  /// The calling thread's slot. Keep it: it stays while the thread's CrashWatch lives; without one it is the
  /// shared slot, which nobody shows.
  static RunningTask& of_this_thread();

  /// `name` is of the kernel or layer, and stays until the next set or clear. Cost: under 1 ns.
  void set(const char* name, std::uint32_t task) {
    task_.store(task, std::memory_order_relaxed);
    name_.store(name, std::memory_order_relaxed);
  }
  void clear() { name_.store(nullptr, std::memory_order_relaxed); }

  const char* name() const { return name_.load(std::memory_order_relaxed); }  ///< null: no task
  std::uint32_t task() const { return task_.load(std::memory_order_relaxed); }

 private:
  friend struct RunningTasks;
  std::atomic<const char*> name_{nullptr};
  std::atomic<std::uint32_t> task_{0};
  std::atomic<bool> taken_{false};
};

/// All slots.
struct RunningTasks {
  static std::array<RunningTask, RunningTask::kMostThreads> slots;
  static RunningTask spare;
  static RunningTask* take();  ///< marks a free slot as taken; the spare one when there is none
  static void give_back(RunningTask* slot);
};

}  // namespace bask
