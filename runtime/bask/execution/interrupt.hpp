// interrupt.hpp: Ctrl-C and SIGTERM stop a computation in order; a second one ends the process at once.
// Runs on: rank 0. Threads: one at a time holds an Interruptible.
#pragma once

#include <csignal>

namespace bask {

/// While it lives, the first SIGINT or SIGTERM is noted instead of ending the process.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  /// The signal that came, or 0.
  int signal() const;

 private:
  struct sigaction old_interrupt_, old_terminate_;
};

}  // namespace bask
