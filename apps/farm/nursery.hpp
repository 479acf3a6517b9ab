// nursery.hpp: small processes beside each rank that start its commands. The first one is forked before MPI
// starts; it forks one for each thread that runs commands. They end the commands when the rank is gone, in
// whatever way: by kill -9, by MPI_Abort, by an impatient mpirun.
// Runs on: every rank. Threads: any, with one Child at a time; the main thread starts the nursery before
// there are other threads.
// Invariants: (1) each command has its own process group, which is gone before its end is reported;
//             (2) no signal is sent to a group number that may belong to another group by now.
//
// The rank itself starts no commands, because MPI has made it large: the kernel would count its memory in the
// peak memory of its children, which would also inherit the binding of its threads to cores.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farm {

/// Forks the first process of the nursery. To be called once, before MPI and other threads start.
void start_nursery();

/// What the nursery reports about a child: first that it was started, or was not; then that it has ended.
struct ChildNews {
  enum class Kind : std::int32_t { kStarted, kNotStarted, kEnded } kind;
  std::int32_t error = 0;                   ///< kNotStarted: the errno
  pid_t group = 0;                          ///< kStarted: the process group
  std::int32_t status = 0;                  ///< kEnded: the status that wait4 returned
  std::int64_t peak_kib = 0;                ///< kEnded: peak memory of its largest process, in KiB
  std::int64_t user_ns = 0, system_ns = 0;  ///< kEnded: CPU time
};

/// One child process. A thread has one at a time.
class Child {
 public:
  /// Asks the nursery to start a process with an empty standard input, and `output_fd` as its standard output
  /// and error. Throws: Error when the nursery is gone.
  Child(const std::vector<std::string>& words, char* const* environment, int output_fd);
  /// Kills the process and waits for its end, unless its end was reported.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// For poll: readable when there is news.
  int fd() const { return channel_; }
  /// The next news, without waiting; nothing when there is none. Throws: Error when the nursery is gone.
  std::optional<ChildNews> news();
  /// Sends a signal to the whole process group, if the process has not ended.
  void signal(int number);

 private:
  const int channel_;
  bool is_over_ = false;
};

}  // namespace farm
