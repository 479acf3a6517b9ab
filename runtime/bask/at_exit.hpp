// at_exit.hpp: what is done when a program ends by std::exit or std::quick_exit while its run goes on:
// outside of tasks the job ends in order, and in a task, which must return or throw, as an error.
// Runs on: every rank. Threads: one makes and destroys it; any may exit.
// Limits: _exit and std::_Exit go by unseen; then a launcher ends the other ranks.
#pragma once

#include <functional>
#include <string>

namespace bask {

struct ExitActions {
  std::function<void(int exit_code)>
      in_order;  ///< std::exit outside of tasks; the process then goes on to its end
  std::function<void(int exit_code)>
      at_once;  ///< in a task: keeps what can be kept; the process ends when it returns
};

/// While it lives, its actions are taken, once. One at a time; a child that the program has forked takes
/// none.
///
///     const AtExit at_exit({.in_order = [&](int code) { close(code); }, .at_once = [&](int code) {
///     abort(code); }});
class AtExit {
 public:
  explicit AtExit(ExitActions actions);
  ~AtExit();
  AtExit(const AtExit&) = delete;
  AtExit& operator=(const AtExit&) = delete;
};

/// "std::exit(0) was called in task 7 (f): ..." of the calling thread.
std::string exit_in_task_text(const std::string& call);

}  // namespace bask
