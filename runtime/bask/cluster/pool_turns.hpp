// pool_turns.hpp: which run the pool's threads are in: one run at a time, the next when all threads have left
// the one before. The pool lives on between runs.
// Runs on: every rank. Threads: one at a time (in the worker: whichever holds the exchange's lock).
#pragma once

#include <bask/execution/thread_pool.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace bask {

template <class Run>
class PoolTurns {
 public:
  /// Null: the rank runs no tasks. The pool must outlive this.
  explicit PoolTurns(ThreadPool* pool) : pool_(pool) {}

  bool has_pool() const { return pool_ != nullptr; }
  bool is_free() const { return round_ == nullptr; }
  bool is_inside(const Run& run) const { return inside_.get() == &run; }
  /// Frees the pool if all its threads have left the run.
  void look() {
    if (round_ == nullptr || !pool_->wait_for(std::chrono::milliseconds(0))) return;
    leave();
  }
  /// Every thread of the pool enters the run: calls `work(thread)`. leave() and the destructor call `stop` if
  /// threads are still inside, and wait for them.
  void enter(std::shared_ptr<Run> run, std::function<void(unsigned)> work, std::function<void()> stop) {
    inside_ = std::move(run);
    round_ = std::make_unique<ThreadPool::Round>(*pool_, std::move(work), std::move(stop));
  }
  /// Makes all threads leave the run.
  void leave() {
    round_.reset();
    inside_.reset();
  }

 private:
  ThreadPool* const pool_;
  std::shared_ptr<Run> inside_;
  std::unique_ptr<ThreadPool::Round> round_;
};

}  // namespace bask
