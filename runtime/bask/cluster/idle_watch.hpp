// idle_watch.hpp: whether nothing has been computed for a while. Where there is a pool, its threads notice.
// Runs on: rank 0, when it has no pool. Threads: the pulse thread.
#pragma once

#include <chrono>
#include <optional>

namespace bask {

class IdleWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit IdleWatch(std::chrono::nanoseconds limit) : limit_(limit) {}

  /// Returns true once when the rank has been idle for longer than the limit, and again after it has worked.
  bool look(bool is_idle, Clock::time_point now) {
    if (!is_idle) {
      idle_since_.reset();
      has_told_ = false;
      return false;
    }
    if (!idle_since_) idle_since_ = now;
    if (has_told_ || now - *idle_since_ <= limit_) return false;
    has_told_ = true;
    return true;
  }

 private:
  const std::chrono::nanoseconds limit_;
  std::optional<Clock::time_point> idle_since_;
  bool has_told_ = false;
};

}  // namespace bask
