// state_teller.hpp: a thread that makes the state of the job each second and tells it to whoever shows it.
// Runs on: rank 0. Threads: one makes and destroys it.
// Invariant: whatever holds it up, a full disk or a file system that hangs, holds up nothing but this thread.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/record/state_feed.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bask {

class StateTeller {
 public:
  /// Gets each state, in the teller's thread.
  using Listener = std::function<void(const StateFeed::Text& state, bool is_last)>;
  /// `state` makes the text, in the teller's thread.
  StateTeller(std::function<std::string()> state, std::vector<Listener> listeners,
              std::chrono::milliseconds interval = std::chrono::seconds(1));
  /// Tells the last state.
  ~StateTeller();
  StateTeller(const StateTeller&) = delete;
  StateTeller& operator=(const StateTeller&) = delete;

 private:
  void run() BASK_EXCLUDES(mutex_);

  const std::function<std::string()> state_;
  const std::vector<Listener> listeners_;
  const std::chrono::milliseconds interval_;
  Mutex mutex_;
  Condition changed_;
  bool is_closing_ BASK_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace bask
