// thread_pool.hpp: the threads that run tasks, made once and asleep between computations.
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
  /// `threads` at least 1. Pinned threads stay on one core each: with Pin::kAuto on those in `cpus`, one a
  /// thread, or when they are as many as the cores of the process. Throws: Error when the system allows fewer
  /// threads.
  ThreadPool(unsigned threads, Pin pin, std::vector<unsigned> cpus = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(threads_.size()); }
  bool pinned() const { return pinned_; }

  /// While it lives, every thread calls `body(its number)` once; when it goes, also because of an exception,
  /// it calls `stop` and waits until all have returned.
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
  /// Waits until all have returned, so long at most. Returns whether they have.
  bool wait_for(std::chrono::milliseconds timeout);

 private:
  void close();
  void loop(unsigned thread, int cpu);

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
