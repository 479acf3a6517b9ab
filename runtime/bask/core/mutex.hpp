// mutex.hpp: std::mutex and std::condition_variable with the annotations that Clang's analysis needs.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/thread_annotations.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace bask {

class BASK_LOCK("mutex") Mutex {
 public:
  void lock() BASK_ACQUIRES() { mutex_.lock(); }
  bool try_lock() BASK_TRIES(true) { return mutex_.try_lock(); }
  void unlock() BASK_RELEASES() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

/// Holds a Mutex or a SpinLock while it lives, except between unlock() and lock().
template <class Lock = Mutex>
class BASK_SCOPED_LOCK Held {
 public:
  explicit Held(Lock& lock) BASK_ACQUIRES(lock) : lock_(lock) { lock_.lock(); }
  /// For a lock that the calling thread has taken already.
  Held(Lock& lock, std::adopt_lock_t) BASK_REQUIRES(lock) : lock_(lock) {}
  ~Held() BASK_RELEASES() {
    if (is_held_) lock_.unlock();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  void lock() BASK_ACQUIRES() {
    lock_.lock();
    is_held_ = true;
  }
  void unlock() BASK_RELEASES() {
    is_held_ = false;
    lock_.unlock();
  }

 private:
  Lock& lock_;
  bool is_held_ = true;
};

/// A condition variable. Wake-ups may be spurious, so callers wait in a loop:
///
///     const Held held(mutex_);
///     while (!is_ready_) changed_.wait(mutex_);
class Condition {
 public:
  void wait(Mutex& mutex) BASK_REQUIRES(mutex) {
    Adopted lock(mutex);
    changed_.wait(lock.of_std);
  }
  /// Returns false when `end` has come.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point end) BASK_REQUIRES(mutex) {
    Adopted lock(mutex);
    return changed_.wait_until(lock.of_std, end) == std::cv_status::no_timeout;
  }
  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

 private:
  /// The caller's lock as a std::unique_lock; it stays held.
  struct Adopted {
    explicit Adopted(Mutex& mutex) : of_std(mutex.mutex_, std::adopt_lock) {}
    ~Adopted() { of_std.release(); }
    std::unique_lock<std::mutex> of_std;
  };
  std::condition_variable changed_;
};

}  // namespace bask
