// crash_report.hpp: when a task crashes, reports the signal, the rank and host, the tasks that run, and a
// backtrace. Then the process ends by the signal, so that the launcher sees it.
// Runs on: every rank. Threads: as said below; the thread that crashes writes the report.
// Invariants: (1) the handler does only what is safe in a signal handler: write(2), fixed buffers, a
//             backtrace that was warmed up; (2) a report that hangs is ended by an alarm after 5 s; (3) the
//             program keeps the signals that it handles itself; none is touched when a sanitizer runs.
#pragma once

#include <bask/core/sanitizers.hpp>
#include <bask/safety/running_task.hpp>

#include <cstddef>
#include <string>

namespace bask {

inline constexpr bool kCrashReports = !kHasAddressSanitizer && !kHasThreadSanitizer;

/// Reports SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (so std::terminate too) from now on. Call it before
/// MPI_Init, which leaves existing handlers alone, and again when rank and host are known, or after a library
/// has installed its own. `rank` below 0: there is only one rank, and reports do not name it. Call it from
/// one thread at a time.
void install_crash_report(int rank, const std::string& host);

/// For a child that was forked to run one task: its reports name no tasks of other threads, which it does not
/// have, and it does not write to the table of running tasks, which it may share with its parent.
void report_as_child();

/// While it lives, reports show its thread's task, and a stack overflow of the thread is reported too, on a
/// second stack. The thread makes and destroys it itself; if it has several, only the first counts.
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
