// core_gate.hpp: lets a command run when enough cores are free for it.
// Runs on: every rank. Threads: any.
// Invariants: (1) the cores that are held are never more than the rank has;
//             (2) commands get cores in the order in which they ask, so that a large one does not wait for
//                 ever while small ones pass it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace farm {

class CoreGate {
 public:
  explicit CoreGate(std::uint32_t cores) : free_(cores) {}

  /// Holds cores while it lives.
  class Held {
   public:
    /// Waits until `cores` are free. `cores` must not be more than the gate has.
    Held(CoreGate& gate, std::uint32_t cores) : gate_(gate), cores_(cores) {
      std::unique_lock lock(gate.mutex_);
      const std::uint64_t ticket = gate.next_++;
      gate.changed_.wait(lock, [&] { return gate.served_ == ticket && gate.free_ >= cores; });
      gate.free_ -= cores;
      ++gate.served_;
      gate.changed_.notify_all();
    }
    ~Held() {
      const std::lock_guard lock(gate_.mutex_);
      gate_.free_ += cores_;
      gate_.changed_.notify_all();
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    CoreGate& gate_;
    const std::uint32_t cores_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t free_;
  std::uint64_t next_ = 0, served_ = 0;  // tickets
};

}  // namespace farm
