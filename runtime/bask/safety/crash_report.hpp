// crash_report.hpp: when a task crashes, says which: signal, rank, host, the tasks that run, and a backtrace;
// then the process ends by the signal, so that the launcher sees it.
// Runs on: every rank. Threads: as said below; the report is written by the thread that crashes.
// Invariants: (1) the handler calls only what is safe in one: write(2), fixed buffers, a backtrace that was
//             warmed up; (2) a report that hangs is ended by an alarm after 5 s; (3) signals that the
//             program itself handles are left to it; none is touched when a sanitizer runs.
#pragma once

#include <bask/safety/running_task.hpp>

#include <cstddef>
#include <string>

namespace bask {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCrashReports = false;
#else
inline constexpr bool kCrashReports = true;
#endif

/// Reports SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (so std::terminate too) from now on. Call it before
/// MPI_Init, which leaves handlers that it finds, and again when rank and host are known, or after a library
/// has put in its own. `rank` below 0: there is but one, and it is not named. Call it from one thread at a
/// time.
void install_crash_report(int rank, const std::string& host);

/// In a child made by fork to run a task: from now on reports are those of the child, whose other threads are
/// not there. The table of running tasks, which may be its parent's, is left alone.
void report_as_child();

/// While it lives, its thread's task is shown in reports, and a stack overflow in it is reported too, by
/// means of a second stack. Made and destroyed by the thread it is for; the first one of a thread counts.
class CrashWatch {
 public:
  CrashWatch();
  ~CrashWatch();
  CrashWatch(const CrashWatch&) = delete;
  CrashWatch& operator=(const CrashWatch&) = delete;

 private:
  RunningTask* slot_ = nullptr;  // null: the thread has another CrashWatch
  void* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
};

}  // namespace bask
