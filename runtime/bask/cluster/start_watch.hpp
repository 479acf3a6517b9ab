// start_watch.hpp: ends a process that waits too long in MPI_Init, which waits for every rank and by itself
// never gives up.
// Runs on: every rank, around MPI_Init. Threads: one makes and destroys it; it has one of its own meanwhile.
#pragma once

#include <bask/cluster/launch.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace bask {

/// While it lives, and unless it goes within `timeout`, it says on stderr that this rank waits for others and
/// how to fix that, and ends the process with exit code 1; the launcher then ends the other ranks. A timeout
/// of 0 does nothing.
///
///     const StartWatch watch(options.start_timeout, launch, host);
///     boost::mpi::environment environment(...);
class StartWatch {
 public:
  StartWatch(std::chrono::nanoseconds timeout, const Launch& launch, const std::string& host);
  ~StartWatch();
  StartWatch(const StartWatch&) = delete;
  StartWatch& operator=(const StartWatch&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  std::thread thread_;
};

/// What it says.
std::string start_timeout_text(std::chrono::nanoseconds timeout, const Launch& launch,
                               const std::string& host);

}  // namespace bask
