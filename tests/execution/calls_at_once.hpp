// calls_at_once.hpp: a function of tasks that counts how many of its calls run at the same time.
#pragma once

#include <atomic>
#include <thread>

namespace bask {

class CallsAtOnce {
 public:
  static void reset() { running_ = most_ = calls_ = 0; }
  static int most() { return most_; }
  static int calls() { return calls_; }
  static int work(int x) {
    const int now = ++running_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
    for (int i = 0; i < 200; ++i) std::this_thread::yield();
    --running_;
    ++calls_;
    return x;
  }

 private:
  static inline std::atomic<int> running_{0}, most_{0}, calls_{0};
};

}  // namespace bask
