// thread_pool.hpp: the threads that run tasks, made once and asleep between computations. When no computation
// has begun for a while, the thread that was the last to finish gives freed memory back to the system.
// Runs on: every rank. Threads: one at a time calls start() and waits.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/core/options.hpp>

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace bask {

class ThreadPool {
 public:
  /// `threads` is at least 1. Pinned threads stay on one core each: on those of `cpus`, if there is one for
  /// each thread, else on those of the process. With Pin::kAuto they are pinned if `cpus` is not empty or
  /// there are as many threads as cores of the process. Throws: Error when the system allows fewer threads.
  /// Freed memory is given back `idle_after` the end of a round, unless another one has begun.
  ThreadPool(unsigned threads, Pin pin, std::vector<unsigned> cpus = {},
             std::chrono::milliseconds idle_after = std::chrono::seconds(2));
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(threads_.size()); }
  bool pinned() const { return pinned_; }

  /// Its constructor has every thread call `body(its number)` once. Its destructor calls `stop` and waits
  /// until all have returned.
  class Round {
   public:
    Round(ThreadPool& pool, std::function<void(unsigned)> body, std::function<void()> stop);
    ~Round();
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

   private:
    ThreadPool& pool_;
    const std::function<void(unsigned)> body_;
    const std::function<void()> stop_;
  };

  /// Has every thread call `body(its number)` once. `body` must stay until all have returned, and must not
  /// throw.
  void start(const std::function<void(unsigned)>& body);
  /// Waits until all have returned, `timeout` at most. Returns whether they have.
  bool wait_for(std::chrono::milliseconds timeout);

 private:
  void close();
  void loop(unsigned thread, int cpu);
  bool stays_idle(std::uint64_t round) BASK_REQUIRES(mutex_);

  const std::chrono::milliseconds idle_after_;

  Mutex mutex_;
  Condition started_, returned_;
  const std::function<void(unsigned)>* body_ BASK_GUARDED_BY(mutex_) = nullptr;
  std::uint64_t round_ BASK_GUARDED_BY(mutex_) = 0;
  unsigned busy_ BASK_GUARDED_BY(mutex_) = 0;
  bool closing_ BASK_GUARDED_BY(mutex_) = false;
  bool pinned_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bask
