// news.hpp: a message has come that a thread which naps must hear of at once.
// Runs on: every rank. Threads: any brings news; one naps.
#pragma once

#include <bask/cluster/messages.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace bask {

/// Whether such a message changes what the thread that serves or computes has to do.
bool is_turning_point(MessageKind kind);

class News {
 public:
  void bring() {
    const std::lock_guard lock(mutex_);
    has_come_ = true;
    come_.notify_one();
  }
  /// Waits for news, so long at most. Returns whether there are any, which are then old.
  bool nap(std::chrono::microseconds most) {
    std::unique_lock lock(mutex_);
    come_.wait_for(lock, most, [&] { return has_come_; });
    return std::exchange(has_come_, false);
  }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  bool has_come_ = false;
};

}  // namespace bask
