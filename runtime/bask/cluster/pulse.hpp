// pulse.hpp: calls a function every 50 ms in a thread of its own ("the pulse thread"), so that messages keep
// moving while the serving or computing thread is in the user's code.
// Runs on: every rank. Threads: one makes and destroys it.
#pragma once

#include <bask/core/mutex.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace bask {

class Pulse {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};

  /// Throws: std::system_error when the thread cannot be had.
  explicit Pulse(std::function<void()> beat);
  /// Waits for a beat that is under way.
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

 private:
  void run();

  const std::function<void()> beat_;
  Mutex mutex_;
  Condition changed_;
  bool closing_ BASK_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace bask
