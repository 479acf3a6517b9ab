// thread_lanes.hpp: the lanes of a pool's threads.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/events/event_log.hpp>

#include <string>
#include <vector>

namespace bask {

class ThreadLanes {
 public:
  /// `log` null: nobody looks, and there are none.
  ThreadLanes(EventLog* log, unsigned threads) {
    for (unsigned thread = 0; log != nullptr && thread < threads; ++thread)
      lanes_.push_back(&log->lane("thread " + std::to_string(thread)));
  }
  /// Null when nobody looks, and for the feeding thread.
  EventLane* of(unsigned thread) const { return thread < lanes_.size() ? lanes_[thread] : nullptr; }

 private:
  std::vector<EventLane*> lanes_;
};

}  // namespace bask
