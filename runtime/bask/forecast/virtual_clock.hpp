// virtual_clock.hpp: a clock that stands still while something happens, and jumps to what happens next.
// Runs on: rank 0. Threads: one at a time.
// Invariants: (1) calls are made in the order of their times, those of one time in the order in which they
//             were added; (2) time never goes back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace bask {

class VirtualClock {
 public:
  std::int64_t now() const { return now_; }
  /// Has `call` made in so many nanoseconds.
  void after(std::int64_t ns, std::function<void()> call) {
    at(now_ + std::max<std::int64_t>(ns, 0), std::move(call));
  }
  /// The same at a time that is not over.
  void at(std::int64_t time, std::function<void()> call) {
    calls_.push_back({time, added_++, std::move(call)});
    std::ranges::push_heap(calls_, comes_later);
  }
  /// Makes all calls, those too that are added meanwhile.
  void run() {
    while (!calls_.empty()) {
      std::ranges::pop_heap(calls_, comes_later);
      Call next = std::move(calls_.back());
      calls_.pop_back();
      now_ = next.time;
      next.call();
    }
  }

 private:
  struct Call {
    std::int64_t time;
    std::uint64_t number;
    std::function<void()> call;
  };
  static bool comes_later(const Call& a, const Call& b) {
    return std::pair(a.time, a.number) > std::pair(b.time, b.number);
  }

  std::int64_t now_ = 0;
  std::uint64_t added_ = 0;
  std::vector<Call> calls_;  // a heap
};

/// A thing that serves one after the other: a link of the network, or one direction of a disk.
class VirtualLine {
 public:
  explicit VirtualLine(VirtualClock& clock) : clock_(clock) {}
  /// Asks for a service of so many nanoseconds. Returns when it ends.
  std::int64_t serve(double ns) {
    free_at_ = std::max(free_at_, clock_.now()) + static_cast<std::int64_t>(ns);
    return free_at_;
  }

 private:
  VirtualClock& clock_;
  std::int64_t free_at_ = 0;
};

}  // namespace bask
