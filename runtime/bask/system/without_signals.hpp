// without_signals.hpp: threads that signals do not reach.
// Runs on: every rank. Threads: any.
#pragma once

#include <csignal>

namespace bask {

/// While it lives, no signal is delivered to the calling thread, nor to the threads that it starts meanwhile,
/// which stay so: signals go to the program's own threads.
class WithoutSignals {
 public:
  WithoutSignals();
  ~WithoutSignals();
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace bask
