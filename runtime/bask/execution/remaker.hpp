// remaker.hpp: threads that make results again which have left memory without being written.
// Runs on: every rank, one for all of its runs. Threads: any.
// Invariants: (1) each call that was handed in is run once, by a thread of the remaker, without its lock;
//             (2) the destructor runs those that are left.
#pragma once

#include <bask/core/mutex.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace bask {

class Remaker {
 public:
  explicit Remaker(unsigned threads);
  virtual ~Remaker();
  Remaker(const Remaker&) = delete;
  Remaker& operator=(const Remaker&) = delete;

  /// `make` must not throw.
  virtual void run(std::function<void()> make);
  /// Counts the bytes of a result that was made again.
  void made(std::uint64_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  void work();

  std::atomic<std::uint64_t> bytes_{0};
  Mutex mutex_;
  Condition has_work_;
  std::deque<std::function<void()>> calls_ BASK_GUARDED_BY(mutex_);
  bool ends_ BASK_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace bask
