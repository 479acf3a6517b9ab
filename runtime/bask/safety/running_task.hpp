// running_task.hpp: what each thread of this process runs now, in a fixed table: for signal handlers to read,
// and to be kept in a file that outlives the process (running_file.hpp).
// Runs on: every rank. Threads: each writes its own slot; a signal handler reads all.
// Invariants: (1) a slot's name outlives its being set. A reader may see the name of one task with the
//             number of the next: it is a hint for people, and costs the writer four relaxed stores; (2) a
//             thread that waits has an empty slot.
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
  static constexpr std::size_t kMostThreads = 1024;  // those beyond share one slot, and are not told apart

  /// The calling thread's slot. Keep it: it stays while the thread's CrashWatch lives; without one it is the
  /// shared slot, which nobody shows.
  static RunningTask& of_this_thread();

  /// `name` is of the kernel or layer, and stays until the next set or clear. `key` is that of the task, or
  /// of the last one of its unit, by which a later run knows it; without one only people do. Cost: under 1
  /// ns.
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

  /// The slot's thread has crashed by this signal, and says so before the process ends. Signal handlers may
  /// call it.
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
  static std::mutex
      mutex;  ///< held while slots are taken and given back, and while others are put in their place
};

}  // namespace bask
