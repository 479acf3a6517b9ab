// news.hpp: wakes a napping thread when a message has come that it must hear of at once.
// Runs on: every rank. Threads: any may bring news; one naps.
#pragma once

#include <bask/cluster/messages.hpp>
#include <bask/core/mutex.hpp>

#include <chrono>
#include <utility>

namespace bask {

/// Whether a message of this kind changes what the serving or computing thread has to do.
bool is_turning_point(MessageKind kind);

class News {
 public:
  void bring() {
    const Held held(mutex_);
    has_come_ = true;
    come_.notify_one();
  }
  /// Waits for news, `most` at the longest. Returns whether there were any, and forgets them.
  bool nap(std::chrono::microseconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    const Held held(mutex_);
    while (!has_come_ && come_.wait_until(mutex_, end)) {
    }
    return std::exchange(has_come_, false);
  }

 private:
  Mutex mutex_;
  Condition come_;
  bool has_come_ BASK_GUARDED_BY(mutex_) = false;
};

}  // namespace bask
