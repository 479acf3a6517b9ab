// state_feed.hpp: the newest state of the job, for pages that wait for the next one.
// Runs on: rank 0. Threads: one publishes; any waits.
#pragma once

#include <bask/core/mutex.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace bask {

class StateFeed {
 public:
  using Text = std::shared_ptr<const std::string>;  // many readers, and the next one may come meanwhile
  struct State {
    std::uint64_t number = 0;  ///< 0: there is none yet
    Text text = nullptr;
    bool is_last = false;
  };

  void publish(Text text, bool is_last) BASK_EXCLUDES(mutex_) {
    const Held held(mutex_);
    newest_ = {newest_.number + 1, std::move(text), is_last};
    changed_.notify_all();
  }
  /// Waits for a state after number `after`, `most` at the longest; then returns the newest, whatever it is.
  State next(std::uint64_t after, std::chrono::milliseconds most) BASK_EXCLUDES(mutex_) {
    const auto end = std::chrono::steady_clock::now() + most;
    const Held held(mutex_);
    while (newest_.number <= after && !newest_.is_last && changed_.wait_until(mutex_, end)) {
    }
    return newest_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  State newest_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
