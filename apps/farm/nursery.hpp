// nursery.hpp: where commands are born: small processes beside each rank, forked before MPI starts, one for
// each thread that runs commands. They start the commands for it, and end them when the rank is gone, however
// it went: by kill -9, by MPI_Abort, by an impatient mpirun.
// Runs on: every rank. Threads: any, with a Child at a time; one starts the nursery, before there are others.
// Invariants: (1) a command has a process group of its own, which is gone before its end is told;
//             (2) the number of that group is never used once it may belong to another.
//
// A process that MPI has made large is no good parent: the kernel would count its memory as the children's
// peak, and its threads are bound to cores, which children inherit.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farm {

/// Forks the first process of the nursery. To be called once, before MPI and other threads start.
void start_nursery();

/// What is told of a child, in this order: that it was started, or not; that it has ended.
struct ChildNews {
  enum class Kind : std::int32_t { kStarted, kNotStarted, kEnded } kind;
  std::int32_t error = 0;     ///< of kNotStarted, as errno has it
  pid_t group = 0;            ///< of kStarted
  std::int32_t status = 0;    ///< of kEnded, as wait has it, and what follows
  std::int64_t peak_kib = 0;  ///< of the largest of its processes
  std::int64_t user_ns = 0, system_ns = 0;
};

/// One child process. A thread has one at a time.
class Child {
 public:
  /// Asks for a start with nothing on the standard input, and `output_fd` as standard output and error.
  /// Throws: Error when the nursery is not there.
  Child(const std::vector<std::string>& words, char* const* environment, int output_fd);
  /// Kills it and waits for its end, if that was not told yet.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Readable when there is news.
  int fd() const { return channel_; }
  /// What there is new, without waiting. Throws: Error when the nursery has gone.
  std::optional<ChildNews> news();
  /// To the whole group, if it has not ended.
  void signal(int number);

 private:
  const int channel_;
  bool is_over_ = false;
};

}  // namespace farm
