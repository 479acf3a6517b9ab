// running_task.hpp: what each thread of this process runs now, in a fixed table. Signal handlers read it, and
// it can lie in a file that outlives the process (running_file.hpp).
// Runs on: every rank. Threads: each writes its own slot; a signal handler reads all.
// Invariants: (1) a name stays readable longer than it stands in a slot; (2) a thread that waits has an empty
//             slot.
// Limits: a reader may see the name of one task with the number of the next. The slot is a hint for people,
//         and costs its thread only four relaxed stores.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

namespace bask {

class alignas(64) RunningTask {
 public:
  static constexpr std::size_t kMostThreads = 1024;  // further threads share one slot, which nobody shows

  /// The calling thread's slot, which stays the same while the thread's CrashWatch lives: look it up once.
  /// Without a CrashWatch it is the shared slot.
  static RunningTask& of_this_thread();

  /// `name` is that of the kernel or layer; the string must live until the next set or clear. `key` is that
  /// of the task, or of the last task of its unit: a later run knows the task by it. Without a key, only
  /// people can tell the task. Cost: under 1 ns.
  void set(const char* name, std::uint32_t task, KernelId kernel = {}, const Key& key = {}) {
    key_high_.store(key.high, std::memory_order_relaxed);
    key_low_.store(key.low, std::memory_order_relaxed);
    kernel_and_task_.store(std::uint64_t{kernel.index} << 32 | task, std::memory_order_relaxed);
    name_.store(name, std::memory_order_relaxed);
  }
  void clear() { name_.store(nullptr, std::memory_order_relaxed); }

  const char* name() const { return name_.load(std::memory_order_relaxed); }  ///< null: no task
  std::uint32_t task() const {
    return static_cast<std::uint32_t>(kernel_and_task_.load(std::memory_order_relaxed));
  }
  KernelId kernel() const {
    return {static_cast<std::uint32_t>(kernel_and_task_.load(std::memory_order_relaxed) >> 32)};
  }
  Key key() const {
    return {key_high_.load(std::memory_order_relaxed), key_low_.load(std::memory_order_relaxed)};
  }

  /// Notes that the slot's thread has crashed by this signal, for those who read the table after the process
  /// has ended. Signal handlers may call it.
  void note_crash(int signal) { crash_signal_.store(signal, std::memory_order_relaxed); }
  int crash_signal() const { return crash_signal_.load(std::memory_order_relaxed); }  ///< 0: none

 private:
  friend struct RunningTasks;
  std::atomic<const char*> name_{nullptr};
  std::atomic<std::uint64_t> kernel_and_task_{0};
  std::atomic<std::uint64_t> key_high_{0};
  std::atomic<std::uint64_t> key_low_{0};
  std::atomic<int> crash_signal_{0};
  std::atomic<bool> taken_{false};
};
static_assert(sizeof(RunningTask) == 64, "the layout of running files (running_file.cpp)");

/// All slots.
struct RunningTasks {
  static const std::span<RunningTask, RunningTask::kMostThreads> slots;  // begins at a page of memory
  static RunningTask spare;
  static RunningTask* take();  ///< marks a free slot as taken; the spare one when there is none
  static void give_back(RunningTask* slot);
  /// Held while slots are taken and given back, and while RunningFile replaces their memory.
  static std::mutex mutex;
};

}  // namespace bask
