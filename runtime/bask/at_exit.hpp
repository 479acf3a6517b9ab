// at_exit.hpp: what happens when a program calls std::exit or std::quick_exit while `bask::run` runs it.
// std::exit outside of tasks ends the job in order. Either of them in a task ends the job with an error,
// because a task must return or throw.
// Runs on: every rank. Threads: one makes and destroys an AtExit; any may exit.
// Limits: _exit, std::_Exit, and std::quick_exit outside of tasks, go by unseen; then a launcher ends the
// other ranks.
#pragma once

#include <functional>
#include <string>

namespace bask {

struct ExitActions {
  /// Called for std::exit outside of tasks. The process then goes on with its exit.
  std::function<void(int exit_code)> in_order;
  /// Called for an exit in a task: keeps the results that can be kept. The process ends when it returns.
  std::function<void(int exit_code)> at_once;
};

/// While an AtExit lives, the process' exit calls one of its actions, once. There is one at a time. A child
/// that the program has forked calls none.
///
///     const AtExit at_exit({.in_order = [&](int code) { close(code); },
///                           .at_once = [&](int code) { abort(code); }});
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
