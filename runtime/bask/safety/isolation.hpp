// isolation.hpp: runs one call of a kernel in a child process: a crash then costs one task and not the job.
// Runs on: every rank. Threads: any, several at once; the calling thread waits for the child.
// Invariants: (1) the child calls no MPI, runs no handler of atexit, and dies with its parent; (2) the result
//             has the same bits as without isolation; inputs are never moved from.
// Cost: that of fork, which grows with the memory this process has in use, and a copy of the result.
// Limits: the child has one thread. A kernel that waits for threads made before the fork (a thread pool,
//         OpenMP with more than one) waits for ever. So does a kernel that takes a lock which another thread
//         held at the fork; the locks of malloc, stdio, Bask's log and HDF5 are free. The kernel must not
//         write files that are open already, nor use HDF5 through MPI. Before Linux 5.12, memory that
//         InfiniBand has registered is missing in the child. Without sync_with_stdio, text in the buffer of
//         std::cout may come twice.
#pragma once

#include <bask/graph/kernel.hpp>

#include <chrono>

namespace bask {

/// Runs `kernel` with `call` in a child, and sets the result of `call`.
/// Throws: ThrownInChild with the type and text of what the kernel threw; Error when the child ended without
/// a result ("killed by signal 11 (SIGSEGV) in a process of its own"), or when there could be no child or no
/// file for its result; TaskTimeout when it ran for longer than `timeout`, and was killed; 0: it may take any
/// time. Programs that the kernel has started are not killed.
void run_isolated(const Kernel& kernel, KernelCall& call,
                  std::chrono::nanoseconds timeout = std::chrono::nanoseconds(0));

/// While it lives, children of run_isolated close this descriptor: for files whose lock (flock) must end with
/// this process. At most kMost at once; more are refused. Threads: any.
class ClosedInChild {
 public:
  static constexpr int kMost = 16;
  /// Throws: Error when there are too many.
  explicit ClosedInChild(int descriptor);
  ~ClosedInChild();
  ClosedInChild(const ClosedInChild&) = delete;
  ClosedInChild& operator=(const ClosedInChild&) = delete;

 private:
  int slot_;
};

}  // namespace bask
