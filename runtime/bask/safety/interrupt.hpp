// interrupt.hpp: Ctrl-C and SIGTERM stop a computation in order, and a second one ends the process at once;
// SIGUSR1, by which batch systems say that time is running out, stops it in order, however often it comes.
// Runs on: every rank. Threads: one at a time holds an Interruptible, and one a StopNotice; any may ask what
// they have received.
#pragma once

#include <csignal>
#include <string>

namespace bask {

/// While it lives, the first SIGINT or SIGTERM is noted instead of ending the process. A SIGTERM that follows
/// another within a second is the same one, which came on two ways: from Slurm, and from the launcher.
class Interruptible {
 public:
  /// Where others live, what they have noted counts for this one with `notes_earlier`, and is forgotten
  /// without.
  explicit Interruptible(bool notes_earlier = false);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  /// The signal that came, or 0.
  int signal() const;

 private:
  struct sigaction old_interrupt_, old_terminate_;
};

/// While it lives, SIGUSR1 is noted, for good, instead of ending the process.
class StopNotice {
 public:
  StopNotice();
  ~StopNotice();
  StopNotice(const StopNotice&) = delete;
  StopNotice& operator=(const StopNotice&) = delete;

  static bool has_come();

 private:
  struct sigaction old_;
};

/// "SIGINT (Ctrl-C)", "SIGTERM" and the like, for messages.
std::string signal_text(int signal);

/// The signal that the Interruptible of this process has received, or 0: for tasks that take
/// long and can end early.
int received_signal();

}  // namespace bask
