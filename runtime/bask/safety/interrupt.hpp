// interrupt.hpp: Ctrl-C and SIGTERM stop a computation in order, and a second one ends the process at once.
// SIGUSR1, by which batch systems say that time is running out, stops it in order, however often it comes.
// Runs on: every rank. Threads: one at a time makes Interruptibles and StopNotices; any may ask which signal
// has come.
#pragma once

#include <csignal>
#include <string>

namespace bask {

/// While it lives, the first SIGINT or SIGTERM is noted instead of ending the process. A SIGTERM that follows
/// another within a second counts as the same one: it comes both from Slurm and from the launcher.
class Interruptible {
 public:
  /// If another Interruptible lives and has noted a signal, that counts for this one when `notes_earlier` is
  /// true; otherwise both forget it.
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

/// The signal that the Interruptible of this process has received, or 0: for long tasks that can end early.
int received_signal();

}  // namespace bask
