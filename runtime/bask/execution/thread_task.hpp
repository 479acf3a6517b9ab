// thread_task.hpp: what a thread of a run runs now, for the thread that watches the run (TaskWatch).
// Runs on: every rank. Threads: one writes; any reads, without locks, and may see parts of two tasks.
// Cost: two relaxed stores a task, into a line of memory that its thread has anyway.
#pragma once

#include <bask/core/id.hpp>

#include <atomic>
#include <cstdint>

namespace bask {

class ThreadTask {
 public:
  static constexpr std::uint32_t kStolen = kNoIndex - 1;

  /// Two calls are the same one when these are equal.
  struct Call {
    std::uint32_t position = kNoIndex;  ///< kNoIndex: none; kStolen: a task of another rank
    std::uint32_t failed = 0;           ///< how many calls have failed on this thread
    std::uint32_t stolen = kNoIndex;    ///< with kStolen: its number in the graph
    friend bool operator==(const Call&, const Call&) = default;
  };
  struct Stolen {
    TaskId task;
    std::uint32_t group, annotation;
  };

  // The thread itself.
  void enter(std::uint32_t position) { position_.store(position, std::memory_order_relaxed); }
  void leave() { position_.store(kNoIndex, std::memory_order_relaxed); }
  void fail() {
    failed_.store(failed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    is_isolated_.store(false, std::memory_order_relaxed);
    leave();
  }
  void set_isolated(bool is_isolated) { is_isolated_.store(is_isolated, std::memory_order_relaxed); }
  /// Before enter(kStolen).
  void set_stolen(const Stolen& stolen) {
    task_.store(stolen.task.index, std::memory_order_relaxed);
    group_.store(stolen.group, std::memory_order_relaxed);
    annotation_.store(stolen.annotation, std::memory_order_relaxed);
  }

  // Any thread.
  Call call() const {
    Call call{position_.load(std::memory_order_relaxed), failed_.load(std::memory_order_relaxed)};
    if (call.position == kStolen) call.stolen = task_.load(std::memory_order_relaxed);
    return call;
  }
  Stolen stolen() const {
    return {{task_.load(std::memory_order_relaxed)},
            group_.load(std::memory_order_relaxed),
            annotation_.load(std::memory_order_relaxed)};
  }
  /// Whether it runs in a process of its own, which its thread ends when its time is up.
  bool is_isolated() const { return is_isolated_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> position_{kNoIndex}, failed_{0};
  std::atomic<std::uint32_t> task_{kNoIndex}, group_{0}, annotation_{0};
  std::atomic<bool> is_isolated_{false};
};

}  // namespace bask
